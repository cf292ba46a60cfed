"""The card of a budget's alert: how much is used, of what, by whom, and how long it will last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cards.actions import BudgetActionId, Token
from bot.cards.escape import safe
from bot.cards.facts import Fact
from bot.cards.view import STYLES, Button, CardView, LineView
from bot.texts.alerts import part
from bot.texts.labels import label
from bot.texts.names import budget_scope, category_name, person_name, project_name
from bot.texts.template import Language
from bot.texts.words import action_text
from core.alerts import ENDLESS, percent_used
from core.budget import Balance
from core.budget.changes import may_ask
from core.company import Company, Person
from core.forecast import runs_out
from core.money import format_cny
from core.usage import Breakdown, Share

BLOCKS = 10
TOP_PEOPLE = 3
TOP_OTHERS = 2


@dataclass(frozen=True, slots=True)
class AlertScene:
    """Everything that an alert's card is drawn from.

    `threshold` is the one that was crossed, in percent, 0 for a forecast; `today` is the day in
    the company's time zone.
    """

    company: Company
    balance: Balance
    breakdown: Breakdown
    threshold: int
    reader: Person
    today: date
    link: str
    drawing: int = 0

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.reader.language

    def say(self, code: str, **fields: str) -> str:
        """Write a part of the card."""
        return part(code, self.language, **fields)


def build_alert(scene: AlertScene) -> CardView:
    """Compute the card of an alert for one reader, from the figures of now."""
    balance = scene.balance
    budget = balance.budget
    days = {"start": budget.period.start.isoformat(), "end": budget.period.end.isoformat()}
    return CardView(
        purpose="alert",
        language=scene.language,
        heading=_heading(scene),
        subtitle=f"{safe(budget.id, 64)} · {scene.say('days', **days)}",
        number=safe(budget.id, 64),
        total_fen=balance.used_fen,
        status="alert",
        status_text=_status(scene),
        facts=tuple(_facts(scene)),
        lines=tuple(_tops(scene)),
        warnings=tuple(_warnings(scene)),
        actions=_buttons(scene),
        link=scene.link,
    )


def _percent(balance: Balance) -> int:
    return percent_used(balance.used_fen, balance.budget.limit_fen)


def _heading(scene: AlertScene) -> str:
    scope = safe(budget_scope(scene.company, scene.balance.budget, scene.language), 40)
    day = runs_out(scene.balance, scene.today)
    if not scene.threshold and day:
        return scene.say("runs_out", day=f"{day:%m-%d}", scope=scope)
    percent = _percent(scene.balance)
    if percent >= ENDLESS:
        return scene.say("used_nothing", scope=scope)
    return scene.say("used", percent=str(percent), scope=scope)


def _status(scene: AlertScene) -> str:
    if scene.balance.frozen:
        return scene.say("frozen")
    if scene.balance.closed:
        return scene.say("closed")
    if scene.threshold:
        return scene.say("threshold", threshold=str(scene.threshold))
    return scene.say("forecast")


def usage_bar(balance: Balance) -> str:
    """Draw how much is used: ▓▓▓▓▓▓▓▓░░ 85%."""
    percent = _percent(balance)
    full = min(BLOCKS, percent * BLOCKS // 100)
    figure = f"{percent}%" if percent < ENDLESS else "∞"
    return f"{'▓' * full}{'░' * (BLOCKS - full)} {figure}"


def _facts(scene: AlertScene) -> Iterator[Fact]:
    balance = scene.balance
    figures = {
        "usage": usage_bar(balance),
        "available": format_cny(balance.available_fen),
        "limit": format_cny(balance.budget.limit_fen),
        "reserved": format_cny(balance.reserved_fen),
        "consumed": format_cny(balance.consumed_fen),
        "forecast": forecast_text(balance, scene.today, scene.language),
    }
    for fact_id, value in figures.items():
        yield Fact(fact_id, label(fact_id, scene.language), value)
    owners = [safe(person_name(scene.company, p), 20) for p in balance.budget.owners]
    if owners:
        comma = "、" if scene.language == "zh" else ", "
        yield Fact("owners", label("owners", scene.language), comma.join(owners))


def forecast_text(balance: Balance, today: date, language: Language) -> str:
    """Say how long a budget lasts at its present pace."""
    period = balance.budget.period
    if balance.available_fen < 0:
        return part("over", language, amount=format_cny(-balance.available_fen))
    if today > period.end:
        return part("ended", language)
    if today < period.start:
        return part("not_begun", language)
    if balance.frozen or balance.closed:
        return part("frozen" if balance.frozen else "closed", language)
    if balance.consumed_fen <= 0:
        return part("no_pace", language)
    day = runs_out(balance, today)
    if day is None:
        return part("will_last", language)
    return part("will_run_out", language, day=f"{day:%m-%d}")


def _warnings(scene: AlertScene) -> Iterator[str]:
    balance = scene.balance
    if balance.available_fen < 0:
        yield "⛔ " + forecast_text(balance, scene.today, scene.language)
    elif runs_out(balance, scene.today):
        yield "⚠ " + forecast_text(balance, scene.today, scene.language)


def _tops(scene: AlertScene) -> Iterator[LineView]:
    company, language, parts = scene.company, scene.language, scene.breakdown
    for share in parts.people[:TOP_PEOPLE]:
        yield _share(scene, "of_person", person_name(company, share.id or ""), share)
    for share in [s for s in parts.projects if s.id][:TOP_OTHERS]:
        yield _share(scene, "of_project", project_name(company, share.id or ""), share)
    if scene.balance.budget.category is None:
        for share in parts.categories[:TOP_OTHERS]:
            yield _share(scene, "of_category", category_name(company, share.id, language), share)


def _share(scene: AlertScene, code: str, name: str, share: Share) -> LineView:
    used = scene.balance.used_fen
    percent = share.amount_fen * 100 // used if used > 0 else 0
    return LineView(
        category=scene.say(code, name=safe(name, 16)),
        amount=format_cny(share.amount_fen),
        date="",
        description=scene.say("share", percent=str(percent), count=str(share.claims)),
        invoice="",
        seller="",
        doubt="",
    )


def allowed_on(company: Company, reader: Person, balance: Balance) -> Sequence[BudgetActionId]:
    """Give the buttons that a reader gets about a budget as it is now."""
    if balance.closed or not may_ask(company, reader, [balance.budget]):
        return ()
    return ("request_more",) if balance.frozen else ("request_more", "freeze_budget")


def _buttons(scene: AlertScene) -> tuple[Button, ...]:
    token = Token(scene.balance.budget.id, 0, scene.threshold, scene.drawing)
    return tuple(
        Button(action, action_text(action, scene.language), STYLES.get(action, "default"), token)
        for action in allowed_on(scene.company, scene.reader, scene.balance)
    )
