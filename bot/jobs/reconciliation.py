"""The daily comparison of all sides, told to finance where they differ."""

from bot.handlers.reconciling import Reconciliation, Sides
from bot.jobs.running import Counts, Office, Run
from bot.texts.differences import line_of, unnoted_text
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
    if found.differing or found.unnoted:
        link = f"{office.public_url}{PAGE}"
        told = [_said(found, person, link) for person in company.with_role("finance")]
        cause = Cause("system", run.now, run.key)
        await office.store.commit(Change(at=run.now, outbox=outgoing(cause, told)))
    counts = {"compared": len(found.claims), "differing": len(found.differing)}
    return {**counts, "unnoted": len(found.unnoted)} if found.unnoted else counts


def _said(found: Reconciliation, person: Person, link: str) -> Say:
    told = [
        *(unnoted_text(row, person.language) for row in found.unnoted),
        *(line_of(one, person.language) for one in found.differing),
    ]
    fields = (
        ("day", found.day.isoformat()),
        ("count", str(len(found.claims))),
        ("different", str(len(found.differing))),
        ("unnoted", str(len(found.unnoted) or "")),
        ("rows", "\n".join(told[:SHOWN])),
        ("link", link),
    )
    return Say(person.id, "reconciled", fields)
