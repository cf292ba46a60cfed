"""确认非重复: why expenses that look alike are not the same one, asked when it is not said."""

from dataclasses import replace

from bot.handlers.dialogs import NOT_DUPLICATE, ended, waiting
from bot.handlers.finding import own_claim, with_findings
from bot.handlers.work import Work
from core.actions.confirming import confirm_not_duplicate
from core.claim import EDITABLE, Claim, State
from core.errors import Refused
from core.notices import ShowCard
from core.phrases.intents import ConfirmNotDuplicate

CONFIRMING = (State.DRAFT, State.RETURNED, State.WITHDRAWN, State.REJECTED, State.IN_REVIEW)


async def on_confirm_not_duplicate(command: ConfirmNotDuplicate, work: Work) -> None:
    """Confirm by words."""
    claim = await own_claim(work, command.number, CONFIRMING)
    await confirm_claim(work, claim, command.reason)


async def confirm_claim(work: Work, claim: Claim, reason: str) -> None:
    """Record why; without a reason it is asked and awaited."""
    if claim.state in EDITABLE:
        settings = work.rooms.settings
        claim = await with_findings(work.store, work.company, claim, work.today, settings)
    try:
        change = confirm_not_duplicate(claim, work.cause, reason)
    except Refused as refused:
        if refused.code != "reason_missing":
            raise
        await _ask(work, claim)
        return
    said = work.reply("not_duplicate_noted", number=claim.number, reason=reason)
    outbox = (*change.outbox, *work.outgoing((said,)))
    await work.commit(replace(change, outbox=outbox, dialogs=(ended(work),)))


async def _ask(work: Work, claim: Claim) -> None:
    await work.tell(
        work.reply("ask_reason", number=claim.number, action="confirm_not_duplicate"),
        ShowCard(work.person.id, claim.number, "claim", only_open=True),
        dialog=waiting(work, NOT_DUPLICATE, number=claim.number),
    )
