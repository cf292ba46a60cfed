"""Words of finance on its pages: a form puts the command of the chat into the inbox.

The form gives no authority: the worker judges the command by the person, as one from the chat.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import get_args

import structlog
from aiohttp import web

from bot.events import ChannelName, DeskAct, DeskOrdered
from bot.port import Accept, Inbound, SignInDoor
from bot.web.outcomes import PATIENCE_S, Told, chat_of, lane_of, settled, told_in_words
from bot.web.signin import messenger_of
from bot.web.site import Site
from core.company import Company, Person
from core.money import parse_yuan
from core.ports import Traces

NEEDS_WORDS = frozenset({"cancel_batch", "failed"})
MAX_WORDS = 500
_SUBJECT = re.compile(r"[A-Z]{2,4}-[0-9]{8}-[0-9]{4,8}")
_TRACE = re.compile(r"[0-9a-f]{64}")
_ONCE = re.compile(r"[0-9a-f]{16}")
_BACK = re.compile(r"/app/finance(?:/batches/PAY-[0-9-]{8,24}|\?list=payments&state=[a-z]{4,9})?")

log = structlog.get_logger(__name__)


def once() -> str:
    """Make what tells the same form sent twice from another one."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class FinanceOrders:
    """The handler of forms, and what has become of them."""

    site: Site
    traces: Traces
    accept: Accept
    doors: Mapping[ChannelName, SignInDoor]
    patience_s: float = PATIENCE_S

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take an order; once it is durable, the page that it came from shows what came of it."""
        given = await request.post()
        fields = {name: value for name, value in given.items() if isinstance(value, str)}
        back = fields.get("back", "")
        if not _BACK.fullmatch(back):
            raise web.HTTPBadRequest
        order = self._order(fields, request, person)
        if order is None:
            return self.site.redirect(_with(back, "note", "words_missing"), HTTPStatus.SEE_OTHER)
        trace = _trace(order, fields.get("once", ""))
        new = await self.accept(Inbound(_key(person, trace), lane_of(order.sender), order))
        log.info("finance_ordered", act=order.act, new=new)
        await settled(self.traces, _key(person, trace), self.patience_s)
        return self.site.redirect(_with(back, "sent", trace), HTTPStatus.SEE_OTHER)

    def _order(
        self, fields: Mapping[str, str], request: web.Request, person: Person
    ) -> DeskOrdered | None:
        """Read a form; None when it lacks the words that it needs."""
        act = next((a for a in get_args(DeskAct) if a == fields.get("act")), None)
        sender = chat_of(person, messenger_of(request), self.doors)
        subject = fields.get("subject", "")
        if act is None or sender is None or not _SUBJECT.fullmatch(subject):
            raise web.HTTPBadRequest
        words = fields.get("words", "")[:MAX_WORDS].strip()
        if act in NEEDS_WORDS and not words:
            return None
        return DeskOrdered(sender, act, subject, words, _amount(fields.get("amount", "")))

    async def told(self, request: web.Request, person: Person, company: Company) -> Told | None:
        """Say what has become of the form that this very person has just sent."""
        trace = request.query.get("sent", "")
        if not _TRACE.fullmatch(trace):
            return None
        outcome = await self.traces.outcome(_key(person, trace))
        return told_in_words(outcome, person, company) if outcome else None


def _amount(text: str) -> int | None:
    """Read an amount; nothing means all that is owed."""
    if not text.strip():
        return None
    try:
        return parse_yuan(text.strip())
    except ValueError:
        raise web.HTTPBadRequest from None


def _with(back: str, name: str, value: str) -> str:
    return f"{back}{'&' if '?' in back else '?'}{name}={value}"


def _trace(order: DeskOrdered, mark: str) -> str:
    """Name a form: the same one sent twice has the same name."""
    parts = (order.act, order.subject, order.words, str(order.amount_fen))
    text = "\0".join((*parts, mark if _ONCE.fullmatch(mark) else ""))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _key(person: Person, trace: str) -> str:
    return f"page:{person.id}:{trace}"
