"""Permissions that nobody has used: after their time their money goes back to the budget."""

from datetime import timedelta

from bot.jobs.running import Office, Run
from core.actions.basics import Cause
from core.actions.budgets.expiring import expire, is_forgotten
from core.claim import EDITABLE, Claim
from core.errors import Conflict, Refused
from core.ports import ClaimQuery, LiveHold, Page, Store

CLOCKWORK = "schedule"
"""Who acts when the clock does."""
DRAFTS = Page(limit=200)


async def expire_holds(run: Run, office: Office) -> int:
    """Release the holds of permissions unused for `budget.hold_days`; gives how many.

    0 days keep them for good.
    """
    days = office.settings.hold_days
    if not days:
        return 0
    count = 0
    for hold in await office.store.live_holds(run.now - timedelta(days=days)):
        request = await office.store.claim(hold.claim)
        if request and is_forgotten(hold, request, run.today, days):
            cause = Cause(CLOCKWORK, run.now, f"{run.key}:{hold.name}")
            count += await _expire(office.store, hold, request, cause)
    return count


async def _expire(store: Store, hold: LiveHold, request: Claim, cause: Cause) -> int:
    """Release one hold; a claim that takes it over just now keeps it."""
    draft = await _carrier(store, hold, request)
    try:
        await store.commit(expire(hold, request, draft, cause))
    except (Conflict, Refused):
        return 0
    return 1


async def _carrier(store: Store, hold: LiveHold, request: Claim) -> Claim | None:
    """Find the draft that carries a hold, among what its employee may still change."""
    for state in sorted(EDITABLE):
        query = ClaimQuery(state=state, employee=request.employee)
        for claim in (await store.claims(query, DRAFTS)).items:
            if claim.carries == hold.name:
                return claim
    return None
