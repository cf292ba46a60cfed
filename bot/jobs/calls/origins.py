"""Requests that another system has approved: each is offered once, and becomes a draft here."""

from collections.abc import Sequence

from bot.events import SystemOffered
from bot.jobs.calls.desk import Outlet
from core.outside import Link
from core.papers import Paper, RequestKind, RequestPort

ORIGIN = "origin"


async def heard(outlet: Outlet, words: Sequence[str]) -> bool:
    """Take up the request that a hint is about, if it is one; says whether it is new."""
    if not isinstance(outlet.system, RequestPort):
        return False
    found = await outlet.system.approved(words)
    if found is None:
        return False
    paper, kind = found
    company = await outlet.store.company()
    person = company.person_by_user(outlet.system.capabilities.people, paper.person)
    return await offer(outlet, paper, kind, person.id if person else paper.person)


async def offer(outlet: Outlet, paper: Paper, kind: RequestKind, person: str) -> bool:
    """Put a request into the inbox unless it was there before; a claim of ours is none."""
    key = f"{ORIGIN}:{paper.ref.id}"
    if paper.key or await outlet.links.find(outlet.name, key):
        return False
    number = paper.ref.number
    event = SystemOffered(
        outlet.name, number, person, kind, paper.title, paper.amount_fen, paper.day
    )
    await outlet.accept(f"offered:{outlet.name}:{paper.ref.id}", number, event)
    link = Link(outlet.name, key, number, ORIGIN, "closed", outlet.clock(), paper.ref)
    await outlet.links.begin(link)
    return True
