"""`chit import`: tables of budgets and people, all or nothing, faults by row and column."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.desk.company import Applied, put_in_force
from bot.desk.limits import limit_notes
from bot.handlers.roster import reroute_left
from bot.texts.table_faults import in_both
from connectors.filedrop.arrivals import find_untitled
from core.actions.basics import Settings
from core.company import Budget, Company, Person
from core.company_file import CompanyFileError, difference, find_faults
from core.directory_rights import keep_owned
from core.naming import Known, id_of, names_of, names_what
from core.ports import Clock, Store
from core.rows import Entry
from core.table_cells import header_place, plain_amount, plain_period, plain_title
from core.table_columns import TITLES, TableKind, word_of
from core.yaml_file import FileError

Row = Mapping[str, str]
E = TypeVar("E", bound=Entry)

MANY = re.compile(r"[;；]")
_MONTH_AS_DAY = re.compile(r"(\d{4}-\d{2})-01")
_WORDS: Mapping[str, str] = {"是": "true", "否": "false", "yes": "true", "no": "false"}
_AMOUNTS = frozenset({"limit", "tolerance"})


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a table may have: those it needs, and those that hold several values."""

    section: TableKind
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
    """Faults of one file, each at its row and under the title that its column has there."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.found: list[FileError] = []
        self.titles: dict[str, str] = {}

    def add(self, row: int, column: str, message: str) -> None:
        """Note a fault, in both languages."""
        text = in_both(message.removeprefix("Value error, "))
        self.found.append(FileError(self._file, row, self.titles.get(column, column), text))

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
    store: Store,
    table: Sequence[Sequence[str]],
    file: str,
    clock: Clock,
    *,
    dry_run: bool,
    settings: Settings | None = None,
) -> Applied:
    """Add the people of a table, or replace those of the same id; errors as `import_budgets`.

    What an address book owns stays as it says, and what waited for who has left moves on.
    """
    done = await _import(store, table, (file, PEOPLE, Person), clock, dry_run=dry_run)
    if dry_run or not done.lines:
        return done
    moved = await reroute_left(store, settings or Settings(), clock(), f"company:{done.version}")
    return replace(done, moved=moved)


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
    after, owned = await asyncio.to_thread(_judged, before, table, columns, model, faults)
    lines = difference(before, after, values=True)
    notes = await limit_notes(store, before, after)
    if not dry_run and lines:
        version = await put_in_force(store, before, after, version, clock)
    return Applied((*lines, *owned), version, notes=notes)


def _judged(
    before: Company,
    table: Sequence[Sequence[str]],
    columns: Columns,
    model: type[E],
    faults: Faults,
) -> tuple[Company, tuple[str, ...]]:
    """Give the company with a table in it, and what an address book owns of its rows."""
    listed = {row.id: row for row in getattr(before, columns.section)}
    rows = _rows(table, columns, faults)
    known = names_of(before, rows.values() if columns is PEOPLE else ())
    entries: dict[int, E] = {}
    for number, row in rows.items():
        given = {n: _value(n, cell, columns, known) for n, cell in row.items()}
        made = _entry(model, given, listed.get(row["id"]), (number, faults))
        if made is not None:
            entries[number] = made
    faults.stop()
    kept = keep_owned(before, _merged(before, columns, entries))
    _find_faults(kept.company, columns, entries, faults)
    faults.stop()
    return kept.company, kept.lines


def _header(
    table: Sequence[Sequence[str]], columns: Columns, faults: Faults
) -> tuple[int, list[str]]:
    """Give the place of the header and the names of its columns; faults for those that are not."""
    titles = TITLES[columns.section]
    place = header_place(table, titles.keys())
    written = table[place] if table else ()
    header = [titles.get(plain_title(cell), plain_title(cell)) for cell in written]
    faults.titles = dict(zip(header, (cell.strip() for cell in written), strict=True))
    for name in sorted(columns.needed - set(header)):
        faults.add(place + 1, name, "the column is missing")
    for i, name in enumerate(header):
        if name and name not in columns.known:
            known = ", ".join(sorted(columns.known))
            faults.add(place + 1, name, f"there is no such column; {known}")
        if name and name in header[:i]:
            faults.add(place + 1, name, "the column stands here twice")
    faults.stop()
    return place, header


def _rows(table: Sequence[Sequence[str]], columns: Columns, faults: Faults) -> dict[int, Row]:
    """Give the rows that hold anything, by their number in the file, which counts from 1."""
    place, header = _header(table, columns, faults)
    rows: dict[int, Row] = {}
    seen: dict[str, int] = {}
    for number, cells in enumerate(table[place + 1 :], place + 2):
        if not any(cell.strip() for cell in cells):
            continue
        if find_untitled(header, cells):
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
    model: type[E],
    row: Mapping[str, str | list[str]],
    before: Entry | None,
    at: tuple[int, Faults],
) -> E | None:
    """Make an entry of a row: what it has no column for stays as it was, an empty cell is unset."""
    number, faults = at
    kept: dict[str, Any] = before.model_dump(by_alias=True) if before else {}
    for name, cell in row.items():
        kept.pop(name, None)
        if cell:
            kept[name] = cell
    try:
        return model.model_validate(kept)
    except ValidationError as error:
        for fault in error.errors():
            column = str(fault["loc"][0]) if fault["loc"] else "(row)"
            stranger = fault["type"] == "string_pattern_mismatch" and names_what(column)
            said = f"there is no {stranger} {row.get(column)}" if stranger else fault["msg"]
            faults.add(number, column, said)
        return None


def _value(name: str, cell: str, columns: Columns, known: Known) -> str | list[str]:
    """Give what a cell means: our words for those of people, ids for names, plain amounts."""
    if name in columns.many:
        parts = [part.strip() for part in MANY.split(cell)]
        return [id_of(known, name, word_of(name, part)) for part in parts if part]
    if name == "period" and (month := _MONTH_AS_DAY.fullmatch(cell)):
        # Excel has made a day of the month that was typed.
        return month[1]
    if name == "period":
        return plain_period(cell)
    if name in _AMOUNTS:
        return plain_amount(cell)
    return id_of(known, name, word_of(name, _WORDS.get(cell.lower(), cell)))


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
