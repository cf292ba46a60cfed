"""The scheduled scan of all budgets."""

from bot.jobs.running import Counts, Office, Run


async def overspend_scan(_: Run, office: Office) -> Counts:
    """Look at every budget in force."""
    balances = await office.store.balances()
    return {"budgets": len(balances)}
