"""Budgets as pages: all that somebody may see, and where the money of one of them is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.cards.alert import forecast_text
from bot.texts.names import budget_scope, category_name, person_name, project_name
from bot.texts.pages import page_text
from bot.texts.template import Language
from bot.web.site import Site
from core.alerts import percent_used
from core.budget import Balance
from core.budget.sight import may_open, may_see
from core.company import Company, Person
from core.forecast import runs_out
from core.money import format_cny
from core.ports import BudgetEntry, Clock, Store
from core.usage import Share, Usages, break_down

MOST = 200
"""Budgets of an overview."""
FEW = 10
RECENT = 20
FULL = 100
KINDS = {"reserve": "entry_reserve", "release": "entry_release", "consume": "entry_consume"}
WIDE, HIGH = 300, 80
"""The frame of the trend, in its own units."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A budget's figures as they are drawn; `width` is of its bar, 100 at most."""

    id: str
    scope: str
    opens: bool
    percent: int
    width: int
    tight: bool
    frozen: bool
    closed: bool
    limit: str
    reserved: str
    consumed: str
    available: str
    forecast: str


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its part of a budget."""

    name: str
    amount: str
    percent: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the journal."""

    claim: str
    what: str
    amount: str
    at: str


@dataclass(frozen=True, slots=True)
class BudgetsPage:
    """The handlers and what they read from."""

    site: Site
    store: Store
    usages: Usages
    clock: Clock
    zone: ZoneInfo

    async def overview(self, _: web.Request, person: Person) -> web.Response:
        """List the budgets of today that somebody may see, the fullest first."""
        company = await self.store.company()
        today = self._today()
        seen = [
            b.id for b in company.budgets if b.period.covers(today) and may_see(company, person, b)
        ]
        balances = await self.store.balances(seen) if seen else ()
        gauges = [_gauge(company, person, b, today) for b in balances]
        gauges.sort(key=lambda g: (-g.percent, g.id))
        return self.site.render(
            "budgets.html",
            person.language,
            person=person,
            budgets=gauges[:MOST],
            cut=len(gauges) > MOST,
            most=str(MOST),
        )

    async def budget(self, request: web.Request, person: Person) -> web.Response:
        """Show one budget to those who answer for it or watch over all; nobody else learns of it.

        HTTPNotFound for any other.
        """
        company = await self.store.company()
        budget = company.budget(request.match_info["id"])
        if budget is None or not may_open(company, person, budget):
            raise web.HTTPNotFound
        (balance,) = await self.store.balances([budget.id])
        uses = await self.usages.largest(budget.id)
        parts = break_down(company, budget.id, uses)
        used = balance.used_fen
        language = person.language
        groups = {
            "top_people": [
                _row(person_name(company, s.id or ""), s, used) for s in parts.people[:FEW]
            ],
            "top_projects": [
                _row(_project(company, s.id, language), s, used) for s in parts.projects[:FEW]
            ],
            "top_categories": [
                _row(category_name(company, s.id, language), s, used)
                for s in parts.categories[:FEW]
            ],
            "top_claims": [
                Row(
                    f"{u.claim.number} · {person_name(company, u.claim.employee)}",
                    format_cny(u.used_fen),
                    _part(u.used_fen, used),
                    self.site.path(f"/app/claims/{u.claim.number}"),
                )
                for u in uses[:FEW]
            ],
        }
        return self.site.render(
            "budget.html",
            language,
            person=person,
            budget=_gauge(company, person, balance, self._today()),
            owners="、".join(person_name(company, p) for p in budget.owners),
            days=f"{budget.period.start} – {budget.period.end}",
            groups={code: rows for code, rows in groups.items() if rows},
            trend=trend(await self.usages.by_day(budget.id), balance, self._today()),
            moves=[self._move(e, language) for e in await self.usages.recent(budget.id, RECENT)],
        )

    def _today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    def _move(self, entry: BudgetEntry, language: Language) -> Move:
        at: datetime = entry.at.astimezone(self.zone)
        what = page_text(KINDS[entry.kind], language)
        return Move(entry.claim, what, format_cny(entry.amount_fen), f"{at:%m-%d %H:%M}")


def _gauge(company: Company, person: Person, balance: Balance, today: date) -> Gauge:
    budget = balance.budget
    percent = percent_used(balance.used_fen, budget.limit_fen)
    return Gauge(
        id=budget.id,
        scope=budget_scope(company, budget, person.language),
        opens=may_open(company, person, budget),
        percent=percent,
        width=max(0, min(FULL, percent)),
        tight=percent >= min(budget.alerts, default=FULL) or runs_out(balance, today) is not None,
        frozen=balance.frozen,
        closed=balance.closed,
        limit=format_cny(budget.limit_fen),
        reserved=format_cny(balance.reserved_fen),
        consumed=format_cny(balance.consumed_fen),
        available=format_cny(balance.available_fen),
        forecast=forecast_text(balance, today, person.language),
    )


def _row(name: str, share: Share, used_fen: int) -> Row:
    return Row(name, format_cny(share.amount_fen), _part(share.amount_fen, used_fen))


def _part(amount_fen: int, used_fen: int) -> str:
    return f"{amount_fen * 100 // used_fen}%" if used_fen > 0 else ""


def _project(company: Company, project: str | None, language: Language) -> str:
    return project_name(company, project) if project else page_text("no_project", language)


def trend(moves: Sequence[tuple[date, int]], balance: Balance, today: date) -> str:
    """Draw how a budget was used, from the beginning of its period until today, as points.

    The frame is as high as the limit, or as the highest use; "" when nothing was used.
    """
    start = min([balance.budget.period.start, *(day for day, _ in moves)])
    days = max(1, (min(today, balance.budget.period.end) - start).days)
    sums = list(accumulate(fen for _, fen in moves))
    top = max([balance.budget.limit_fen, *sums, 1])
    if not sums:
        return ""
    points: list[tuple[int, int]] = [(0, HIGH)]
    for (day, _), fen in zip(moves, sums, strict=True):
        across = min(WIDE, (day - start).days * WIDE // days)
        points += [(across, points[-1][1]), (across, _height(fen, top))]
    points.append((WIDE, points[-1][1]))
    return _joined(points)


def _height(fen: int, top: int) -> int:
    return HIGH - max(0, fen) * HIGH // top


def _joined(points: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
