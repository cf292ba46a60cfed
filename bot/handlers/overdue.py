"""What waits for too long: found for reminders, and taken further up."""

from datetime import datetime

from bot.handlers.roster import read_roster
from core.actions.basics import Cause, Settings
from core.actions.overdue import Late, escalate, find_overdue
from core.claim import State
from core.ports import ClaimQuery, Page, Store

PAGE = 200


async def overdue_now(store: Store, at: datetime) -> tuple[Late, ...]:
    """Give the claims in review whose step is overdue, the longest first."""
    query = ClaimQuery(state=State.IN_REVIEW, due_before=at)
    found: list[Late] = []
    cursor = None
    while True:
        page = await store.claims(query, Page(cursor, PAGE))
        found += find_overdue(page.items, at)
        cursor = page.next
        if cursor is None:
            return tuple(sorted(found, key=lambda late: (late.due, late.claim.number)))


async def escalate_overdue(store: Store, settings: Settings, at: datetime, source: str) -> int:
    """Ask those above everybody who is late, each claim in a change of its own; gives how many.

    Conflict `revision` when somebody decides at the same moment: what is left is found again.
    """
    roster = await read_roster(store, settings, at)
    done = 0
    for late in await overdue_now(store, at):
        cause = Cause("system", at, f"{source}:{late.claim.number}")
        change = escalate(late.claim, roster, cause)
        if change is not None:
            await store.commit(change)
            done += 1
    return done
