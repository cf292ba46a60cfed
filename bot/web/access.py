"""Who may use the REST API: bearer tokens with scopes, a pace, and a stop for those who guess."""

import hmac
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from bot.settings import ApiToken, Scope
from bot.web.problems import Problem

MAX_WRONG = 100
"""Wrong tokens in a row from one address before it is answered 429 (contract §4)."""
PER_MINUTE = 1200
MINUTE_S = 60
REMEMBERED = 10_000


class Access:
    """Checks bearer tokens in constant time; forgets the oldest addresses of wrong ones."""

    def __init__(
        self,
        tokens: tuple[ApiToken, ...],
        *,
        per_minute: int = PER_MINUTE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._wrong: OrderedDict[str, int] = OrderedDict()
        self._per_minute = per_minute
        self._now = now
        self._used: dict[str, deque[float]] = {}

    def require(self, request: web.Request, scope: Scope) -> ApiToken:
        """Give the token of a request; Problem 401, 403 or 429."""
        address = request.remote or ""
        if self._wrong.get(address, 0) >= MAX_WRONG:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS, "too_many_wrong_tokens", "ask the administrator"
            )
        token = self._match(request.headers.get("Authorization", ""))
        if token is None:
            self._count(address)
            detail = "send Authorization: Bearer <token> of [api] tokens in chit.toml"
            raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", detail)
        self._wrong.pop(address, None)
        self._count_use(token)
        if scope not in token.scopes:
            detail = f"the token {token.name} lacks the scope {scope}"
            raise Problem(HTTPStatus.FORBIDDEN, "scope_missing", detail, scope=scope)
        return token

    def _count_use(self, token: ApiToken) -> None:
        """Let a token ask so often in any minute; Problem 429 that says when it may again."""
        now, used = self._now(), self._used.setdefault(token.name, deque())
        while used and used[0] <= now - MINUTE_S:
            used.popleft()
        if len(used) >= self._per_minute:
            wait_s = math.ceil(used[0] + MINUTE_S - now)
            detail = f"at most {self._per_minute} requests a minute; try again in {wait_s} s"
            headers = {"Retry-After": str(wait_s)}
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", detail, headers)
        used.append(now)

    def _match(self, header: str) -> ApiToken | None:
        scheme, _, given = header.partition(" ")
        if scheme.lower() != "bearer" or not given:
            return None
        found = None
        for token in self._tokens:
            known = token.token.get_secret_value().encode()
            if hmac.compare_digest(known, given.strip().encode("utf-8", "replace")):
                found = token
        return found

    def _count(self, address: str) -> None:
        self._wrong[address] = self._wrong.pop(address, 0) + 1
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)
