"""The REST API of contract §4: reading for other systems, and the bank's results."""

import asyncio
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import cast, get_args
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.handlers.document import charges_json, claim_json
from bot.handlers.finding import foreseen
from bot.handlers.payments import owed_for
from bot.handlers.recall import Reads, Recall
from bot.texts import finding_text
from bot.texts.template import Language
from bot.web.access import Access
from bot.web.asked import body_of, choice_of, invalid, listed, page_of, parsed, sliced
from bot.web.payment_results import PaymentResult, change_of
from bot.web.problems import Fault, Problem, language_of
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
from core.budget import Balance, charges_on_record, find_budgets
from core.claim import Claim, State
from core.company import ROOT, Company
from core.currency import BASE, DIGITS, ForeignAmount, at_company_rate, parse_minor
from core.errors import Conflict, Refused
from core.money import parse_yuan
from core.payment import PaymentState
from core.ports import ClaimQuery, Clock, Store

log = structlog.get_logger(__name__)

SIGNED = r"^[+-]?[0-9]{1,13}(\.[0-9]{1,3})?$"
"""How an amount may be written; how many decimals it has is its currency's affair."""
TRIES = 20
"""How often a result is noted anew when somebody has changed the claim meanwhile."""


class BudgetQuestion(BaseModel):
    """Body of `POST /budgets/check`; what is absent matches only budgets that name none.

    An amount in another `currency` is converted at the company's rate of the day.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    department: str = ROOT
    project: str | None = None
    category: str | None = None
    person: str | None = None
    company: str | None = None
    date: date
    amount: str = Field(json_schema_extra={"pattern": SIGNED})
    currency: str = Field(default=BASE, json_schema_extra={"enum": [*sorted(DIGITS)]})


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
            web.get(f"{base}/budgets/{{id:(?!check$)[^/]+}}", self.budget),
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
        state = choice_of(request, "state", list(State))
        employee = request.query.get("employee") or None
        query = ClaimQuery(state=State(state) if state else None, employee=employee)
        found = await sliced(self.store.claims(query, page_of(request)))
        company, language = await self.store.company(), language_of(request)
        known, items = Recall(self.store), []
        for claim in found.items:
            items.append(await self._shown(known, company, claim, language))
            # Drafts are checked against everything before them: others get their turn between.
            await asyncio.sleep(0)
        return listed(items, found.next)

    async def claim(self, request: web.Request) -> web.Response:
        """Give one claim."""
        self.access.require(request, "claims:read")
        claim = await self.store.claim(request.match_info["number"])
        if claim is None:
            raise _missing("claim", request.match_info["number"])
        company = await self.store.company()
        return web.json_response(await self.shown(company, claim, language_of(request)))

    async def shown(self, company: Company, claim: Claim, language: Language) -> Json:
        """Give a claim as every answer has it, with what is to be said about it today."""
        return await self._shown(self.store, company, claim, language)

    async def _shown(
        self, store: Reads, company: Company, claim: Claim, language: Language
    ) -> Json:
        shown, chain = await foreseen(store, company, claim, self._today(), self.settings)
        texts = [(f, finding_text(f, language, company)) for f in shown.findings]
        charges = [c.budget for c in charges_on_record(company, shown)]
        balances = await store.balances(charges) if charges else ()
        return {**claim_json(shown, texts, charges_json(company, shown, balances), chain)}

    def _today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    async def budgets(self, request: web.Request) -> web.Response:
        """List all budgets with their counters."""
        self.access.require(request, "budgets:read")
        return listed([budget_json(b) for b in await self.store.balances()], None)

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
        found = await sliced(self.store.entries(balance.budget.id, page_of(request)))
        return listed([entry_json(e) for e in found.items], found.next)

    async def limits(self, request: web.Request) -> web.Response:
        """List the limits that a budget has had, oldest first."""
        balance = await self._balance(request)
        versions = await self.store.limits(balance.budget.id)
        return listed([limit_json(v) for v in versions], None)

    async def check_budget(self, request: web.Request) -> web.Response:
        """Say whether an amount would pass; nothing is reserved."""
        self.access.require(request, "budgets:read")
        asked = parsed(await body_of(request), BudgetQuestion)
        company = await self.store.company()
        _require_known(asked, company)
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
            raise Problem(HTTPStatus.BAD_REQUEST, "number_missing")
        return listed([invoice_json(i) for i in await self.store.invoices(number)], None)

    async def payments(self, request: web.Request) -> web.Response:
        """List payments, oldest first."""
        self.access.require(request, "payments:read")
        state = cast("PaymentState | None", choice_of(request, "state", get_args(PaymentState)))
        found = await sliced(self.store.payments(state, page_of(request)))
        return listed([payment_json(p) for p in found.items], found.next)

    async def payment_result(self, request: web.Request) -> web.Response:
        """Note what the bank did with a payment; the same result twice is one."""
        token = self.access.require(request, "payments:write")
        result = parsed(await body_of(request), PaymentResult)
        amount = None if result.amount is None else _fen(result.amount)
        if amount is not None and amount <= 0:
            raise _bad_amount(DIGITS[BASE])
        for _ in range(TRIES - 1):
            try:
                return await self._noted(request, token.name, result, amount)
            except Conflict:
                # Somebody was faster: what they have noted may be this very result.
                log.info("result_again", token=token.name)
        return await self._noted(request, token.name, result, amount)

    async def _noted(
        self, request: web.Request, by: str, result: PaymentResult, amount_fen: int | None
    ) -> web.Response:
        found = await owed_for(self.store, request.match_info["id"])
        if found is None:
            raise _missing("payment", request.match_info["id"])
        payment, claim = found
        source = f"api:{by}:{payment.id}:{result.result}:{claim.revision}"
        cause = Cause(f"api:{by}", self.clock(), source)
        company = await self.store.company()
        change = change_of(result, amount_fen, payment, claim, company, cause, self.settings)
        if change:
            await self.store.commit(change)
        after = await self.store.payment(payment.id)
        return web.json_response(payment_json(after or payment))

    async def audit(self, request: web.Request) -> web.Response:
        """List the audit trail, oldest first."""
        self.access.require(request, "audit:read")
        found = await sliced(self.store.audit(page_of(request)))
        return listed([audit_json(r) for r in found.items], found.next)


def _fen(text: str) -> int:
    """Read an amount in yuan as fen; Problem 400 `invalid_amount`."""
    try:
        return parse_yuan(text)
    except ValueError:
        raise _bad_amount(DIGITS[BASE]) from None


def _bad_amount(digits: int) -> Problem:
    return invalid([Fault("amount", "not_amount", {"digits": str(digits)})])


def _require_known(asked: BudgetQuestion, company: Company) -> None:
    """Refuse a name that nothing has, as whatever it should have found would allow too much."""
    known = {
        "department": asked.department == ROOT or company.department(asked.department),
        "project": asked.project is None or company.project(asked.project),
        "category": asked.category is None or company.category(asked.category),
        "person": asked.person is None or company.person(asked.person),
        "company": asked.company in {None, *(c.id for c in company.companies)},
    }
    for name, found in known.items():
        if not found:
            raise Refused(f"unknown_{name}", **{name: str(getattr(asked, name))})


def _amount(asked: BudgetQuestion, company: Company) -> int:
    """Give the amount in fen; Problem 422 `no_rate` where another currency has none that day."""
    if asked.currency == BASE:
        return _fen(asked.amount)
    if asked.currency not in DIGITS:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_currency", allowed=sorted(DIGITS))
    try:
        amount = ForeignAmount(asked.currency, parse_minor(asked.amount, asked.currency))
        converted = at_company_rate(amount, company.currencies, asked.date)
        fen = converted.fen
    except ValueError:
        raise _bad_amount(DIGITS[asked.currency]) from None
    if not converted.rate:
        status, day = HTTPStatus.UNPROCESSABLE_ENTITY, asked.date.isoformat()
        raise Problem(status, "no_rate", currency=asked.currency, date=day)
    return fen


def _missing(what: str, name: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"no_such_{what}", id=name[:64])
