"""ERPNext in the business's words: a journal entry is there once, and submitted."""

from collections.abc import Callable
from typing import TypeVar
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
from connectors.kit.exchange import Call, Reply
from connectors.kit.pace import Pace
from core.errors import Rejected, ResultUnknown
from core.outside import Capabilities, Form, Ref

UNVERIFIED = ("Journal Entry: accounts[], docstatus", "key_field: cheque_no", "rate")
T = TypeVar("T")


class ErpNext:
    """`core.outside.VoucherPort` of ERPNext; `key_field` of an entry carries our key."""

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
        self._name = name
        self._company = company
        self._key_field = key_field
        self._timeout_s = timeout_s
        self._client = ErpNextClient(
            system=name,
            base_url=base_url,
            key=key,
            secret=secret,
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
            "erpnext",
            frozenset({"voucher"}),
            find=True,
            rate=RATE,
            settles_s=2 * self._timeout_s,
            unverified=UNVERIFIED,
        )

    async def post(self, form: Form, key: str) -> Ref:
        """Make an entry and submit it, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        body = build_entry(form, key, self._key_field, self._company)
        reply = await self._client.call(Call("post", "POST", ENTRIES, body=body))
        return await self._finished(_read(reply, parse_entry))

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key, and submit it if it is a draft."""
        found = await asked(self._found(key))
        if len(found) > 1:
            raise Rejected("several_found", text=", ".join(e.name for e in found))
        return await asked(self._finished(found[0])) if found else None

    async def _found(self, key: str) -> tuple[Entry, ...]:
        query = build_query(key, self._key_field)
        reply = await self._client.call(Call("find", "GET", ENTRIES, query=query))
        return _read(reply, parse_entries)

    async def _finished(self, entry: Entry) -> Ref:
        if not entry.submitted:
            path = f"{ENTRIES}/{quote(entry.name, safe='')}"
            call = Call("submit", "PUT", path, body=build_submission())
            entry = _read(await self._client.call(call), parse_entry)
            if not entry.submitted:
                raise Rejected("not_submitted", text=entry.name)
        return Ref(self._name, "journal_entry", entry.name, entry.name)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()


def _read(reply: Reply, parse: Callable[[bytes], T]) -> T:
    """Read an answer; ResultUnknown for what is none."""
    try:
        return parse(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
