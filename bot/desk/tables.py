"""Tables of mappings: what other systems call our departments, people, projects, categories."""

import json
from collections.abc import Iterator, Mapping, Sequence

from core.company import Company
from core.outside import OutsideDepartment, OutsidePerson

Said = tuple[str, str | None]
"""An id, and what is said of whom it names."""


def lines_of(company: Company, form: str, theirs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Write a table for a mapping: whatever has the same name here and there, and what has not."""
    ours = _names(company)
    known = [(id_, code, name) for code, name in theirs for id_ in ours.get(_plain(name), ())]
    yield "tables:"
    yield f"  {form}:" if known else f"  {form}: {{}}"
    yield from (f'    {id_}: "{code}"  # {name}' for id_, code, name in known)
    strange = [(code, name) for code, name in theirs if _plain(name) not in ours]
    yield from (f"# {code} {name}" for code, name in strange)


def _names(company: Company) -> dict[str, list[str]]:
    named = (
        *((d.id, d.name) for d in company.departments),
        *((p.id, p.name) for p in company.people),
        *((p.id, p.name) for p in company.projects),
        *((c.id, c.name) for c in company.categories),
    )
    found: dict[str, list[str]] = {}
    for id_, name in named:
        found.setdefault(_plain(name), []).append(id_)
    return found


def _plain(name: str) -> str:
    return "".join(name.split())


def directory_lines(
    company: Company,
    people: Sequence[OutsidePerson],
    departments: Sequence[OutsideDepartment],
    table: str,
) -> Iterator[str]:
    """Write the tables of people and departments for a mapping; whom nobody is sure of below.

    Somebody is who has the same id at the messenger, else the same job number, else the same name
    where nobody else has it, here or there.
    """
    found = _same_people(company, people)
    named = _same_departments(company, departments)
    yield "tables:"
    yield from _rows(table, {ours: (p.id, p.name) for ours, p in found.items()})
    yield from _rows("departments", {ours: (d.id, d.name) for ours, d in named.items()})
    known = {p.id for p in found.values()} | {d.id for d in named.values()}
    told = [*((p.id, p.name) for p in people), *((d.id, d.name) for d in departments)]
    yield from (f"# {id_} {_line(name)}" for id_, name in told if id_ not in known)


def _rows(table: str, rows: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield f"  {table}:" if rows else f"  {table}: {{}}"
    for ours, (theirs, name) in rows.items():
        yield f"    {ours}: {json.dumps(theirs, ensure_ascii=False)}  # {_line(name)}"


def _same_people(company: Company, people: Sequence[OutsidePerson]) -> dict[str, OutsidePerson]:
    here = [person for person in company.people if person.active]
    there = {person.id: person for person in people}
    told = {person.id: dict(person.fields) for person in people}
    rounds = (
        (
            [(p.id, word) for p in here for word in {p.dingtalk, p.wecom}],
            [(id_, fields.get("userid")) for id_, fields in told.items()],
        ),
        ([(p.id, p.key) for p in here], [(id_, f.get("code")) for id_, f in told.items()]),
        ([(p.id, _plain(p.name)) for p in here], [(p.id, _plain(p.name)) for p in people]),
    )
    found: dict[str, str] = {}
    for ours, theirs in rounds:
        for one, other in _paired(ours, theirs):
            if one not in found and other not in found.values():
                found[one] = other
    return {ours: there[theirs] for ours, theirs in found.items()}


def _same_departments(
    company: Company, departments: Sequence[OutsideDepartment]
) -> dict[str, OutsideDepartment]:
    there = {department.id: department for department in departments}
    ours = [(d.id, _plain(d.name)) for d in company.departments]
    theirs = [(d.id, _plain(d.name)) for d in departments]
    return {one: there[other] for one, other in _paired(ours, theirs)}


def _paired(ours: Sequence[Said], theirs: Sequence[Said]) -> Iterator[tuple[str, str]]:
    """Give the ids of ours and theirs of which the same is said, and of nobody else."""
    here, there = _by_word(ours), _by_word(theirs)
    for word, ids in here.items():
        if len(ids) == 1 and len(there.get(word, ())) == 1:
            yield ids[0], there[word][0]


def _by_word(said: Sequence[Said]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, word in said:
        if word:
            found.setdefault(word, []).append(id_)
    return found


def _line(name: str) -> str:
    return " ".join(name.split())
