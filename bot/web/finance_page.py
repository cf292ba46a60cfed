"""The finance desk: payments, batches, vouchers, advances and what is late, list by list."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.texts.pages import page_text
from bot.texts.template import Language
from bot.texts.words import payment_state_text
from bot.web.claim_book import STATES as VOUCHER_STATES
from bot.web.finance_batches import FinanceBatches, PageOf
from bot.web.finance_entries import (
    LISTS,
    PAYMENTS,
    DeskRoom,
    DeskWriter,
    Entry,
    Tab,
    may_pay,
    tabs_of,
)
from bot.web.finance_orders import FinanceOrders, once
from bot.web.finance_port import Clerk, Form
from bot.web.finance_reconcile import FinanceReconcile
from bot.web.navigation import may_see_finance
from bot.web.site import Site
from core.claim import State
from core.company import Person
from core.errors import Refused
from core.ports import ClaimQuery, Page, Store, VoucherQuery
from core.voucher import VoucherState

SIZE = 25
VOUCHERS: tuple[VoucherState, ...] = ("refused", "open", "exported", "posted", "void")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which slice of which list somebody wants to see."""

    name: str
    state: str
    cursor: str | None

    @property
    def page(self) -> Page:
        return Page(self.cursor, SIZE)


Guard = Callable[[PageOf], Handler]
"""Makes a page that only people who have signed in see."""


@dataclass(frozen=True, slots=True)
class FinancePage:
    """The handler and what it reads from; who has no business here finds no page."""

    site: Site
    store: Store
    room: DeskRoom
    clerk: Clerk
    orders: FinanceOrders
    batches: FinanceBatches
    compared: FinanceReconcile

    def routes(self, guarded: Guard) -> list[web.RouteDef]:
        """Give the routes of the desk; who comes back from signing in finds the desk again."""
        base, made, said = "/app/finance", self.batches, self.batches.said
        return [
            web.get(base, guarded(self.page)),
            web.get(f"{base}/preview", guarded(said(made.preview))),
            web.get(f"{base}/batches/{{id}}", guarded(said(made.batch))),
            web.get(f"{base}/vouchers/{{batch}}", guarded(said(made.voucher_batch))),
            web.get(f"{base}/reconcile", guarded(self.compared.page)),
            web.get(f"{base}/reconcile.xlsx", guarded(self.compared.file)),
            web.get(f"{base}/do/{{what}}", made.back),
            web.post(f"{base}/do/order", guarded(self.orders.take)),
            web.post(f"{base}/do/batch", guarded(said(made.make))),
            web.post(f"{base}/do/file", guarded(said(made.file))),
            web.post(f"{base}/do/results", guarded(said(made.results))),
            web.post(f"{base}/do/vouchers", guarded(said(made.export_vouchers))),
            web.post(f"{base}/do/voucher-file", guarded(said(made.voucher_file))),
            web.post(f"{base}/do/numbers", guarded(said(made.numbers))),
        ]

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show one slice of one list."""
        if not may_see_finance(person):
            raise web.HTTPNotFound
        asked = _asked(request)
        company = await self.store.company()
        desk = self.room.writer(company, person)
        try:
            entries, following = await self._list(asked, desk)
        except (Refused, ValueError):
            raise web.HTTPNotFound from None
        return self.site.render(
            "finance.html",
            person.language,
            person=person,
            tabs=tabs_of(asked.name, person.language),
            states=_states(asked, person.language),
            asked=asked,
            hint=f"hint_{asked.name}_{asked.state}" if asked.state else f"hint_{asked.name}",
            entries=entries,
            following=_path(asked.name, asked.state, following) if following else "",
            may_act=may_pay(person),
            forms=self._forms(asked),
            own_batches=list(dict.fromkeys(e.batch for e in entries if e.batch)),
            told=await self.orders.told(request, person, company),
            note=request.query.get("note", "") == "words_missing",
            noted=_count(request.query.get("noted", "")),
            once=once(),
        )

    def _forms(self, asked: _Asked) -> Sequence[Form]:
        """Give the forms that a list's files may have."""
        try:
            return (
                self.clerk.voucher_forms()
                if asked.name == "vouchers"
                else (self.clerk.payment_forms())
            )
        except Refused:
            log.warning("templates_unfit")
            return ()

    async def _list(self, asked: _Asked, desk: DeskWriter) -> tuple[Sequence[Entry], str | None]:
        lists: Mapping[str, Callable[[_Asked, DeskWriter], Awaitable[_Slice]]] = {
            "payments": self._payments,
            "batches": self._batches,
            "vouchers": self._vouchers,
            "advances": self._advances,
            "late": self._late,
        }
        return await lists[asked.name](asked, desk)

    async def _payments(self, asked: _Asked, desk: DeskWriter) -> "_Slice":
        state = next(s for s in PAYMENTS if s == asked.state)
        found = await self.store.payments(state, asked.page)
        names = {p.batch for p in found.items if p.batch and p.state == "exported"}
        batches = {name: await self.store.payment_batch(name) for name in sorted(names)}
        return [desk.payment(p, batches.get(p.batch or "")) for p in found.items], found.next

    async def _batches(self, asked: _Asked, desk: DeskWriter) -> "_Slice":
        found = await self.store.payment_batches(asked.page)
        rows = [desk.batch(b, await self.store.payments_in(b.id)) for b in found.items]
        return rows, found.next

    async def _vouchers(self, asked: _Asked, desk: DeskWriter) -> "_Slice":
        state = next(s for s in VOUCHERS if s == asked.state)
        found = await self.store.vouchers(VoucherQuery(state=state), asked.page)
        return desk.vouchers(found), found.next

    async def _advances(self, asked: _Asked, desk: DeskWriter) -> "_Slice":
        query = ClaimQuery(state=State.PAID, kind="advance")
        found = await self.store.claims(query, asked.page)
        return [desk.advance(c) for c in found.items if c.open_fen > 0], found.next

    async def _late(self, asked: _Asked, desk: DeskWriter) -> "_Slice":
        query = ClaimQuery(state=State.IN_REVIEW, due_before=desk.now)
        found = await self.store.claims(query, asked.page)
        return [desk.late(c) for c in found.items], found.next


_Slice = tuple[Sequence[Entry], str | None]


def _asked(request: web.Request) -> _Asked:
    """Read which list is wanted; anything unknown is the first one."""
    name = request.query.get("list", LISTS[0])
    name = name if name in LISTS else LISTS[0]
    states: tuple[str, ...] = _states_of(name)
    state = request.query.get("state", "")
    chosen = state if state in states else next(iter(states), "")
    return _Asked(name, chosen, request.query.get("cursor") or None)


def _count(text: str) -> str:
    return text if text.isascii() and text.isdecimal() else ""


def _states_of(name: str) -> tuple[str, ...]:
    return {"payments": PAYMENTS, "vouchers": VOUCHERS}.get(name, ())


def _path(name: str, state: str, cursor: str | None = None) -> str:
    query = {"list": name, "state": state, "cursor": cursor or ""}
    return f"/app/finance?{urlencode({k: v for k, v in query.items() if v})}"


def _states(asked: _Asked, language: Language) -> list[Tab]:
    def named(state: str) -> str:
        if asked.name == "payments":
            return payment_state_text(state, language)
        return page_text(VOUCHER_STATES[state], language)

    return [Tab(named(s), _path(asked.name, s), s == asked.state) for s in _states_of(asked.name)]
