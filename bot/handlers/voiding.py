"""作废: an approved claim is taken back, by finance or on its employee's request."""

from dataclasses import replace

from bot.handlers.drafts import discard_claim
from bot.handlers.finding import HISTORY, claim_named, cleared_by
from bot.handlers.work import Work
from core.actions import voiding
from core.actions.budgets.closing import following
from core.actions.following import follows
from core.claim import EDITABLE, Claim
from core.phrases.claim_intents import VoidClaim
from core.ports import ClaimQuery


async def on_void(command: VoidClaim, work: Work) -> None:
    """Void an approved claim, ask finance to, or throw a draft away."""
    claim = await claim_named(work, command.number or "")
    if claim.state in EDITABLE and work.person.id in claim.owners:
        await discard_claim(work, claim)
        return
    if voiding.may_void(work.company, work.person.id):
        deps = await _dependents(work, claim)
        await work.commit(voiding.void(claim, work.company, work.cause, command.reason, deps))
        return
    await work.commit(voiding.ask_to_void(claim, work.company, work.cause, command.reason))


async def _dependents(work: Work, claim: Claim) -> voiding.Dependents:
    advances = await cleared_by(work.store, claim)
    budgets = sorted({budget for a in advances.values() for budget, _ in a.held})
    balances = await work.store.balances(budgets) if budgets else ()
    return voiding.Dependents(
        payment=await work.store.payment(f"P-{claim.number}"),
        advances=advances,
        follower=await _follower(work, claim) if follows(claim) else None,
        following=following(work.company, balances),
    )


async def _follower(work: Work, claim: Claim) -> Claim | None:
    """Find the claim that was drafted when a request was approved."""
    query = ClaimQuery(employee=claim.employee, kind="reimbursement")
    page = await work.store.claims(query, HISTORY)
    while True:
        found = next((c for c in page.items if c.origin == claim.number), None)
        if found or page.next is None:
            return found
        page = await work.store.claims(query, replace(HISTORY, cursor=page.next))
