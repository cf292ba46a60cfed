"""预算 [部门|项目] [期间] [金额]: what budgets have left, within what the person may see."""

from dataclasses import replace
from datetime import date

from bot.handlers.budgets import near_names
from bot.handlers.work import Work
from bot.texts.budget import part
from bot.texts.names import budget_scope, tolerance_text
from core.budget import Balance
from core.budget.matching import Place, budgets_at
from core.budget.sight import budgets_named, children_of, may_see, own_budgets
from core.company import Budget
from core.errors import Refused
from core.forecast import runs_out
from core.money import format_cny
from core.phrases.intents import BudgetQuery, OverBudgets

BLOCKS = 10
PICTURED = 8
"""Budgets in one picture: what a telephone shows without scrolling."""


async def on_budget(command: BudgetQuery, work: Work) -> None:
    """Say what the budgets of a department or project have left.

    Without a name it is those that bind the person's own lines. Those of today, or of the period
    that is named, come alone; past and coming ones only where there are no others. With an amount
    each says whether that much would fit, also those above a department.
    """
    company, person = work.company, work.person
    named = (
        own_budgets(company, person)
        if command.target_text is None
        else budgets_named(company, command.target_text)
    )
    seen = [b for b in named if may_see(company, person, b)]
    if not seen:
        target = command.target_text or ""
        raise Refused("no_budget_here", target=target, near=near_names(work, target))
    current = _of_period(seen, command, work.today)
    if not current:
        raise Refused("no_budget_then", target=command.target_text or "")
    if command.amount_fen is not None:
        current = [*current, *_above(work, current, command)]
    below = {c.id for b in current for c in children_of(company, b)}
    balances = await work.store.balances([*(b.id for b in current), *sorted(below)])
    by_id = {b.budget.id: b for b in balances}
    rows = [row for b in current for row in _rows(work, by_id[b.id], by_id, command.amount_fen)]
    answer = work.reply("budgets", rows="\n".join(rows))
    await work.tell(replace(answer, budgets=tuple(b.id for b in current[:PICTURED])))


async def on_over(command: OverBudgets, work: Work) -> None:
    """Say which of the budgets that one may see are exceeded, and which will be."""
    company, person = work.company, work.person
    seen = [
        b.id
        for b in company.budgets
        if b.period.covers(work.today)
        and may_see(company, person, b)
        and (command.of is None or getattr(b, command.of) is not None)
    ]
    if not seen:
        raise Refused("no_budget_here", target="")
    balances = await work.store.balances(seen)
    over = sorted((b for b in balances if b.available_fen < 0), key=lambda b: b.available_fen)
    soon = [(day, b) for b in balances if (day := runs_out(b, work.today))]
    rows = [_over_row(work, balance) for balance in over[:PICTURED]]
    rows += [
        _said(work, "runs_out", scope=_scope_of(work, b), day=f"{day:%m-%d}", **_figures(b))
        for day, b in sorted(soon, key=lambda found: (found[0], found[1].budget.id))[:PICTURED]
    ]
    left = len(over) + len(soon) - len(rows)
    rows += [_said(work, "more", count=str(left))] if left else []
    code = "over_budgets" if over else "over_none"
    shown = [b.budget.id for b in [*over, *(b for _, b in soon)][:PICTURED]]
    answer = work.reply(code, count=str(len(over)), rows="\n".join(rows))
    await work.tell(replace(answer, budgets=tuple(shown)))


def _over_row(work: Work, balance: Balance) -> str:
    over = format_cny(-balance.available_fen)
    return _said(work, "over", scope=_scope_of(work, balance), over=over, **_figures(balance))


def _scope_of(work: Work, balance: Balance) -> str:
    return budget_scope(work.company, balance.budget, work.person.language)


def _of_period(seen: list[Budget], command: BudgetQuery, today: date) -> list[Budget]:
    if command.first is None or command.last is None:
        return [b for b in seen if b.period.covers(today)] or seen
    first, last = command.first, command.last
    return [b for b in seen if b.period.start <= last and first <= b.period.end]


def _above(work: Work, current: list[Budget], command: BudgetQuery) -> list[Budget]:
    """Find the other budgets that an expense of the same departments would be charged to."""
    day = command.first or work.today
    known = {b.id for b in current}
    departments = {b.department for b in current if b.department}
    bound = (b for d in sorted(departments) for b in budgets_at(work.company, Place(d, day)))
    found = {b.id: b for b in bound if b.id not in known and may_see(work.company, work.person, b)}
    return list(found.values())


def _rows(
    work: Work, balance: Balance, by_id: dict[str, Balance], amount_fen: int | None
) -> list[str]:
    """Write one budget: what it is, how much is used, what is left, what its children hold."""
    budget = balance.budget
    rows = [
        f"{budget_scope(work.company, budget, work.person.language)}{_marks(work, balance)}",
        usage_bar(balance),
        _said(work, "left", **_figures(balance)),
    ]
    if balance.carried_fen:
        carried = format_cny(balance.carried_fen)
        rows.append(_said(work, "rolls", carried=carried, usable=format_cny(balance.usable_fen)))
    rows += [_fits(work, balance, amount_fen)] if amount_fen is not None else []
    children = [by_id[c.id] for c in children_of(work.company, budget) if c.id in by_id]
    if children:
        used, limit = (
            sum(c.used_fen for c in children),
            sum(c.budget.limit_fen for c in children),
        )
        figures = {"used": format_cny(used), "limit": format_cny(limit)}
        rows.append(_said(work, "below", count=str(len(children)), **figures))
    return rows


def _fits(work: Work, balance: Balance, amount_fen: int) -> str:
    verdict = balance.judge(amount_fen)
    left = balance.left_fen - amount_fen
    barred = balance.frozen or balance.closed
    figures = {"after": format_cny(left), "over": format_cny(max(0, -left))}
    within = verdict == "allow" and left < 0 and balance.budget.control != "ignore"
    code = "fits_barred" if barred else "fits_within" if within else f"fits_{verdict}"
    tolerance = tolerance_text(balance.budget)
    return _said(work, code, amount=format_cny(amount_fen), tolerance=tolerance, **figures)


def usage_bar(balance: Balance) -> str:
    """Draw how much is used: ▓▓▓▓▓▓▓▓░░ 85%."""
    full = min(BLOCKS, max(0, balance.percent) * BLOCKS // 100)
    return f"{'▓' * full}{'░' * (BLOCKS - full)} {balance.percent}%"


def _figures(balance: Balance) -> dict[str, str]:
    return {
        "available": format_cny(balance.available_fen),
        "limit": format_cny(balance.budget.limit_fen),
        "reserved": format_cny(balance.reserved_fen),
        "consumed": format_cny(balance.consumed_fen),
    }


def _marks(work: Work, balance: Balance) -> str:
    codes = [c for c, on in (("frozen", balance.frozen), ("closed", balance.closed)) if on]
    return "".join(_said(work, c) for c in codes)


def _said(work: Work, code: str, **fields: str) -> str:
    return part(code, work.person.language, **fields)
