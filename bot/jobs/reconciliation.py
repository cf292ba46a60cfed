"""The daily comparison of all sides, told to finance where they differ."""

from bot.handlers.reconciling import Reconciliation, Sides
from bot.jobs.running import Counts, Office, Run
from bot.texts.differences import line_of
from core.actions.basics import Cause, outgoing
from core.change import Change
from core.company import Person
from core.notices import Say

SHOWN = 10
PAGE = "/app/finance/reconcile"


async def reconcile(run: Run, office: Office) -> Counts:
    """Compare up to today; finance hears of differences once for each run, else nothing."""
    if office.links is None:
        return {"compared": 0, "differing": 0}
    ask = office.ask() if office.ask else None
    found = await Sides(office.store, office.links, office.zone, ask).reconcile(run.today)
    company = await office.store.company()
    if found.differing:
        link = f"{office.public_url}{PAGE}"
        told = [_said(found, person, link) for person in company.with_role("finance")]
        cause = Cause("system", run.now, run.key)
        await office.store.commit(Change(at=run.now, outbox=outgoing(cause, told)))
    return {"compared": len(found.claims), "differing": len(found.differing)}


def _said(found: Reconciliation, person: Person, link: str) -> Say:
    rows = "\n".join(line_of(one, person.language) for one in found.differing[:SHOWN])
    fields = (
        ("day", found.day.isoformat()),
        ("count", str(len(found.claims))),
        ("different", str(len(found.differing))),
        ("rows", rows),
        ("link", link),
    )
    return Say(person.id, "reconciled", fields)
