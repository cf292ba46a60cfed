"""Deciding on claims: by card and by words, with the reason and the person asked when missing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.handlers.dialogs import CONFIRM, PERSON, REASON, alive, armed_for, ended, facts, waiting
from bot.handlers.drafts import next_number
from bot.handlers.finding import cleared_by, own_claim, waiting_claim
from bot.handlers.roster import roster_of
from bot.handlers.work import Work
from core.actions import decision
from core.actions.basics import Settings
from core.actions.following import follows
from core.actions.turns import plan_for
from core.change import Change, Dialog
from core.claim import Claim, State
from core.company import Person
from core.errors import Refused
from core.money import format_yuan
from core.notices import ShowCard
from core.phrases.approving import read_person
from core.phrases.intents import AddSigner, Approve, Reject, Remind, Return_, Transfer
from core.phrases.numerals import read_number
from core.phrases.vocabulary import vocabulary_of

MAX_NAMES = 9
TAP_S = 300
"""How long the second yes to a high amount is awaited, in seconds."""
_NTH = re.compile(r"(?:第\s?(?P<nth>\S{1,3}?)\s?步|step\s?(?P<step>\d{1,2}))", re.IGNORECASE)
_PREVIOUS = re.compile(r"上一?[步级]|previous(?:\sstep)?", re.IGNORECASE)
_OWNER = frozenset({"本人", "申请人", "员工", "报销人", "发起人", "applicant", "employee"})


async def on_approve(command: Approve, work: Work) -> None:
    """Agree by words; the same words again are the second yes to a high amount."""
    claim = await waiting_claim(work, command.number)
    known = await armed(work, claim)
    opinion = command.opinion or (known or {}).get("opinion", "")
    await approve_claim(work, claim, opinion, confirmed=known is not None)


async def approve_claim(work: Work, claim: Claim, opinion: str, *, confirmed: bool = False) -> None:
    """Agree to a claim; from a certain amount on only the second yes counts."""
    if is_high(claim, work.rooms.settings) and not confirmed:
        await _arm(work, claim, opinion)
        return
    change = await approval_of(work, claim, opinion)
    await work.commit(replace(change, dialogs=(*change.dialogs, ended(work))))


async def approval_of(work: Work, claim: Claim, opinion: str, source: str = "") -> Change:
    """Decide on an agreement without committing it; Refused as `decision.approve`."""
    roster = await roster_of(work)
    cause = replace(work.cause, source=source or work.source)
    decision.require_turn_on(claim, plan_for(claim, cause, roster), cause)
    number = await next_number(work) if follows(claim) else None
    advances = await cleared_by(work.store, claim)
    rules = work.rooms.settings
    return decision.approve(
        claim, work.company, cause, opinion, rules, number, advances, roster=roster
    )


def is_high(claim: Claim, settings: Settings) -> bool:
    """Whether a claim's amount is so high that an approval is asked for twice."""
    limit = settings.second_tap_above_fen
    return limit is not None and claim.total_fen >= limit


async def _arm(work: Work, claim: Claim, opinion: str) -> None:
    """Await the second yes: the card's button says so, words are told how."""
    roster = await roster_of(work)
    decision.require_turn_on(claim, plan_for(claim, work.cause, roster), work.cause)
    kept = _dialog(work, claim, CONFIRM, opinion=opinion)
    await work.tell(
        work.reply("ask_confirm", number=claim.number, total=format_yuan(claim.total_fen)),
        ShowCard(work.person.id, claim.number, "approval", only_open=True),
        dialog=replace(kept, until=work.now + timedelta(seconds=TAP_S)),
    )


async def armed(work: Work, claim: Claim) -> Mapping[str, str] | None:
    """Give what was said with the first yes to a claim as it is now, None without one."""
    dialog = alive(await work.store.dialog(work.person.id), work.now)
    return facts(dialog) if dialog and armed_for(dialog, claim) else None


async def confirm_claim(work: Work, claim: Claim) -> None:
    """Take the second yes; Refused `stale_card` when there was no first one."""
    known = await armed(work, claim)
    if known is None:
        raise Refused("stale_card", number=claim.number)
    await approve_claim(work, claim, known.get("opinion", ""), confirmed=True)


async def on_reject(command: Reject, work: Work) -> None:
    """Reject by words."""
    claim = await waiting_claim(work, command.number)
    await turn_down(work, claim, "reject", command.reason)


async def on_return(command: Return_, work: Work) -> None:
    """Send back by words: to its owner, or to an earlier step."""
    claim = await waiting_claim(work, command.number)
    back = {True: "yes", False: "no", None: ""}[command.back]
    await turn_down(work, claim, "return", command.reason, back=back, to=command.to)


async def turn_down(
    work: Work, claim: Claim, action: str, reason: str, *, back: str = "", to: str = ""
) -> None:
    """Reject or send back; without a reason it is asked and awaited.

    `back` is "yes" when it is to come back to this step, "no" when it is to begin anew; `to` are
    the words for an earlier step or person, part of the reason when they name neither.
    """
    index = find_step(work, claim, to) if to else None
    if to and index is None and not _is_owner(work, claim, to):
        reason = f"{to} {reason}".strip()
    try:
        change = await _turned_down(work, claim, action, reason, index, back)
    except Refused as refused:
        if refused.code != "reason_missing":
            raise
        await _ask(work, claim, REASON, action, back=back, to=to)
        return
    await work.commit(replace(change, dialogs=(ended(work),)))


async def _turned_down(
    work: Work, claim: Claim, action: str, reason: str, index: int | None, back: str
) -> Change:
    roster = await roster_of(work)
    if action == "reject":
        return decision.reject(claim, work.cause, reason, roster)
    if index is not None:
        again = back == "yes"
        return decision.back_to_step(claim, work.cause, reason, index, roster, back=again)
    wish = {"yes": True, "no": False}.get(back)
    return decision.return_(claim, work.cause, reason, roster, back=wish)


def find_step(work: Work, claim: Claim, words: str) -> int | None:
    """Find the earlier step that words name: by its place, its name, or somebody asked there.

    None when they name none; Refused `no_such_step` for a place that is not earlier.
    """
    plan = claim.plan
    if plan is None:
        return None
    earlier = [i for i in range(plan.current) if not plan.steps[i].system]
    if found := _NTH.fullmatch(words):
        value = read_number(found["nth"] or found["step"])
        if value is None or int(value) - 1 not in earlier:
            raise Refused("no_such_step", number=claim.number, step=words)
        return int(value) - 1
    if _PREVIOUS.fullmatch(words):
        if not earlier:
            raise Refused("no_such_step", number=claim.number, step=words)
        return earlier[-1]
    ids = {p.id for p in work.company.people_named(words.lstrip("@"))}
    fitting = [
        i
        for i in earlier
        if plan.steps[i].name == words or ids & {*plan.steps[i].approvers, *_deciders(claim, i)}
    ]
    return fitting[-1] if fitting else None


def _deciders(claim: Claim, index: int) -> set[str]:
    steps = claim.plan.steps if claim.plan else ()
    return {d.approver for d in steps[index].decisions}


def _is_owner(work: Work, claim: Claim, words: str) -> bool:
    named = {p.id for p in work.company.people_named(words.lstrip("@"))}
    return words.lower() in _OWNER or bool(named & claim.owners)


async def answer_reason(work: Work, claim: Claim, known: Mapping[str, str], words: str) -> None:
    """Take a text as the reason that was asked for."""
    back, to = known.get("back", ""), known.get("to", "")
    await turn_down(work, claim, known["action"], words, back=back, to=to)


async def _ask(work: Work, claim: Claim, expects: str, action: str, **kept: str) -> None:
    """Ask for what an action lacks; the card goes back to its buttons meanwhile."""
    await work.tell(
        work.reply(f"ask_{expects}", number=claim.number, action=action),
        ShowCard(work.person.id, claim.number, "approval", only_open=True),
        dialog=_dialog(work, claim, expects, action=action, **kept),
    )


def _dialog(work: Work, claim: Claim, expects: str, **kept: str) -> Dialog:
    """Await something about a claim as it is now."""
    step = str(claim.plan.current) if claim.plan else "0"
    place = {"number": claim.number, "version": str(claim.version), "step": step}
    return waiting(work, expects, **place, **kept)


async def on_transfer(command: Transfer, work: Work) -> None:
    """Hand one's turn to somebody else, by words."""
    claim = await waiting_claim(work, command.number)
    await involve(work, claim, "transfer", command.person_text, comment=command.comment)


async def on_add_signer(command: AddSigner, work: Work) -> None:
    """Ask one more person, by words."""
    claim = await waiting_claim(work, command.number)
    person, comment = command.person_text, command.comment
    await involve(work, claim, "add_signer", person, comment=comment, place=command.place)


async def involve(
    work: Work,
    claim: Claim,
    action: str,
    person_text: str,
    *,
    comment: str = "",
    place: str = "after",
) -> None:
    """Transfer to a person or ask them also; without a name it is asked and awaited."""
    roster = await roster_of(work)
    decision.require_turn_on(claim, plan_for(claim, work.cause, roster), work.cause)
    if not person_text.strip():
        await _ask(work, claim, PERSON, action, comment=comment, place=place)
        return
    to = find_person(work, person_text)
    if action == "transfer":
        change = decision.hand_over(claim, work.cause, to, roster, comment)
    else:
        where = "before" if place == "before" else "after"
        change = decision.ask_also(claim, work.cause, to, roster, comment, place=where)  # type: ignore[arg-type]  # one of two words
    code = "transfer_done" if action == "transfer" else f"add_signer_{place}"
    said = work.reply(code, number=claim.number, person=to.name)
    await work.commit(
        replace(change, outbox=(*change.outbox, *work.outgoing((said,))), dialogs=(ended(work),))
    )


async def answer_person(
    work: Work, claim: Claim, action: str, words: str, known: Mapping[str, str] | None = None
) -> None:
    """Take words that name somebody, with a place and a comment where they say so.

    `known` is what was said before the name was asked for.
    """
    said = read_person(words, vocabulary_of(work.company))
    kept = known or {}
    person = said.person_text or words
    before = "before" in {said.place, kept.get("place", "")}
    await involve(
        work,
        claim,
        action,
        person,
        comment=said.comment or kept.get("comment", ""),
        place="before" if before else "after",
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
