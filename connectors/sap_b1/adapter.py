"""SAP Business One in the business's words: a journal entry is there once."""

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.books import Books, only_one, read_reply
from connectors.kit.exchange import Call
from connectors.sap_b1.client import RATE, SapB1Client
from connectors.sap_b1.wire import (
    ENTRIES,
    Account,
    build_entry,
    build_query,
    parse_number,
    parse_numbers,
)
from core.outside import Form, Ref

UNVERIFIED = ("JournalEntryLines: AccountCode, CostingCode", "key_field: Reference", "rate")


class SapB1(Books):
    """`core.outside.VoucherPort` of SAP Business One; `key_field` of an entry carries our key."""

    kind = "sap_b1"
    allowed = RATE
    unverified = UNVERIFIED

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
        self._key_field = key_field
        self._client = SapB1Client(
            system=name,
            base_url=base_url,
            account=account,
            kit=kit,
            pace=self.pace(rate),
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client, timeout_s)

    async def post(self, form: Form, key: str) -> Ref:
        """Make a journal entry, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        body = build_entry(form, key, self._key_field)
        reply = await self._client.call(Call("post", "POST", ENTRIES, body=body))
        return self.ref(read_reply(reply, parse_number))

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key; Rejected when there are several."""
        there = only_one(await asked(self._found(key)), str)
        return self.ref(there) if there else None

    async def _found(self, key: str) -> tuple[str, ...]:
        query = build_query(key, self._key_field)
        reply = await self._client.call(Call("find", "GET", ENTRIES, query=query))
        return read_reply(reply, parse_numbers)
