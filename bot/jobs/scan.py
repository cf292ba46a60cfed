"""The scheduled scan of all budgets: the safety net for thresholds, and forecasts."""

from bot.jobs.holds import expire_holds
from bot.jobs.running import Counts, Office, Run
from core.alerts import Alert, ThresholdCrossed, find_alerts
from core.change import Change


async def overspend_scan(run: Run, office: Office) -> Counts:
    """Find budgets above a threshold that nobody was told of, and those that will run out.

    Every alert is kept under its name, so that whatever runs twice tells once. Permissions that
    were never used let their money go.
    """
    alerts = forecasts = 0
    async for portion in office.watches.remarkable(run.today):
        found: list[Alert] = [a for w in portion for a in find_alerts(w, run.today, run.now)]
        if found:
            await office.store.commit(Change(at=run.now, alerts=tuple(found)))
        crossed = sum(isinstance(alert, ThresholdCrossed) for alert in found)
        alerts, forecasts = alerts + crossed, forecasts + len(found) - crossed
    return {
        "budgets": await office.watches.count(),
        "alerts": alerts,
        "forecasts": forecasts,
        "expired": await expire_holds(run, office),
    }
