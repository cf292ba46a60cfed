"""Taking a decision back within its minute, by button and by words."""

from dataclasses import replace

from bot.handlers.drafts import on_withdraw
from bot.handlers.finding import claim_named, cleared_by
from bot.handlers.roster import roster_of
from bot.handlers.work import Work
from core.actions import undoing
from core.claim import Claim
from core.outside import DOCUMENT
from core.phrases.intents import Withdraw
from core.ports import ClaimQuery, Page

RECENT = Page(limit=50)
"""Newest claims of an employee among which one that follows an approval a minute ago must be."""


async def on_take_back(command: Withdraw, work: Work) -> None:
    """Read 撤回 and 撤销: an owner takes the claim back, anybody else their own last decision."""
    if command.number is not None:
        claim = await claim_named(work, command.number)
        if work.person.id not in claim.owners:
            await undo_decision(work, claim)
            return
    await on_withdraw(command, work)


async def undo_decision(work: Work, claim: Claim) -> None:
    """Take back the person's own last decision on a claim."""
    roster = await roster_of(work)
    rules = work.rooms.settings
    after = await _consequences(work, claim)
    change = undoing.undo(claim, work.cause, rules, roster, after)
    said = work.outgoing((work.reply("undone", number=claim.number),))
    await work.commit(replace(change, outbox=(*change.outbox, *said)))


async def _consequences(work: Work, claim: Claim) -> undoing.Consequences:
    found = await work.store.claims(ClaimQuery(employee=claim.employee), RECENT)
    followers = tuple(c for c in found.items if c.origin == claim.number)
    return undoing.Consequences(
        payment=await work.store.payment(f"P-{claim.number}"),
        followers=followers,
        vouchers=await work.store.vouchers_of([claim.number]),
        documents=await _documents(work, claim),
        advances=await cleared_by(work.store, claim),
    )


async def _documents(work: Work, claim: Claim) -> tuple[str, ...]:
    """Name the systems that have this version of a claim, or are being given it just now."""
    links = await work.rooms.links.of(claim.number) if work.rooms.links else ()
    return tuple(
        link.system
        for link in links
        if link.purpose == DOCUMENT
        and link.key == claim.hold
        and link.state in {"sending", "open", "unknown"}
    )
