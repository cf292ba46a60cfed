"""Reading `company.yaml`: every error names the file, the line and the key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError

from core.budget.faults import find_budget_faults
from core.company import ROOT, Company
from core.flow_faults import find_flow_faults, people_in_flows
from core.rows import Entry
from core.tax_faults import find_tax_faults
from core.yaml_file import FileError, Location, Unreadable, read_yaml


class CompanyFileError(Exception):
    """A company file that cannot be loaded, with all its faults."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("\n".join(str(e) for e in errors))
        self.errors = tuple(errors)


def load_company(text: str, file: str) -> Company:
    """Read a company from YAML text; CompanyFileError with every fault that was found.

    What only whoever writes the file can mend is asked of files alone: an address book that is
    merged into a company is not refused for its tax rules.
    """
    try:
        data, places = read_yaml(text, file)
    except Unreadable as error:
        raise CompanyFileError([error.fault]) from error
    if not isinstance(data, dict):
        raise CompanyFileError([FileError(file, 1, "(file)", "expected a mapping of sections")])
    try:
        company = Company.model_validate({k: v for k, v in data.items() if v is not None})
    except ValidationError as error:
        raise CompanyFileError(
            [places.error(e["loc"], e["msg"]) for e in error.errors()]
        ) from error
    found = (*_find_faults(company), *find_tax_faults(company), *_find_no_accounts(company))
    faults = [places.error(loc, message) for loc, message in found]
    if faults:
        raise CompanyFileError(faults)
    return company


Fault = tuple[Location, str]


def find_faults(company: Company) -> tuple[Fault, ...]:
    """Give what is wrong with a company, each at its place: section, index of the row, key."""
    return tuple(_find_faults(company))


def find_company_faults(company: Company) -> tuple[str, ...]:
    """Name the broken references of a company that did not come from one file."""
    return tuple(f"{'.'.join(map(str, loc))}: {message}" for loc, message in _find_faults(company))


def _find_faults(company: Company) -> Iterator[Fault]:
    for name, rows in _tables(company).items():
        yield from _find_repeats(name, [getattr(row, "id", "") for row in rows], "id")
    for key in ("dingtalk", "wecom", "oidc"):
        users = [getattr(p, key) for p in company.people]
        same = [u.lower() if u and key == "wecom" else u for u in users]
        yield from _find_repeats("people", same, key)
    for key in ("dingtalk", "wecom"):
        yield from _find_repeats("departments", [getattr(d, key) for d in company.departments], key)
    yield from _find_strangers(company)
    yield from _find_empty_rules(company)
    yield from _find_loops(company)
    yield from find_flow_faults(company)
    yield from find_budget_faults(company)


def _tables(company: Company) -> dict[str, tuple[Entry, ...]]:
    """Give the sections that are lists of rows; the others are one row each."""
    sections = {name: getattr(company, name) for name in Company.model_fields}
    return {name: rows for name, rows in sections.items() if isinstance(rows, tuple)}


def _find_repeats(section: str, values: Iterable[str | None], key: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, value in enumerate(values):
        if value and value in seen:
            yield (section, i, key), f"{value} stands here twice"
        if value:
            seen.add(value)


NEEDED: Mapping[str, tuple[str, str]] = {
    "amount_limit": ("limit_fen", "limit"),
    "proof_above": ("limit_fen", "limit"),
    "mileage": ("rate_fen", "rate"),
    "travel_standard": ("standards", "standards"),
    "per_diem": ("standards", "standards"),
}
"""Policies that would never say a word without this field, by kind, with the key it is written as.

A `split` without a limit takes the thresholds of the flows."""


def _find_empty_rules(company: Company) -> Iterator[Fault]:
    for i, policy in enumerate(company.policies):
        field, key = NEEDED.get(policy.kind, ("id", "id"))
        if not getattr(policy, field) and getattr(policy, field) != 0:
            yield ("policies", i, key), f"a {policy.kind} needs {key}"


def _find_strangers(company: Company) -> Iterator[Fault]:
    known = {
        "department": {d.id for d in company.departments} | {ROOT},
        "person": {p.id for p in company.people},
        "company": {c.id for c in company.companies},
        "category": {c.id for c in company.categories},
        "project": {p.id for p in company.projects},
        "city tier": {t.id for t in company.city_tiers},
    }
    for loc, target, value in _references(company):
        if value is not None and value not in known[target]:
            yield loc, f"there is no {target} {value}"


Reference = tuple[Location, str, str | None]


def _references(company: Company) -> Iterator[Reference]:
    for i, c in enumerate(company.categories):
        yield ("categories", i, "parent"), "category", c.parent
        yield from ((("categories", i, "accounts", d), "department", d) for d in c.accounts)
    for i, d in enumerate(company.departments):
        yield ("departments", i, "parent"), "department", d.parent
        yield ("departments", i, "head"), "person", d.head
        yield ("departments", i, "company"), "company", d.company
    for i, p in enumerate(company.people):
        yield ("people", i, "department"), "department", p.department
        yield ("people", i, "manager"), "person", p.manager
    for i, project in enumerate(company.projects):
        yield ("projects", i, "owner"), "person", project.owner
        yield from ((("projects", i, "accounts", c), "category", c) for c in project.accounts)
    for i, b in enumerate(company.budgets):
        yield ("budgets", i, "department"), "department", b.department
        yield ("budgets", i, "project"), "project", b.project
        yield ("budgets", i, "category"), "category", b.category
        yield ("budgets", i, "person"), "person", b.person
        yield ("budgets", i, "company"), "company", b.company
        yield from (
            (("budgets", i, "exceptions", j), "person", rule.removeprefix("person:"))
            for j, rule in enumerate(b.exceptions)
            if rule.startswith("person:")
        )
        yield from ((("budgets", i, "owners", j), "person", o) for j, o in enumerate(b.owners))
    for i, policy in enumerate(company.policies):
        yield ("policies", i, "category"), "category", policy.category
        for j, row in enumerate(policy.standards):
            yield ("policies", i, "standards", j, "tier"), "city tier", row.tier
    yield from ((place, "person", named) for place, named in people_in_flows(company))


def _find_no_accounts(company: Company) -> Iterator[Fault]:
    """An account that is written and empty is a slip: without the key the usual one holds."""
    for name, account in company.accounts:
        if not account:
            yield ("accounts", name), "name an account, or leave the key out"


def _find_loops(company: Company) -> Iterator[Fault]:
    parents = {d.id: d.parent for d in company.departments if d.id != ROOT}
    managers = {p.id: p.manager for p in company.people if p.manager}
    for i, d in enumerate(company.departments):
        if _in_loop(d.id, parents):
            yield ("departments", i, "parent"), "the parents form a loop"
    for i, p in enumerate(company.people):
        if _in_loop(p.id, managers):
            yield ("people", i, "manager"), "the managers form a loop"


def _in_loop(start: str, above: dict[str, str]) -> bool:
    seen: set[str] = set()
    current: str | None = start
    while current is not None and current not in seen:
        seen.add(current)
        current = above.get(current)
    return current == start


NOBODYS = ("dingtalk", "wecom", "oidc", "directory")
"""What somebody who left has no more."""


def deactivate_missing(before: Company, after: Company) -> Company:
    """Keep the people whom the new file no longer lists, as inactive (contract §5)."""
    listed = {p.id for p in after.people}
    left = tuple(
        p.model_copy(update={"active": False, **dict.fromkeys(NOBODYS)})
        for p in before.people
        if p.id not in listed
    )
    return after.model_copy(update={"people": (*after.people, *left)})


def difference(before: Company, after: Company, *, values: bool = False) -> tuple[str, ...]:
    """Say what changes, a line each: "+ people li", "~ budgets sales-2026q4: limit", "- …".

    With `values` also from what to what, where it is short: "limit 1.00 → 2.00".
    """
    lines: list[str] = []
    for section in Company.model_fields:
        if section not in _tables(after):
            was, now = getattr(before, section), getattr(after, section)
            lines += (
                [f"~ {section}: {', '.join(_changed(was, now, values=values))}"]
                if was != now
                else []
            )
            continue
        old = {row.id: row for row in getattr(before, section)}
        new = {row.id: row for row in getattr(after, section)}
        lines += [f"+ {section} {i}" for i in new if i not in old]
        lines += [f"- {section} {i}" for i in old if i not in new]
        lines += [
            f"~ {section} {i}: {', '.join(_changed(old[i], new[i], values=values))}"
            for i in new
            if i in old and old[i] != new[i]
        ]
    return tuple(lines)


_PRIVATE = frozenset({"name", "bank_account", "dingtalk", "wecom", "oidc", "key"})
"""What a difference names without saying what it was and is."""
_SHORT = 40


def _changed(before: Entry, after: Entry, *, values: bool) -> list[str]:
    """Name what differs; values are shown where they are nobody's own affair."""
    fields = type(after).model_fields.items()
    names = [
        info.alias or name for name, info in fields if getattr(before, name) != getattr(after, name)
    ]
    if not values:
        return names
    was, now = before.model_dump(by_alias=True), after.model_dump(by_alias=True)
    return [f"{name}{_from_to(name, was[name], now[name])}" for name in names]


def _from_to(name: str, was: object, now: object) -> str:
    if name in _PRIVATE:
        return ""
    texts = [_shown(was), _shown(now)]
    return f" {texts[0]} → {texts[1]}" if all(0 < len(t) <= _SHORT for t in texts) else ""


def _shown(value: object) -> str:
    """Write a value; "" for what is a table of its own."""
    if value is None or value == ():
        return "-"
    if isinstance(value, tuple):
        return ";".join(map(_shown, value)) if all(isinstance(v, str | int) for v in value) else ""
    return "" if isinstance(value, dict) else str(value)
