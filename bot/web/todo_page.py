"""What waits for somebody: decisions, wishes, batches, payments, and claims of their own."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.cards.actions import BATCH_ACTION_IDS, Token
from bot.handlers.batch import batch_of
from bot.handlers.dialogs import alive
from bot.texts.budget_changes import part
from bot.texts.names import budget_name, person_name
from bot.texts.pages import page_text
from bot.texts.template import Language
from bot.texts.words import kind_text, payment_state_text, state_text
from bot.web.press import Press, Presses, read_token
from bot.web.site import Site
from core.actions.basics import Settings
from core.actions.settlement import PAYERS
from core.budget.changes import BudgetChange, second_people
from core.claim import Claim, State
from core.company import Company, Person
from core.money import format_cny
from core.notices import TODO_LISTS
from core.pace import waiting_since
from core.payment import Payment, PaymentState
from core.payment_batch import PaymentBatch
from core.ports import ChangeQuery, ClaimQuery, Clock, Page, Store

FEW = Page(limit=50)
OWED: tuple[PaymentState, ...] = ("failed", "pending", "exported")
OWN = (State.RETURNED, State.REJECTED, State.WITHDRAWN, State.DRAFT)

Tone = Literal["hot", "warm", "good", "plain"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word about a row, and how loud it is."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """Something in a list; `path` opens it."""

    number: str
    name: str
    what: str
    amount: str
    state: str
    state_text: str
    path: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A list under its heading; `cut` says that there is more than is shown."""

    code: str
    rows: tuple[Row, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """The form to agree to claims together; `rows` are shown when the one yes is asked for."""

    action: str
    token: str
    once: str
    count: str
    total: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TodoPage:
    """The handler and what it reads from."""

    site: Site
    store: Store
    settings: Settings
    presses: Presses
    clock: Clock
    zone: ZoneInfo

    async def todo(self, request: web.Request, person: Person) -> web.Response:
        """List what waits, with the form to agree to all that is clean."""
        company = await self.store.company()
        desk = _Desk(company, person, self.clock(), self.zone)
        found = [
            await self._decisions(desk),
            await self._wishes(desk),
            await self._batches(desk),
            await self._payments(desk),
            await self._own(desk),
        ]
        sections = [section for section in found if section.rows]
        return self.site.render(
            "todo.html",
            person.language,
            person=person,
            sections=sections,
            most=str(FEW.limit),
            batch=await self._batch(desk),
            told=await self.presses.told(request, person, company),
        )

    async def _batch(self, desk: "_Desk") -> Offer | None:
        """Offer to agree to several clean claims together, or ask for the one yes."""
        dialog = alive(await self.store.dialog(desk.person.id), desk.now)
        batch = await batch_of(self.store, self.settings, desk.person.id, dialog)
        if not batch.armed and len(batch.claims) < 2:  # noqa: PLR2004 one has a page of its own
            return None
        return Offer(
            action="confirm_all" if batch.armed else "approve_all",
            token=Token(f"{TODO_LISTS}{desk.person.id}", batch.mark).pack(),
            once=secrets.token_hex(8),
            count=str(len(batch.claims)),
            total=format_cny(sum(c.total_fen for c in batch.claims)),
            rows=tuple(desk.row(c) for c in batch.claims) if batch.armed else (),
        )

    async def back(self, _: web.Request) -> web.Response:
        """Send a browser that has signed in meanwhile to the page with the form."""
        return self.site.redirect("/app/todo", HTTPStatus.SEE_OTHER)

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take a press of the form: the very event of the card's button."""
        given = await request.post()
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        action, token = fields.get("action", ""), read_token(fields.get("token", ""))
        if action not in BATCH_ACTION_IDS or token is None:
            raise web.HTTPBadRequest
        press = Press(action, token, once=fields.get("once", ""))
        trace = await self.presses.send(request, person, press)
        return self.site.redirect(f"/app/todo?sent={trace}", HTTPStatus.SEE_OTHER)

    async def _decisions(self, desk: "_Desk") -> Section:
        """List claims to decide: the urgent first, then by deadline, then the longest waiting."""
        query = ClaimQuery(state=State.IN_REVIEW, waiting_for=desk.person.id)
        found = await self.store.claims(query, FEW)
        first = sorted(
            found.items, key=lambda c: (not c.urgent, _due(c), waiting_since(c) or desk.now)
        )
        rows = tuple(replace(desk.row(c), marks=desk.marks(c)) for c in first)
        return Section("todo_decide", rows, found.next is not None)

    async def _wishes(self, desk: "_Desk") -> Section:
        """List changes of budgets that a second person must agree to."""
        found = await self.store.budget_changes(ChangeQuery("waiting"), FEW)
        rows = tuple(desk.wish(w) for w in found.items if desk.may_agree(w))
        return Section("todo_wishes", rows, found.next is not None)

    async def _batches(self, desk: "_Desk") -> Section:
        """List payment batches that wait for another's word."""
        if not PAYERS.intersection(desk.person.roles):
            return Section("todo_batches", (), cut=False)
        found = await self.store.payment_batches(FEW)
        rows = tuple(
            desk.batch(b) for b in found.items if b.state == "waiting" and b.maker != desk.person.id
        )
        return Section("todo_batches", rows, cut=False)

    async def _payments(self, desk: "_Desk") -> Section:
        """List what is owed, to those who pay; nobody pays themselves."""
        if not PAYERS.intersection(desk.person.roles):
            return Section("todo_pay", (), cut=False)
        rows: list[Row] = []
        cut = False
        for state in OWED:
            found = await self.store.payments(state, FEW)
            cut = cut or found.next is not None
            rows += [desk.owed(p) for p in found.items if p.payee != desk.person.id]
        return Section("todo_pay", tuple(rows[: FEW.limit]), cut or len(rows) > FEW.limit)

    async def _own(self, desk: "_Desk") -> Section:
        rows: list[Row] = []
        cut = False
        for state in OWN:
            found = await self.store.claims(ClaimQuery(state=state, employee=desk.person.id), FEW)
            cut = cut or found.next is not None
            rows += [desk.row(claim) for claim in found.items]
        return Section("todo_mine", tuple(rows[: FEW.limit]), cut or len(rows) > FEW.limit)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Writes rows for one reader."""

    company: Company
    person: Person
    now: datetime
    zone: ZoneInfo

    @property
    def language(self) -> Language:
        return self.person.language

    def row(self, claim: Claim) -> Row:
        return Row(
            number=claim.number,
            name=person_name(self.company, claim.employee),
            what=kind_text(claim.kind, self.language),
            amount=format_cny(claim.total_fen),
            state=claim.state.value,
            state_text=state_text(claim.state, self.language),
            path=f"/app/claims/{claim.number}",
            marks=_urgent(claim, self.language),
        )

    def marks(self, claim: Claim) -> tuple[Mark, ...]:
        """Say how pressing a claim is, and whether anything in it needs a look."""
        serious = sum(f.severity != "info" for f in claim.findings)
        if serious:
            seen = Mark(page_text("todo_findings", self.language, count=str(serious)), "warm")
        else:
            seen = Mark(page_text("todo_clean", self.language), "good")
        return (*_urgent(claim, self.language), *self._deadline(claim), seen)

    def _deadline(self, claim: Claim) -> tuple[Mark, ...]:
        due = claim.plan.step.due if claim.plan and claim.plan.step else None
        if due is None:
            return ()
        at = f"{due.astimezone(self.zone):%m-%d %H:%M}"
        late = due <= self.now
        text = page_text("todo_late" if late else "todo_due", self.language, at=at)
        return (Mark(text, "hot" if late else "plain"),)

    def may_agree(self, wish: BudgetChange) -> bool:
        budget = self.company.budget(wish.budget)
        return budget is not None and self.person in second_people(
            self.company, budget, wish.requester
        )

    def wish(self, wish: BudgetChange) -> Row:
        kind = part(wish.kind, self.language).rstrip(",， ")
        budget = budget_name(self.company, wish.budget, self.language)
        return Row(
            number=wish.number,
            name=person_name(self.company, wish.requester),
            what=f"{kind} {budget}",
            amount=format_cny(wish.amount_fen) if wish.amount_fen else "",
            state="in_review",
            state_text=page_text("todo_waits", self.language),
            path=f"/app/budgets/{wish.budget}",
        )

    def batch(self, batch: PaymentBatch) -> Row:
        return Row(
            number=batch.id,
            name=page_text("payments_in", self.language, count=str(batch.count)),
            what="",
            amount=format_cny(batch.total_fen),
            state="in_review",
            state_text=page_text("todo_waits", self.language),
            path=f"/app/finance/batches/{batch.id}",
        )

    def owed(self, payment: Payment) -> Row:
        return Row(
            number=payment.claim,
            name=payment.payee_name or person_name(self.company, payment.payee),
            what="",
            amount=format_cny(payment.owed_fen),
            state=payment.state,
            state_text=payment_state_text(payment.state, self.language),
            path=f"/app/claims/{payment.claim}",
        )


def _urgent(claim: Claim, language: Language) -> tuple[Mark, ...]:
    return (Mark(page_text("todo_urgent", language), "hot"),) if claim.urgent else ()


def _due(claim: Claim) -> float:
    due = claim.plan.step.due if claim.plan and claim.plan.step else None
    return due.timestamp() if due else float("inf")
