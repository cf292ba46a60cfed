"""Which claim a message means, and what surrounds it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.handlers.dialogs import PATIENCE, in_hand
from bot.handlers.recall import Reads
from bot.handlers.work import Work
from core.actions.basics import Cause, Settings
from core.actions.clearing import CLEARS, moved_with, open_advances
from core.actions.drafts import identities_of
from core.actions.filing import own_words
from core.actions.planning import preview
from core.actions.submission import Surroundings, asking_of, check_claim, reckoned
from core.budget import charges_of
from core.claim import EDITABLE, Claim, State
from core.company import Company, Person
from core.duplicates import Earlier, wanted_likes
from core.errors import Refused
from core.money import format_cny
from core.ports import ClaimQuery, Page, Store
from core.routing import Chain, chain_of

COUNTED = (State.IN_REVIEW, State.APPROVED, State.PAYING, State.PAID)
"""States of claims that count when rules look at a person's history."""
HISTORY = Page(limit=500)
FEW = Page(limit=20)
NAMED = 3
"""Claims that an answer names."""
LATELY = 5
"""Latest lines of a claim's record that are looked at for who has had it before them."""
MAX_NAMED = 8
SHOWN_AGAIN = frozenset({"return", "reject"})
"""What others do that puts a claim before its owner."""
AUDITORS = frozenset({"finance", "auditor", "admin", "cashier"})
"""Roles that may see everybody's claims."""


async def surroundings_of(
    store: Reads, company: Company, claim: Claim, today: date, settings: Settings
) -> Surroundings:
    """Read what a check of a claim must know."""
    history: list[Claim] = []
    for state in COUNTED:
        found = await store.claims(ClaimQuery(state=state, employee=claim.employee), HISTORY)
        history += [c for c in found.items if c.number != claim.number]
    holders = {key: await store.holder(key) for key in identities_of(claim)}
    earlier = await _earlier(store, claim, tuple(h for h in holders.values() if h))
    advances = await advances_of(store, claim.employee) if claim.kind in CLEARS else ()
    moved = moved_with(claim, advances, history)
    budgets = [charge.budget for charge in charges_of(company, moved)]
    return Surroundings(
        company=company,
        today=today,
        history=tuple(history),
        balances=await store.balances(budgets) if budgets else (),
        holders={key: holder for key, holder in holders.items() if holder},
        settings=settings,
        earlier=earlier,
        delegations=await store.delegations(midnight(today, settings.zone)),
        origin=await store.claim(claim.origin) if claim.origin else None,
        verified=await store.verified(tuple(holders)) if settings.verify and holders else {},
        advances=advances,
    )


async def advances_of(store: Reads, person: str) -> tuple[Claim, ...]:
    """Find somebody's open advances, the oldest first."""
    query = ClaimQuery(state=State.PAID, kind="advance", employee=person)
    return open_advances((await store.claims(query, HISTORY)).items)


async def cleared_by(store: Store, claim: Claim) -> dict[str, Claim]:
    """Read the advances that a claim clears, by number."""
    found = [await store.claim(c.advance) for c in claim.clears]
    return {advance.number: advance for advance in found if advance}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the moment at which a day begins."""
    return datetime.combine(day, time(), zone)


async def _earlier(store: Reads, claim: Claim, holders: Sequence[str]) -> Earlier:
    """Find vouchers like the claim's own, and every claim that may have come first."""
    wanted = wanted_likes(claim)
    vouchers = await store.lookalikes(wanted) if wanted else ()
    numbers = dict.fromkeys((*holders, *(v.claim for v in vouchers)))
    claims = {n: found for n in numbers if n != claim.number and (found := await store.claim(n))}
    return Earlier(vouchers, claims)


async def with_findings(
    store: Reads, company: Company, claim: Claim, today: date, settings: Settings
) -> Claim:
    """Give a claim with what is to be said about it today, while it can still be changed.

    After submission the findings are those of the record.
    """
    return (await foreseen(store, company, claim, today, settings))[0]


async def foreseen(
    store: Reads, company: Company, claim: Claim, today: date, settings: Settings
) -> tuple[Claim, Chain]:
    """Give a claim as `with_findings`, and whom it would ask and tell if it were submitted now.

    In review it is whom its plan asks; where the flow has nobody to ask it is nobody.
    """
    if claim.state not in EDITABLE:
        return claim, chain_of(claim.plan) if claim.plan else Chain()
    around = await surroundings_of(store, company, claim, today, settings)
    known = replace(reckoned(claim, around), findings=check_claim(claim, around))
    cause = Cause(claim.employee, midnight(today, settings.zone), "preview")
    try:
        return known, preview(known, asking_of(known, around), cause)
    except Refused:
        return known, Chain()


async def claim_named(work: Work, number: str) -> Claim:
    """Find a claim that the person may see; Refused `no_such_claim` otherwise.

    A stranger's claim is answered like one that does not exist.
    """
    claim = await work.store.claim(number)
    if claim is None or not may_see(work, claim):
        raise Refused("no_such_claim", number=number)
    return claim


def may_see(work: Work, claim: Claim) -> bool:
    """Whether a claim concerns the person who writes."""
    return concerns(claim, work.person)


def concerns(claim: Claim, person: Person) -> bool:
    """Whether somebody may see a claim: they own it, are asked about it, or look after all."""
    asked = claim.plan.people() if claim.plan else frozenset[str]()
    return (
        person.id in claim.owners or person.id in asked or bool(AUDITORS.intersection(person.roles))
    )


async def own_claim(work: Work, number: str | None, states: tuple[State, ...]) -> Claim:
    """Find the claim that a command of its owner means.

    Without a number it is the one in hand, the only one, the one that they had to do with a moment
    ago, or the only one in the first of the states that has any. Refused `no_claim_here` or
    `only_in_review` when there is none, `which_claim` when several are as likely.
    """
    if number is not None:
        claim = await claim_named(work, number)
        if work.person.id not in claim.owners:
            raise Refused("not_yours", number=number)
        return claim
    held = await claim_in_hand(work)
    if held and held.state in states:
        return held
    found: list[tuple[Claim, ...]] = []
    for state in states:
        query = ClaimQuery(state=state, employee=work.person.id)
        found.append((await work.store.claims(query, FEW)).items)
    claims = [claim for group in found for claim in group]
    if not claims:
        raise await _nothing_here(work, states)
    return await latest(work, claims) or _only(next(group for group in found if group))


async def _nothing_here(work: Work, states: tuple[State, ...]) -> Refused:
    """Say that there is no claim for a command, or that what there is has been submitted."""
    query = ClaimQuery(state=State.IN_REVIEW, employee=work.person.id)
    busy = () if State.IN_REVIEW in states else (await work.store.claims(query, FEW)).items
    if not busy:
        return Refused("no_claim_here")
    return Refused("only_in_review", numbers=" ".join(c.number for c in busy[:NAMED]))


async def claim_in_hand(work: Work) -> Claim | None:
    """Give the claim that the person has taken in hand to change it."""
    number = in_hand(await work.store.dialog(work.person.id), work.now)
    claim = await work.store.claim(number) if number else None
    if claim and claim.state in EDITABLE and work.person.id in claim.owners:
        return claim
    return None


async def latest(work: Work, claims: Sequence[Claim]) -> Claim | None:
    """Give the claim that was on the person's screen last, where that is moments ago."""
    if len(claims) == 1:
        return claims[0]
    touched = [(await _touched(work, claim), claim) for claim in claims]
    recent = [(key, c) for key, c in touched if work.now - key[0] <= PATIENCE]
    return max(recent, key=lambda pair: pair[0])[1] if recent else None


async def _touched(work: Work, claim: Claim) -> tuple[datetime, int]:
    """Say when a person last changed a claim, or got it back or drafted, and in which order.

    What a colleague is writing for them they have not seen.
    """
    marks = (
        (entry.at, entry.seq)
        for entry in await work.store.history(claim.number, LATELY)
        if entry.actor == work.person.id or entry.action in SHOWN_AGAIN
    )
    unseen = claim.filed_by not in {None, work.person.id}
    begun = datetime.min.replace(tzinfo=UTC) if unseen else claim.created_at
    return max(marks, default=(begun, 0))


async def waiting_claim(work: Work, number: str | None) -> Claim:
    """Find the claim that an approver's command means; errors as `own_claim`."""
    if number is not None:
        return await claim_named(work, number)
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
    found = await work.store.claims(query, FEW)
    if not found.items:
        raise Refused("nothing_waits")
    return _only(found.items)


def _only(claims: tuple[Claim, ...]) -> Claim:
    if len(claims) > 1:
        raise Refused("which_claim", rows="\n".join(map(_named, claims[:MAX_NAMED])))
    return claims[0]


def _named(claim: Claim) -> str:
    """Write a claim so that people know it again: its number, how much, what for."""
    words = claim.purpose or next((x.description for x in claim.lines if x.description), "")
    parts = (claim.number, format_cny(claim.total_fen), words[:20])
    return "· " + " · ".join(p for p in parts if p)


async def open_drafts(work: Work) -> tuple[Claim, ...]:
    """Give the person's drafts of expenses, which photos and lines join, the newest first."""
    query = ClaimQuery(state=State.DRAFT, employee=work.person.id, kind="reimbursement")
    found = await work.store.claims(query, FEW)
    return own_words(found.items, work.person.id, None)
