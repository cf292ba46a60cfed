"""Odoo in the business's words: a journal entry is there once, and posted."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.exchange import Reply
from connectors.kit.pace import Pace
from connectors.odoo.client import RATE, OdooClient
from connectors.odoo.wire import (
    ACCOUNTS,
    JOURNALS,
    MOVES,
    Move,
    build_ids,
    build_move,
    build_move_read,
    build_move_search,
    build_search,
    codes_in,
    parse_created,
    parse_done,
    parse_ids,
    parse_moves,
)
from core.errors import Rejected, ResultUnknown
from core.outside import Capabilities, Form, Ref

UNVERIFIED = ("account.move: journal_id, ref, line_ids", "rate")
T = TypeVar("T")


class Odoo:
    """`core.outside.VoucherPort` of Odoo; `journal` is the code of the one that takes vouchers."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        base_url: str,
        key: str,
        journal: str,
        database: str = "",
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._name = name
        self._journal = journal
        self._timeout_s = timeout_s
        self._ids: dict[tuple[str, str], int] = {}
        self._client = OdooClient(
            system=name,
            base_url=base_url,
            key=key,
            database=database,
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
        """What it can do: an entry is found by its reference, which is our key."""
        return Capabilities(
            "odoo",
            frozenset({"voucher"}),
            find=True,
            rate=RATE,
            settles_s=2 * self._timeout_s,
            unverified=UNVERIFIED,
        )

    async def post(self, form: Form, key: str) -> Ref:
        """Make an entry and post it, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        journal = (await asked(self._known(JOURNALS, (self._journal,))))[self._journal]
        accounts = await asked(self._known(ACCOUNTS, codes_in(form)))
        body = build_move(form, key, journal, accounts)
        made = _read(await self._client.call(MOVES, "create", body), parse_created)
        return await self._finished(Move(made, "", posted=False))

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key, and post it if it is a draft."""
        found = await asked(self._moves(build_move_search(key)))
        if len(found) > 1:
            raise Rejected("several_found", text=", ".join(m.name or str(m.id) for m in found))
        return await asked(self._finished(found[0])) if found else None

    async def _moves(self, body: bytes) -> tuple[Move, ...]:
        return _read(await self._client.call(MOVES, "search_read", body), parse_moves)

    async def _finished(self, move: Move) -> Ref:
        """Post a draft; only then it has its name."""
        if not move.posted:
            done = await self._client.call(MOVES, "action_post", build_ids(move.id))
            _read(done, parse_done)
            found = await self._moves(build_move_read(move.id))
            if not found or not found[0].posted:
                raise Rejected("not_posted", text=str(move.id))
            move = found[0]
        return Ref(self._name, "move", str(move.id), move.name or str(move.id))

    async def _known(self, model: str, codes: Sequence[str]) -> Mapping[str, int]:
        """Give the ids behind codes; Rejected with those that there are not."""
        new = [code for code in codes if (model, code) not in self._ids]
        if new:
            body = build_search([["code", "in", new]], ("code",), 10 * len(new))
            found = _read(await self._client.call(model, "search_read", body), parse_ids)
            self._ids |= {(model, code): found[code] for code in new if code in found}
        missing = [code for code in codes if (model, code) not in self._ids]
        if missing:
            raise Rejected("no_such_code", text=f"{model}: {', '.join(missing)}")
        return {code: self._ids[model, code] for code in codes}

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()


def _read(reply: Reply, parse: Callable[[bytes], T]) -> T:
    """Read an answer; ResultUnknown for what is none."""
    try:
        return parse(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
