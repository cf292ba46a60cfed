"""Deciding on the page of a claim: a form that puts the very event of a click into the inbox.

The form gives no authority and decides nothing: the worker takes the event as it takes a card's
click, and the page shows what it has recorded since.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.cards.actions import ActionId, Token, unpack_token
from bot.cards.permits import Moment, allowed_actions, token_of
from bot.events import CardClicked, ChannelName
from bot.handlers.dialogs import alive, armed_for
from bot.port import Accept, Inbound, SignInDoor
from bot.web.outcomes import PATIENCE_S, Told, chat_of, lane_of, settled, told_in_words
from bot.web.signin import messenger_of
from bot.web.site import Site
from core.claim import Claim
from core.company import Company, Person
from core.ports import Clock, Store, Traces

DECISIONS: Mapping[str, str] = {
    "approve": "opinion",
    "confirm": "opinion",
    "reject": "reason",
    "return": "reason",
    "transfer": "person",
    "add_signer": "person",
    "undo": "",
}
"""What may be decided here, and under which name its words go along."""
NEEDS_WORDS = frozenset({"reject", "return", "transfer", "add_signer"})
MAX_WORDS = 500
_TRACE = re.compile(r"[0-9a-f]{64}")
_ONCE = re.compile(r"[0-9a-f]{16}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Forms:
    """What the reader may decide now; `once` makes the same form sent twice one decision."""

    actions: frozenset[ActionId]
    token: str
    once: str
    most: int = MAX_WORDS


@dataclass(frozen=True, slots=True)
class DecidePage:
    """The handler, what it writes to and what it reads from."""

    site: Site
    store: Store
    traces: Traces
    accept: Accept
    doors: Mapping[ChannelName, SignInDoor]
    clock: Clock
    patience_s: float = PATIENCE_S

    async def forms(self, claim: Claim, person: Person) -> Forms | None:
        """Give what somebody may decide about a claim as it is now; None for nothing."""
        now: datetime = self.clock()
        dialog = alive(await self.store.dialog(person.id), now)
        moment = Moment(now, armed_for(dialog, claim))
        offered = allowed_actions(claim, "approval", person, None, moment)
        if not offered:
            return None
        return Forms(frozenset(offered), token_of(claim).pack(), secrets.token_hex(8))

    async def back(self, request: web.Request) -> web.Response:
        """Send a browser that has signed in meanwhile to the page with the form."""
        number = quote(request.match_info["number"], safe="")
        return self.site.redirect(f"/app/claims/{number}", HTTPStatus.SEE_OTHER)

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take a decision; once it is durable, the page of the claim shows what came of it."""
        number = request.match_info["number"]
        given = await request.post()
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        action, token = fields.get("action", ""), _token(fields.get("token", ""))
        sender = chat_of(person, messenger_of(request), self.doors)
        if action not in DECISIONS or token is None or token.number != number or sender is None:
            raise web.HTTPBadRequest
        words = fields.get("words", "")[:MAX_WORDS].strip()
        if action in NEEDS_WORDS and not words:
            return self.site.redirect(f"/app/claims/{number}", HTTPStatus.SEE_OTHER)
        trace = _trace(action, token, words, fields.get("once", ""))
        inputs = {DECISIONS[action]: words} if words and DECISIONS[action] else {}
        event = CardClicked(sender, "", action, token.pack(), inputs)
        new = await self.accept(Inbound(_key(person, trace), lane_of(sender), event))
        log.info("decided_on_page", action=action, new=new)
        await settled(self.traces, _key(person, trace), self.patience_s)
        return self.site.redirect(f"/app/claims/{number}?sent={trace}", HTTPStatus.SEE_OTHER)

    async def told(self, request: web.Request, person: Person, company: Company) -> Told | None:
        """Say what has become of the form that this very person has just sent."""
        trace = request.query.get("sent", "")
        if not _TRACE.fullmatch(trace):
            return None
        outcome = await self.traces.outcome(_key(person, trace))
        return told_in_words(outcome, person, company) if outcome else None


def _token(text: str) -> Token | None:
    try:
        return unpack_token(text[:128])
    except ValueError:
        return None


def _trace(action: str, token: Token, words: str, once: str) -> str:
    """Name a form: the same one sent twice has the same name."""
    mark = once if _ONCE.fullmatch(once) else ""
    parts = (action, token.pack(), words, mark)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _key(person: Person, trace: str) -> str:
    return f"page:{person.id}:{trace}"
