"""The card of a wish to change a budget: what it would do to the limit, and who may agree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.cards.actions import ActionId, Token
from bot.cards.escape import quoted, safe
from bot.cards.facts import BRIEF, REASON_LIMIT, Fact
from bot.cards.view import STYLES, Button, CardView
from bot.texts.budget_changes import part
from bot.texts.labels import label
from bot.texts.names import budget_scope, person_name
from bot.texts.plain import cut
from bot.texts.template import Language
from bot.texts.words import action_text
from core.budget import Balance, BudgetChange
from core.budget.changes import second_people
from core.budget.sight import may_see
from core.company import Company, Person
from core.money import format_cny
from core.notices import Purpose

STATUS: Mapping[str, str] = {
    "waiting": "in_review",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
}
"""What a wish's state looks like on a card made for claims."""
BARRING = frozenset({"freeze", "unfreeze"})
MAX_NAMES = 4


@dataclass(frozen=True, slots=True)
class ChangeScene:
    """Everything that the card of a wish is drawn from; `balances` are those of now, by id."""

    wish: BudgetChange
    company: Company
    balances: Mapping[str, Balance]
    purpose: Purpose
    reader: Person
    link: str
    drawing: int = 0

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.reader.language

    def say(self, code: str, **fields: str) -> str:
        """Write a part of the card."""
        return part(code, self.language, **fields)

    def person(self, person_id: str) -> str:
        """Name a person."""
        return safe(person_name(self.company, person_id), 20)

    def fact(self, fact_id: str, value: str, brief: str = "") -> Fact:
        """Make a fact under its label."""
        return Fact(fact_id, label(fact_id, self.language), value, brief)


def build_change(scene: ChangeScene) -> CardView:
    """Compute the card of a wish for one reader."""
    wish = scene.wish
    balance = scene.balances.get(wish.budget)
    barred = balance.available_fen if balance else 0
    what = scene.say(f"{wish.kind}_title" if wish.kind in BARRING else wish.kind)
    heading = scene.say("heading", name=scene.person(wish.requester), what=what)
    scope = _scope(scene, wish.budget)
    return CardView(
        purpose=scene.purpose,
        language=scene.language,
        heading=heading,
        subtitle=f"{wish.number} · {scope}",
        number=wish.number,
        total_fen=barred if wish.kind in BARRING else wish.amount_fen,
        status=STATUS[wish.state],
        status_text=scene.say(wish.state),
        facts=tuple(f for f in _facts(scene) if f.value),
        lines=(),
        warnings=tuple(_warnings(scene)),
        actions=_buttons(scene),
        link=scene.link,
    )


def _scope(scene: ChangeScene, name: str) -> str:
    budget = scene.company.budget(name)
    return safe(budget_scope(scene.company, budget, scene.language) if budget else name, 40)


def _facts(scene: ChangeScene) -> Iterator[Fact]:
    wish = scene.wish
    yield scene.fact("number", wish.number)
    yield scene.fact("applicant", scene.person(wish.requester))
    for name, by_fen in _effects(wish):
        yield _effect(scene, name, by_fen)
    yield scene.fact("purpose", quoted(wish.reason, REASON_LIMIT))
    if wish.state == "waiting":
        yield scene.fact("progress", scene.say("asks", people=_people(scene)))
    elif wish.decider:
        words = quoted(wish.opinion, REASON_LIMIT) if wish.opinion else scene.say("no_words")
        said = scene.say("decided", person=scene.person(wish.decider), words=words)
        yield scene.fact("reason" if wish.state == "rejected" else "opinion", said)


def _effects(wish: BudgetChange) -> Iterator[tuple[str, int]]:
    if wish.kind == "transfer" and wish.to:
        yield wish.budget, -wish.amount_fen
        yield wish.to, wish.amount_fen
    else:
        yield wish.budget, wish.amount_fen


def _effect(scene: ChangeScene, name: str, by_fen: int) -> Fact:
    """Say what a limit is and would be; one that came true is in the limit already."""
    balance = scene.balances.get(name)
    if balance is None:
        return scene.fact("budget", name)
    if not may_see(scene.company, scene.reader, balance.budget):
        by = f"{'+' if by_fen > 0 else ''}{format_cny(by_fen)}"
        return scene.fact("budget", scene.say("moves", scope=_scope(scene, name), by=by), by)
    limit = balance.budget.limit_fen
    figures = {
        "scope": _scope(scene, name),
        "limit": format_cny(limit),
        "available": format_cny(balance.available_fen),
    }
    if not by_fen or scene.wish.state != "waiting":
        brief = scene.say("now_brief", limit=figures["limit"])
        return scene.fact("budget", scene.say("now", **figures), cut(brief, BRIEF))
    figures["after"] = format_cny(limit + by_fen)
    brief = scene.say("would_brief", limit=figures["limit"], after=figures["after"])
    return scene.fact("budget", scene.say("would", **figures), cut(brief, BRIEF))


def _people(scene: ChangeScene) -> str:
    names = [scene.person(p) for p in scene.wish.asked[:MAX_NAMES]]
    more = ["…"] if len(scene.wish.asked) > MAX_NAMES else []
    return ("、" if scene.language == "zh" else ", ").join([*names, *more])


def _warnings(scene: ChangeScene) -> Iterator[str]:
    wish = scene.wish
    if wish.state != "waiting":
        return
    for name, by_fen in _effects(wish):
        balance = scene.balances.get(name)
        if balance and by_fen < 0 and -by_fen > balance.left_fen:
            yield scene.say("too_much")


def _buttons(scene: ChangeScene) -> tuple[Button, ...]:
    wish = scene.wish
    budget = scene.company.budget(wish.budget)
    if scene.purpose != "approval" or wish.state != "waiting" or budget is None:
        return ()
    if scene.reader not in second_people(scene.company, budget, wish.requester):
        return ()
    token = Token(wish.number, 1, 0, scene.drawing)
    actions: tuple[ActionId, ...] = ("approve", "reject")
    return tuple(Button(a, action_text(a, scene.language), STYLES[a], token) for a in actions)
