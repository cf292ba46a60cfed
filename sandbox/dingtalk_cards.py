"""The card instances of DingTalk: one set of public variables, private ones for each person."""

import uuid
from dataclasses import dataclass, field

from sandbox.config import BUILT_IN_TEMPLATES, SandboxConfig
from sandbox.dingtalk_errors import NewApiRefused
from sandbox.dingtalk_rules import (
    Space,
    by_key,
    check_new_card,
    check_private,
    check_spaces,
    check_variables,
)
from sandbox.wire import child, objects, parse_list, parse_object, string
from sandbox.world import CardView, Item, JsonObject, World


@dataclass(slots=True)
class CardInstance:
    """A card under the outTrackId that the app chose; `stream` says where its clicks go."""

    id: str
    template: str
    stream: bool
    public: dict[str, str]
    private: dict[str, dict[str, str]]
    users: list[str] = field(default_factory=list)

    def body_for(self, user: str) -> JsonObject:
        """Give what a person sees: private variables win over public ones."""
        return {
            "cardTemplateId": self.template,
            "cardParamMap": {**self.public, **self.private.get(user, {})},
        }


@dataclass(frozen=True, slots=True)
class Button:
    """A button that sends a callback; `params` are its constants in the template."""

    id: str
    params: dict[str, str]


class DingTalkCards:
    """All card instances of the tenant, and how they appear on phones."""

    def __init__(self, config: SandboxConfig, world: World) -> None:
        self._config = config
        self._world = world
        self._cards: dict[str, CardInstance] = {}

    def get(self, card: str) -> CardInstance | None:
        """Find a card by its outTrackId."""
        return self._cards.get(card)

    def create(self, body: JsonObject) -> JsonObject:
        """Create and deliver; a receiver that does not exist is a failure inside the success."""
        tenant = self._config.dingtalk
        public = check_new_card(body, (*tenant.card_templates, *BUILT_IN_TEMPLATES))
        spaces = check_spaces(body, tenant.robot_code)
        private = check_private(body, self._user)
        card = CardInstance(
            id=string(body, "outTrackId"),
            template=string(body, "cardTemplateId"),
            stream=body.get("callbackType") == "STREAM",
            public=dict(public),
            private=private,
        )
        if card.id in self._cards:
            raise NewApiRefused("param.cardAlreadyExist")
        self._cards[card.id] = card
        results = [self._deliver(card, space) for space in spaces]
        return {"success": True, "result": {"outTrackId": card.id, "deliverResults": results}}

    def update(self, body: JsonObject) -> None:
        """Change the variables of a card for everyone who has it."""
        card = self._cards.get(string(body, "outTrackId"))
        if not string(body, "outTrackId"):
            raise NewApiRefused("param.outTrackIdEmpty")
        if card is None:
            raise NewApiRefused("param.cardNotExist")
        if not child(body, "cardData") and not child(body, "privateData"):
            raise NewApiRefused("param.cardDataAndPrivateDataBothEmpty")
        public = check_variables(child(body, "cardData")) if child(body, "cardData") else None
        private = check_private(body, self._user)
        self._apply(card, body, public, private)

    def answer(self, card: CardInstance, user: str, response: JsonObject) -> None:
        """Apply the answer to a click; it speaks of the clicker only, without a user's key."""
        public = check_variables(child(response, "cardData")) if "cardData" in response else None
        mine = (
            {user: check_variables(child(response, "userPrivateData"))}
            if "userPrivateData" in response
            else {}
        )
        if public is not None or mine:
            self._apply(card, response, public, mine)

    def _apply(
        self,
        card: CardInstance,
        body: JsonObject,
        public: dict[str, str] | None,
        private: dict[str, dict[str, str]],
    ) -> None:
        keyed = by_key(body)
        if public is not None:
            card.public = {**card.public, **public} if keyed.public else dict(public)
        for user, variables in private.items():
            kept = card.private.get(user, {}) if keyed.private else {}
            card.private[user] = {**kept, **variables}
        self._redraw(card)

    def _deliver(self, card: CardInstance, space: Space) -> JsonObject:
        user = self._user(space.id) if space.kind == "IM_ROBOT" else None
        if user is not None:
            card.users.append(user)
            view = CardView(card.id, "dingtalk", card.body_for(user))
            item = Item(str(uuid.uuid4()), self._world.clock(), "bot", "card", card=view)
            self._world.show("dingtalk", user, item)
        return {
            "spaceType": space.kind,
            "spaceId": space.id,
            "success": user is not None,
            "carrierId": str(uuid.uuid4()) if user else "",
            "errorMsg": "" if user else "spaceId is illegal",
        }

    def _redraw(self, card: CardInstance) -> None:
        for user in card.users:
            view = self._world.phone("dingtalk", user).card(card.id)
            if view is not None:
                view.body = card.body_for(user)
                view.notice = ""
                self._world.touch("dingtalk", user)

    def _user(self, user: str) -> str | None:
        return self._config.user_of("dingtalk", user)


def find_buttons(body: JsonObject) -> list[Button]:
    """List the callback buttons of a card as it is drawn.

    A template built from the variable contract repeats a button over `actions`; the built-in
    AI-markdown card has `sys_full_json_obj.msgButtons`, where only `request` sends a callback and
    the id is all that comes back.
    """
    variables = child(body, "cardParamMap")
    if body.get("cardTemplateId") in BUILT_IN_TEMPLATES:
        full = parse_object(string(variables, "sys_full_json_obj")) or {}
        return [
            Button(string(button, "id"), {})
            for button in objects(full.get("msgButtons"))
            if button.get("request") is True and string(button, "id")
        ]
    return [
        Button(a, {"action": a, "token": string(action, "token")})
        for action in parse_list(string(variables, "actions"))
        if (a := string(action, "id"))
    ]
