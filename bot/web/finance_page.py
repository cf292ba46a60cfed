"""The finance desk: payments, batches, vouchers, advances and what is late, list by list."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.texts.names import person_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.texts.words import kind_text, payment_reason_text, payment_state_text, state_text
from bot.web.claim_book import STATES as VOUCHER_STATES
from bot.web.claim_book import voucher_rows
from bot.web.navigation import may_see_finance
from bot.web.site import Site
from bot.web.todo_page import Mark
from core.claim import Claim, State
from core.company import Company, Person
from core.errors import Refused
from core.money import format_cny
from core.payment import Payment, PaymentState, mask_account
from core.payment_batch import PaymentBatch
from core.ports import ClaimQuery, Clock, Page, Sliced, Store, VoucherQuery
from core.voucher import Voucher, VoucherState

SIZE = 25
PAYMENTS: tuple[PaymentState, ...] = ("pending", "failed", "exported", "paid", "cancelled")
VOUCHERS: tuple[VoucherState, ...] = ("refused", "open", "exported", "posted", "void")
LISTS = ("payments", "batches", "vouchers", "advances", "late")
COMMANDS: Mapping[str, str] = {
    "payments:pending": "chit payments export --format xlsx --out FILE",
    "payments:exported": "chit payments result FILE",
    "batches": "chit payments export --batch ID --format xlsx --out FILE",
    "vouchers:refused": "chit vouchers export --format csv --out FILE",
    "vouchers:open": "chit vouchers export --format csv --out FILE",
    "vouchers:exported": "chit vouchers export --batch ID --format csv --out FILE",
}
"""What an administrator types to go on from a list; files are written on the server alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the desk; `path` opens it, `why` says what is wrong."""

    number: str
    name: str
    amount: str
    state: str
    state_text: str
    path: str = ""
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A list, or a state within one, to go to."""

    text: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which slice of which list somebody wants to see."""

    name: str
    state: str
    cursor: str | None

    @property
    def page(self) -> Page:
        return Page(self.cursor, SIZE)

    @property
    def command(self) -> str:
        return COMMANDS.get(f"{self.name}:{self.state}") or COMMANDS.get(self.name, "")


@dataclass(frozen=True, slots=True)
class FinancePage:
    """The handler and what it reads from; who has no business here finds no page."""

    site: Site
    store: Store
    clock: Clock
    zone: ZoneInfo
    advance_days: int = 30
    """Days after which an advance that is open is overdue."""

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show one slice of one list."""
        if not may_see_finance(person):
            raise web.HTTPNotFound
        asked = _asked(request)
        company = await self.store.company()
        desk = _Desk(company, person.language, self.clock(), self.zone, self.advance_days)
        try:
            entries, following = await self._list(asked, desk)
        except (Refused, ValueError):
            raise web.HTTPNotFound from None
        return self.site.render(
            "finance.html",
            person.language,
            person=person,
            tabs=_tabs(asked, person.language),
            states=_states(asked, person.language),
            asked=asked,
            hint=f"hint_{asked.name}_{asked.state}" if asked.state else f"hint_{asked.name}",
            entries=entries,
            following=_path(asked.name, asked.state, following) if following else "",
        )

    async def _list(self, asked: _Asked, desk: "_Desk") -> tuple[Sequence[Entry], str | None]:
        lists: Mapping[str, Callable[[_Asked, _Desk], Awaitable[_Slice]]] = {
            "payments": self._payments,
            "batches": self._batches,
            "vouchers": self._vouchers,
            "advances": self._advances,
            "late": self._late,
        }
        return await lists[asked.name](asked, desk)

    async def _payments(self, asked: _Asked, desk: "_Desk") -> "_Slice":
        state = next(s for s in PAYMENTS if s == asked.state)
        found = await self.store.payments(state, asked.page)
        return [desk.payment(p) for p in found.items], found.next

    async def _batches(self, asked: _Asked, desk: "_Desk") -> "_Slice":
        found = await self.store.payment_batches(asked.page)
        rows = [desk.batch(b, await self.store.payments_in(b.id)) for b in found.items]
        return rows, found.next

    async def _vouchers(self, asked: _Asked, desk: "_Desk") -> "_Slice":
        state = next(s for s in VOUCHERS if s == asked.state)
        found = await self.store.vouchers(VoucherQuery(state=state), asked.page)
        return desk.vouchers(found), found.next

    async def _advances(self, asked: _Asked, desk: "_Desk") -> "_Slice":
        query = ClaimQuery(state=State.PAID, kind="advance")
        found = await self.store.claims(query, asked.page)
        return [desk.advance(c) for c in found.items if c.open_fen > 0], found.next

    async def _late(self, asked: _Asked, desk: "_Desk") -> "_Slice":
        query = ClaimQuery(state=State.IN_REVIEW, due_before=desk.now)
        found = await self.store.claims(query, asked.page)
        return [desk.late(c) for c in found.items], found.next


_Slice = tuple[Sequence[Entry], str | None]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Writes entries in one language."""

    company: Company
    language: Language
    now: datetime
    zone: ZoneInfo
    advance_days: int

    def say(self, code: str, **fields: str) -> str:
        return page_text(code, self.language, **fields)

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%m-%d %H:%M}"

    def payment(self, payment: Payment) -> Entry:
        account = mask_account(payment.account).replace("*", "•")[-8:]
        where = " ".join(p for p in (one_line(payment.bank, 30), account) if p)
        parts = (where, payment.batch or "", one_line(payment.reference, 40))
        missing = not payment.account and payment.state in {"pending", "failed"}
        return Entry(
            number=payment.claim,
            name=one_line(payment.payee_name or person_name(self.company, payment.payee), 40),
            amount=format_cny(payment.owed_fen or payment.amount_fen),
            state=payment.state,
            state_text=payment_state_text(payment.state, self.language),
            path=f"/app/claims/{payment.claim}",
            notes=(*(p for p in parts if p), *self._in_part(payment)),
            marks=(Mark(self.say("no_account"), "warm"),) if missing else (),
            why=one_line(payment_reason_text(payment.reason, self.language))
            if payment.state in {"failed", "cancelled"}
            else "",
        )

    def _in_part(self, payment: Payment) -> tuple[str, ...]:
        if not payment.paid_fen or payment.state == "paid":
            return ()
        return (self.say("paid_so_far", amount=format_cny(payment.paid_fen)),)

    def batch(self, batch: PaymentBatch, payments: Sequence[Payment]) -> Entry:
        """Write a batch with what the bank has said of it so far."""
        counts = {s: sum(p.state == s for p in payments) for s in PAYMENTS}
        open_ = counts["exported"]
        maker = person_name(self.company, batch.maker)
        checker = person_name(self.company, batch.checker) if batch.checker else ""
        people = f"{maker} → {checker}" if checker else maker
        told = [
            self.say(f"batch_{state}", count=str(counts[state]))
            for state in ("paid", "failed")
            if counts[state]
        ]
        waits = batch.state == "released" and open_
        return Entry(
            number=batch.id,
            name=self.say("payments_in", count=str(batch.count)),
            amount=format_cny(batch.total_fen),
            state=batch.state,
            state_text=self.say(f"batch_{batch.state}"),
            notes=(self.day(batch.created_at), people, *told),
            marks=(Mark(self.say("batch_open", count=str(open_)), "warm"),) if waits else (),
        )

    def vouchers(self, found: Sliced[Voucher]) -> Sequence[Entry]:
        return [
            Entry(
                number=row.claim,
                name=row.what,
                amount=row.amount,
                state=row.state,
                state_text=row.state_text,
                path=f"/app/claims/{row.claim}",
                notes=tuple(n for n in (row.id, row.where) if n),
                why=row.why,
            )
            for row in voucher_rows(found.items, self.company, self.language)
        ]

    def advance(self, claim: Claim) -> Entry:
        paid = claim.advance.paid_at if claim.advance else None
        overdue = bool(
            paid and not claim.standing and self.now - paid > timedelta(days=self.advance_days)
        )
        mark = Mark(self.say("overdue"), "hot") if overdue else None
        kind = Mark(self.say("petty_cash")) if claim.standing else None
        return Entry(
            number=claim.number,
            name=person_name(self.company, claim.employee),
            amount=format_cny(claim.open_fen),
            state=claim.state.value,
            state_text=self.say("advance_open"),
            path=f"/app/claims/{claim.number}",
            notes=(
                self.say("advance_of", total=format_cny(claim.total_fen)),
                *((self.day(paid),) if paid else ()),
            ),
            marks=tuple(m for m in (mark, kind) if m),
        )

    def late(self, claim: Claim) -> Entry:
        step = claim.plan.step if claim.plan else None
        people = [person_name(self.company, p) for p in (step.waiting() if step else ())]
        names = ("、" if self.language == "zh" else ", ").join(people[:3])
        due = step.due if step else None
        return Entry(
            number=claim.number,
            name=f"{person_name(self.company, claim.employee)} · "
            f"{kind_text(claim.kind, self.language)}",
            amount=format_cny(claim.total_fen),
            state=claim.state.value,
            state_text=state_text(claim.state, self.language),
            path=f"/app/claims/{claim.number}",
            notes=(self.say("waits_for", people=names),) if names else (),
            marks=(Mark(self.say("todo_late", at=self.day(due)), "hot"),) if due else (),
        )


def _asked(request: web.Request) -> _Asked:
    """Read which list is wanted; anything unknown is the first one."""
    name = request.query.get("list", LISTS[0])
    name = name if name in LISTS else LISTS[0]
    states: tuple[str, ...] = _states_of(name)
    state = request.query.get("state", "")
    chosen = state if state in states else next(iter(states), "")
    return _Asked(name, chosen, request.query.get("cursor") or None)


def _states_of(name: str) -> tuple[str, ...]:
    return {"payments": PAYMENTS, "vouchers": VOUCHERS}.get(name, ())


def _path(name: str, state: str, cursor: str | None = None) -> str:
    query = {"list": name, "state": state, "cursor": cursor or ""}
    return f"/app/finance?{urlencode({k: v for k, v in query.items() if v})}"


def _tabs(asked: _Asked, language: Language) -> list[Tab]:
    return [
        Tab(page_text(f"desk_{name}", language), _path(name, ""), name == asked.name)
        for name in LISTS
    ]


def _states(asked: _Asked, language: Language) -> list[Tab]:
    def named(state: str) -> str:
        if asked.name == "payments":
            return payment_state_text(state, language)
        return page_text(VOUCHER_STATES[state], language)

    return [Tab(named(s), _path(asked.name, s), s == asked.state) for s in _states_of(asked.name)]
