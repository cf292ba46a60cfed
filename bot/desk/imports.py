"""`chit import`: tables of budgets and people, all or nothing, faults by row and column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.desk.company import Applied, put_in_force
from core.company import Budget, Company, Person
from core.company_file import CompanyFileError, difference, find_faults
from core.ports import Clock, Store
from core.rows import Entry
from core.yaml_file import FileError

Row = Mapping[str, str]
E = TypeVar("E", bound=Entry)

MANY = re.compile(r"[;；]")
_MONTH_AS_DAY = re.compile(r"(\d{4}-\d{2})-01")
_WORDS: Mapping[str, str] = {"是": "true", "否": "false", "yes": "true", "no": "false"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a table may have: those it needs, and those that hold several values."""

    section: str
    needed: frozenset[str]
    known: frozenset[str]
    many: frozenset[str]


def _known(model: type[Entry]) -> frozenset[str]:
    return frozenset(info.alias or name for name, info in model.model_fields.items())


BUDGETS = Columns(
    section="budgets",
    needed=frozenset({"id", "period", "limit"}),
    known=_known(Budget),
    many=frozenset({"alerts", "owners", "exceptions"}),
)
PEOPLE = Columns(
    section="people",
    needed=frozenset({"id", "name"}),
    known=_known(Person),
    many=frozenset({"roles"}),
)


class Faults:
    """Faults of one file, each at its row and column."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.found: list[FileError] = []

    def add(self, row: int, column: str, message: str) -> None:
        """Note a fault."""
        text = message.removeprefix("Value error, ")
        self.found.append(FileError(self._file, row, column, text))

    def stop(self) -> None:
        """Raise CompanyFileError with what was found, if anything."""
        if self.found:
            raise CompanyFileError(self.found)


async def import_budgets(
    store: Store, table: Sequence[Sequence[str]], file: str, clock: Clock, *, dry_run: bool
) -> Applied:
    """Add the budgets of a table, or replace those of the same id; others stay as they are.

    CompanyFileError names row and column of every fault; Conflict when somebody else applied a
    company meanwhile.
    """
    return await _import(store, table, (file, BUDGETS, Budget), clock, dry_run=dry_run)


async def import_people(
    store: Store, table: Sequence[Sequence[str]], file: str, clock: Clock, *, dry_run: bool
) -> Applied:
    """Add the people of a table, or replace those of the same id; errors as `import_budgets`."""
    return await _import(store, table, (file, PEOPLE, Person), clock, dry_run=dry_run)


async def _import(
    store: Store,
    table: Sequence[Sequence[str]],
    what: tuple[str, Columns, type[E]],
    clock: Clock,
    *,
    dry_run: bool,
) -> Applied:
    file, columns, model = what
    version = await store.company_version()
    before = await store.company()
    faults = Faults(file)
    listed = {row.id: row for row in getattr(before, columns.section)}
    rows = _rows(table, columns, faults)
    entries: dict[int, E] = {}
    for number, row in rows.items():
        made = _entry(model, columns, row, listed.get(row["id"]), (number, faults))
        if made is not None:
            entries[number] = made
    faults.stop()
    after = _merged(before, columns, entries)
    _find_faults(after, columns, entries, faults)
    faults.stop()
    lines = difference(before, after)
    if dry_run or not lines:
        return Applied(lines, version)
    return Applied(lines, await put_in_force(store, before, after, version, clock))


def _rows(table: Sequence[Sequence[str]], columns: Columns, faults: Faults) -> dict[int, Row]:
    """Give the rows that hold anything, by their number in the file; the header is row 1."""
    header = [cell.strip().lower().lstrip("\ufeff") for cell in table[0]] if table else []
    for name in sorted(columns.needed - set(header)):
        faults.add(1, name, "the column is missing")
    for i, name in enumerate(header):
        if name and name not in columns.known:
            faults.add(1, name, f"there is no such column; {', '.join(sorted(columns.known))}")
        if name and name in header[:i]:
            faults.add(1, name, "the column stands here twice")
    faults.stop()
    rows: dict[int, Row] = {}
    seen: dict[str, int] = {}
    for number, cells in enumerate(table[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            faults.add(number, "(row)", "more cells than the header has columns")
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        row = {n: c.strip() for n, c in zip(header, padded, strict=False) if n}
        if not row["id"]:
            faults.add(number, "id", "is empty")
        elif row["id"] in seen:
            faults.add(number, "id", f"{row['id']} stands in row {seen[row['id']]} already")
        else:
            seen[row["id"]] = number
            rows[number] = row
    return rows


def _entry(
    model: type[E], columns: Columns, row: Row, before: Entry | None, at: tuple[int, Faults]
) -> E | None:
    """Make an entry of a row: what it has no column for stays as it was, an empty cell is unset."""
    number, faults = at
    kept: dict[str, Any] = before.model_dump(by_alias=True) if before else {}
    for name, cell in row.items():
        kept.pop(name, None)
        if cell:
            kept[name] = _value(name, cell, columns)
    try:
        return model.model_validate(kept)
    except ValidationError as error:
        for fault in error.errors():
            faults.add(number, str(fault["loc"][0]) if fault["loc"] else "(row)", fault["msg"])
        return None


def _value(name: str, cell: str, columns: Columns) -> str | list[str]:
    if name in columns.many:
        return [part.strip() for part in MANY.split(cell) if part.strip()]
    if name == "period" and (month := _MONTH_AS_DAY.fullmatch(cell)):
        # Excel has made a day of the month that was typed.
        return month[1]
    return _WORDS.get(cell.lower(), cell)


def _merged(before: Company, columns: Columns, entries: Mapping[int, Entry]) -> Company:
    fresh = {getattr(e, "id", ""): e for e in entries.values()}
    known = getattr(before, columns.section)
    kept = [fresh.pop(row.id, row) for row in known]
    return before.model_copy(update={columns.section: (*kept, *fresh.values())})


def _find_faults(
    after: Company, columns: Columns, entries: Mapping[int, Entry], faults: Faults
) -> None:
    """Say which row a broken reference came from; one that was there before has no row."""
    numbers = {getattr(e, "id", ""): n for n, e in entries.items()}
    rows = getattr(after, columns.section)
    for loc, message in find_faults(after):
        row = None
        if loc[0] == columns.section and isinstance(loc[1], int):
            row = numbers.get(rows[loc[1]].id)
        if row is None:
            faults.add(1, ".".join(map(str, loc)), message)
        else:
            faults.add(row, str(loc[2]), message)
