"""Requests that another system has approved: each is offered once, and becomes a draft here."""

from collections.abc import Sequence

import structlog

from bot.events import SystemOffered
from bot.jobs.calls.desk import Outlet
from core.errors import ChitError
from core.outside import Link
from core.papers import Paper, RequestKind, RequestPort

log = structlog.get_logger(__name__)

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


async def catch_up(outlet: Outlet) -> int:
    """Take up requests whose hints were missed; gives how many there were."""
    if not isinstance(outlet.system, RequestPort):
        return 0
    taken = 0
    for words in await outlet.system.lately():
        if await outlet.links.find(outlet.name, f"{ORIGIN}:{words[0]}"):
            continue
        try:
            taken += await heard(outlet, words)
        except ChitError as error:
            log.warning("request_not_read", system=outlet.name, request=words[0], error=error.code)
    return taken


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
