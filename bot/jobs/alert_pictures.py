"""The pictures of budgets: bars beside an answer; beside an alert also months and people."""

from collections.abc import Iterable
from datetime import date

from bot.cards.alert import AlertScene, forecast_text
from bot.pictures.views import Bar, BudgetBars, Report, TopList, Trend
from bot.texts.alerts import part
from bot.texts.labels import label
from bot.texts.names import budget_scope, person_name
from bot.texts.template import Language
from core.budget import Balance
from core.company import Company
from core.money import format_cny

NAME = "budget.png"
TOP = 5


def bars_of(company: Company, balances: Iterable[Balance], language: Language) -> BudgetBars:
    """Describe the picture of some budgets: what each has spent and holds of its limit."""
    bars = (
        Bar(
            budget_scope(company, b.budget, language),
            b.budget.limit_fen,
            b.consumed_fen,
            b.reserved_fen,
        )
        for b in balances
    )
    return BudgetBars(label("budget", language), tuple(bars), language=language)


def picture_of(scene: AlertScene, by_day: Iterable[tuple[date, int]]) -> Report:
    """Describe the picture of an alert; `by_day` is how the budget's use has changed."""
    balance, language = scene.balance, scene.language
    scope = budget_scope(scene.company, balance.budget, language)
    bar = Bar(scope, balance.budget.limit_fen, balance.consumed_fen, balance.reserved_fen)
    parts: list[BudgetBars | Trend | TopList] = [
        BudgetBars(label("usage", language), (bar,), language=language)
    ]
    months = _by_month(by_day)
    if len(months) > 1:
        parts.append(Trend(part("by_month", language), months, language=language))
    people = [
        (person_name(scene.company, share.id or ""), share.amount_fen)
        for share in scene.breakdown.people[:TOP]
    ]
    if people:
        parts.append(TopList(part("people", language), tuple(people), language=language))
    figures = (
        (label("limit", language), format_cny(balance.budget.limit_fen)),
        (label("available", language), format_cny(balance.available_fen)),
    )
    note = forecast_text(balance, scene.today, language)
    return Report(scope, figures, tuple(parts), note, language)


def _by_month(by_day: Iterable[tuple[date, int]]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for day, fen in by_day:
        month = f"{day:%Y-%m}"
        sums[month] = sums.get(month, 0) + fen
    return tuple(sorted(sums.items()))
