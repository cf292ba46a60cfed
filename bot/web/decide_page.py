"""Deciding on the page of a claim: what a card can, and what needs more room than it has."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from bot.cards.actions import ActionId
from bot.cards.permits import Moment, page_actions, token_of
from bot.handlers.dialogs import alive, armed_for
from bot.texts.names import category_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.web.outcomes import Told
from bot.web.press import Press, Presses, read_token
from bot.web.site import Site
from core.claim import Claim
from core.company import Company, Person
from core.money import format_cny
from core.ports import Clock, Store

DECISIONS: Mapping[str, str] = {
    "approve": "opinion",
    "confirm": "opinion",
    "reject": "reason",
    "return": "reason",
    "transfer": "person",
    "add_signer": "person",
    "reduce": "reason",
    "hold_line": "reason",
    "undo": "",
}
"""What may be decided here, and under which name its words go along."""
NEEDS_WORDS = frozenset({"reject", "return", "transfer", "add_signer", "reduce", "hold_line"})
MORE: Mapping[str, tuple[str, ...]] = {
    "add_signer": ("place",),
    "reduce": ("line", "amount"),
    "hold_line": ("line",),
}
"""Further fields of a form that go along as they are."""
MAX_WORDS = 500
MAX_FIELD = 30
_WHERE = re.compile(r"(?:step:(?P<step>[0-9]{1,2}):)?(?P<back>back|anew)")


Option = tuple[str, str]
"""A choice of a form: what it sends, and its text."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What the reader may decide now; `once` makes the same form sent twice one decision.

    `where` are the places to return to, `lines` the expenses that may be reduced or held.
    """

    actions: frozenset[ActionId]
    token: str
    once: str
    where: tuple[Option, ...] = ()
    lines: tuple[Option, ...] = ()
    most: int = MAX_WORDS


@dataclass(frozen=True, slots=True)
class DecidePage:
    """The handler, what it writes to and what it reads from."""

    site: Site
    store: Store
    presses: Presses
    clock: Clock

    async def forms(self, claim: Claim, company: Company, person: Person) -> Forms | None:
        """Give what somebody may decide about a claim as it is now; None for nothing."""
        now: datetime = self.clock()
        dialog = alive(await self.store.dialog(person.id), now)
        moment = Moment(now, armed_for(dialog, claim))
        offered = frozenset(page_actions(claim, person, moment))
        if not offered:
            return None
        return Forms(
            actions=offered,
            token=token_of(claim).pack(),
            once=secrets.token_hex(8),
            where=tuple(_places(claim, person.language)) if "return" in offered else (),
            lines=tuple(_lines(claim, company, person.language)),
        )

    async def back(self, request: web.Request) -> web.Response:
        """Send a browser that has signed in meanwhile to the page with the form."""
        number = quote(request.match_info["number"], safe="")
        return self.site.redirect(f"/app/claims/{number}", HTTPStatus.SEE_OTHER)

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take a decision; once it is durable, the page of the claim shows what came of it."""
        number = request.match_info["number"]
        given = await request.post()
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        action, token = fields.get("action", ""), read_token(fields.get("token", ""))
        if action not in DECISIONS or token is None or token.number != number:
            raise web.HTTPBadRequest
        words = fields.get("words", "")[:MAX_WORDS].strip()
        if action in NEEDS_WORDS and not words:
            return self.site.redirect(f"/app/claims/{number}", HTTPStatus.SEE_OTHER)
        press = Press(action, token, _inputs(action, words, fields), fields.get("once", ""))
        trace = await self.presses.send(request, person, press)
        return self.site.redirect(f"/app/claims/{number}?sent={trace}", HTTPStatus.SEE_OTHER)

    async def told(self, request: web.Request, person: Person, company: Company) -> Told | None:
        """Say what has become of the form that this very person has just sent."""
        return await self.presses.told(request, person, company)


def _inputs(action: str, words: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Give what goes along with an action: its words, and what else its form asks."""
    inputs = {DECISIONS[action]: words} if words and DECISIONS[action] else {}
    for name in MORE.get(action, ()):
        if value := fields.get(name, "")[:MAX_FIELD].strip():
            inputs[name] = value
    where = _WHERE.fullmatch(fields.get("where", "")) if action == "return" else None
    if where:
        inputs["back"] = "yes" if where["back"] == "back" else "no"
        inputs |= {"to": f"step {where['step']}"} if where["step"] else {}
    return inputs


def _places(claim: Claim, language: Language) -> Iterator[Option]:
    """Give where a claim may be returned to, that of its flow first."""
    plan = claim.plan
    if plan is None:
        return
    ways = ("back", "anew") if plan.resubmit == "return" else ("anew", "back")
    for way in ways:
        yield way, page_text(f"return_{way}", language)
    for index, step in enumerate(plan.steps[: plan.current]):
        if not step.system:
            named = {"number": str(index + 1), "step": one_line(step.name, 20)}
            for way in ("anew", "back"):
                text = page_text(f"return_step_{way}", language, **named)
                yield f"step:{index + 1}:{way}", text


def _lines(claim: Claim, company: Company, language: Language) -> Iterator[Option]:
    for number, line in enumerate(claim.lines, 1):
        what = category_name(company, line.category, language)
        text = page_text("line_option", language, number=str(number), what=what)
        said = one_line(line.description, 20)
        parts = (text, format_cny(line.amount_fen), said)
        yield str(number), " · ".join(p for p in parts if p)
