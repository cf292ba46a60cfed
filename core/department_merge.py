"""Departments of address books joined with ours: found again, placed, led, and given up."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.company import ROOT, Company, Department, Messenger, Person
from core.directory import Clash, Directory, OrgRules, make_id
from core.outside import OutsideDepartment

Place = tuple[Messenger, str]
"""What an address book calls something."""


@dataclass(slots=True)
class Tree:
    """Our departments while they are joined; `gone` are those that no address book has any more."""

    rows: dict[str, Department]
    ids: dict[Place, str] = field(default_factory=dict)
    heads: dict[str, Place] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    clashes: list[Clash] = field(default_factory=list)

    def ancestry(self, department: str) -> Iterator[str]:
        """Walk from a department to the top; a loop ends it."""
        seen: set[str] = set()
        while department in self.rows and department not in seen:
            seen.add(department)
            yield department
            department = self.rows[department].parent


def place_departments(company: Company, pulled: Sequence[Directory], rules: OrgRules) -> Tree:
    """Find every listed department among ours, by its id, else by its name at the same place."""
    tree = Tree({d.id: d for d in company.departments})
    _forget_missing(tree, pulled, rules)
    for directory in pulled:
        linked: set[str] = set()
        for outside in _top_down(directory.departments, tree):
            row = _found(tree, directory.messenger, outside, linked)
            linked.add(row.id)
            _place(tree, directory.messenger, outside, row, rules)
    _name_entities(tree, company, rules)
    return tree


def _forget_missing(tree: Tree, pulled: Sequence[Directory], rules: OrgRules) -> None:
    listed = {d.messenger: {o.id for o in d.departments} for d in pulled}
    for row in tuple(tree.rows.values()):
        lost = [m for m, ids in listed.items() if getattr(row, m) and getattr(row, m) not in ids]
        left = [m for m in rules.order if getattr(row, m) and m not in lost]
        if lost and left:
            tree.rows[row.id] = row.model_copy(update=dict.fromkeys(lost))
        elif lost:
            tree.gone.add(row.id)


def _top_down(departments: Iterable[OutsideDepartment], tree: Tree) -> Iterator[OutsideDepartment]:
    """Give parents before children, in whatever order they came; loops are left out and named."""
    below: dict[str, list[OutsideDepartment]] = {}
    known = {d.id for d in departments}
    for outside in sorted(departments, key=lambda d: d.id):
        below.setdefault(outside.parent if outside.parent in known else "", []).append(outside)
    waiting = below.pop("", [])
    while waiting:
        outside = waiting.pop(0)
        yield outside
        waiting += below.pop(outside.id, [])
    for rest in below.values():
        tree.clashes += [Clash("department_loop", d.name) for d in rest]


def _parent(tree: Tree, messenger: Messenger, outside: OutsideDepartment) -> str:
    return tree.ids.get((messenger, outside.parent), ROOT)


def _found(
    tree: Tree, messenger: Messenger, outside: OutsideDepartment, linked: set[str]
) -> Department:
    """Give our row of a department, a new one when there is none."""
    rows = [r for r in tree.rows.values() if r.id not in linked]
    same = next((r for r in rows if getattr(r, messenger) == outside.id), None)
    if same is None:
        parent = _parent(tree, messenger, outside)
        alike = [r for r in rows if (r.name, r.parent) == (outside.name, parent)]
        free = (r for r in alike if not getattr(r, messenger) or r.id in tree.gone)
        same = next(free, None)
    taken = {ROOT, *tree.rows}
    fresh = make_id(messenger, f"{messenger}-{outside.id}", taken)
    return same or Department(id=fresh, name=outside.name)


def _place(
    tree: Tree,
    messenger: Messenger,
    outside: OutsideDepartment,
    row: Department,
    rules: OrgRules,
) -> None:
    tree.gone.discard(row.id)
    tree.ids[messenger, outside.id] = row.id
    row = row.model_copy(update={messenger: outside.id})
    if next((m for m in rules.order if getattr(row, m)), None) == messenger:
        parent = _parent(tree, messenger, outside)
        said = {"name": outside.name, "parent": parent, "directory": messenger}
        row = row.model_copy(update=said)
        tree.heads[row.id] = (messenger, outside.head)
    tree.rows[row.id] = row


def _name_entities(tree: Tree, company: Company, rules: OrgRules) -> None:
    """Write the legal entity at the departments that the settings name."""
    entities = {c.id for c in company.companies}
    for name, entity in rules.companies.items():
        book, _, outside = name.partition(":")
        known = {f"{m}:{i}": ours for (m, i), ours in tree.ids.items()}
        ours = known.get(f"{book}:{outside}", name)
        if ours not in tree.rows:
            tree.clashes.append(Clash("department_unknown", name))
        elif entity not in entities:
            tree.clashes.append(Clash("entity_unknown", name, entity))
        else:
            tree.rows[ours] = tree.rows[ours].model_copy(update={"company": entity})


def set_heads(
    tree: Tree, people: Mapping[str, Person], users: Mapping[Place, str], leads: Mapping[str, str]
) -> None:
    """Write who leads each department; where an address book names nobody, nothing changes.

    `users` are our people by what address books call them. `leads` names, for each of our people,
    the departments that they lead, as ids of ours joined by commas.
    """
    for ours, (messenger, head) in tree.heads.items():
        row = tree.rows[ours]
        named = users.get((messenger, head), "")
        led = sorted(p for p, where in leads.items() if ours in where.split(","))
        wanted = [named] if named else [*([row.head] if row.head in led else []), *led]
        found = next((p for p in wanted if p and people[p].active), row.head)
        tree.rows[ours] = row.model_copy(update={"head": found})


def drop_gone(
    tree: Tree, company: Company, people: Mapping[str, Person]
) -> tuple[dict[str, Department], dict[str, Person]]:
    """Give up what is gone, from the leaves; what is still referred to stays, and is a clash."""
    rows, moved = dict(tree.rows), dict(people)
    used = set(_referred(company, tree.gone)) | {p.department for p in people.values() if p.active}
    for ours in [i for i in tree.gone if i not in used]:
        if _has_kept_child(ours, rows, tree.gone - used):
            used.add(ours)
    kept = _with_ancestors(tree, tree.gone & used)
    for ours in sorted(tree.gone - kept):
        above = next((a for a in tree.ancestry(ours) if a not in tree.gone - kept), ROOT)
        del rows[ours]
        for person in [p for p in moved.values() if p.department == ours]:
            moved[person.id] = person.model_copy(update={"department": above})
    tree.clashes += [Clash("department_gone", rows[i].name, i) for i in sorted(kept)]
    return rows, moved


def _has_kept_child(ours: str, rows: Mapping[str, Department], going: set[str]) -> bool:
    return any(r.parent == ours and r.id not in going for r in rows.values())


def _with_ancestors(tree: Tree, kept: set[str]) -> set[str]:
    """Keep what lies above something kept, as far as it is gone itself."""
    return {a for ours in kept for a in tree.ancestry(ours) if a in tree.gone}


def _referred(company: Company, gone: Iterable[str]) -> Iterator[str]:
    """Give the departments that budgets, categories or flows speak of."""
    yield from (b.department for b in company.budgets if b.department)
    yield from (d for c in company.categories for d in c.accounts)
    rules = " ".join(
        rule for f in company.flows for rule in (f.when, *(step.when for step in f.steps))
    )
    yield from (d for d in gone if re.search(rf"[\"']{re.escape(d)}[\"']", rules))
