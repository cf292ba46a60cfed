"""Odoo in the business's words: a journal entry is there once, and posted."""

from collections.abc import Mapping, Sequence

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.books import Books, made_whole, only_one, read_reply, step
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
from core.errors import Rejected, Unfinished
from core.outside import Form, Ref

UNVERIFIED = ("account.move: journal_id, ref, line_ids", "rate")


class Odoo(Books):
    """`core.outside.VoucherPort` of Odoo; `journal` is the code of the one that takes vouchers."""

    kind = "odoo"
    noun = "move"
    allowed = RATE
    unverified = UNVERIFIED

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
        self._journal = journal
        self._ids: dict[tuple[str, str], int] = {}
        self._client = OdooClient(
            system=name,
            base_url=base_url,
            key=key,
            database=database,
            kit=kit,
            pace=self.pace(rate),
            timeout_s=timeout_s,
        )
        super().__init__(name, self._client, timeout_s)

    async def post(self, form: Form, key: str) -> Ref:
        """Make an entry and post it, unless one with our key is there already."""
        there = await self.find(key)
        if there is not None:
            return there
        journal = (await asked(self._known(JOURNALS, (self._journal,))))[self._journal]
        accounts = await asked(self._known(ACCOUNTS, codes_in(form)))
        body = build_move(form, key, journal, accounts)
        made = read_reply(await self._client.call(MOVES, "create", body), parse_created)
        return await made_whole(self._finished(Move(made, "", posted=False)))

    async def find(self, key: str) -> Ref | None:
        """Find the entry with our key, and post it if it is a draft."""
        found = await asked(self._moves(build_move_search(key)))
        there = only_one(found, lambda m: m.name or str(m.id))
        return await asked(self._finished(there)) if there else None

    async def _moves(self, body: bytes) -> tuple[Move, ...]:
        return read_reply(await self._client.call(MOVES, "search_read", body), parse_moves)

    async def _finished(self, move: Move) -> Ref:
        """Post a draft; only then it has its name."""
        if not move.posted:
            called = str(move.id)
            done = await step(called, self._client.call(MOVES, "action_post", build_ids(move.id)))
            read_reply(done, parse_done)
            found = await self._moves(build_move_read(move.id))
            if not found or not found[0].posted:
                raise Unfinished("unfinished", text=called, called=called)
            move = found[0]
        return self.ref(str(move.id), move.name)

    async def _known(self, model: str, codes: Sequence[str]) -> Mapping[str, int]:
        """Give the ids behind codes; Rejected with those that there are not."""
        new = [code for code in codes if (model, code) not in self._ids]
        if new:
            body = build_search([["code", "in", new]], ("code",), 10 * len(new))
            found = read_reply(await self._client.call(model, "search_read", body), parse_ids)
            self._ids |= {(model, code): found[code] for code in new if code in found}
        missing = [code for code in codes if (model, code) not in self._ids]
        if missing:
            raise Rejected("no_such_code", text=f"{model}: {', '.join(missing)}")
        return {code: self._ids[model, code] for code in codes}
