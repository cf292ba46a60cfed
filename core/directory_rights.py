"""Which of two truths counts: what an address book owns, the company file does not change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.company import Company, Department, Person

OWNED: Mapping[str, tuple[str, ...]] = {
    "departments": ("name", "parent", "head"),
    "people": ("name", "department", "manager", "active"),
}
"""What an address book says of the rows that it owns; all else is the file's."""
LINKS = ("dingtalk", "wecom", "key", "directory")
"""What ties a row to address books: the file may add to it, and not change it."""

Row = TypeVar("Row", Department, Person)


@dataclass(frozen=True, slots=True)
class Kept:
    """The file's company with what address books own, and a line for each row that differs."""

    company: Company
    lines: tuple[str, ...] = ()


def keep_owned(before: Company, file: Company) -> Kept:
    """Let rows that an address book owns keep what it says, also those that the file leaves out.

    A line names what the file says otherwise: "= people zhang: department (dingtalk)".
    """
    departments, first = _kept("departments", before.departments, file.departments)
    people, second = _kept("people", before.people, file.people)
    after = file.model_copy(update={"departments": departments, "people": people})
    return Kept(after, (*first, *second))


def _kept(
    section: str, before: Sequence[Row], file: Sequence[Row]
) -> tuple[tuple[Row, ...], list[str]]:
    owned: dict[str, Row] = {row.id: row for row in before if row.directory}
    lines: list[str] = []
    rows: list[Row] = []
    for row in file:
        known = owned.pop(row.id, None)
        if known is None:
            rows.append(row)
            continue
        said = [f for f in (*OWNED[section], *LINKS) if _differs(known, row, f, OWNED[section])]
        if said:
            lines.append(f"= {section} {row.id}: {', '.join(said)} ({known.directory})")
        kept = {f: getattr(known, f) for f in OWNED[section]}
        links = {f: getattr(known, f) or getattr(row, f) for f in LINKS if hasattr(row, f)}
        rows.append(row.model_copy(update={**kept, **links}))
    return tuple(rows + list(owned.values())), lines


def _differs(known: Row, row: Row, name: str, owned: Sequence[str]) -> bool:
    """Whether the file itself says something that will not count."""
    if name not in row.model_fields_set:
        return False
    was, said = getattr(known, name), getattr(row, name)
    return bool(was != said and (name in owned or (was and said)))
