"""`company apply`: one file put in force, all or nothing."""

from dataclasses import dataclass
from pathlib import Path

from bot.desk.limits import limit_notes
from bot.handlers.roster import reroute_left
from core.actions.basics import Settings
from core.alerts import find_lowered, restated
from core.calendar import CHINA
from core.change import Change
from core.company import Company
from core.company_file import (
    CompanyFileError,
    deactivate_missing,
    difference,
    find_company_faults,
    load_company,
)
from core.directory_rights import Kept, keep_owned
from core.ports import Clock, Store
from core.yaml_file import FileError


@dataclass(frozen=True, slots=True)
class Applied:
    """What changed, a line each, the version now in force, and how many approvals moved.

    `notes` are what somebody should know of budgets that are in use.
    """

    lines: tuple[str, ...]
    version: int
    moved: int = 0
    notes: tuple[str, ...] = ()


def read_company(path: Path) -> Company:
    """Read a company file; CompanyFileError that names file, line and key of every fault."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = FileError(str(path), 1, "(file)", f"cannot be read: {type(error).__name__}")
        raise CompanyFileError([fault]) from None
    return load_company(text, str(path))


async def apply_company(
    store: Store,
    company: Company,
    clock: Clock,
    *,
    dry_run: bool,
    settings: Settings | None = None,
    take_over: bool = False,
) -> Applied:
    """Put a company in force; the same file twice changes nothing.

    People whom the file no longer lists are kept as inactive, and what waited for them moves to
    whoever is above. What an address book owns stays as it says, unless the file takes over.
    Conflict when somebody else applied a file at the same moment.
    """
    version = await store.company_version()
    before = await store.company()
    kept = Kept(company) if take_over else keep_owned(before, company)
    after = deactivate_missing(before, kept.company)
    faults = find_company_faults(after)
    if faults:
        raise CompanyFileError([FileError("company", 1, "(result)", f) for f in faults])
    lines = difference(before, after)
    notes = await limit_notes(store, before, after)
    if dry_run or (not lines and version):
        return Applied((*lines, *kept.lines), version, notes=notes)
    version = await put_in_force(store, before, after, version, clock)
    moved = await reroute_left(store, settings or Settings(), clock(), f"company:{version}")
    return Applied((*lines, *kept.lines), version, moved, notes)


async def put_in_force(
    store: Store, before: Company, after: Company, version: int, clock: Clock
) -> int:
    """Put a company in force; who answers for a budget whose limit fell is told at once.

    Should this end in between, the next scan tells them. Conflict as `Store.apply_company`.
    """
    told = restated(before, after)
    were = await store.balances(told) if told else ()
    version = await store.apply_company(
        after, expected_version=version, at=clock(), actor="administrator"
    )
    now = clock()
    lowered = find_lowered(
        were, await store.balances(told) if told else (), now.astimezone(CHINA).date(), now
    )
    if lowered:
        await store.commit(Change(at=now, alerts=lowered))
    return version
