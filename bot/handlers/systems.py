"""What connected systems say: processes that have begun, failed or ended, and signed hints."""

import json

from bot.events import SystemAnswered, SystemFailed, SystemHinted, SystemReported
from bot.handlers.finding import cleared_by
from bot.handlers.verifying import Desk
from bot.handlers.vouchers import numbered, unposted
from bot.texts import say
from bot.texts.systems import reason_text
from core.actions.basics import Cause, outgoing
from core.actions.following import follows
from core.actions.processes import START, give_up, note_begun, note_failed, note_state
from core.approval import OUTSIDE
from core.change import Change
from core.claim import PREFIXES, claim_number
from core.company import Person
from core.notices import CallSystem
from core.outside import ApprovalState
from core.subscriptions import POST_VOUCHER

HINT = "approval.hint"


async def on_answered(event: SystemAnswered, desk: Desk) -> None:
    """Keep what a system calls the process that has begun there."""
    change = Change(at=desk.now)
    if event.order.call == START and event.ref is not None:
        claim = await desk.store.claim(event.order.subject)
        change = note_begun(claim, event.order, event.ref, _cause(event.order.system, desk))
    elif event.order.call == POST_VOUCHER:
        change = await numbered(event, desk, _cause(event.order.system, desk))
    await desk.store.commit(change.finishing(desk.inbox))


async def on_failed(event: SystemFailed, desk: Desk) -> None:
    """Tell those who can do something; an order that was dropped sends the claim back."""
    claim = await desk.store.claim(event.order.subject)
    cause = _cause(event.order.system, desk)
    if event.order.call == POST_VOUCHER:
        change = await unposted(event, desk, cause)
    elif event.state == "dropped":
        reason = say("process_dropped", "zh", {"system": event.order.system})
        change = give_up(claim, event.order, cause, reason)
    else:
        said = event.text or event.code

        def words(person: Person) -> str:
            return reason_text(said, person.language)

        change = note_failed(claim, desk.company, event.order, event.state, words, cause)
    await desk.store.commit(change.finishing(desk.inbox))


async def on_reported(event: SystemReported, desk: Desk) -> None:
    """Let the state of a process count for the claim that waits for it."""
    claim = await desk.store.claim(event.subject)
    cause = _cause(event.system, desk)
    number = await _next_number(desk) if claim and follows(claim) else None
    change = note_state(
        claim,
        desk.company,
        (event.system, event.key, event.state),
        _reason(event.state, event.system),
        cause,
        desk.settings,
        number,
        await cleared_by(desk.store, claim) if claim else {},
    )
    await desk.store.commit((change or Change(at=desk.now)).finishing(desk.inbox))


async def on_hinted(event: SystemHinted, desk: Desk) -> None:
    """Have the system asked what a signed callback seems to say."""
    state = () if event.state is None else (("status", event.state.status),)
    node = () if event.state is None else (("node", event.state.node),)
    said = "；".join(c.text for c in event.state.comments if c.text) if event.state else ""
    remark = (("remark", said),) if said else ()
    at = (("at", desk.now.isoformat()),)
    words = (("words", json.dumps(event.words, ensure_ascii=False)), *state, *node, *remark, *at)
    order = CallSystem(event.system, HINT, f"hint-{desk.inbox.id}", desk.source, words)
    cause = _cause(event.system, desk)
    change = Change(at=desk.now, outbox=outgoing(cause, [order]))
    await desk.store.commit(change.finishing(desk.inbox))


def _cause(system: str, desk: Desk) -> Cause:
    return Cause(f"{OUTSIDE}{system}", desk.now, desk.source)


async def _next_number(desk: Desk) -> str:
    day = desk.now.astimezone(desk.zone).date()
    sequence = await desk.store.next_number(PREFIXES["reimbursement"], day)
    return claim_number("reimbursement", day, sequence)


def _reason(state: ApprovalState, system: str) -> str:
    """Write what was said there; a no without words says where it comes from."""
    said = [f"{c.by}：{c.text}" if c.by else c.text for c in state.comments if c.text]
    if said or state.status == "approved":
        return "；".join(said)
    return say(f"outside_{state.status}", "zh", {"system": system})
