"""What waits for somebody: decisions, payments, and claims of their own to submit."""

from dataclasses import dataclass

from aiohttp import web

from bot.texts.names import person_name
from bot.texts.template import Language
from bot.texts.words import kind_text, payment_state_text, state_text
from bot.web.site import Site
from core.actions.settlement import PAYERS
from core.claim import Claim, State
from core.company import Company, Person
from core.money import format_cny
from core.payment import Payment, PaymentState
from core.ports import ClaimQuery, Page, Store

FEW = Page(limit=50)
OWED: tuple[PaymentState, ...] = ("failed", "pending", "exported")
OWN = (State.RETURNED, State.DRAFT)


@dataclass(frozen=True, slots=True)
class Row:
    """A claim in a list."""

    number: str
    name: str
    what: str
    amount: str
    state: str
    state_text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A list under its heading; `cut` says that there is more than is shown."""

    code: str
    rows: tuple[Row, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class TodoPage:
    """The handler and what it reads from."""

    site: Site
    store: Store

    async def todo(self, _: web.Request, person: Person) -> web.Response:
        """List what waits."""
        company = await self.store.company()
        found = [
            await self._decisions(company, person),
            await self._payments(company, person),
            await self._own(company, person),
        ]
        sections = [section for section in found if section.rows]
        return self.site.render(
            "todo.html", person.language, person=person, sections=sections, most=str(FEW.limit)
        )

    async def _decisions(self, company: Company, person: Person) -> Section:
        query = ClaimQuery(state=State.IN_REVIEW, waiting_for=person.id)
        found = await self.store.claims(query, FEW)
        first = sorted(found.items, key=lambda c: not c.urgent)
        rows = tuple(_row(company, claim, person.language) for claim in first)
        return Section("todo_decide", rows, found.next is not None)

    async def _payments(self, company: Company, person: Person) -> Section:
        """List what is owed, to those who pay; nobody pays themselves."""
        if not PAYERS.intersection(person.roles):
            return Section("todo_pay", (), cut=False)
        rows: list[Row] = []
        cut = False
        for state in OWED:
            found = await self.store.payments(state, FEW)
            cut = cut or found.next is not None
            rows += [
                _owed(company, payment, person.language)
                for payment in found.items
                if payment.payee != person.id
            ]
        return Section("todo_pay", tuple(rows[: FEW.limit]), cut or len(rows) > FEW.limit)

    async def _own(self, company: Company, person: Person) -> Section:
        rows: list[Row] = []
        cut = False
        for state in OWN:
            found = await self.store.claims(ClaimQuery(state=state, employee=person.id), FEW)
            cut = cut or found.next is not None
            rows += [_row(company, claim, person.language) for claim in found.items]
        return Section("todo_mine", tuple(rows[: FEW.limit]), cut or len(rows) > FEW.limit)


def _row(company: Company, claim: Claim, language: Language) -> Row:
    return Row(
        number=claim.number,
        name=person_name(company, claim.employee),
        what=kind_text(claim.kind, language),
        amount=format_cny(claim.total_fen),
        state=claim.state.value,
        state_text=state_text(claim.state, language),
    )


def _owed(company: Company, payment: Payment, language: Language) -> Row:
    return Row(
        number=payment.claim,
        name=person_name(company, payment.payee),
        what="",
        amount=format_cny(payment.amount_fen),
        state=payment.state,
        state_text=payment_state_text(payment.state, language),
    )
