"""The report of the month that has ended, told to finance once."""

from datetime import timedelta

from bot.handlers.reporting import collect_month
from bot.jobs.running import Counts, Office, Run
from bot.reports.month import Writer
from core.actions.basics import Cause, outgoing
from core.change import Change
from core.notices import Say

ROLES = ("finance", "budget_admin")


async def monthly(run: Run, office: Office) -> Counts:
    """Tell finance what the month before cost, with the page that has the rest."""
    month = f"{run.today.replace(day=1) - timedelta(days=1):%Y-%m}"
    company = await office.store.company()
    report = await collect_month(office.store, office.spending, month, office.zone)
    link = f"{office.public_url}/app/reports/{month}"
    people = {p.id: p for role in ROLES for p in company.with_role(role)}
    notices = [
        Say(p.id, "month_report", tuple(Writer(report, company, p.language).fields(link).items()))
        for p in people.values()
    ]
    # By hand it is told again; by schedule a month is told once, however often the run repeats.
    source = run.key if run.asked else f"monthly:{month}"
    cause = Cause("system", run.now, source)
    await office.store.commit(Change(at=run.now, outbox=outgoing(cause, notices)))
    return {"reports": len(notices)}
