"""ERPNext in the business's words: a journal entry is there once, and submitted."""

from urllib.parse import quote

from connectors.erpnext.client import RATE, ErpNextClient
from connectors.erpnext.wire import (
    ENTRIES,
    Entry,
    build_entry,
    build_query,
    build_submission,
    parse_entries,
    parse_entry,
)
from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.books import Books, made_whole, only_one, read_reply, step
from connectors.kit.exchange import Call
from core.errors import Unfinished
from core.outside import Form, Ref

UNVERIFIED = ("Journal Entry: accounts[], docstatus", "key_field: cheque_no", "rate")


class ErpNext(Books):
    """`core.outside.VoucherPort` of ERPNext; `key_field` of an entry carries our key."""

    kind = "erpnext"
    allowed = RATE
    unverified = UNVERIFIED

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        key: str,
        secret: str,
        company: str,
        key_field: str = "cheque_no",
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._company = company
        self._key_field = key_field
        self._client = ErpNextClient(
            system=name,
            base_url=base_url,
            key=key,
            secret=secret,
            kit=kit,
            pace=self.pace(rate),
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client, timeout_s)

    async def post(self, form: Form, key: str) -> Ref:
        """Make an entry and submit it, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        body = build_entry(form, key, self._key_field, self._company)
        reply = await self._client.call(Call("post", "POST", ENTRIES, body=body))
        return await made_whole(self._finished(read_reply(reply, parse_entry)))

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key, and submit it if it is a draft."""
        there = only_one(await asked(self._found(key)), lambda e: e.name)
        return await asked(self._finished(there)) if there else None

    async def _found(self, key: str) -> tuple[Entry, ...]:
        query = build_query(key, self._key_field)
        reply = await self._client.call(Call("find", "GET", ENTRIES, query=query))
        return read_reply(reply, parse_entries)

    async def _finished(self, entry: Entry) -> Ref:
        if not entry.submitted:
            path = f"{ENTRIES}/{quote(entry.name, safe='')}"
            call = Call("submit", "PUT", path, body=build_submission())
            reply = await step(entry.name, self._client.call(call))
            entry = read_reply(reply, parse_entry)
            if not entry.submitted:
                raise Unfinished("unfinished", text=entry.name, called=entry.name)
        return self.ref(entry.name)
