"""A month's report for people: tables for a workbook, pictures for a phone, fields of a message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.pictures import views as printed
from bot.pictures.charts import FOOT, HEAD, MARGIN, PAGE_WIDTH, height_of
from bot.pictures.pdf import PAGE_HEIGHT
from bot.pictures.views import Bar, BudgetBars, Part, Report, TopList, Trend
from bot.texts.month import word
from bot.texts.names import (
    budget_scope,
    category_name,
    department_name,
    person_name,
    project_name,
)
from bot.texts.plain import one_line
from bot.texts.template import Language
from core.company import Company
from core.money import format_cny
from core.reporting import MonthReport, Share

Cell = str | int | float | None
_NAME = 40
TOP = 10
PAGE_ROOM = PAGE_HEIGHT - 2 * MARGIN - FOOT
MANIFOLD = 10


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet; columns in `money` are yuan with two decimals."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    money: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes a report with the names of a company, in one language."""

    report: MonthReport
    company: Company
    language: Language

    def tables(self) -> tuple[Table, ...]:
        """Give the sheets of the workbook."""
        found = self.report
        sides: Sequence[tuple[str, str, Iterable[Share]]] = (
            ("departments", "department", found.departments),
            ("categories", "category", found.categories),
            ("projects", "project", found.projects),
            ("people", "person", found.people),
            ("suppliers", "supplier", found.suppliers),
        )
        return (
            self._summary(),
            *(self._side(name, key, rows) for name, key, rows in sides),
            self._course(),
            self._budgets(),
            self._habits(),
            self._waits(),
            self._suggestions(),
        )

    def picture(self) -> Report:
        """Give everything under one another, for a phone."""
        return Report(self.title(), self._figures(), self._charts(), language=self.language)

    def pages(self) -> tuple[Report, ...]:
        """Give the same on pages to print, the figures on the first, and the tables behind."""
        figures = self._figures()
        head = Report(self.title(), figures, (), language=self.language)
        pages: list[list[Part]] = [[]]
        room = PAGE_ROOM - height_of(head, PAGE_WIDTH)
        for part in (*self._charts(), *self._printed()):
            needs = height_of(part, PAGE_WIDTH) + MARGIN
            if needs > room and pages[-1]:
                pages.append([])
                room = PAGE_ROOM - HEAD - FOOT
            pages[-1].append(part)
            room -= needs
        return tuple(
            Report(
                self.title(),
                () if i else figures,
                tuple(parts),
                self._word("page", number=str(i + 1), count=str(len(pages))),
                self.language,
            )
            for i, parts in enumerate(pages)
        )

    def _charts(self) -> tuple[Part, ...]:
        found = self.report
        course = Trend(
            self._word("course"),
            tuple((s.key[2:], s.amount_fen) for s in found.course),
            language=self.language,
        )
        sides: Sequence[tuple[str, str, Sequence[Share]]] = (
            ("departments", "department", found.departments),
            ("categories", "category", found.categories),
            ("people", "person", found.people),
            ("projects", "project", found.projects),
            ("suppliers", "supplier", found.suppliers),
        )
        named = (s for s in sides if any(share.key for share in s[2]))
        return (self._bars(), course, *(self._top(*side) for side in named))

    def _printed(self) -> tuple[printed.Table, ...]:
        """Give what has no picture as tables: habits, waits and suggestions."""
        tables = (t for t in (self._habits(), self._waits(), self._suggestions()) if t.rows)
        return tuple(_on_paper(table, self.language) for table in tables)

    def title(self) -> str:
        """Name the report."""
        return self._word("title", month=self.report.month)

    def fields(self, link: str) -> dict[str, str]:
        """Give the fields of the message that announces the report."""
        found = self.report
        over = sum(b.available_fen < 0 for b in found.budgets)
        return {
            "month": found.month,
            "total": format_cny(found.total_fen),
            "change": self._change(),
            "claims": str(found.claims),
            "over": str(over) if over else "",
            "link": link,
        }

    def _word(self, code: str, **fields: str) -> str:
        return word(code, self.language, **fields)

    def _change(self) -> str:
        now, before = self.report.total_fen, self.report.before_fen
        if before <= 0:
            return ""
        percent = str(abs(now - before) * 100 // before)
        return self._word("more" if now >= before else "less", percent=percent)

    def _figures(self) -> tuple[tuple[str, str], ...]:
        found = self.report
        return (
            (self._word("total"), format_cny(found.total_fen)),
            (self._word("before"), format_cny(found.before_fen)),
            (self._word("year_ago"), format_cny(found.year_ago_fen)),
            (self._word("submitted"), str(found.claims)),
        )

    def _bars(self) -> BudgetBars:
        bars = (
            Bar(
                budget_scope(self.company, b.budget, self.language),
                b.budget.limit_fen,
                b.consumed_fen,
                b.reserved_fen,
            )
            for b in self.report.budgets
        )
        return BudgetBars(self._word("budgets"), tuple(bars), language=self.language)

    def _top(self, title: str, key: str, found: Iterable[Share]) -> TopList:
        rows = tuple(
            (f"{self._name(key, s.key)}{_course_of(s)}", s.amount_fen)
            for s in found
            if s.amount_fen
        )
        return TopList(self._word(title), rows[:TOP], language=self.language)

    def _name(self, kind: str, value: str) -> str:
        if not value:
            return self._word("none")
        if kind == "person":
            return person_name(self.company, value)
        if kind == "department":
            return department_name(self.company, value, self.language)
        if kind == "category":
            return category_name(self.company, value, self.language)
        return project_name(self.company, value) if kind == "project" else one_line(value, _NAME)

    def _table(
        self, name: str, header: Sequence[str], rows: Iterable[tuple[Cell, ...]], *money: int
    ) -> Table:
        return Table(self._word(name), tuple(map(self._word, header)), tuple(rows), money)

    def _summary(self) -> Table:
        found = self.report
        rows = (
            (self._word("total"), _yuan(found.total_fen)),
            (self._word("before"), _yuan(found.before_fen)),
            (self._word("year_ago"), _yuan(found.year_ago_fen)),
        )
        return Table(self.title(), (self._word("month"), found.month), rows, (1,))

    def _side(self, name: str, key: str, found: Iterable[Share]) -> Table:
        rows = (
            (self._name(key, s.key), s.key, _yuan(s.amount_fen), _yuan(s.before_fen)) for s in found
        )
        header = (self._word(key), "id", self._word("amount"), self._word("before"))
        return Table(self._word(name), header, tuple(rows), (2, 3))

    def _course(self) -> Table:
        rows = ((s.key, _yuan(s.amount_fen)) for s in self.report.course)
        return self._table("course", ("month", "total"), rows, 1)

    def _budgets(self) -> Table:
        header = ("budget", "limit", "reserved", "consumed", "available", "percent")
        rows = (
            (
                budget_scope(self.company, b.budget, self.language),
                _yuan(b.budget.limit_fen),
                _yuan(b.reserved_fen),
                _yuan(b.consumed_fen),
                _yuan(b.available_fen),
                b.percent,
            )
            for b in self.report.budgets
        )
        return self._table("budgets", header, rows, 1, 2, 3, 4)

    def _habits(self) -> Table:
        rows = (
            (self._name("person", h.person), h.claims, h.lines, h.weekend, h.near_limit, h.late)
            for h in self.report.habits
        )
        header = ("person", "claims", "lines", "weekend", "near_limit", "late")
        return self._table("habits", header, rows)

    def _waits(self) -> Table:
        rows = (
            (one_line(w.step, _NAME), w.claims, w.median_hours, w.longest_hours, w.slowest)
            for w in self.report.waits
        )
        return self._table("waits", ("step", "claims", "median", "longest", "slowest"), rows)

    def _suggestions(self) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (
                self._budget(s.budget),
                _yuan(s.limit_fen),
                _yuan(s.suggested_fen),
                _yuan(s.average_fen),
                s.trend_percent,
                s.months,
            )
            for s in self.report.suggestions
        ]
        note: list[tuple[Cell, ...]] = [(self._word("how"),)] if rows else []
        header = ("budget", "limit", "suggested", "average", "trend", "months")
        return self._table("suggestions", header, [*rows, *note], 1, 2, 3)

    def _budget(self, budget_id: str) -> str:
        budget = self.company.budget(budget_id)
        return budget_scope(self.company, budget, self.language) if budget else budget_id


def _on_paper(table: Table, language: Language) -> printed.Table:
    """Write a sheet as people read it; a row of one cell is a note."""
    rows = [row for row in table.rows if len(row) == len(table.header)]
    notes = [str(row[0]) for row in table.rows if len(row) < len(table.header)]
    return printed.Table(
        table.name,
        table.header,
        tuple(tuple(_cell(c, money=i in table.money) for i, c in enumerate(row)) for row in rows),
        "".join(notes),
        language,
    )


def _cell(value: Cell, *, money: bool) -> str:
    if money and isinstance(value, int | float):
        return format_cny(round(value * 100))
    return "" if value is None else str(value)


def _course_of(share: Share) -> str:
    """Say by how much a share has grown since the month before: +22%; nothing beyond tenfold."""
    if share.before_fen <= 0 or share.amount_fen > MANIFOLD * share.before_fen:
        return ""
    return f" {(share.amount_fen - share.before_fen) * 100 // share.before_fen:+d}%"


def _yuan(fen: int) -> float:
    """Give yuan for a cell: exact to the fen far beyond any company's figures."""
    return round(fen / 100, 2)
