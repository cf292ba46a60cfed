"""What every platform needs: reading JSON that may be anything, refusals, tokens, limits, bytes."""

import json
import secrets
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from sandbox.config import Clock
from sandbox.world import JsonObject

DETAIL: web.RequestKey[str] = web.RequestKey("detail", str)
"""What a handler says of a call for its trail line; never a secret."""

IMAGE_MARKS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)


class Refused(Exception, ABC):
    """A platform says no, in its own form; `code` is what the trail shows."""

    code: str

    @abstractmethod
    def response(self) -> web.Response:
        """Give the answer as it goes over the wire."""


async def read_object(request: web.Request) -> JsonObject | None:
    """Read a JSON object from a body; None when it is something else."""
    return parse_object(await request.text())


def parse_object(text: str) -> JsonObject | None:
    """Read a JSON object from text; None when it is something else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def parse_list(text: str) -> list[JsonObject]:
    """Read the objects of a JSON list from text; empty when it is something else."""
    try:
        return objects(json.loads(text))
    except ValueError:
        return []


def string(body: JsonObject, key: str) -> str:
    """Take a string out of an object; empty when it is missing or something else."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def whole(body: JsonObject, key: str) -> int | None:
    """Take a whole number out of an object; None when it is missing or something else."""
    value = body.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def child(body: JsonObject, key: str) -> JsonObject:
    """Take an object out of an object; empty when it is missing or something else."""
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[JsonObject]:
    """Take the objects out of what should be a list of them."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def size(text: str) -> int:
    """Count the bytes of a text on the wire."""
    return len(text.encode())


def sniff_image(data: bytes) -> str | None:
    """Name the image type that bytes begin like, None for anything else."""
    for mark, kind in IMAGE_MARKS:
        if data.startswith(mark):
            return kind
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def base_of(request: web.Request) -> str:
    """Give the address under which the caller reaches us, for links that it gets back."""
    return f"{request.scheme}://{request.host}"


class TokenDesk:
    """Gives one access token at a time; a repeated call inside its life gives the same one."""

    def __init__(self, clock: Clock, life_s: float, *, renew: bool) -> None:
        self._clock = clock
        self._life_s = life_s
        self._renew = renew
        self._until: dict[str, float] = {}
        self._current = ""

    def issue(self) -> tuple[str, int]:
        """Give the token and how many seconds it lasts."""
        now = self._clock()
        if self.state(self._current) != "live":
            self._current = secrets.token_hex(32)
            self._until[self._current] = now + self._life_s
        elif self._renew:
            self._until[self._current] = now + self._life_s
        return self._current, max(1, int(self._until[self._current] - now))

    def state(self, token: str) -> Literal["live", "expired", "unknown"]:
        """Say what a token is worth."""
        until = self._until.get(token)
        if until is None:
            return "unknown"
        return "live" if self._clock() < until else "expired"

    def expire(self) -> None:
        """Make every token that was given worthless."""
        self._until = dict.fromkeys(self._until, 0.0)


class Window:
    """At most `limit` calls of a kind within `span_s` seconds."""

    def __init__(self, clock: Clock, limit: int, span_s: float) -> None:
        self._clock = clock
        self._limit = limit
        self._span_s = span_s
        self._calls: dict[str, deque[float]] = {}

    def admit(self, key: str) -> bool:
        """Count a call; false when it is one too many."""
        now = self._clock()
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - self._span_s:
            calls.popleft()
        if len(calls) >= self._limit:
            return False
        calls.append(now)
        return True


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that a person or the bot has sent; `until` in Unix seconds."""

    data: bytes
    name: str
    until: float

    def response(self) -> web.Response:
        """Give the bytes; only images are shown in place, so that nothing foreign can run."""
        kind = sniff_image(self.data)
        headers = {"X-Content-Type-Options": "nosniff"}
        if kind is None:
            headers["Content-Disposition"] = "attachment"
        return web.Response(
            body=self.data, content_type=kind or "application/octet-stream", headers=headers
        )


class Vault:
    """Bytes under unguessable names that expire."""

    def __init__(self, clock: Clock, life_s: float, prefix: str = "") -> None:
        self._clock = clock
        self._life_s = life_s
        self._prefix = prefix
        self._blobs: dict[str, Blob] = {}

    def put(self, data: bytes, name: str) -> str:
        """Keep bytes; gives the name to ask for them."""
        key = self._prefix + secrets.token_urlsafe(24)
        self._blobs[key] = Blob(data, name, self._clock() + self._life_s)
        return key

    def get(self, key: str) -> Blob | None:
        """Give bytes back; None for an unknown or expired name."""
        blob = self._blobs.get(key)
        return blob if blob is not None and self._clock() < blob.until else None
