"""What all sides say of every claim, on a page: differences first, then the three sums."""

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.texts.differences import difference_text, sides_of, unnoted_text
from bot.texts.names import department_name
from bot.texts.pages import page_text
from bot.texts.template import Language
from bot.texts.words import state_text
from bot.web.finance_entries import DeskRoom, tabs_of
from bot.web.finance_port import Clerk
from bot.web.navigation import may_see_finance
from bot.web.site import Site
from core.company import Company, Person
from core.money import format_cny
from core.ports import Store
from core.reconciling import Compared, Total

SHOWN = 100
"""Claims that differ, and rows of totals, on the page; the workbook has all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim of which the sides say different things."""

    number: str
    path: str
    state: str
    state_text: str
    sums: tuple[str, str, str]
    sides: tuple[tuple[str, str], ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """The three sums of a month and department; `open` says that they are not equal."""

    month: str
    department: str
    sums: tuple[str, str, str]
    open: bool


@dataclass(frozen=True, slots=True)
class FinanceReconcile:
    """The handlers; who has no business here finds no page."""

    site: Site
    store: Store
    clerk: Clerk
    room: DeskRoom

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show the comparison of a period, that of last month and this one unless it is named."""
        _require(person)
        since, day = self._period(request)
        found = await self.clerk.reconcile(since, day)
        company = await self.store.company()
        language = person.language
        return self.site.render(
            "finance_reconcile.html",
            language,
            person=person,
            tabs=tabs_of("reconcile", language),
            since=since.isoformat(),
            day=day.isoformat(),
            count=str(len(found.claims)),
            different=str(len(found.differing)),
            unnoted=[unnoted_text(r, language) for r in found.unnoted[:SHOWN]],
            rows=[_row(c, language) for c in found.differing[:SHOWN]],
            totals=[_sums(t, company, language) for t in found.totals[-SHOWN:]],
        )

    async def file(self, request: web.Request, person: Person) -> web.Response:
        """Give the whole comparison as a workbook."""
        _require(person)
        since, day = self._period(request)
        found = await self.clerk.reconcile(since, day)
        name = f"reconcile-{since:%Y%m%d}-{day:%Y%m%d}.xlsx"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        }
        body = self.clerk.workbook(found, person.language)
        return web.Response(body=body, content_type=XLSX, headers=headers)

    def _period(self, request: web.Request) -> tuple[date, date]:
        today = self.room.clock().astimezone(self.room.zone).date()
        last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        since = _day(request.query.get("since", ""), last_month)
        return since, _day(request.query.get("day", ""), today)


def _require(person: Person) -> None:
    if not may_see_finance(person):
        raise web.HTTPNotFound


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _row(one: Compared, language: Language) -> Difference:
    oa, books, bank = sides_of(one, language)
    named = (
        ("OA", oa),
        (page_text("desk_vouchers", language), books),
        (page_text("desk_payments", language), bank),
    )
    return Difference(
        number=one.number,
        path=f"/app/claims/{one.number}",
        state=one.state.value,
        state_text=state_text(one.state, language),
        sums=(format_cny(one.claimed_fen), format_cny(one.booked_fen), format_cny(one.paid_fen)),
        sides=tuple((side, said) for side, said in named if said),
        why=tuple(difference_text(d, language) for d in one.differences),
    )


def _sums(total: Total, company: Company, language: Language) -> Sums:
    fen = (total.claimed_fen, total.booked_fen, total.paid_fen)
    name = department_name(company, total.department, language)
    sums = (format_cny(fen[0]), format_cny(fen[1]), format_cny(fen[2]))
    return Sums(total.month, name, sums, len(set(fen)) > 1)
