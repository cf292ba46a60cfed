"""Every few minutes: delegations begin and end, and what waits too long goes further up."""

from bot.handlers.overdue import escalate_overdue
from bot.handlers.roster import reroute_all
from bot.jobs.running import Counts, Office, Run


async def route(run: Run, office: Office) -> Counts:
    """Move what waits to those who are there now, and ask those above people who are late."""
    moved = await reroute_all(office.store, office.settings, run.now, f"{run.key}:route")
    late = await escalate_overdue(office.store, office.settings, run.now, f"{run.key}:late")
    return {"moved": moved, "escalated": late}
