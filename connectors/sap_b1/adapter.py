"""SAP Business One in the business's words: a journal entry is there once."""

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.exchange import Call
from connectors.kit.pace import Pace
from connectors.sap_b1.client import RATE, SapB1Client
from connectors.sap_b1.wire import (
    ENTRIES,
    Account,
    build_entry,
    build_query,
    parse_number,
    parse_numbers,
)
from core.errors import Rejected, ResultUnknown
from core.outside import Capabilities, Form, Ref

UNVERIFIED = ("JournalEntryLines: AccountCode, CostingCode", "key_field: Reference", "rate")


class SapB1:
    """`core.outside.VoucherPort` of SAP Business One; `key_field` of an entry carries our key."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        account: Account,
        key_field: str = "Reference",
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._name = name
        self._key_field = key_field
        self._timeout_s = timeout_s
        self._client = SapB1Client(
            system=name,
            base_url=base_url,
            account=account,
            kit=kit,
            pace=Pace(rate or RATE[0], RATE[1]),
            timeout_s=timeout_s,
        )

    @property
    def name(self) -> str:
        """The name of its table."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: an entry is found by the field that carries our key."""
        return Capabilities(
            "sap_b1",
            frozenset({"voucher"}),
            find=True,
            rate=RATE,
            settles_s=2 * self._timeout_s,
            unverified=UNVERIFIED,
        )

    async def post(self, form: Form, key: str) -> Ref:
        """Make a journal entry, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        body = build_entry(form, key, self._key_field)
        reply = await self._client.call(Call("post", "POST", ENTRIES, body=body))
        try:
            return self._ref(parse_number(reply.body))
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key; Rejected when there are several."""
        found = await asked(self._found(key))
        if len(found) > 1:
            raise Rejected("several_found", text=", ".join(found))
        return self._ref(found[0]) if found else None

    async def _found(self, key: str) -> tuple[str, ...]:
        query = build_query(key, self._key_field)
        reply = await self._client.call(Call("find", "GET", ENTRIES, query=query))
        try:
            return parse_numbers(reply.body)
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    def _ref(self, number: str) -> Ref:
        return Ref(self._name, "journal_entry", number, number)
