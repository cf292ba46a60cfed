"""Who is there to decide: the company in force and the delegations of this moment."""

from datetime import datetime

from bot.handlers.work import Work
from core.actions.basics import Cause, Settings
from core.actions.rerouting import reroute
from core.claim import State
from core.errors import Conflict
from core.ports import ClaimQuery, Page, Store
from core.routing import Roster

PAGE = 200
TRIES = 5
"""How often re-routing begins anew because somebody decided in between; a job does it later."""


async def roster_of(work: Work) -> Roster:
    """Read who is there for a message in hand."""
    found = await work.store.delegations(work.now)
    return Roster(work.company, found, work.rooms.settings.zone)


async def read_roster(store: Store, settings: Settings, at: datetime) -> Roster:
    """Read who is there at a moment."""
    return Roster(await store.company(), await store.delegations(at), settings.zone)


async def reroute_waiting(
    store: Store, roster: Roster, cause: Cause, waiting_for: str | None = None
) -> int:
    """Move what waits, of one person or of all, to those who are there; gives how many moved.

    Each claim is a change of its own, with its number in the cause, so that a repetition moves
    and tells nothing twice.
    """
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=waiting_for)
    moved, cursor = 0, None
    numbers: list[str] = []
    while True:
        page = await store.claims(query, Page(cursor, PAGE))
        numbers += [c.number for c in page.items]
        cursor = page.next
        if cursor is None:
            break
    for number in numbers:
        moved += await _moved(store, roster, cause, number)
    return moved


async def _moved(store: Store, roster: Roster, cause: Cause, number: str) -> bool:
    claim = await store.claim(number)
    own = Cause(cause.actor, cause.at, f"{cause.source}:{number}")
    change = reroute(claim, roster, own) if claim else None
    if change is None:
        return False
    await store.commit(change)
    return bool(change.claims)


async def reroute_all(store: Store, settings: Settings, at: datetime, source: str) -> int:
    """Let delegations begin and end, and find those above people who left: for a scheduled job.

    Gives how many claims moved. It is harmless at any time and as often as wanted; Conflict
    `revision` when somebody decided at the same moment, to be tried again.
    """
    roster = await read_roster(store, settings, at)
    return await reroute_waiting(store, roster, Cause("system", at, source))


async def reroute_left(store: Store, settings: Settings, at: datetime, source: str) -> int:
    """Move what waits for people who left; what is decided at this very moment is seen again."""
    moved = 0
    for _ in range(TRIES):
        try:
            moved += await reroute_all(store, settings, at, source)
        except Conflict:
            continue
        break
    return moved
