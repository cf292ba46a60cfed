"""Address books of messengers as they were pulled, and the rules by which they are read."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.company import Company, Messenger, Person
from core.errors import Refused
from core.outside import OutsideDepartment, OutsidePerson

Match = Literal["none", "job_number", "mobile", "email"]
"""By what two entries are one person when no messenger id says so."""

HASHED = "sha256:"
FEW = 2
"""So many may always leave at once: of a small company they are many percent."""
MOBILE_DIGITS = 11
LONGEST_ID = 64
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]")


@dataclass(frozen=True, slots=True)
class Directory:
    """All of an address book that we may see.

    A person without a name is there but may not be read: nothing is concluded from them.
    `fields` of people: `job_number`, `mobile`, `email`, and `leads`, the ids of the departments
    that they lead, joined by commas.
    """

    messenger: Messenger
    departments: tuple[OutsideDepartment, ...]
    people: tuple[OutsidePerson, ...]


@dataclass(frozen=True, slots=True)
class OrgRules:
    """How address books become our company.

    `order` are those in use; where both know somebody, the first one's word counts. `companies`
    gives the legal entity of a department, by `dingtalk:12` or our own id. A pull that makes more
    than `max_leavers` percent leave is refused.
    """

    order: tuple[Messenger, ...] = ("dingtalk", "wecom")
    match: Match = "none"
    companies: Mapping[str, str] = field(default_factory=dict)
    max_leavers: int = 10


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that a person must decide; `code` has its text in `bot.texts.org`."""

    code: str
    subject: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The company after a pull, what people must decide, and who left."""

    company: Company
    clashes: tuple[Clash, ...] = ()
    leavers: tuple[str, ...] = ()


def user_key(messenger: Messenger, user: str) -> str:
    """Give a user id as it is compared: WeCom's ignore case."""
    return user.lower() if messenger == "wecom" else user


def make_id(messenger: Messenger, user: str, taken: Collection[str]) -> str:
    """Make our id of a user id: the same every time, safe characters, nobody else's."""
    plain = _UNSAFE.sub("-", user)
    if plain == user and len(user) <= LONGEST_ID and user not in taken:
        return user
    mark = hashlib.sha256(f"{messenger}:{user_key(messenger, user)}".encode()).hexdigest()
    return f"{plain[: LONGEST_ID - 13]}-{mark[:12]}"


def match_key(person: OutsidePerson, match: Match) -> str | None:
    """Give what an entry is matched by, None when it has nothing of the kind."""
    said = dict(person.fields).get(match, "") if match != "none" else ""
    return stored_key(said, match) if said.strip() else None


def stored_key(said: str, match: Match) -> str:
    """Give a key as it is kept: what could be dialled or written to only as a hash."""
    if said.startswith(HASHED) or match in {"none", "job_number"}:
        return said.strip()
    plain = said.strip().lower()
    if match == "mobile":
        plain = "".join(c for c in said if c.isdigit())[-MOBILE_DIGITS:]
    return HASHED + hashlib.sha256(f"{match}:{plain}".encode()).hexdigest()[:32]


def check_leavers(
    before: Company, merged: Merged, pulled: Sequence[Directory], rules: OrgRules, *, force: bool
) -> None:
    """Raise Refused when a pull would empty the company, or (unless forced) too much of it."""
    if any(not d.people for d in pulled):
        raise Refused("org_empty")
    if not any(p.active for p in merged.company.people):
        raise Refused("org_empty")
    known = [p for p in before.people if _known(p, pulled)]
    most = max(FEW, len(known) * rules.max_leavers // 100)
    if len(merged.leavers) > most and not force:
        counts = {"count": str(len(merged.leavers)), "of": str(len(known))}
        raise Refused("org_leavers", **counts, percent=str(rules.max_leavers))


def _known(person: Person, pulled: Sequence[Directory]) -> bool:
    return person.active and any(getattr(person, d.messenger) for d in pulled)


SHOWN: Mapping[str, tuple[str, ...]] = {
    "departments": ("name", "parent", "head", "company", "dingtalk", "wecom"),
    "people": ("name", "department", "manager", "active", "dingtalk", "wecom"),
}
"""What of a row is said with its values; of nothing else a value is ever shown."""


def explain(before: Company, after: Company) -> tuple[str, ...]:
    """Say what a pull changes, a line a row: "~ people zhang 张三: department sales → tech"."""
    lines: list[str] = []
    for section, fields in SHOWN.items():
        old = {row.id: row for row in getattr(before, section)}
        new = {row.id: row for row in getattr(after, section)}
        for ours, row in new.items():
            was = old.get(ours)
            if was == row:
                continue
            said = [_change(was, row, f) for f in fields if _value(was, f) != _value(row, f)]
            mark = "~" if was else "+"
            lines.append(f"{mark} {section} {ours} {row.name}: {', '.join(said) or 'directory'}")
        lines += [f"- {section} {i} {row.name}" for i, row in old.items() if i not in new]
    return tuple(lines)


def _value(row: object, name: str) -> object:
    return getattr(row, name, None)


def _change(was: object, row: object, name: str) -> str:
    value = _value(row, name)
    return f"{name} {_value(was, name)} → {value}" if was else f"{name} {value}"
