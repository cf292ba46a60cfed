"""The page that lets people pick invoices from their WeChat wallet, inside WeCom."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.events import CardInvoicesChosen, Sender
from bot.port import Accept, CardDoor, Inbound
from bot.web.outcomes import lane_of, told
from bot.web.site import POLICY, Site
from core.company import Person
from core.errors import OutsideError
from core.ports import Store, Traces
from core.wallet import ChosenCard

MAX_CARDS = 20
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

log = structlog.get_logger(__name__)


class _Card(BaseModel):
    """One picked card; WeCom adds an `app_id`, which nobody needs."""

    model_config = ConfigDict(extra="ignore")

    card_id: str = Field(min_length=1, max_length=128)
    encrypt_code: str = Field(min_length=1, max_length=1024)


class _Choice(BaseModel):
    """What the page sends: the id that it chose for this choice, and the cards."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=f"^{_ID.pattern}$")
    cards: list[_Card] = Field(min_length=1, max_length=MAX_CARDS)


@dataclass(frozen=True, slots=True)
class CardsPage:
    """The handlers; without `door` there is no such page."""

    site: Site
    store: Store
    traces: Traces
    accept: Accept
    door: CardDoor | None
    sdk_url: str
    """Of WeCom's own script; this page alone runs it, and no other file of that host."""

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show the page, signed for its very address."""
        door = self._door(person)
        try:
            picker = await door.card_picker(f"{self.site.url}{request.rel_url}")
        except OutsideError as error:
            log.warning("card_picker_failed", reason=error.code)
            return self.site.refusal(HTTPStatus.BAD_GATEWAY, "cards_unavailable")
        response = self.site.render(
            "cards.html", person.language, person=person, picker=picker, sdk=self.sdk_url
        )
        scripts = f"script-src 'self' {self.sdk_url}; connect-src 'self'"
        response.headers["Content-Security-Policy"] = f"{POLICY}; {scripts}"
        return response

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take a choice: 202 with the id to ask by, once it is durable; once for each id."""
        self._door(person)
        try:
            choice = _Choice.model_validate(await request.json())
        except (ValidationError, ValueError):
            return _data({"error": "bad_request"}, HTTPStatus.BAD_REQUEST)
        chosen = {
            (c.card_id, c.encrypt_code): ChosenCard(c.card_id, c.encrypt_code) for c in choice.cards
        }
        sender = Sender("wecom", person.wecom or "")
        event = CardInvoicesChosen(sender, tuple(chosen.values()))
        new = await self.accept(Inbound(_key(person, choice.id), lane_of(sender), event))
        log.info("cards_chosen", new=new, cards=len(chosen))
        return _data({"id": choice.id, "state": "waiting"}, HTTPStatus.ACCEPTED)

    async def state(self, request: web.Request, person: Person) -> web.Response:
        """Say what has become of a choice of this very person."""
        asked = request.match_info["id"]
        known = _ID.fullmatch(asked)
        outcome = await self.traces.outcome(_key(person, asked)) if known else None
        if outcome is None:
            return _data({"error": "not_found"}, HTTPStatus.NOT_FOUND)
        company = await self.store.company()
        return _data(told(outcome, person, company, self.site), HTTPStatus.OK)

    def _door(self, person: Person) -> CardDoor:
        if self.door is None or not person.wecom:
            raise web.HTTPNotFound
        return self.door


def _key(person: Person, choice: str) -> str:
    return f"cards:{person.id}:{choice}"


def _data(body: Mapping[str, object], status: HTTPStatus) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    headers = {"Cache-Control": "no-store"}
    return web.json_response(text=text, status=status, headers=headers)
