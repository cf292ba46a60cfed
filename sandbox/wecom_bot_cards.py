"""The template cards of a 智能机器人: one for each person, redrawn only in answer to a click."""

import uuid
from dataclasses import dataclass

from sandbox.config import SandboxConfig
from sandbox.wecom_bot_errors import BAD_BODY, STALE_REQ_ID, BotRefused
from sandbox.wecom_errors import WeComRefused
from sandbox.wecom_rules import check_card
from sandbox.wire import child, objects, size, string
from sandbox.world import CardView, Item, JsonObject, World

MAX_QUESTION_BYTES = 200
ATTACHMENT_FACT = 2
QUESTION_JUMP = 3
TASK_EXISTS = 42014


@dataclass(frozen=True, slots=True)
class Click:
    """A press that may be answered with a new card."""

    user: str
    card: str


class BotCards:
    """All cards that the bot has sent, and how they appear on phones."""

    def __init__(self, config: SandboxConfig, world: World) -> None:
        self._config = config
        self._world = world
        self._sent: set[str] = set()

    def send(self, card: JsonObject, user: str) -> None:
        """Check a card and put it on a phone; its task_id must never have been used before."""
        self._check(card)
        task = string(card, "task_id")
        if task and task in self._sent:
            raise BotRefused(TASK_EXISTS, "template_card.task_id exists")
        self._sent.add(task)
        item = Item(str(uuid.uuid4()), self._world.clock(), "bot", "card")
        item.card = CardView(task or item.id, "wecom_bot", card)
        self._world.show("wecom_bot", user, item)

    def update(self, click: Click, body: JsonObject) -> None:
        """Redraw the card that was clicked, for the people named or for everybody who has it."""
        card, asked = child(body, "template_card"), body.get("userids")
        if string(body, "response_type") != "update_template_card" or not card:
            raise BotRefused(BAD_BODY, "invalid response_type")
        if string(card, "task_id") != click.card:
            raise BotRefused(BAD_BODY, "task_id is not that of the click")
        self._check(card)
        users = asked if isinstance(asked, list) and asked else [click.user]
        known = [self._config.user_of("wecom_bot", u) for u in users if isinstance(u, str)]
        if click.user not in known:
            raise BotRefused(STALE_REQ_ID, "the clicker is not among userids")
        view = self._world.phone("wecom_bot", click.user).card(click.card)
        if view is not None:
            view.body, view.state, view.notice = card, "active", ""
            self._world.touch("wecom_bot", click.user)

    def _check(self, card: JsonObject) -> None:
        """Check a card by the rules of the application, and by those that only bots have."""
        for fact in objects(card.get("horizontal_content_list")):
            if fact.get("type") == ATTACHMENT_FACT:
                raise BotRefused(42035, "horizontal_content_list.type 2 is not for bots")
        jumps = objects(card.get("jump_list"))
        for jump in jumps:
            question = string(jump, "question")
            if jump.get("type") == QUESTION_JUMP and not 0 < size(question) <= MAX_QUESTION_BYTES:
                raise BotRefused(42042, "invalid jump_list.question")
        try:
            check_card(card, lambda user: self._config.user_of("wecom_bot", user) is not None)
        except WeComRefused as refusal:
            raise BotRefused(refusal.errcode, refusal.errmsg) from None
