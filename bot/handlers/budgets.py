"""Changing budgets by chat: asking, deciding by button and by words, looking back."""

from dataclasses import replace
from datetime import datetime

from bot.cards.reasons import reason_text
from bot.events import CardClicked
from bot.handlers.work import Work
from bot.texts.budget_changes import part
from bot.texts.names import budget_name, budget_scope, person_name
from core.actions.basics import audit_of
from core.actions.budgets import asking, deciding
from core.actions.budgets.asking import WITHOUT_AMOUNT, Wanted
from core.budget import BudgetChange, LimitVersion
from core.budget.changes import PREFIX, answering_for, change_number, may_ask, second_people
from core.budget.sight import budgets_named, may_see, names_near, the_one
from core.change import Change
from core.company import Budget
from core.errors import Conflict, Refused
from core.money import format_cny
from core.notices import Notice, Purpose, ShowCard
from core.phrases import intents as say
from core.phrases.budgets import read_adjustment
from core.phrases.cleaning import clean
from core.phrases.months import find_period
from core.phrases.results import Problem
from core.ports import BudgetEntry, ChangeQuery, Page

RECORDED = frozenset({"not_allowed", "own_change"})
"""Refusals that are kept on the record: somebody tried what they may not."""
DESK = "administrator"
"""Who acts at the command line."""
NEWEST = Page(limit=10)
MAX_IDS = 9
MAX_INPUT = 2000
TRIES = 3
"""How often a decision is made again when somebody else wrote first."""


async def on_change(command: say.ChangeBudget, work: Work) -> None:
    """Ask for a change of a budget; from those who may not, it is refused and recorded."""
    if not may_ask(work.company, work.person, work.company.budgets):
        await _refuse_change(work, command.target_text)
        return
    try:
        await _asking(command, work)
    except Refused as refused:
        if refused.code not in RECORDED:
            raise
        await _refuse_change(work, command.target_text)


async def on_setting(command: say.BudgetChange, work: Work) -> None:
    """Read 预算 设置 市场部 20000 理由: the limit as it should be."""
    read = read_adjustment(clean(command.text))
    if not isinstance(read, Problem):
        await on_change(read, work)
    elif may_ask(work.company, work.person, work.company.budgets):
        raise Refused("budget_change_unclear", text=command.text)
    else:
        await _refuse_change(work, command.text)


async def _refuse_change(work: Work, text: str) -> None:
    """Say who may ask for a change, of a budget that the person sees; the attempt is kept."""
    named = (b for b in _named(work, text) if may_see(work.company, work.person, b))
    found = the_one(named, work.today)
    people = sorted(answering_for(work.company, found[0])) if found else []
    await _refuse(work, "change_budget", text, "change_not_yours", people=" ".join(people))


async def _refuse(
    work: Work,
    action: str,
    what: str,
    code: str = "not_allowed",
    redraw: tuple[Notice, ...] = (),
    **more: str,
) -> None:
    """Say no, and keep the attempt on the record."""
    entry = audit_of(work.cause, f"refused_{action}", work.person.id, what=what[:200], why=code)
    fields = {"number": what} if code == "own_change" else {"action": action}
    fields |= {name: value for name, value in more.items() if value}
    said = work.outgoing((work.reply(code, **fields), *redraw))
    await work.commit(Change(at=work.now, audit=(entry,), outbox=said))


async def _asking(command: say.ChangeBudget, work: Work) -> None:
    budget = find_budget(work, command.target_text)
    to = find_budget(work, command.to_text, unseen=True) if command.to_text else None
    if not may_ask(work.company, work.person, [b for b in (budget, to) if b]):
        raise Refused("not_allowed", action="change_budget")
    amount = command.amount_fen
    if command.absolute:
        (balance,) = await work.store.balances([budget.id])
        amount -= balance.budget.limit_fen
    wanted = Wanted(command.kind, budget.id, command.reason, amount, to.id if to else None)
    await ask(work, wanted)


async def ask(work: Work, wanted: Wanted) -> None:
    """Write a wish down and show it to those who may agree; errors as `asking.ask`.

    Refused `change_waiting` while the same one waits already.
    """
    await work.commit(await wish_for(work, wanted))


async def wish_for(work: Work, wanted: Wanted) -> Change:
    """Make the change that writes a wish down; errors as `ask`."""
    same = await _waiting_alike(work, wanted)
    if same:
        raise Refused("change_waiting", number=same.number)
    names = [n for n in (wanted.budget, wanted.to) if n]
    balances = {b.budget.id: b for b in await work.store.balances(names)}
    number = change_number(work.today, await work.store.next_number(PREFIX, work.today))
    return asking.ask(number, wanted, work.company, balances, work.cause)


async def _waiting_alike(work: Work, wanted: Wanted) -> BudgetChange | None:
    """Find the wish that asks for the same already: of anybody, where it moves no money."""
    query = ChangeQuery("waiting", wanted.budget)
    page = await work.store.budget_changes(query, Page(limit=50))
    whose = {w.requester for w in page.items} if wanted.kind in WITHOUT_AMOUNT else {work.person.id}
    return next(
        (
            w
            for w in page.items
            if (w.kind, w.to, w.amount_fen) == (wanted.kind, wanted.to, wanted.amount_fen)
            and w.requester in whose
        ),
        None,
    )


def find_budget(work: Work, text: str, *, unseen: bool = False) -> Budget:
    """Find the one budget that a text means; Refused `no_such_budget` or `which_budget`.

    What the person may not see is answered like what does not exist, unless it may be `unseen`:
    one gives to another department without learning anything of its budget.
    """
    seen = [b for b in _named(work, text) if unseen or may_see(work.company, work.person, b)]
    found = the_one(seen, work.today)
    if not found:
        raise Refused("no_such_budget", target=text[:40], near=near_names(work, text))
    if len(found) > 1:
        language = work.person.language
        rows = [budget_name(work.company, b.id, language) for b in found[:MAX_IDS]]
        raise Refused("which_budget", target=text[:40], rows="\n".join(rows))
    return found[0]


def _named(work: Work, text: str) -> tuple[Budget, ...]:
    """Find what a text names, with a period in words or without: 市场部 明年."""
    named = budgets_named(work.company, text)
    months, rest = find_period(text, work.today)
    if named or months is None:
        return named
    first, last = months.days()
    listed = budgets_named(work.company, rest)
    exact = tuple(b for b in listed if (b.period.start, b.period.end) == (first, last))
    within = tuple(b for b in listed if b.period.start <= last and first <= b.period.end)
    return exact or within


def near_names(work: Work, text: str) -> str:
    """Name what a mistyped text may have meant, among what the person may see."""
    seen = (b for b in work.company.budgets if may_see(work.company, work.person, b))
    near = names_near(work.company, seen, text)
    return ("、" if work.person.language == "zh" else ", ").join(near)


async def decide(work: Work, number: str, decision: deciding.Decision, opinion: str) -> None:
    """Agree to a wish or turn it down, by whichever way the person said so."""
    wish = await _wish(work, number)
    try:
        change = deciding.decide(wish, work.company, work.cause, decision, opinion)
        await work.commit(_with_answer(work, change))
    except Refused as refused:
        if refused.code == "budget":
            # The ledger has the last word: meanwhile less is left than is to be taken.
            room = {**refused.fields, "number": number, "redraw": _redraw(work, wish)}
            raise Refused("change_no_room", **room) from None
        if refused.code in RECORDED:
            await _refuse(work, "decide_budget_change", number, refused.code, _redraw(work, wish))
            return
        raise Refused(refused.code, **{**refused.fields, "redraw": _redraw(work, wish)}) from None
    except Conflict:
        again = await _wish(work, number)
        raise Refused(
            "change_decided", number=number, state=again.state, redraw=_redraw(work, again)
        ) from None


def _with_answer(work: Work, change: Change) -> Change:
    """Answer a decision in words, whose card may be far up in the chat."""
    if not work.by_words:
        return change
    (done,) = change.budget_changes
    fields = {"number": done.number, "person": work.person.id, "reason": done.opinion}
    said = work.outgoing((work.reply(f"change_{done.state}", **fields),))
    return replace(change, outbox=(*change.outbox, *said))


async def _wish(work: Work, number: str) -> BudgetChange:
    """Find a wish that concerns the person; others are told that there is none."""
    wish = await work.store.budget_change(number)
    budget = work.company.budget(wish.budget) if wish else None
    concerned = wish and (
        work.person.id in {wish.requester, *wish.asked}
        or (budget is not None and may_see(work.company, work.person, budget))
    )
    if wish is None or not concerned:
        raise Refused("no_such_change", number=number[:40])
    return wish


def _redraw(work: Work, wish: BudgetChange) -> tuple[Notice, ...]:
    return (
        ShowCard(work.person.id, wish.number, "approval", only_open=True),
        ShowCard(work.person.id, wish.number, "claim", only_open=True),
    )


async def on_click(click: CardClicked, number: str, work: Work) -> None:
    """Do what a button of a wish's card says."""
    if click.action == "approve":
        await decide(work, number, "approve", _input(click, "opinion"))
    elif click.action == "reject":
        reason = _input(click, "reason")
        words = reason_text(reason, work.person.language) or reason
        await decide(work, number, "reject", words)
    else:
        raise Refused("unknown_button")


def _input(click: CardClicked, name: str) -> str:
    return clean(click.inputs.get(name, "")[:MAX_INPUT])


async def take_back(work: Work, number: str) -> None:
    """Take one's own wish back."""
    wish = await _wish(work, number)
    change = asking.take_back(wish, work.cause)
    said = work.outgoing((work.reply("change_taken_back", number=number),))
    await work.commit(replace(change, outbox=(*change.outbox, *said)))


async def show(work: Work, number: str) -> None:
    """Show a wish's card once more, to whoever it concerns."""
    wish = await _wish(work, number)
    purpose: Purpose = "claim" if work.person.id == wish.requester else "approval"
    await work.tell(ShowCard(work.person.id, number, purpose, fresh=True))


async def waiting_for(work: Work) -> tuple[BudgetChange, ...]:
    """Give the wishes that the person may decide on now, newest first."""
    found = await work.store.budget_changes(ChangeQuery("waiting"), Page(limit=50))
    return tuple(
        wish
        for wish in found.items
        if (budget := work.company.budget(wish.budget))
        and work.person in second_people(work.company, budget, wish.requester)
    )


async def waiting_rows(work: Work) -> list[str]:
    """Write the wishes that wait for the person, a line each."""
    return [
        " · ".join(
            (
                wish.number,
                person_name(work.company, wish.requester),
                _said(work, wish.kind),
                _place(work, wish.budget),
                *((format_cny(wish.amount_fen),) if wish.kind not in WITHOUT_AMOUNT else ()),
            )
        )
        for wish in await waiting_for(work)
    ]


def _place(work: Work, budget_id: str) -> str:
    """Name a budget by what it binds."""
    budget = work.company.budget(budget_id)
    return budget_scope(work.company, budget, work.person.language) if budget else budget_id


async def on_history(command: say.BudgetHistory, work: Work) -> None:
    """Say how a budget came to be what it is: its limits, and the newest lines of its journal."""
    budget = find_budget(work, command.target_text)
    limits = [_limit(work, v) for v in await work.store.limits(budget.id)]
    entries = await work.store.entries(budget.id, NEWEST, newest=True)
    rows = [*limits, *await _bars(work, budget), *(_entry(work, e) for e in entries.items)]
    if not rows:
        await work.answer("budget_history_empty", budget=budget.id)
        return
    await work.answer("budget_history", budget=budget.id, rows="\n".join(rows))


def _limit(work: Work, version: LimitVersion) -> str:
    what = " ".join([_said(work, version.kind), *_source(version)])
    return _said(
        work,
        "limit_row",
        day=_day(work, version.at),
        limit=format_cny(version.limit_fen),
        what=what,
        person=_actor(work, version.actor),
    )


def _source(version: LimitVersion) -> tuple[str, ...]:
    return () if version.kind == "file" else (version.source,)


async def _bars(work: Work, budget: Budget) -> list[str]:
    """Say when a budget was frozen, closed, or opened again, oldest first."""
    query = ChangeQuery("approved", budget.id)
    wishes = (await work.store.budget_changes(query, Page(limit=50))).items
    rows = [
        (w.decided_at or w.created_at, f"{_said(work, w.kind)} {w.number}", w.decider or "")
        for w in wishes
        if w.kind in WITHOUT_AMOUNT
    ]
    rows += [
        (record.at, _said(work, record.action), record.actor)
        for record in await work.store.history(budget.id, 50)
        if record.action in {"close_budget", "reopen_budget"}
    ]
    return [
        _said(work, "bar_row", day=_day(work, at), what=what, person=_actor(work, who))
        for at, what, who in sorted(rows)[-MAX_IDS:]
    ]


def _day(work: Work, at: datetime) -> str:
    day = at.astimezone(work.rooms.settings.zone).date()
    return f"{day:%m-%d}" if day.year == work.today.year else f"{day}"


def _actor(work: Work, person: str) -> str:
    return _said(work, "desk") if person == DESK else person_name(work.company, person)


def _entry(work: Work, entry: BudgetEntry) -> str:
    refund = entry.kind == "consume" and entry.amount_fen < 0
    return _said(
        work,
        "entry_row",
        day=_day(work, entry.at),
        what=_said(work, "refund" if refund else entry.kind),
        amount=format_cny(abs(entry.amount_fen)),
        claim=entry.claim,
    )


def _said(work: Work, code: str, **fields: str) -> str:
    return part(code, work.person.language, **fields)
