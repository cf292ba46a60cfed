"""用友 YonBIP in the business's words: a voucher is there once."""

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.books import Books, only_one
from connectors.yonyou.client import RATE, YonyouClient
from connectors.yonyou.wire import (
    ADD,
    EXISTS,
    PAGE,
    QUERY,
    Booked,
    Heading,
    build_query,
    build_voucher,
    first_day,
    parse_made,
    parse_page,
)
from core.errors import Rejected, ResultUnknown, Unsupported
from core.outside import Form, Ref

UNVERIFIED = (
    "queryVouchers: recordList[].header, descriptions",
    "clientAuxiliaryList: filedCode, valueCode (mapping)",
    "getGatewayAddress: yhtTenantId",
    "rate",
)
MOST_PAGES = 1000


class Yonyou(Books):
    """`core.outside.VoucherPort` of 用友 YonBIP; `heading` is of every voucher."""

    kind = "yonyou"
    noun = "voucher"
    allowed = RATE
    unverified = UNVERIFIED

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        app_key: str,
        app_secret: str,
        heading: Heading,
        tenant: str = "",
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._heading = heading
        self._clock = kit.clock
        self._zone = kit.zone
        self._client = YonyouClient(
            system=name,
            base_url=base_url,
            tenant=tenant,
            app_key=app_key,
            app_secret=app_secret,
            kit=kit,
            pace=self.pace(rate),
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client, timeout_s)

    async def post(self, form: Form, key: str) -> Ref:
        """Add a voucher; one that is there already is adopted if it carries our key."""
        body = build_voucher(form, key, self._heading)
        answer = await self._client.call("add", ADD, body)
        if answer.code in EXISTS:
            there = await self.find(key)
            if there is None:
                raise Rejected("exists_not_found", text=answer.text)
            return there
        if not answer.good:
            raise Rejected("refused", text=answer.text, code_there=answer.code)
        made = parse_made(answer)
        if made is None:
            raise ResultUnknown("no_id")
        return self.ref(made.id, made.number)

    async def find(self, key: str) -> Ref | None:
        """Look through the vouchers since the claim's month for the one that carries our key."""
        found = await asked(self._found(key))
        there = only_one(found, lambda b: b.number)
        return self.ref(there.id, there.number) if there else None

    async def _found(self, key: str) -> list[Booked]:
        first = first_day(key)
        if first is None:
            raise Unsupported("no_day_in_key", key=key)
        last = self._clock().astimezone(self._zone).date()
        found: list[Booked] = []
        for page in range(1, MOST_PAGES + 1):
            body = build_query(self._heading.book, first, last, page)
            answer = await self._client.call("query", QUERY, body)
            if not answer.good:
                raise Rejected("query_refused", text=answer.text)
            count, booked = parse_page(answer, key)
            found += booked
            if count < PAGE:
                return found
        raise Rejected("too_many_vouchers", text=str(MOST_PAGES * PAGE))
