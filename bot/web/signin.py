"""Signing in: the messenger says who somebody is, and the browser comes back to the page it wanted.

A sign-in that has begun is known by a random state, works once, belongs to the browser that began
it and lasts ten minutes; so nobody can be made to finish another person's.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.events import ChannelName
from bot.port import Back
from bot.web.doors import Door
from bot.web.sessions import Visits, cookie_of, key_of, new_value
from bot.web.site import Site, away
from core.change import AuditEntry, Change
from core.company import Person
from core.errors import OutsideError, Rejected
from core.ports import DoorName, SignInTry

COOKIE = "chit_signin"
LIFE = timedelta(minutes=10)
HOME = "/app/todo"
MAX_CODE_BYTES = 512
_LOCAL = re.compile(r"/app/[A-Za-z0-9._~/?=&%-]{0,300}")
_NO_TARGETS = ("/app/signin", "/app/logout", "/app/static")
_MARKS: tuple[tuple[str, ChannelName], ...] = (("DingTalk", "dingtalk"), ("wxwork", "wecom"))
"""What the messengers' own browsers call themselves."""
_CODES: Mapping[DoorName, tuple[str, ...]] = {
    "dingtalk": ("authCode", "code"),
    "wecom": ("code",),
    "oidc": ("code",),
}

log = structlog.get_logger(__name__)

Page = Callable[[web.Request, Person], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class SignIn:
    """Lets people in by whichever messenger their browser belongs to, or another door."""

    site: Site
    visits: Visits
    doors: Mapping[DoorName, Door]

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of signing in and out."""
        return [
            web.get("/app/signin", self.choose),
            web.get("/app/signin/{channel}/start", self.start),
            web.get("/app/signin/{channel}", self.finish),
            web.post("/app/logout", self.leave),
        ]

    def guarded(self, page: Page) -> Handler:
        """Make a page that only people who have signed in see; others sign in and come back."""

        async def handle(request: web.Request) -> web.StreamResponse:
            person = await self.visits.person(request)
            if person is None:
                return await self._ask(request)
            return await page(request, person)

        return handle

    def known(self, page: Page) -> Handler:
        """Make an answer for a page's script: who has not signed in gets 401 and no redirect."""

        async def handle(request: web.Request) -> web.StreamResponse:
            person = await self.visits.person(request)
            if person is None:
                body = {"error": "signed_out"}
                return web.json_response(body, status=HTTPStatus.UNAUTHORIZED)
            return await page(request, person)

        return handle

    async def _ask(self, request: web.Request) -> web.Response:
        """Send a browser to its messenger; one that belongs to none chooses."""
        target = local_target(str(request.rel_url))
        inside = messenger_of(request)
        if inside is not None and inside in self.doors:
            return await self._send_away(request, inside, target, inside=True)
        if len(self.doors) == 1:
            return await self._send_away(request, next(iter(self.doors)), target, inside=False)
        return self.site.redirect(f"/app/signin?next={quote(target)}")

    async def choose(self, request: web.Request) -> web.Response:
        """Show the messengers that can vouch for somebody."""
        target = local_target(request.query.get("next", ""))
        return self.site.render("signin.html", "zh", doors=sorted(self.doors), target=target)

    async def start(self, request: web.Request) -> web.Response:
        """Begin to sign in with the messenger that was chosen."""
        channel = self._channel(request)
        target = local_target(request.query.get("next", ""))
        return await self._send_away(request, channel, target, inside=False)

    async def _send_away(
        self, request: web.Request, channel: DoorName, target: str, *, inside: bool
    ) -> web.Response:
        # One browser may have several pages on the way, so its cookie is kept while it lasts.
        browser, state, now = cookie_of(request, COOKIE) or new_value(), new_value(), self._now()
        attempt = SignInTry(channel, key_of(browser), target)
        await self.visits.sessions.begin(key_of(state), attempt, now + LIFE, now)
        try:
            address = await self.doors[channel].leave(self._back(channel, state), inside=inside)
        except OutsideError as error:
            return self._failed(channel, error)
        response = away(address)
        self.visits.give(response, COOKIE, browser, LIFE)
        return response

    async def finish(self, request: web.Request) -> web.Response:
        """Take a browser back: its own sign-in, once, with a code that the messenger confirms."""
        channel = self._channel(request)
        attempt = await self._begun(request, channel)
        if attempt is None:
            log.info("signin_refused", channel=channel, reason="state")
            return self.site.refusal(HTTPStatus.UNAUTHORIZED, "signin_expired")
        code = _code(request, channel)
        if code is None:
            log.info("signin_refused", channel=channel, reason="no_code")
            return self.site.refusal(HTTPStatus.UNAUTHORIZED, "signin_refused")
        back = self._back(channel, request.query["state"])
        try:
            user = await self.doors[channel].enter(code, back)
        except OutsideError as error:
            return self._failed(channel, error)
        return await self._welcome(request, channel, user, attempt.target)

    def _back(self, channel: DoorName, state: str) -> Back:
        return Back(f"{self.site.url}/app/signin/{channel}", state)

    async def _begun(self, request: web.Request, channel: DoorName) -> SignInTry | None:
        states, browser = request.query.getall("state", []), cookie_of(request, COOKIE)
        if len(states) != 1 or browser is None:
            return None
        taken = await self.visits.sessions.take(key_of(states[0]), key_of(browser), self._now())
        return taken if taken and taken.channel == channel else None

    def _failed(self, channel: DoorName, error: OutsideError) -> web.Response:
        if not isinstance(error, Rejected):
            log.warning("signin_failed", channel=channel, reason=error.code, **error.fields)
            return self.site.refusal(HTTPStatus.BAD_GATEWAY, "signin_unavailable")
        log.info("signin_refused", channel=channel, reason=error.code)
        if error.code == "stranger":
            return self.site.refusal(HTTPStatus.FORBIDDEN, "signin_stranger")
        return self.site.refusal(HTTPStatus.UNAUTHORIZED, "signin_refused")

    async def _welcome(
        self, request: web.Request, channel: DoorName, user: str, target: str
    ) -> web.Response:
        """Open a session for somebody who works here, and keep that on the record."""
        company = await self.visits.store.company()
        person = company.person_by_user(channel, user)
        if person is None:
            log.info("signin_refused", channel=channel, reason="unknown_person")
            return self.site.refusal(HTTPStatus.FORBIDDEN, "signin_stranger")
        response = self.site.redirect(target)
        await self.visits.open(request, response, person)
        entry = AuditEntry(person.id, "sign_in", person.id, f"signin:{channel}")
        await self.visits.store.commit(Change(at=self._now(), audit=(entry,)))
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """End the session."""
        response = self.site.redirect("/app/signin", HTTPStatus.SEE_OTHER)
        await self.visits.close(request, response)
        return response

    def _channel(self, request: web.Request) -> DoorName:
        asked = request.match_info["channel"]
        channel = next((name for name in self.doors if name == asked), None)
        if channel is None:
            raise web.HTTPNotFound
        return channel

    def _now(self) -> datetime:
        return self.visits.clock()


def messenger_of(request: web.Request) -> ChannelName | None:
    """Give the messenger whose own browser asks, as it calls itself."""
    agent = request.headers.get("User-Agent", "")
    return next((name for mark, name in _MARKS if mark in agent), None)


def local_target(address: str) -> str:
    """Give a page of ours to come back to; anything else becomes the start page."""
    fine = _LOCAL.fullmatch(address) and not address.startswith(_NO_TARGETS)
    return address if fine else HOME


def _code(request: web.Request, channel: DoorName) -> str | None:
    """Give the one code of a request; DingTalk calls it by two names."""
    found = {c for name in _CODES[channel] for c in request.query.getall(name, [])}
    code = found.pop() if len(found) == 1 else ""
    fine = 0 < len(code.encode()) <= MAX_CODE_BYTES and code.isascii() and code.isprintable()
    return code if fine else None
