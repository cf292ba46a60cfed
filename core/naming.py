"""Names in tables: people write what a department is called where its id belongs."""

from collections import Counter
from collections.abc import Iterable, Mapping

from core.company import Company

_SECTIONS: Mapping[str, str] = {
    "employee": "people",
    "person": "people",
    "manager": "people",
    "owners": "people",
    "department": "departments",
    "project": "projects",
    "category": "categories",
    "company": "companies",
}
"""Where the things are listed that a column names."""
_KINDS: Mapping[str, str] = {
    "people": "person",
    "departments": "department",
    "projects": "project",
    "categories": "category",
    "companies": "company",
}
Known = Mapping[str, Mapping[str, str]]
"""The ids of a section by names that only one has there; an id is its own name."""


def names_of(company: Company, people: Iterable[Mapping[str, str]] = ()) -> Known:
    """Give the ids by names; a name that several have means none of them.

    `people` are rows of a table, with `id` and `name`, that come to those who are known.
    """
    coming = {row["id"]: row.get("name", "") for row in people}
    rows = {section: _rows(company, section) for section in set(_SECTIONS.values())}
    rows["people"] = [r for r in rows["people"] if r[0] not in coming]
    rows["people"] += [(id_, name, True) for id_, name in coming.items()]
    return {section: _named(listed) for section, listed in rows.items()}


def _rows(company: Company, section: str) -> list[tuple[str, str, bool]]:
    return [(row.id, row.name, getattr(row, "active", True)) for row in getattr(company, section)]


def _named(rows: list[tuple[str, str, bool]]) -> dict[str, str]:
    here = Counter(name for _, name, active in rows if active)
    once = {name: id_ for id_, name, active in rows if active and here[name] == 1}
    return {**once, **{id_: id_ for id_, _, _ in rows}}


def id_of(known: Known, column: str, cell: str) -> str:
    """Give the id that a cell means; one that names nothing stays as it is."""
    return known.get(_SECTIONS.get(column, ""), {}).get(cell, cell)


def names_what(column: str) -> str:
    """Say what a column names; "" where it is nothing that is listed."""
    return _KINDS.get(_SECTIONS.get(column, ""), "")
