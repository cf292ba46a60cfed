"""The card of clean claims that an approver may agree to together, with one confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.actions import BatchActionId, Token
from bot.cards.escape import safe
from bot.cards.facts import Fact
from bot.cards.view import STYLES, Button, CardView, LineView
from bot.texts.labels import label, sentence
from bot.texts.names import person_name
from bot.texts.template import Language
from bot.texts.words import action_text, kind_text
from core.claim import Claim
from core.company import Company, Person
from core.money import format_cny
from core.notices import TODO_LISTS


@dataclass(frozen=True, slots=True)
class TodoScene:
    """Everything that the card is drawn from.

    `claims` are those that one yes would agree to; they are `armed` when the yes is awaited, and
    `mark` names them then. `others` wait, too, and want to be looked at one by one.
    """

    company: Company
    reader: Person
    claims: Sequence[Claim]
    others: int
    link: str
    mark: int = 0
    armed: bool = False
    drawing: int = 0

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.reader.language

    def say(self, code: str, **fields: str) -> str:
        """Write a small sentence."""
        return sentence(code, self.language, **fields)


def build_todo(scene: TodoScene) -> CardView:
    """Compute the card for its reader, from what waits now."""
    count = str(len(scene.claims))
    return CardView(
        purpose="todo",
        language=scene.language,
        heading=scene.say("todo_heading", count=count) if scene.claims else scene.say("todo_done"),
        subtitle=scene.say("todo_each") if scene.claims else "",
        number=scene.say("todo_list"),
        total_fen=sum(c.total_fen for c in scene.claims),
        status="in_review" if scene.claims else "approved",
        status_text=scene.say(_status(scene)),
        facts=tuple(_facts(scene)),
        lines=tuple(_line(scene, c) for c in scene.claims),
        warnings=(),
        actions=_buttons(scene),
        link=scene.link,
    )


def _status(scene: TodoScene) -> str:
    if not scene.claims:
        return "todo_none"
    return "todo_armed" if scene.armed else "todo_waits"


def _facts(scene: TodoScene) -> list[Fact]:
    if not scene.others:
        return []
    said = scene.say("todo_others", count=str(scene.others))
    return [Fact("others", label("others", scene.language), said)]


def _line(scene: TodoScene, claim: Claim) -> LineView:
    kind = kind_text(claim.kind, scene.language)
    said = claim.purpose or next((x.description for x in claim.lines if x.description), "")
    return LineView(
        category=f"{safe(person_name(scene.company, claim.employee), 12)} {kind}",
        amount=format_cny(claim.total_fen),
        date="",
        description=f"{claim.number} {safe(said, 40)}".rstrip(),
        invoice="",
        seller="",
        doubt="",
    )


def _buttons(scene: TodoScene) -> tuple[Button, ...]:
    if not scene.claims:
        return ()
    action: BatchActionId = "confirm_all" if scene.armed else "approve_all"
    token = Token(f"{TODO_LISTS}{scene.reader.id}", scene.mark, drawing=scene.drawing)
    text = action_text(action, scene.language)
    return (Button(action, text, STYLES[action], token),)
