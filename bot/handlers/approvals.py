"""Deciding on claims: by card and by words, with the reason and the person asked when missing."""

from dataclasses import replace

from bot.handlers.dialogs import PERSON, REASON, ended, waiting
from bot.handlers.drafts import next_number
from bot.handlers.finding import cleared_by, own_claim, waiting_claim
from bot.handlers.work import Work
from core.actions import decision
from core.actions.following import follows
from core.claim import Claim, State
from core.company import Person
from core.errors import Refused
from core.notices import ShowCard
from core.phrases.intents import (
    AddSigner,
    Approve,
    Delegate,
    Reject,
    Remind,
    Return_,
    Transfer,
)

MAX_NAMES = 9


async def on_approve(command: Approve, work: Work) -> None:
    """Agree by words."""
    claim = await waiting_claim(work, command.number)
    await approve_claim(work, claim, command.opinion)


async def approve_claim(work: Work, claim: Claim, opinion: str) -> None:
    """Agree to a claim."""
    number = await next_number(work) if follows(claim) else None
    rules = work.rooms.settings
    advances = await cleared_by(work.store, claim)
    await work.commit(
        decision.approve(claim, work.company, work.cause, opinion, rules, number, advances)
    )


async def on_reject(command: Reject, work: Work) -> None:
    """Reject by words."""
    claim = await waiting_claim(work, command.number)
    await turn_down(work, claim, "reject", command.reason)


async def on_return(command: Return_, work: Work) -> None:
    """Send back by words."""
    claim = await waiting_claim(work, command.number)
    await turn_down(work, claim, "return", command.reason)


async def turn_down(work: Work, claim: Claim, action: str, reason: str) -> None:
    """Reject or send back; without a reason it is asked and awaited."""
    act = decision.reject if action == "reject" else decision.return_
    try:
        change = act(claim, work.cause, reason)
    except Refused as refused:
        if refused.code != "reason_missing":
            raise
        await _ask(work, claim, REASON, action)
        return
    await work.commit(replace(change, dialogs=(ended(work),)))


async def _ask(work: Work, claim: Claim, expects: str, action: str) -> None:
    """Ask for what an action lacks; the card goes back to its buttons meanwhile."""
    step = str(claim.plan.current) if claim.plan else "0"
    await work.tell(
        work.reply(f"ask_{expects}", number=claim.number, action=action),
        ShowCard(work.person.id, claim.number, "approval", only_open=True),
        dialog=waiting(
            work,
            expects,
            number=claim.number,
            action=action,
            version=str(claim.version),
            step=step,
        ),
    )


async def on_transfer(command: Transfer, work: Work) -> None:
    """Hand one's turn to somebody else, by words."""
    claim = await waiting_claim(work, command.number)
    await involve(work, claim, "transfer", command.person_text)


async def on_add_signer(command: AddSigner, work: Work) -> None:
    """Ask one more person, by words."""
    claim = await waiting_claim(work, command.number)
    await involve(work, claim, "add_signer", command.person_text)


async def involve(work: Work, claim: Claim, action: str, person_text: str) -> None:
    """Transfer to a person or ask them also; without a name it is asked and awaited."""
    if claim.plan is None or work.person.id not in claim.plan.waiting():
        raise Refused("not_your_turn", number=claim.number)
    if not person_text.strip():
        await _ask(work, claim, PERSON, action)
        return
    to = find_person(work, person_text)
    act = decision.hand_over if action == "transfer" else decision.ask_also
    change = act(claim, work.cause, to)
    said = work.reply(f"{action}_done", number=claim.number, person=to.name)
    await work.commit(
        replace(change, outbox=(*change.outbox, *work.outgoing((said,))), dialogs=(ended(work),))
    )


def find_person(work: Work, text: str) -> Person:
    """Find the one active colleague that a text names; Refused otherwise."""
    found = work.company.people_named(text.strip().lstrip("@"))
    if not found:
        raise Refused("no_such_person", person=text[:40])
    if len(found) > 1:
        ids = " ".join(p.id for p in found[:MAX_NAMES])
        raise Refused("which_person", person=text[:40], ids=ids)
    return found[0]


async def on_remind(command: Remind, work: Work) -> None:
    """Nudge those whose turn it is, by words."""
    claim = await own_claim(work, command.number, (State.IN_REVIEW,))
    await remind_claim(work, claim)


async def remind_claim(work: Work, claim: Claim) -> None:
    """Nudge those whose turn it is."""
    await work.commit(decision.remind(claim, work.cause))


async def on_delegate(command: Delegate, work: Work) -> None:
    """Say how to hand work over today: standing delegation needs a calendar of its own."""
    find_person(work, command.person_text)
    await work.answer("delegate_by_transfer", person=command.person_text)
