"""The template cards of WeCom: one for each receiver, redrawn by codes that work once."""

import secrets
import uuid
from dataclasses import dataclass

from sandbox.config import SandboxConfig
from sandbox.wecom_errors import WeComRefused
from sandbox.wecom_rules import INTERACTIVE, check_card, gives_code
from sandbox.wire import child, string
from sandbox.world import CardView, Item, JsonObject, World

BAD_CODE = 40058
"""Assumed: no public source names the errcode of a used or expired response_code."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A card that was sent; `id` is its task_id, or one of ours for cards without."""

    id: str
    users: tuple[str, ...]


@dataclass(slots=True)
class Code:
    """The permission to redraw a sent card once, until a Unix second."""

    sent: Sent
    until: float


class WeComCards:
    """All cards that the app has sent, and how they appear on phones."""

    def __init__(self, config: SandboxConfig, world: World) -> None:
        self._config = config
        self._world = world
        self._sent: dict[str, Sent] = {}
        self._codes: dict[str, Code] = {}

    def check(self, card: JsonObject) -> None:
        """Check a card that is to be sent; its task_id must never have been used before."""
        check_card(card, self._knows)
        if string(card, "task_id") in self._sent:
            raise WeComRefused(42014, "template_card.task_id exists")

    def send(self, card: JsonObject, users: list[str], shown: list[str]) -> str:
        """Send a checked card; gives the response_code, empty when the card has none.

        It reaches `shown`; the others of `users` have had too many messages and never see it.
        """
        sent = Sent(string(card, "task_id") or f"msg-{uuid.uuid4()}", tuple(users))
        self._sent[sent.id] = sent
        for user in shown:
            item = Item(str(uuid.uuid4()), self._world.clock(), "bot", "card")
            item.card = CardView(sent.id, "wecom", card)
            self._world.show("wecom", user, item)
        return self.fresh_code(sent.id) if gives_code(card) else ""

    def fresh_code(self, card: str) -> str:
        """Give a new code for a sent card: one with the sending, one with each click."""
        code = secrets.token_urlsafe(32)
        until = self._world.clock() + self._config.timing.wecom_code_s
        self._codes[code] = Code(self._sent[card], until)
        return code

    def update(self, body: JsonObject) -> list[str]:
        """Redraw a card for the members listed; gives those who never had it.

        The code is used up by success only (assumed); its other receivers keep their live card.
        """
        key = string(body, "response_code")
        code = self._codes.get(key)
        if code is None or self._world.clock() >= code.until:
            raise WeComRefused(BAD_CODE, "invalid response_code")
        button, card = child(body, "button"), child(body, "template_card")
        if bool(string(button, "replace_name")) == bool(card):
            raise WeComRefused(BAD_CODE, "either button.replace_name or template_card")
        if card:
            check_card(card, self._knows)
        users, strangers = self._targets(body, code.sent)
        views = [v for u in users if (v := self._view(u, code.sent))]
        if not card and any(string(v.body, "card_type") not in INTERACTIVE for v in views):
            raise WeComRefused(42031, "button needs an interactive card")
        for user in users:
            self._redraw(user, code.sent, string(button, "replace_name"), card)
        del self._codes[key]
        return strangers

    def replace_button(self, card: str, user: str, name: str) -> None:
        """Close one receiver's card, as the passive reply to a click does; no code is used."""
        self._redraw(user, self._sent[card], name, {})

    def _targets(self, body: JsonObject, sent: Sent) -> tuple[list[str], list[str]]:
        if body.get("atall") == 1:
            return list(sent.users), []
        asked = body.get("userids")
        if not isinstance(asked, list) or not asked or not all(isinstance(u, str) for u in asked):
            raise WeComRefused(BAD_CODE, "userids must be an array")
        found = {u: self._config.user_of("wecom", u) for u in asked}
        users = [user for user in found.values() if user is not None and user in sent.users]
        return users, [u for u, user in found.items() if user not in sent.users]

    def _redraw(self, user: str, sent: Sent, name: str, card: JsonObject) -> None:
        view = self._view(user, sent)
        if view is None:
            return
        view.notice = ""
        if card:
            view.body, view.state, view.replace_name = card, "active", string(card, "replace_text")
        else:
            view.state, view.replace_name = "disabled", name
        self._world.touch("wecom", user)

    def _view(self, user: str, sent: Sent) -> CardView | None:
        return self._world.phone("wecom", user).card(sent.id)

    def _knows(self, user: str) -> bool:
        return self._config.user_of("wecom", user) is not None
