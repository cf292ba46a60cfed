"""The messengers' address books put in force: pulled whole, joined, and what waits moved on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.events import UserRenamed
from bot.handlers.roster import reroute_left
from bot.handlers.verifying import Desk
from core.actions.basics import Settings
from core.change import Change
from core.company import Company, Messenger
from core.company_file import CompanyFileError, find_company_faults
from core.directory import Clash, Directory, Merged, OrgRules, check_leavers, explain
from core.errors import Refused, Retryable
from core.outside import OrgPort, OutsideDepartment, OutsidePerson
from core.ports import Store
from core.roster_merge import merge
from core.yaml_file import FileError

ACTOR = "directory"
MOST_PAGES = 100_000
"""Departments that stand above themselves would be walked for ever."""

T = TypeVar("T")
Page = Callable[[str | None], Awaitable[tuple[Sequence[T], str | None]]]
Pulled = tuple[tuple[OutsideDepartment, ...], tuple[OutsidePerson, ...]]


@dataclass(slots=True)
class Directories:
    """The address books in use and how they are read.

    `covered` is when the last pull of all of them began: what happened before is in force.
    """

    ports: Mapping[Messenger, OrgPort] = field(default_factory=dict)
    rules: OrgRules = field(default_factory=OrgRules)
    covered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Synced:
    """What changed, what people must decide, the version in force, how many approvals moved.

    `held` is why a pull that was only looked at would be refused.
    """

    lines: tuple[str, ...]
    clashes: tuple[Clash, ...]
    version: int
    moved: int = 0
    held: Refused | None = None


async def pull(messenger: Messenger, port: OrgPort, most_pages: int = MOST_PAGES) -> Directory:
    """Read all of an address book; any failure is raised, and then there is nothing."""
    departments, people = await read_all(port, most_pages)
    return Directory(messenger, departments, people)


async def read_all(port: OrgPort, most_pages: int = MOST_PAGES) -> Pulled:
    """Read every page of a directory: its departments and its people."""
    return await _all(port.departments, most_pages), await _all(port.people, most_pages)


async def _all(page: Page[T], most_pages: int) -> tuple[T, ...]:
    found: list[T] = []
    cursor: str | None = None
    for _ in range(most_pages):
        rows, cursor = await page(cursor)
        found += rows
        if cursor is None:
            return tuple(found)
    raise Retryable("directory_endless")


async def sync_directories(
    store: Store,
    directories: Directories,
    at: datetime,
    *,
    settings: Settings | None = None,
    dry_run: bool = False,
    force: bool = False,
) -> Synced:
    """Put address books in force, all or nothing; the same ones twice change nothing.

    Refused `org_leavers` (unless forced) and `org_empty`, the errors of the ports, Conflict when
    somebody applied a company meanwhile.
    """
    books = [await pull(m, port) for m, port in directories.ports.items()]
    version = await store.company_version()
    before = await store.company()
    merged = merge(before, books, directories.rules)
    held = _held(before, merged, books, directories.rules, force=force)
    if held and not dry_run:
        raise held
    faults = find_company_faults(merged.company)
    if faults:
        raise CompanyFileError([FileError("directory", 1, "(result)", f) for f in faults])
    lines = explain(before, merged.company)
    if dry_run or not lines:
        return Synced(lines, merged.clashes, version, held=held)
    version = await store.apply_company(
        merged.company, expected_version=version, at=at, actor=ACTOR
    )
    moved = await reroute_left(store, settings or Settings(), at, f"company:{version}")
    return Synced(lines, merged.clashes, version, moved)


async def on_renamed(event: UserRenamed, desk: Desk) -> None:
    """Let somebody stay who they are under another user id; a second time changes nothing.

    Conflict when somebody applied a company meanwhile: then it is tried again.
    """
    version = await desk.store.company_version()
    company = await desk.store.company()
    known = company.person_by_user(event.messenger, event.old)
    if known and not company.person_by_user(event.messenger, event.new):
        renamed = known.model_copy(update={event.messenger: event.new})
        people = tuple(renamed if p.id == known.id else p for p in company.people)
        after = company.model_copy(update={"people": people})
        await desk.store.apply_company(after, expected_version=version, at=desk.now, actor=ACTOR)
    await desk.store.commit(Change(at=desk.now).finishing(desk.inbox))


def _held(
    before: Company, merged: Merged, books: Sequence[Directory], rules: OrgRules, *, force: bool
) -> Refused | None:
    try:
        check_leavers(before, merged, books, rules, force=force)
    except Refused as refused:
        return refused
    return None
