"""Drafts in the making: the one in hand, typed lines, edits, submitting and throwing away."""

from dataclasses import replace
from datetime import date

from bot.handlers.dialogs import EDIT, ended, in_hand, waiting
from bot.handlers.finding import claim_named, open_draft, own_claim, surroundings_of
from bot.handlers.work import Work
from core.actions import submission
from core.actions.basics import audit_of
from core.actions.drafts import add_line, edit_line, new_claim, pick_line, remove_line
from core.change import Change
from core.claim import EDITABLE, PREFIXES, Claim, Kind, Line, State, claim_number
from core.errors import Refused
from core.money import format_yuan
from core.notices import ShowCard
from core.phrases.amounts import parse_amount
from core.phrases.dates import parse_date
from core.phrases.intents import (
    Advance,
    Discard,
    EditLine,
    Purchase,
    RemoveLine,
    Submit,
    Travel,
    Withdraw,
)
from core.phrases.results import Ambiguous, Expense, Problem
from core.phrases.vocabulary import match_category, match_project, vocabulary_of

CHANGEABLE = (State.DRAFT, State.RETURNED, State.WITHDRAWN, State.REJECTED)
REQUEST_WORDS: dict[Kind, str] = {"travel_request": "差旅", "purchase_request": "采购"}
"""The everyday word behind a request, to find the company's category for its line."""


async def draft_in_hand(work: Work) -> Claim | None:
    """Give the claim that what the person sends next belongs to, None to start a new one."""
    number = in_hand(await work.store.dialog(work.person.id), work.now)
    if number:
        claim = await work.store.claim(number)
        if claim and claim.state in EDITABLE and claim.employee == work.person.id:
            return claim
    return await open_draft(work)


async def start_claim(work: Work, kind: Kind = "reimbursement") -> Claim:
    """Begin an empty claim under the next number of the day."""
    number = await next_number(work, kind)
    return new_claim(work.company, work.person, number, work.cause, kind)


async def next_number(work: Work, kind: Kind = "reimbursement") -> str:
    """Take the next claim number of the day."""
    sequence = await work.store.next_number(PREFIXES[kind], work.today)
    return claim_number(kind, work.today, sequence)


async def on_expense(expense: Expense, work: Work) -> None:
    """Put a typed expense on the draft."""
    claim = await draft_in_hand(work) or await start_claim(work)
    line = Line(
        category=expense.category_id,
        amount_fen=expense.amount_fen,
        date=expense.day,
        description=expense.description,
        project=expense.project_id,
    )
    await _keep(work, add_line(claim, line), "add_line", amount=format_yuan(line.amount_fen))


async def _keep(work: Work, claim: Claim, action: str, **fields: str) -> None:
    """Commit a changed draft and show it at the bottom of the chat."""
    card = ShowCard(work.person.id, claim.number, "claim", fresh=True)
    keep_in_hand = waiting(work, EDIT, number=claim.number)
    await work.commit(
        Change(
            at=work.now,
            claims=(claim,),
            audit=(audit_of(work.cause, action, claim.number, **fields),),
            outbox=work.outgoing((card,)),
            dialogs=(keep_in_hand if claim.state is not State.DRAFT else ended(work),),
        )
    )


async def on_travel(command: Travel, work: Work) -> None:
    """Draft a travel request with its estimate."""
    purpose = f"{command.city} {command.start:%m-%d}~{command.end:%m-%d} {command.purpose}".strip()
    await _request(work, "travel_request", command.amount_fen, purpose, command.start)


async def on_purchase(command: Purchase, work: Work) -> None:
    """Draft a purchase request."""
    await _request(work, "purchase_request", command.amount_fen, command.description, work.today)


async def on_advance(command: Advance, work: Work) -> None:
    """Draft an advance."""
    await _request(work, "advance", command.amount_fen, command.description, work.today)


async def _request(work: Work, kind: Kind, amount_fen: int, purpose: str, day: date) -> None:
    claim = await start_claim(work, kind)
    vocabulary = vocabulary_of(work.company)
    ids = match_category(purpose, vocabulary) or match_category(
        REQUEST_WORDS.get(kind, ""), vocabulary
    )
    line = Line(ids[0] if len(ids) == 1 else None, amount_fen, day, purpose)
    claim = add_line(replace(claim, purpose=purpose), line)
    await _keep(work, claim, "start_request", amount=format_yuan(amount_fen))


async def on_submit(command: Submit, work: Work) -> None:
    """Submit by words: the named claim, else the only draft, else the only one that came back."""
    claim = await own_claim(work, command.number, CHANGEABLE)
    await submit_claim(work, claim)


async def submit_claim(work: Work, claim: Claim) -> None:
    """Put a claim into review, or say what stands against it and keep it as it is."""
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    change = submission.submit(claim, around, work.cause)
    await work.commit(replace(change, dialogs=(ended(work),)))


async def on_withdraw(command: Withdraw, work: Work) -> None:
    """Take a claim back from review."""
    claim = await own_claim(work, command.number, (State.IN_REVIEW,))
    await work.commit(submission.withdraw(claim, work.cause))


async def on_discard(command: Discard, work: Work) -> None:
    """Throw a draft away."""
    claim = await own_claim(work, command.number, CHANGEABLE)
    await discard_claim(work, claim)


async def discard_claim(work: Work, claim: Claim) -> None:
    """Throw a claim away that is not in review."""
    await work.commit(replace(submission.discard(claim, work.cause), dialogs=(ended(work),)))


async def _changeable(work: Work, number: str | None) -> Claim:
    if number is None:
        claim = await draft_in_hand(work)
        return claim or await own_claim(work, None, CHANGEABLE)
    return await claim_named(work, number)


async def on_edit_line(command: EditLine, work: Work) -> None:
    """Change one field of a line."""
    claim = await _changeable(work, command.number)
    index = pick_line(claim, command.line_no)
    values = _values(command, work)
    claim, entry = edit_line(claim, index, work.cause, **values)
    await _keep(work, claim, entry.action, **dict(entry.fields))


def _values(command: EditLine, work: Work) -> dict[str, object]:
    """Read the new value; Refused with the code of what is wrong with it."""
    text = command.value_text
    if command.field == "amount":
        return {"amount_fen": _settled(parse_amount(text), "amount_unclear", text)}
    if command.field == "date":
        return {"date": _settled(parse_date(text, work.today), "date_unclear", text)}
    if command.field == "description":
        return {"description": text}
    vocabulary = vocabulary_of(work.company)
    match = match_category if command.field == "category" else match_project
    ids = match(text, vocabulary)
    if len(ids) != 1:
        raise Refused(f"{command.field}_unknown", text=text)
    return {command.field: ids[0]}


def _settled(
    value: int | date | Ambiguous[int] | Ambiguous[date] | Problem | None, code: str, text: str
) -> int | date:
    if isinstance(value, Problem):
        raise Refused(value.code, text=value.text)
    if value is None or isinstance(value, Ambiguous):
        raise Refused(code, text=text)
    return value


async def on_remove_line(command: RemoveLine, work: Work) -> None:
    """Take one line out."""
    claim = await _changeable(work, command.number)
    claim, entry = remove_line(claim, pick_line(claim, command.line_no), work.cause)
    await _keep(work, claim, entry.action, **dict(entry.fields))


async def start_editing(work: Work, claim: Claim) -> None:
    """Take a claim in hand: what the person sends next belongs to it."""
    if claim.employee != work.person.id:
        raise Refused("not_yours", number=claim.number)
    if claim.state not in EDITABLE:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="edit")
    await work.tell(
        work.reply("how_to_edit", number=claim.number, count=str(len(claim.lines))),
        ShowCard(work.person.id, claim.number, "claim", only_open=True),
        dialog=waiting(work, EDIT, number=claim.number),
    )
