"""Shaping a draft by words: copies, shares, suppliers, urgency, and claims for a colleague."""

from dataclasses import replace

from bot.handlers.approvals import find_person
from bot.handlers.dialogs import EDIT, waiting
from bot.handlers.drafts import CHANGEABLE, ask_rates, changeable, keep, line_of, next_number
from bot.handlers.finding import FEW, own_claim
from bot.handlers.work import Work
from core.actions import editing
from core.actions.basics import audit_of
from core.actions.drafts import add_line, new_claim, pick_line
from core.actions.filing import own_words, require_preparer
from core.change import Change
from core.claim import Claim, Line, State
from core.company import Person
from core.dealings import Supplier
from core.errors import Refused
from core.exchange import afresh
from core.money import format_yuan
from core.notices import ShowCard
from core.phrases.claim_intents import (
    CopyClaim,
    FileFor,
    MergeLines,
    SetSupplier,
    SplitLine,
    Urgent,
)
from core.phrases.expense import parse_expense
from core.phrases.results import Expense
from core.phrases.vocabulary import match_category, match_project, vocabulary_of
from core.ports import ClaimQuery
from core.shares import Share

URGENT_IN = (State.IN_REVIEW, *CHANGEABLE)


async def on_copy(command: CopyClaim, work: Work) -> None:
    """Draft a claim like an earlier one."""
    if command.number is None:
        raise Refused("number_missing", example="复制 BX-20261125-0007")
    source = await own_claim(work, command.number, ())
    number = await next_number(work, source.kind)
    claim, entry = editing.copy_claim(source, number, work.cause, work.today)
    lines = tuple(afresh(work.company, line) for line in claim.lines)
    claim = replace(claim, lines=lines)
    await keep(work, claim, entry.action, **dict(entry.fields))


async def on_split(command: SplitLine, work: Work) -> None:
    """Share one line over departments, projects or categories."""
    claim = await changeable(work, command.number)
    index = pick_line(claim, command.line_no)
    shares = tuple(_share(work, name, weight) for name, weight in command.shares)
    claim, entry = editing.share_line(claim, index, shares, work.cause)
    await keep(work, claim, entry.action, **dict(entry.fields))


def _share(work: Work, name: str, weight: int) -> Share:
    """Find what a share is borne by; Refused `bearer_unknown` unless it is exactly one thing."""
    vocabulary = vocabulary_of(work.company)
    departments = _departments_named(work, name)
    projects, categories = match_project(name, vocabulary), match_category(name, vocabulary)
    found = [
        *(Share(weight, department=d) for d in departments),
        *(Share(weight, project=p) for p in projects),
        *(Share(weight, category=c) for c in categories if not departments and not projects),
    ]
    if len(found) != 1:
        raise Refused("bearer_unknown", text=name)
    return found[0]


def _departments_named(work: Work, name: str) -> tuple[str, ...]:
    wanted = name.strip().lower()
    rows = work.company.departments
    return tuple(d.id for d in rows if wanted in {d.id.lower(), d.name.lower()})


async def on_merge(command: MergeLines, work: Work) -> None:
    """Make one line of two."""
    claim = await changeable(work, command.number)
    first, second = pick_line(claim, command.first), pick_line(claim, command.second)
    claim, entry = editing.join_lines(claim, first, second, work.cause)
    await keep(work, claim, entry.action, **dict(entry.fields))


async def on_supplier(command: SetSupplier, work: Work) -> None:
    """Say whom the company pays for a purchase: the named one, else the newest draft of one."""
    claim = await own_claim(work, command.number, ()) if command.number else await _purchase(work)
    supplier = Supplier(command.name, command.account, command.bank)
    claim, entry = editing.set_supplier(claim, supplier, work.cause)
    await keep(work, claim, entry.action, **dict(entry.fields))


async def _purchase(work: Work) -> Claim:
    for state in CHANGEABLE:
        query = ClaimQuery(state=state, employee=work.person.id, kind="purchase_request")
        found = await work.store.claims(query, FEW)
        if found.items:
            return found.items[0]
    raise Refused("no_claim_here")


async def on_urgent(command: Urgent, work: Work) -> None:
    """Mark a claim as urgent."""
    claim = await own_claim(work, command.number, URGENT_IN)
    await work.commit(editing.mark_urgent(claim, command.reason, work.cause))


async def on_file_for(command: FileFor, work: Work) -> None:
    """Put an expense on a draft for a colleague, which stays in hand for what comes next."""
    employee = find_person(work, command.person_text)
    if employee.id == work.person.id:
        raise Refused("file_for_unclear")
    require_preparer(work.company, work.person, employee)
    claim = await _draft_for(work, employee)
    if command.text:
        claim = add_line(claim, _line(work, command.text))
    await _keep_for(work, claim, employee)


def _line(work: Work, text: str) -> Line:
    expense = parse_expense(text, work.today, vocabulary_of(work.company))
    if not isinstance(expense, Expense):
        raise Refused("file_for_unclear", text=text[:60])
    return line_of(expense, work)


async def _draft_for(work: Work, employee: Person) -> Claim:
    query = ClaimQuery(state=State.DRAFT, employee=employee.id, kind="reimbursement")
    found = await work.store.claims(query, FEW)
    mine = own_words(found.items, employee.id, work.person.id)
    if mine:
        return mine[0]
    number = await next_number(work)
    claim = new_claim(work.company, employee, number, work.cause)
    return replace(claim, filed_by=work.person.id)


async def _keep_for(work: Work, claim: Claim, employee: Person) -> None:
    amount = format_yuan(claim.total_fen)
    entry = audit_of(work.cause, "file_for", claim.number, person=employee.id, amount=amount)
    said = work.reply("filing_for", number=claim.number, person=employee.id)
    card = ShowCard(work.person.id, claim.number, "claim", fresh=True)
    await work.commit(
        Change(
            at=work.now,
            claims=(claim,),
            audit=(entry,),
            outbox=work.outgoing((said, card, *ask_rates(work, claim))),
            dialogs=(waiting(work, EDIT, number=claim.number),),
        )
    )
