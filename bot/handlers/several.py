"""Several expenses of one message, put on the drafts where they belong in one change."""

from bot.handlers.dialogs import EDIT, ended, waiting
from bot.handlers.drafts import ask_rates, draft_for, line_of, start_claim
from bot.handlers.finding import claim_in_hand
from bot.handlers.work import Work
from core.actions.basics import audit_of
from core.actions.drafts import add_line
from core.change import Change
from core.claim import Claim
from core.notices import Notice, ShowCard
from core.phrases.results import Expenses


async def on_expenses(expenses: Expenses, work: Work) -> None:
    """Add every expense, then show each draft once."""
    claims: dict[str, Claim] = {}
    new = ""
    for expense in expenses.items:
        line = line_of(expense, work)
        draft = await draft_for(work, line.date, line.category, line.amount_fen)
        number = draft.number if draft else new
        claim = claims.get(number) or draft or await start_claim(work)
        new = new if draft else claim.number
        claims[claim.number] = add_line(claim, line)
    await _keep(work, tuple(claims.values()))


async def _keep(work: Work, claims: tuple[Claim, ...]) -> None:
    held = await claim_in_hand(work)
    stays = held is not None and held.number in {c.number for c in claims}
    dialog = waiting(work, EDIT, number=held.number) if stays and held else ended(work)
    told: list[Notice] = []
    for claim in claims:
        card = ShowCard(work.person.id, claim.number, "claim", fresh=True)
        told += [card, *ask_rates(work, claim)]
    audit = tuple(
        audit_of(work.cause, "add_line", c.number, lines=str(len(c.lines))) for c in claims
    )
    outbox = work.outgoing(tuple(told))
    await work.commit(
        Change(at=work.now, claims=claims, audit=audit, outbox=outbox, dialogs=(dialog,))
    )
