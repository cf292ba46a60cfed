"""Who is at the browser: sessions behind a cookie whose value only the browser knows."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.web.site import Site
from core.company import Person
from core.ports import Clock, Session, Sessions, Store

COOKIE = "chit_session"
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
"""However busy, a session ends then: who uses a lost phone must not keep it alive for good."""
_SLACK = timedelta(minutes=5)
"""A session is written anew at most so often, not with every page."""
_VALUE = re.compile(r"[0-9a-f]{64}")


def new_value() -> str:
    """Give a random value of 256 bits that nobody can guess, in hex."""
    return secrets.token_hex(32)


def key_of(value: str) -> str:
    """Give what is kept of a random value."""
    return hashlib.sha256(value.encode()).hexdigest()


def cookie_of(request: web.Request, name: str) -> str | None:
    """Give one of our cookies; None when it is missing or none that we made."""
    value = request.cookies.get(name, "")
    return value if _VALUE.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class Visits:
    """Opens, finds and ends sessions."""

    site: Site
    sessions: Sessions
    store: Store
    clock: Clock

    async def person(self, request: web.Request) -> Person | None:
        """Find who has signed in at this browser and still works here."""
        value = cookie_of(request, COOKIE)
        if value is None:
            return None
        now, key = self.clock(), key_of(value)
        session = await self.sessions.find(key, now)
        if session is None:
            return None
        until = _end_of(session.opened_at, now)
        if until - session.until > _SLACK:
            await self.sessions.extend(key, until)
        person = (await self.store.company()).person(session.person)
        return person if person and person.active else None

    async def open(self, request: web.Request, response: web.Response, person: Person) -> None:
        """Begin a session under a fresh value; one that this browser had before ends."""
        await self._end(request)
        value, now = new_value(), self.clock()
        await self.sessions.open(key_of(value), Session(person.id, now, _end_of(now, now)), now)
        self.give(response, COOKIE, value, LONGEST)

    async def close(self, request: web.Request, response: web.Response) -> None:
        """End the session of this browser, if it has one."""
        await self._end(request)
        path = self.site.path("/app")
        response.del_cookie(COOKIE, path=path, secure=self.site.secure, httponly=True)

    async def _end(self, request: web.Request) -> None:
        value = cookie_of(request, COOKIE)
        if value is not None:
            await self.sessions.end(key_of(value))

    def give(self, response: web.Response, name: str, value: str, life: timedelta) -> None:
        """Set a cookie that scripts and other sites cannot use."""
        response.set_cookie(
            name,
            value,
            max_age=int(life.total_seconds()),
            path=self.site.path("/app"),
            secure=self.site.secure,
            httponly=True,
            samesite="Lax",
        )


def _end_of(opened_at: datetime, now: datetime) -> datetime:
    return min(now + IDLE, opened_at + LONGEST)
