"""金蝶云·星空 in the business's words: a voucher is there once, submitted and audited."""

from collections.abc import Sequence

from connectors.kingdee.client import RATE, KingdeeClient, Login
from connectors.kingdee.wire import (
    AUDITED,
    PAGE,
    SUBMITTED,
    Account,
    Answer,
    Booked,
    build_step,
    build_table,
    build_voucher,
    parse_table,
)
from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.books import Books, made_whole, only_one, step
from connectors.kit.pace import Pace
from core.errors import Rejected, ResultUnknown
from core.outside import Form, Ref

UNVERIFIED = (
    "GL_VOUCHER: FVOUCHERID, FBillNo",
    "FDetailID.FDETAILID__FFLEXn (mapping)",
    "FVOUCHERGROUPID (voucher_group)",
    "master forms of dimensions (chit vouchers table)",
    "rate",
)


class Kingdee(Books):
    """`core.outside.VoucherPort` of 金蝶云·星空.

    `book` is the number of the account book, `group` that of the 凭证字. Vouchers are submitted and
    audited unless `audit` is off; nothing there posts them (过账) but its own people.
    """

    kind = "kingdee"
    noun = "voucher"
    allowed = RATE
    unverified = UNVERIFIED

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        account: Account,
        book: str,
        group: str = "PRE001",
        login: Login = "signature",
        audit: bool = True,
        rate: float | None = None,
        timeout_s: float = 30,
        pace: Pace | None = None,
    ) -> None:
        self._book = book
        self._group = group
        self._audit = audit
        self._client = KingdeeClient(
            system=name,
            base_url=base_url,
            account=account,
            login=login,
            kit=kit,
            pace=pace or self.pace(rate),
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client, timeout_s)

    async def post(self, form: Form, key: str) -> Ref:
        """Save, submit and audit a voucher, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        saved = _good(
            await self._client.operate("Save", build_voucher(form, key, self._book, self._group))
        )
        if not saved.id:
            raise ResultUnknown("no_id")
        return await made_whole(self._finished(Booked(saved.id, saved.number)))

    async def find(self, key: str) -> Ref | None:
        """Find the voucher with our key, and finish what was begun of it."""
        found = await asked(self._client.find(key))
        if isinstance(found, Answer):
            raise Rejected("query_refused", text=found.text)
        there = only_one(found, lambda b: b.number or b.id)
        return await asked(self._finished(there)) if there else None

    async def table(self, form: str, code: str, name: str) -> Sequence[tuple[str, str]]:
        """List the codes and names of a master form, page by page."""
        found: list[tuple[str, str]] = []
        while True:
            query = build_table(form, code, name, len(found))
            rows = await asked(self._client.ask(query, parse_table))
            if isinstance(rows, Answer):
                raise Rejected("query_refused", text=rows.text)
            found += rows
            if len(rows) < PAGE:
                return tuple(dict(found).items())

    async def _finished(self, there: Booked) -> Ref:
        """Submit and audit a voucher from where it is."""
        if self._audit and there.status != AUDITED:
            if there.status != SUBMITTED:
                await step(there.number or there.id, self._operated("Submit", there))
            await step(there.number or there.id, self._operated("Audit", there))
        return self.ref(there.id, there.number)

    async def _operated(self, operation: str, there: Booked) -> None:
        _good(await self._client.operate(operation, build_step(there.id)))


def _good(answer: Answer) -> Answer:
    """Raise what an answer stands for, unless it is good."""
    if not answer.good:
        raise Rejected("refused", text=answer.text, code_there=answer.code)
    return answer
