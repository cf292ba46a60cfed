"""The daily reminders: what waits too long, was never submitted, expires, or is still owed."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from bot.handlers.overdue import escalate_overdue
from bot.jobs.manners import NAMED, waiting_rows
from bot.jobs.running import Counts, Office, Run
from bot.texts import state_text
from bot.texts.preferences import row
from core.actions.alerting import quiet_lane
from core.actions.reminding import (
    Expiring,
    find_advances,
    find_drafts,
    find_expiring,
    find_waiting,
)
from core.change import Change, Outgoing
from core.claim import Claim, State
from core.company import Company, Person
from core.money import format_cny
from core.notices import Say
from core.ports import ClaimQuery, Page, Store

PAGE = 200
UNSENT = (State.DRAFT, State.RETURNED, State.WITHDRAWN)
Write = Callable[[Person], Say]


async def reminders(run: Run, office: Office) -> Counts:
    """Take late steps further up, then remind everybody of what is theirs, one text a kind."""
    escalated = await escalate_overdue(office.store, office.settings, run.now, run.key)
    company = await office.store.company()
    told = 0
    for kind, by_person in (
        ("waiting", await _waiting(run, office, company)),
        ("drafts", await _drafts(run, office)),
        ("expiring", await _expiring(run, office, company)),
        ("advances", await _advances(run, office)),
    ):
        told += await _tell(run, office, company, kind, by_person)
    return {"escalated": escalated, "reminders": told}


async def _tell(
    run: Run, office: Office, company: Company, kind: str, by_person: Mapping[str, Write]
) -> int:
    """Tell each once; a repeated run tells nobody twice."""
    found = [
        (person, write)
        for name, write in by_person.items()
        if (person := company.person(name)) and person.active
    ]
    told = tuple(
        Outgoing(f"{run.key}:{kind}:{person.id}", quiet_lane(person.id), write(person))
        for person, write in found
    )
    if told:
        await office.store.commit(Change(at=run.now, outbox=told))
    return len(told)


async def every(store: Store, query: ClaimQuery) -> AsyncIterator[Claim]:
    """Read all claims of a query, page by page."""
    cursor = None
    while True:
        page = await store.claims(query, Page(cursor, PAGE))
        for claim in page.items:
            yield claim
        cursor = page.next
        if cursor is None:
            return


async def _waiting(run: Run, office: Office, company: Company) -> Mapping[str, Write]:
    hours = office.settings.reminders.waiting_hours
    claims = [c async for c in every(office.store, ClaimQuery(state=State.IN_REVIEW))]
    calendar = company.calendar.in_zone(office.zone)
    found = find_waiting(claims, run.now, hours, calendar) if hours else {}

    def write(mine: Sequence[Claim]) -> Write:
        def said(person: Person) -> Say:
            rows = "\n".join(waiting_rows(mine, company, person, run.now))
            link = f"{office.public_url}/app/todo"
            fields = (("count", str(len(mine))), ("rows", rows), ("link", link))
            return Say(person.id, "waiting_long", fields)

        return said

    return {person: write(mine) for person, mine in found.items()}


async def _unsent(office: Office) -> list[Claim]:
    return [c for state in UNSENT async for c in every(office.store, ClaimQuery(state=state))]


async def _drafts(run: Run, office: Office) -> Mapping[str, Write]:
    days = office.settings.reminders.draft_days
    found = find_drafts(await _unsent(office), run.now, days) if days else {}

    def write(mine: Sequence[Claim]) -> Write:
        def said(person: Person) -> Say:
            rows = [_unsent_row(run, person, claim) for claim in mine[:NAMED]]
            fields = (("count", str(len(mine))), ("rows", "\n".join(rows)))
            return Say(person.id, "drafts_left", fields)

        return said

    return {person: write(mine) for person, mine in found.items()}


def _unsent_row(run: Run, person: Person, claim: Claim) -> str:
    return row(
        "unsent",
        person.language,
        number=claim.number,
        amount=format_cny(claim.total_fen),
        state=state_text(claim.state, person.language),
        days=str((run.now - claim.created_at).days),
    )


async def _expiring(run: Run, office: Office, company: Company) -> Mapping[str, Write]:
    days = office.settings.reminders.expire_days
    found = find_expiring(await _unsent(office), company, run.today, days) if days else {}

    def write(mine: Sequence[Expiring]) -> Write:
        def said(person: Person) -> Say:
            first = sorted(mine, key=lambda e: e.last)[:NAMED]
            rows = "\n".join(_expiring_row(person, e) for e in first)
            return Say(person.id, "invoice_expiring", (("rows", rows),))

        return said

    return {person: write(mine) for person, mine in found.items()}


def _expiring_row(person: Person, found: Expiring) -> str:
    return row(
        "expires",
        person.language,
        number=found.claim.number,
        line=str(found.line + 1),
        amount=format_cny(found.claim.lines[found.line].amount_fen),
        date=found.last.isoformat(),
    )


async def _advances(run: Run, office: Office) -> Mapping[str, Write]:
    days = office.settings.reminders.advance_days
    query = ClaimQuery(state=State.PAID, kind="advance")
    claims = [c async for c in every(office.store, query)] if days else []

    def write(mine: Sequence[Claim]) -> Write:
        def said(person: Person) -> Say:
            rows = [_advance_row(office, person, claim) for claim in mine[:NAMED]]
            fields = (("days", str(days)), ("rows", "\n".join(rows)))
            return Say(person.id, "advance_overdue", fields)

        return said

    return {p: write(mine) for p, mine in find_advances(claims, run.now, days).items()}


def _advance_row(office: Office, person: Person, claim: Claim) -> str:
    paid = claim.advance.paid_at if claim.advance else None
    return row(
        "advance",
        person.language,
        number=claim.number,
        amount=format_cny(claim.open_fen),
        date=f"{paid.astimezone(office.zone):%Y-%m-%d}" if paid else "",
    )
