"""Drafts in the making: the one in hand, typed lines, edits, submitting and throwing away."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.handlers.checks import keep_check
from bot.handlers.dialogs import EDIT, EXPENSE, alive, ended, facts, in_hand, waiting
from bot.handlers.finding import (
    claim_in_hand,
    claim_named,
    latest,
    open_drafts,
    own_claim,
    surroundings_of,
)
from bot.handlers.work import Work
from core.actions import amending, submission
from core.actions.basics import audit_of
from core.actions.decision import MAX_REASON
from core.actions.drafts import add_line, edit_line, new_claim, pick_line, remove_line
from core.actions.editing import trip_moved
from core.actions.exchanging import set_rate
from core.budget import charges_of, may_exceed
from core.change import Change
from core.claim import EDITABLE, PREFIXES, Claim, Kind, Line, State, claim_number
from core.currency import ForeignAmount, parse_rate
from core.errors import Refused
from core.exchange import on_day, spent
from core.money import format_yuan
from core.notices import Notice, Reply, Say, ShowCard
from core.phrases.amounts import is_yuan, parse_money
from core.phrases.dates import parse_date
from core.phrases.intents import (
    Discard,
    EditLine,
    RemoveLine,
    Submit,
    SubmitAsException,
    TakeInHand,
    Withdraw,
)
from core.phrases.results import Ambiguous, Expense, Problem
from core.phrases.vocabulary import match_category, match_project, vocabulary_of
from core.placing import Expense as Spent
from core.placing import place_for

CHANGEABLE = (State.DRAFT, State.RETURNED, State.WITHDRAWN, State.REJECTED)


async def draft_in_hand(work: Work) -> Claim | None:
    """Give the draft that words about no expense belong to: in hand, else the latest."""
    held = await claim_in_hand(work)
    if held:
        return held
    drafts = await open_drafts(work)
    return await latest(work, drafts) or next(iter(drafts), None)


async def draft_for(work: Work, day: date, category: str | None, amount_fen: int) -> Claim | None:
    """Give the draft that an expense belongs to, None to start a new one."""
    held = await claim_in_hand(work)
    expense = Spent(day, category, amount_fen)
    return held or place_for(expense, await open_drafts(work))


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
    await put_line(work, line_of(expense, work))


def line_of(expense: Expense, work: Work) -> Line:
    """Make the line of a typed expense; one in another currency is converted as far as is known."""
    line = Line(
        category=expense.category_id,
        amount_fen=expense.amount_fen,
        date=expense.day,
        description=expense.description,
        project=expense.project_id,
    )
    if expense.foreign is None:
        return line
    return spent(
        work.company,
        line,
        expense.foreign,
        work.person.id,
        rate=expense.rate,
        settled_fen=expense.amount_fen,
    )


async def put_line(work: Work, line: Line) -> None:
    """Put a typed line on the draft where it belongs, a new one if there is none."""
    draft = await draft_for(work, line.date, line.category, line.amount_fen)
    claim = add_line(draft or await start_claim(work), line)
    remarks = () if draft else await apart_from(work)
    amount = format_yuan(line.amount_fen)
    await keep(work, claim, "add_line", *remarks, amount=amount)


async def apart_from(work: Work) -> tuple[Reply, ...]:
    """Say why an expense begins a draft although that of an approved request is open."""
    drafts = await open_drafts(work)
    if not drafts:
        return ()
    trip = drafts[0].trip
    days = f"{trip.start:%m-%d} ~ {trip.end:%m-%d}" if trip else ""
    return (work.reply("draft_apart", claim=drafts[0].number, days=days),)


def ask_rates(work: Work, claim: Claim) -> tuple[Reply, ...]:
    """Ask for a rate that nobody knows yet, once for the first line that wants one."""
    waiting = (x for x in claim.lines if x.foreign and not x.foreign.rate)
    line = next(waiting, None)
    if line is None or line.foreign is None:
        return ()
    facts = {"currency": line.foreign.currency, "date": line.date.isoformat()}
    return (work.reply("ask_rate", number=claim.number, **facts),)


async def keep(work: Work, claim: Claim, action: str, *remarks: Reply, **fields: str) -> None:
    """Commit a changed draft and show it at the bottom of the chat; a missing rate is asked.

    One that was taken in hand stays there.
    """
    card = ShowCard(work.person.id, claim.number, "claim", fresh=True)
    own_draft = claim.state is State.DRAFT and claim.filed_by is None
    held = in_hand(await work.store.dialog(work.person.id), work.now)
    stays = held == claim.number or not own_draft
    dialog = waiting(work, EDIT, number=claim.number) if stays else ended(work)
    await work.commit(
        Change(
            at=work.now,
            claims=(claim,),
            audit=(audit_of(work.cause, action, claim.number, **fields),),
            outbox=work.outgoing((*remarks, card, *ask_rates(work, claim))),
            dialogs=(dialog,),
        )
    )


async def on_submit(command: Submit, work: Work) -> None:
    """Submit by words: the named claim, else the one in hand or on the screen last."""
    claim = await own_claim(work, command.number, CHANGEABLE)
    await submit_claim(work, claim)


async def submit_claim(work: Work, claim: Claim, exception: str = "") -> None:
    """Put a claim into review, or say what stands against it and keep it as it is.

    `exception` is why a budget that names the employee as an exception may be exceeded.
    """
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    around = replace(around, exception=exception)
    try:
        change = submission.submit(claim, around, work.cause)
    except Refused as refused:
        if refused.code == "employee_must_submit":
            await _ask_employee(work, claim)
            return
        await keep_check(work, claim, refused)
        raise
    told = work.outgoing((*_told_employee(work, claim), *await _left_out(work)))
    await work.commit(replace(change, outbox=(*change.outbox, *told), dialogs=(ended(work),)))


async def _ask_employee(work: Work, claim: Claim) -> None:
    """Hand a draft that a colleague has written to the employee, whose word it needs."""
    fields = (("number", claim.number), ("person", work.person.id))
    await work.tell(
        work.reply("employee_must_submit", number=claim.number, person=claim.employee),
        Say(claim.employee, "filed_for_you", fields),
        ShowCard(claim.employee, claim.number, "claim", fresh=True),
        dialog=ended(work),
    )


async def _left_out(work: Work) -> tuple[Reply, ...]:
    """Say which expense was asked about and is on no claim yet."""
    dialog = alive(await work.store.dialog(work.person.id), work.now)
    if dialog is None or dialog.expects != EXPENSE:
        return ()
    text = str(json.loads(facts(dialog)["question"])["reading"]["text"])
    return (work.reply("expense_left_out", text=text[:40]),)


def _told_employee(work: Work, claim: Claim) -> tuple[Notice, ...]:
    """Tell an employee that somebody has submitted a claim for them."""
    if work.person.id == claim.employee:
        return ()
    fields = (("number", claim.number), ("person", work.person.id))
    return (Say(claim.employee, "submitted_for_you", fields),)


async def on_submit_as_exception(command: SubmitAsException, work: Work) -> None:
    """Submit above a limit that names the employee as an exception; the reason is kept."""
    claim = await own_claim(work, command.number, CHANGEABLE)
    if not command.reason:
        raise Refused("exception_reason_missing", number=claim.number)
    charged = {c.budget for c in charges_of(work.company, claim)}
    person = work.company.person(claim.employee)
    budgets = [b for b in work.company.budgets if b.id in charged]
    if person is None or not any(may_exceed(b, person) for b in budgets):
        entry = audit_of(
            work.cause, "refused_exception", claim.number, reason=command.reason[:MAX_REASON]
        )
        said = work.outgoing((work.reply("not_an_exception", number=claim.number),))
        await work.commit(Change(at=work.now, audit=(entry,), outbox=said))
        return
    await submit_claim(work, claim, command.reason)


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


async def changeable(work: Work, number: str | None) -> Claim:
    """Find the claim that an edit means: the one in hand or on the screen last when none is named.

    Of several that nobody has had to do with lately it is the draft of expenses, if there is one.
    """
    if number is not None:
        return await claim_named(work, number)
    try:
        return await own_claim(work, None, CHANGEABLE)
    except Refused as refused:
        drafts = await open_drafts(work) if refused.code == "which_claim" else ()
        if len(drafts) != 1:
            raise
        return drafts[0]


async def on_edit_line(command: EditLine, work: Work) -> None:
    """Change one field of a line."""
    claim = await changeable(work, command.number)
    reviewed = claim.state is State.IN_REVIEW and work.person.id not in claim.owners
    if command.field == "rate" and not reviewed:
        await _set_rate(work, claim, command)
        return
    index = pick_line(claim, command.line_no)
    values = _values(command, work, claim.lines[index])
    if reviewed:
        await _amend(work, claim, index, values)
        return
    changed, entry = edit_line(claim, index, work.cause, **values)
    claim = trip_moved(claim, changed)
    await keep(work, claim, entry.action, **dict(entry.fields))


async def _amend(work: Work, claim: Claim, index: int, values: Mapping[str, object]) -> None:
    """Let somebody whose turn it is correct a line, as far as their step gives the right."""
    changed = amending.amended(claim, work.cause, index, values)
    settings = work.rooms.settings
    around = await surroundings_of(work.store, work.company, changed, work.today, settings)
    await work.commit(amending.amend_line(claim, around, work.cause, index, values))


async def _set_rate(work: Work, claim: Claim, command: EditLine) -> None:
    rate = _rate(command.value_text)
    claim, entry = set_rate(claim, work.company, work.cause, command.line_no, rate)
    await keep(work, claim, entry.action, **dict(entry.fields))


def _rate(text: str) -> str:
    try:
        return parse_rate(text)
    except ValueError:
        raise Refused("rate_unclear", text=text) from None


def _values(command: EditLine, work: Work, line: Line) -> dict[str, object]:
    """Read the new value; Refused with the code of what is wrong with it."""
    text = command.value_text
    if command.field == "amount":
        return _amount(text, work, line)
    if command.field == "rate":
        if line.foreign is None:
            raise Refused("not_foreign")
        amount, by = line.foreign.amount, work.person.id
        return _changed(line, spent(work.company, line, amount, by, rate=_rate(text)))
    if command.field == "date":
        said = parse_date(text, work.today)
        if isinstance(said, Ambiguous) and line.date > work.today:
            said = min(said.options, key=lambda d: abs(d - line.date))
        day = _settled(said, "date_unclear", text)
        moved = on_day(work.company, line, day) if isinstance(day, date) else line
        return {"date": day, **_changed(line, moved)}
    if command.field == "description":
        return {"description": text}
    if command.field == "department":
        return {"department": _department(work, text)}
    vocabulary = vocabulary_of(work.company)
    match = match_category if command.field == "category" else match_project
    ids = match(text, vocabulary)
    if len(ids) != 1:
        raise Refused(f"{command.field}_unknown", text=text)
    return {command.field: ids[0]}


def _amount(text: str, work: Work, line: Line) -> dict[str, object]:
    """Read an amount; on a line in another currency it has to say in which it is."""
    value = parse_money(text)
    if isinstance(value, ForeignAmount):
        return _changed(line, spent(work.company, line, value, work.person.id))
    fen = _settled(value, "amount_unclear", text)
    if line.foreign is None or not isinstance(fen, int):
        return {"amount_fen": fen}
    if not is_yuan(text):
        raise Refused("currency_unclear", text=text)
    settled = spent(work.company, line, line.foreign.amount, work.person.id, settled_fen=fen)
    return _changed(line, settled)


def _changed(before: Line, after: Line) -> dict[str, object]:
    """Name what an exchange has changed of a line."""
    if after.foreign == before.foreign:
        return {}
    return {"amount_fen": after.amount_fen, "foreign": after.foreign}


def _department(work: Work, text: str) -> str:
    """Find the one department of an id or name; Refused `department_unknown`."""
    wanted = text.strip().lower()
    rows = work.company.departments
    found = [d.id for d in rows if wanted in {d.id.lower(), d.name.lower()}]
    if len(found) != 1:
        raise Refused("department_unknown", text=text)
    return found[0]


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
    claim = await changeable(work, command.number)
    claim, entry = remove_line(claim, pick_line(claim, command.line_no), work.cause)
    await keep(work, claim, entry.action, **dict(entry.fields))


async def on_take_in_hand(command: TakeInHand, work: Work) -> None:
    """Take a claim in hand by words, as the card's button does."""
    await start_editing(work, await changeable(work, command.number))


async def start_editing(work: Work, claim: Claim) -> None:
    """Take a claim in hand: what the person sends next belongs to it."""
    if work.person.id not in claim.owners:
        raise Refused("not_yours", number=claim.number)
    if claim.state not in EDITABLE:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="edit")
    await work.tell(
        work.reply("how_to_edit", number=claim.number, count=str(len(claim.lines))),
        ShowCard(work.person.id, claim.number, "claim", only_open=True),
        dialog=waiting(work, EDIT, number=claim.number),
    )
