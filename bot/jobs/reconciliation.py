"""The daily comparison of all sides, told to finance where they differ."""

from bot.handlers.reconciling import Reconciliation, Sides
from bot.jobs.running import Counts, Office, Run
from bot.texts.differences import line_of
from core.actions.basics import Cause, outgoing
from core.change import Change
from core.company import Person
from core.notices import Say

SHOWN = 10


async def reconcile(run: Run, office: Office) -> Counts:
    """Compare up to yesterday; finance hears of differences once for each run, else nothing."""
    if office.links is None:
        return {"compared": 0, "differing": 0}
    found = await Sides(office.store, office.links, office.zone).reconcile(run.today)
    company = await office.store.company()
    if found.differing:
        told = [_said(found, person) for person in company.with_role("finance")]
        cause = Cause("system", run.now, run.key)
        await office.store.commit(Change(at=run.now, outbox=outgoing(cause, told)))
    return {"compared": len(found.claims), "differing": len(found.differing)}


def _said(found: Reconciliation, person: Person) -> Say:
    rows = "\n".join(line_of(one, person.language) for one in found.differing[:SHOWN])
    fields = (
        ("day", found.day.isoformat()),
        ("count", str(len(found.claims))),
        ("different", str(len(found.differing))),
        ("rows", rows),
    )
    return Say(person.id, "reconciled", fields)
