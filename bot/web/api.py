"""The REST API of contract §4: reading for other systems, and the bank's results."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.handlers.document import Object, charges_json, claim_json
from bot.handlers.finding import foreseen
from bot.handlers.payments import owed_for
from bot.texts import finding_text
from bot.web.access import Access
from bot.web.payment_results import PaymentResult, change_of
from bot.web.problems import Problem
from bot.web.shapes import (
    Json,
    audit_json,
    budget_json,
    entry_json,
    invoice_json,
    limit_json,
    payment_json,
)
from core.actions.basics import Cause, Settings
from core.budget import Balance, charges_of, find_budgets
from core.claim import Claim, State
from core.company import ROOT, Company
from core.currency import BASE, DIGITS, ForeignAmount, at_company_rate, parse_minor
from core.money import parse_yuan
from core.payment import PaymentState
from core.ports import ClaimQuery, Clock, Page, Sliced, Store

MAX_LIMIT = 200
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class BudgetQuestion(BaseModel):
    """Body of `POST /budgets/check`; what is absent matches only budgets that name none.

    An amount in another `currency` is converted at the company's rate of the day.
    """

    model_config = ConfigDict(extra="forbid")

    department: str = ROOT
    project: str | None = None
    category: str | None = None
    person: str | None = None
    company: str | None = None
    date: date
    amount: str
    currency: str = BASE


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers and what they read from."""

    store: Store
    access: Access
    settings: Settings
    clock: Clock
    zone: ZoneInfo

    def routes(self) -> list[web.RouteDef]:
        """Give the routes below `/api/v1`."""
        base = "/api/v1"
        return [
            web.get(f"{base}/claims", self.claims),
            web.get(f"{base}/claims/{{number}}", self.claim),
            web.get(f"{base}/budgets", self.budgets),
            web.post(f"{base}/budgets/check", self.check_budget),
            web.get(f"{base}/budgets/{{id}}", self.budget),
            web.get(f"{base}/budgets/{{id}}/entries", self.entries),
            web.get(f"{base}/budgets/{{id}}/limits", self.limits),
            web.get(f"{base}/invoices", self.invoices),
            web.get(f"{base}/payments", self.payments),
            web.post(f"{base}/payments/{{id}}/result", self.payment_result),
            web.get(f"{base}/audit", self.audit),
        ]

    async def claims(self, request: web.Request) -> web.Response:
        """List claims, newest first."""
        self.access.require(request, "claims:read")
        state = request.query.get("state")
        query = ClaimQuery(
            state=_state(state) if state else None, employee=request.query.get("employee")
        )
        found = await _sliced(self.store.claims(query, _page(request)))
        company = await self.store.company()
        return _list([await self.shown(company, c) for c in found.items], found.next)

    async def claim(self, request: web.Request) -> web.Response:
        """Give one claim."""
        self.access.require(request, "claims:read")
        claim = await self.store.claim(request.match_info["number"])
        if claim is None:
            raise _missing("claim", request.match_info["number"])
        return web.json_response(await self.shown(await self.store.company(), claim))

    async def shown(self, company: Company, claim: Claim) -> Json:
        """Give a claim as every answer has it, with what is to be said about it today."""
        shown, chain = await foreseen(self.store, company, claim, self._today(), self.settings)
        texts = [(f, finding_text(f, "zh", company)) for f in shown.findings]
        return {**claim_json(shown, texts, await self._charges(company, shown), chain)}

    async def _charges(self, company: Company, claim: Claim) -> list[Object]:
        charges = [c.budget for c in charges_of(company, claim)]
        balances = await self.store.balances(charges) if charges else ()
        return charges_json(company, claim, balances)

    def _today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    async def budgets(self, request: web.Request) -> web.Response:
        """List all budgets with their counters."""
        self.access.require(request, "budgets:read")
        return _list([budget_json(b) for b in await self.store.balances()], None)

    async def _balance(self, request: web.Request) -> Balance:
        self.access.require(request, "budgets:read")
        name = request.match_info["id"]
        found = await self.store.balances([name])
        if not found:
            raise _missing("budget", name)
        return found[0]

    async def budget(self, request: web.Request) -> web.Response:
        """Give one budget."""
        return web.json_response(budget_json(await self._balance(request)))

    async def entries(self, request: web.Request) -> web.Response:
        """List a budget's journal, oldest first."""
        balance = await self._balance(request)
        found = await _sliced(self.store.entries(balance.budget.id, _page(request)))
        return _list([entry_json(e) for e in found.items], found.next)

    async def limits(self, request: web.Request) -> web.Response:
        """List the limits that a budget has had, oldest first."""
        balance = await self._balance(request)
        versions = await self.store.limits(balance.budget.id)
        return _list([limit_json(v) for v in versions], None)

    async def check_budget(self, request: web.Request) -> web.Response:
        """Say whether an amount would pass; nothing is reserved."""
        self.access.require(request, "budgets:read")
        asked = await _body(request, BudgetQuestion)
        company = await self.store.company()
        amount = _amount(asked, company)
        bound = find_budgets(
            company,
            department=asked.department,
            project=asked.project,
            category=asked.category,
            day=asked.date,
            person=asked.person,
            entity=asked.company,
        )
        balances = await self.store.balances([b.id for b in bound]) if bound else ()
        verdicts = {b.judge(amount) for b in balances} or {self.settings.unmatched}
        decision = next(v for v in ("block", "warn", "allow") if v in verdicts)
        return web.json_response(
            {"decision": decision, "budgets": [budget_json(b) for b in balances]}
        )

    async def invoices(self, request: web.Request) -> web.Response:
        """Find vouchers by their printed number."""
        self.access.require(request, "invoices:read")
        number = request.query.get("number", "")
        if not number:
            raise Problem(HTTPStatus.BAD_REQUEST, "number_missing", "ask with ?number=")
        return _list([invoice_json(i) for i in await self.store.invoices(number)], None)

    async def payments(self, request: web.Request) -> web.Response:
        """List payments, oldest first."""
        self.access.require(request, "payments:read")
        state = request.query.get("state")
        if state not in {None, *get_args(PaymentState)}:
            raise _bad("state", ", ".join(get_args(PaymentState)))
        found = await _sliced(self.store.payments(state, _page(request)))  # type: ignore[arg-type]  # checked above
        return _list([payment_json(p) for p in found.items], found.next)

    async def payment_result(self, request: web.Request) -> web.Response:
        """Note what the bank did with a payment; the same result twice is one."""
        token = self.access.require(request, "payments:write")
        result = await _body(request, PaymentResult)
        found = await owed_for(self.store, request.match_info["id"])
        if found is None:
            raise _missing("payment", request.match_info["id"])
        payment, claim = found
        amount = None if result.amount is None else _part(result.amount)
        source = f"api:{token.name}:{payment.id}:{result.result}:{claim.revision}"
        cause = Cause(f"api:{token.name}", self.clock(), source)
        company = await self.store.company()
        change = change_of(result, amount, payment, claim, company, cause, self.settings)
        if change:
            await self.store.commit(change)
        after = await self.store.payment(payment.id)
        return web.json_response(payment_json(after or payment))

    async def audit(self, request: web.Request) -> web.Response:
        """List the audit trail, oldest first."""
        self.access.require(request, "audit:read")
        found = await _sliced(self.store.audit(_page(request)))
        return _list([audit_json(r) for r in found.items], found.next)


def _list(items: list[Json], following: str | None) -> web.Response:
    return web.json_response({"items": items, "next": following})


def _page(request: web.Request) -> Page:
    limit = request.query.get("limit", "50")
    if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
        raise _bad("limit", f"a number from 1 to {MAX_LIMIT}")
    return Page(request.query.get("cursor"), int(limit))


async def _sliced(found: Awaitable[Sliced[T]]) -> Sliced[T]:
    try:
        return await found
    except ValueError:
        raise _bad("cursor", "the `next` of the page before") from None


async def _body(request: web.Request, model: type[M]) -> M:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        faults = [
            {"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()
        ]
        raise Problem(
            HTTPStatus.BAD_REQUEST, "invalid_body", "see `errors`", errors=faults
        ) from None


def _part(text: str) -> int:
    """Read how much of a payment a result is about, in fen; Problem 400 `invalid_amount`."""
    try:
        return parse_yuan(text)
    except ValueError as error:
        raise _bad("amount", str(error)) from None


def _amount(asked: BudgetQuestion, company: Company) -> int:
    """Give the amount in fen; Problem 422 `no_rate` where another currency has none that day."""
    if asked.currency != BASE and asked.currency not in DIGITS:
        raise _bad("currency", ", ".join(sorted(DIGITS)))
    try:
        if asked.currency == BASE:
            return parse_yuan(asked.amount)
        amount = ForeignAmount(asked.currency, parse_minor(asked.amount, asked.currency))
        converted = at_company_rate(amount, company.currencies, asked.date)
        fen = converted.fen
    except ValueError as error:
        raise _bad("amount", str(error)) from None
    if not converted.rate:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "no_rate",
            "the company has no rate of this currency for this day",
            currency=asked.currency,
        )
    return fen


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError:
        raise _bad("state", ", ".join(State)) from None


def _bad(name: str, wanted: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"invalid_{name}", f"{name} must be {wanted}")


def _missing(what: str, name: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"no_such_{what}", f"there is no {what} {name[:64]}")
