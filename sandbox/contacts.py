"""The address books of both companies: departments, members, and how they change."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from sandbox.config import Platform, SandboxConfig
from sandbox.world import JsonObject

ROOT = 1
Tell = Callable[[str, JsonObject], Awaitable[None]]
"""Tells the application of a change: what happened, and the ids that it is about."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A department; `heads` are user ids."""

    id: int
    name: str
    parent: int = ROOT
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an address book.

    `leads` are the departments of theirs that they lead. One who is `hidden` is in a department
    but lies outside what the application may see; `status` is WeCom's.
    """

    user: str
    name: str
    units: tuple[int, ...] = (ROOT,)
    manager: str = ""
    leads: tuple[int, ...] = ()
    job_number: str = ""
    mobile: str = ""
    email: str = ""
    hidden: bool = False
    status: int = 1


async def _tell_nobody(_what: str, _ids: JsonObject) -> None:
    """Stand in until somebody is to be told."""


@dataclass(slots=True)
class Contacts:
    """One company's address book; `refusal` is an errcode that every call gets, 0 for none."""

    units: dict[int, Unit] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    refusal: int = 0
    tell: Tell = _tell_nobody

    def place(self, *units: Unit) -> None:
        """Add departments, or change those that are there."""
        self.units |= {unit.id: unit for unit in units}

    async def join(self, member: Member) -> None:
        """Let somebody join, and tell of it."""
        self.members[member.user] = member
        await self.tell("joined", {"user": member.user})

    async def change(self, user: str, **changes: object) -> None:
        """Change somebody's entry, and tell of it."""
        self.members[user] = replace(self.members[user], **changes)  # type: ignore[arg-type]
        await self.tell("changed", {"user": user})

    async def leave(self, user: str) -> None:
        """Let somebody leave, and tell of it."""
        del self.members[user]
        await self.tell("left", {"user": user})

    async def drop(self, unit: int) -> None:
        """Delete a department, and tell of it."""
        del self.units[unit]
        await self.tell("dropped", {"unit": unit})


def contacts_of(config: SandboxConfig, platform: Platform) -> Contacts:
    """Give the address book of the people who have a phone there, as they are seated."""
    contacts = Contacts()
    numbers = {name: i for i, name in enumerate(_unit_names(config), ROOT + 1)}
    users = {p.id: p.dingtalk if platform == "dingtalk" else p.wecom for p in config.people}
    contacts.place(*(_unit(config, n, i, users) for n, i in numbers.items()))
    for person in config.people:
        if users[person.id]:
            unit = numbers.get(person.department, ROOT)
            leads = (unit,) if person.leads and person.leads == person.department else ()
            manager = users.get(person.manager, "")
            contacts.members[users[person.id]] = Member(
                users[person.id], person.name, (unit,), manager, leads
            )
    return contacts


def _unit_names(config: SandboxConfig) -> list[str]:
    return list(dict.fromkeys(p.department for p in config.people if p.department))


def _unit(config: SandboxConfig, name: str, number: int, users: Mapping[str, str]) -> Unit:
    heads = tuple(users[p.id] for p in config.people if p.leads == name)
    return Unit(number, name, ROOT, tuple(h for h in heads if h))
