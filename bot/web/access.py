"""Who may use the REST API: bearer tokens with scopes, a pace, and a stop for those who guess."""

import hmac
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.settings import ApiToken, Scope
from bot.web.problems import Problem

MAX_WRONG = 100
"""Wrong tokens in a row from one address before it is answered 429 (contract §4)."""
PER_MINUTE = 1200
MINUTE_S = 60
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Wrong:
    """How many wrong tokens came from an address in a row, and when the last did."""

    count: int
    last: float


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
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()
        self._per_minute = per_minute
        self._now = now
        self._used: dict[str, deque[float]] = {}

    def require(self, request: web.Request, scope: Scope) -> ApiToken:
        """Give the token of a request; Problem 401, 403 or 429."""
        address = request.remote or ""
        self._refuse_guesses(address)
        token = self._match(request.headers.get("Authorization", ""))
        if token is None:
            self._count(address)
            raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized")
        self._wrong.pop(address, None)
        self._count_use(token)
        if scope not in token.scopes:
            raise Problem(HTTPStatus.FORBIDDEN, "scope_missing", token=token.name, scope=scope)
        return token

    def _refuse_guesses(self, address: str) -> None:
        """Let an address with too many wrong tokens wait; Problem 429.

        It waits a minute and no longer: behind a proxy everybody has one address, and one program
        with an old token must not lock all others out.
        """
        wrong = self._wrong.get(address)
        if wrong is None or wrong.count < MAX_WRONG:
            return
        wait_s = math.ceil(wrong.last + MINUTE_S - self._now())
        if wait_s > 0:
            raise _too_many("too_many_wrong_tokens", wait_s, MAX_WRONG)
        del self._wrong[address]

    def _count_use(self, token: ApiToken) -> None:
        """Let a token ask so often in any minute; Problem 429 that says when it may again."""
        now, used = self._now(), self._used.setdefault(token.name, deque())
        while used and used[0] <= now - MINUTE_S:
            used.popleft()
        if len(used) >= self._per_minute:
            wait_s = math.ceil(used[0] + MINUTE_S - now)
            raise _too_many("too_many_requests", wait_s, self._per_minute)
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
        before = self._wrong.pop(address, None)
        self._wrong[address] = _Wrong(before.count + 1 if before else 1, self._now())
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)


def _too_many(code: str, wait_s: int, limit: int) -> Problem:
    headers = {"Retry-After": str(wait_s)}
    status = HTTPStatus.TOO_MANY_REQUESTS
    return Problem(status, code, headers=headers, seconds=wait_s, limit=limit)
