"""What a request of the REST API asks for: its page, its choices and its body, each checked."""

import asyncio
import json
from collections.abc import Awaitable, Collection, Mapping
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.web.problems import Fault, Problem
from bot.web.shapes import Json
from core.ports import Page, Sliced

MAX_LIMIT = 200
LIMIT = 50
BODY_S = 30.0
"""A body that takes longer to arrive is not waited for."""
READ = {
    "application/json",
    "text/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
}
"""What a body may call itself: JSON, or what clients write when nobody has told them."""
_BOM = b"\xef\xbb\xbf"
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_type": "not_text",
    "bool_type": "not_boolean",
    "list_type": "not_list",
    "model_type": "not_object",
    "model_attributes_type": "not_object",
    "literal_error": "not_listed",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_pattern_mismatch": "wrong_form",
    "date_type": "not_date",
    "date_parsing": "not_date",
    "date_from_datetime_parsing": "not_date",
    "date_from_datetime_inexact": "not_date",
    "json_invalid": "not_json",
}
"""Our codes for what pydantic says; they stay when its own change."""
_OURS = "fault:"
_WAYS = {"constrained-str", "CardRef"}
"""How an `invoice` may be written, as pydantic names it within a path."""


def fault(code: str, **facts: str) -> PydanticCustomError:
    """Make what a validator raises: a code of `bot.texts.api.FAULTS` with its facts."""
    return PydanticCustomError(f"{_OURS}{code}", "{code}", {"code": code, **facts})


def listed(items: list[Json], following: str | None) -> web.Response:
    """Answer with a list and the cursor of its next page."""
    return web.json_response({"items": items, "next": following})


def page_of(request: web.Request) -> Page:
    """Read `cursor` and `limit`; Problem `invalid_limit`."""
    limit = request.query.get("limit", str(LIMIT))
    if not limit.isascii() or not limit.isdecimal() or len(limit) > len(str(MAX_LIMIT)):
        limit = "0"
    if not 1 <= int(limit) <= MAX_LIMIT:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_limit", maximum=MAX_LIMIT)
    return Page(request.query.get("cursor") or None, int(limit))


async def sliced(found: Awaitable[Sliced[T]]) -> Sliced[T]:
    """Await a page; Problem `invalid_cursor` for a cursor that is not ours."""
    try:
        return await found
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_cursor") from None


def choice_of(request: web.Request, name: str, allowed: Collection[str]) -> str | None:
    """Read one of several words, None when nothing is asked for; Problem `invalid_<name>`."""
    text = request.query.get(name) or None
    if text is not None and text not in allowed:
        raise Problem(HTTPStatus.BAD_REQUEST, f"invalid_{name}", allowed=list(allowed))
    return text


async def body_of(request: web.Request) -> bytes:
    """Read a body, whole; Problem 408, 413, 415, and 400 for what cannot be unpacked."""
    kind = request.content_type
    if kind not in READ and not kind.endswith("+json"):
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        raise Problem(status, "unsupported_media_type", given=kind[:64])
    try:
        async with asyncio.timeout(BODY_S):
            return await request.read()
    except TimeoutError:
        status = HTTPStatus.REQUEST_TIMEOUT
        raise Problem(status, "request_timeout", seconds=int(BODY_S)) from None
    except web.RequestPayloadError:
        raise invalid([Fault("", "not_json")]) from None


def parsed(body: bytes, model: type[M]) -> M:
    """Check a body; Problem `invalid_amount` when only amounts are wrong, else `invalid_body`."""
    body = body.removeprefix(_BOM)
    try:
        asked = model.model_validate_json(body)
    except ValidationError as error:
        faults = [_fault(e) for e in error.errors()]
        # Each way in which a value may be written has its say: one for each field is enough.
        raise invalid(list({f.place: f for f in reversed(faults)}.values())[::-1]) from None
    json.loads(body, object_pairs_hook=_each_once)
    return asked


def invalid(faults: list[Fault]) -> Problem:
    """Make the problem of a body with faults."""
    lines = all(f.place.endswith(".amount") for f in faults)
    amounts = lines or all((f.place, f.code) == ("amount", "not_amount") for f in faults)
    code = "invalid_amount" if amounts else "invalid_body"
    return Problem(HTTPStatus.BAD_REQUEST, code, faults=faults)


def _fault(error: ErrorDetails) -> Fault:
    facts = {name: str(value) for name, value in error.get("ctx", {}).items()}
    kind = error["type"]
    place = ".".join(str(part)[:64] for part in error["loc"] if part not in _WAYS)
    if kind.startswith(_OURS):
        return Fault(place, facts.pop("code"), facts)
    code = _CODES.get(kind, "invalid")
    if code == "not_json" and "unicode" in facts.get("error", ""):
        code = "not_utf8"
    limit = facts.get("min_length") or facts.get("max_length") or ""
    allowed = facts.get("expected", "").replace("'", "").replace(" or ", ", ")
    text = facts.get("error") or ("" if code != "invalid" else error["msg"])
    said = {"limit": limit, "allowed": allowed, "text": text}
    return Fault(place, code, {name: value for name, value in said.items() if value})


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that says a thing twice: nobody knows which of both is meant."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise invalid([Fault(name, "twice")])
        found[name] = value
    return found
