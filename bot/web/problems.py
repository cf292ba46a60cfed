"""Errors of the REST API: `application/problem+json` with a stable code (RFC 9457)."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.texts.api import PROBLEMS, fault_text, problem_text
from bot.texts.refusals import refusal_fields
from bot.texts.template import Language
from core.company import Company
from core.errors import ChitError, Conflict, OutsideError

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RETRY_S = 5
"""When to ask again what could not be answered because the database was away."""
MIB = 1024 * 1024
_WISH = re.compile(r"\s*([a-z]{2})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?)\s*)?")
_NOBODY = Company()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a body; `place` is a path like `lines.0.amount`."""

    place: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Say it, with the field's name."""
        said = fault_text(self.code, language, self.facts)
        return f"{self.place}: {said}" if self.place else said

    def json(self, language: Language) -> dict[str, str]:
        """Write it as a member of `errors`."""
        message = fault_text(self.code, language, self.facts)
        return {"field": self.place, "code": self.code, "message": message}


class Problem(Exception):
    """An answer to a request that cannot be served: its text is `bot.texts.api`'s.

    `fields` are told by the text, and stand in the document for programs.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
        **fields: object,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.faults = tuple(faults)
        self.fields = fields

    def detail(self, language: Language) -> str:
        """Say what went wrong, why, and what to do."""
        facts = {name: _as_text(value) for name, value in self.fields.items()}
        if self.faults:
            facts["text"] = self.faults[0].text(language)
        return problem_text(self.code, language, facts)

    def response(self, language: Language) -> web.Response:
        """Give the answer as it goes over the wire."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail(language),
            **self.fields,
        }
        if self.faults:
            body["errors"] = [fault.json(language) for fault in self.faults]
        headers = {"Content-Language": language, **self.headers}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return web.Response(
            status=self.status,
            text=json.dumps(body, ensure_ascii=False),
            content_type="application/problem+json",
            headers=headers,
        )


class Refusal(Problem):
    """A refusal, a conflict or a failure of another system, with the facts as `fields`."""

    def __init__(self, status: int, error: ChitError) -> None:
        facts = {k: v for k, v in error.fields.items() if isinstance(v, str | int)}
        super().__init__(status, error.code)
        self.fields = {"fields": facts} if facts else {}
        self.error = error

    def detail(self, language: Language) -> str:
        """Say why; lines are counted from 1 for people."""
        said = refusal_fields(self.error, language, _NOBODY)
        if said.get("line", "").isdecimal():
            said["line"] = str(int(said["line"]) + 1)
        known = isinstance(self.error, OutsideError) and self.code not in PROBLEMS
        return problem_text("outside" if known else self.code, language, said)


def language_of(request: web.Request) -> Language:
    """Give the language that a reader wants most by Accept-Language: Chinese unless English."""
    found: Language = "zh"
    most = 0.0
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        wish = _WISH.fullmatch(part)
        weight = float(wish[2] or 1) if wish else 0.0
        if wish and wish[1] in {"zh", "en"} and weight > most:
            found, most = "en" if wish[1] == "en" else "zh", weight
    return found


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure below `/api/` into a problem document; nothing there is for caches."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    try:
        _refuse_nul(request)
        response = await handler(request)
    except Problem as problem:
        response = problem.response(language_of(request))
    except ChitError as error:
        response = _of(error).response(language_of(request))
    except web.HTTPException as error:
        response = _of_http(error, request).response(language_of(request))
    except Exception as error:  # noqa: BLE001 the edge: a program gets a document, the log the rest
        response = _failed(error, request).response(language_of(request))
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refuse_nul(request: web.Request) -> None:
    """Refuse an address with a text that no database takes."""
    if "%00" in request.raw_path:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_text")


def _of(error: ChitError) -> Problem:
    if isinstance(error, Conflict):
        return Refusal(HTTPStatus.CONFLICT, error)
    outside = isinstance(error, OutsideError)
    return Refusal(HTTPStatus.BAD_GATEWAY if outside else HTTPStatus.UNPROCESSABLE_ENTITY, error)


def _of_http(error: web.HTTPException, request: web.Request) -> Problem:
    """Say what aiohttp has refused by itself."""
    code = error.reason.lower().replace(" ", "_")
    if isinstance(error, web.HTTPMethodNotAllowed):
        headers = {"Allow": error.headers["Allow"]}
        return Problem(error.status, code, headers=headers, allowed=sorted(error.allowed_methods))
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Problem(error.status, code, maximum=request.client_max_size // MIB)
    return Problem(error.status, code)


def _failed(error: Exception, request: web.Request) -> Problem:
    """Log what nobody has foreseen; a database that is away comes back, and the request may."""
    away = isinstance(error, OperationalError | InterfaceError | NoConnection | OSError)
    away = away or (isinstance(error, DBAPIError) and error.connection_invalidated)
    log.error("api_failed", path=request.path, method=request.method, exc_info=error)
    if not away:
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
    headers = {"Retry-After": str(RETRY_S)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", headers=headers)


def _as_text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
