"""A form of a page as the event of a click: once however often it is sent, told to its sender.

A form gives no authority and decides nothing: the worker takes the event as it takes a card's
click, and the page shows what it has recorded since.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot.cards.actions import Token, unpack_token
from bot.events import CardClicked, ChannelName
from bot.port import Accept, Inbound, SignInDoor
from bot.web.outcomes import PATIENCE_S, Told, chat_of, lane_of, settled, told_in_words
from bot.web.signin import messenger_of
from core.company import Company, Person
from core.ports import Traces

_TRACE = re.compile(r"[0-9a-f]{64}")
_ONCE = re.compile(r"[0-9a-f]{16}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed; `once` makes the same form sent twice one event."""

    action: str
    token: Token
    inputs: Mapping[str, str] = field(default_factory=dict)
    once: str = ""

    @property
    def trace(self) -> str:
        """Name the form: the same one sent twice has the same name."""
        mark = self.once if _ONCE.fullmatch(self.once) else ""
        words = (part for pair in self.inputs.items() for part in pair)
        parts = (self.action, self.token.pack(), *words, mark)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Presses:
    """What forms are written to, and where their outcomes are read from."""

    traces: Traces
    accept: Accept
    doors: Mapping[ChannelName, SignInDoor]
    patience_s: float = PATIENCE_S

    async def send(self, request: web.Request, person: Person, press: Press) -> str:
        """Put a press into the inbox and wait a moment for what comes of it; gives its trace.

        HTTPBadRequest for somebody who has no chat in which to be answered.
        """
        sender = chat_of(person, messenger_of(request), self.doors)
        if sender is None:
            raise web.HTTPBadRequest
        token, trace = press.token.pack(), press.trace
        event = CardClicked(sender, "", press.action, token, dict(press.inputs))
        new = await self.accept(Inbound(_key(person, trace), lane_of(sender), event))
        log.info("decided_on_page", action=press.action, new=new)
        await settled(self.traces, _key(person, trace), self.patience_s)
        return trace

    async def told(self, request: web.Request, person: Person, company: Company) -> Told | None:
        """Say what has become of the form that this very person has just sent."""
        trace = request.query.get("sent", "")
        if not _TRACE.fullmatch(trace):
            return None
        outcome = await self.traces.outcome(_key(person, trace))
        return told_in_words(outcome, person, company) if outcome else None


def _key(person: Person, trace: str) -> str:
    return f"page:{person.id}:{trace}"


def read_token(text: str) -> Token | None:
    """Read the token of a form; None when it is none."""
    try:
        return unpack_token(text[:128])
    except ValueError:
        return None
