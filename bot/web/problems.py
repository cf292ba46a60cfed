"""Errors of the REST API: `application/problem+json` with a stable code (RFC 9457)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from aiohttp import web

from core.errors import ChitError, Conflict, Refused

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """An answer to a request that cannot be served; `detail` says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> None:
        super().__init__(code)
        self.headers = dict(headers or {})
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = fields

    def response(self) -> web.Response:
        """Give the answer as it goes over the wire."""
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.fields,
        }
        headers = dict(self.headers)
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return web.Response(
            status=self.status,
            text=json.dumps(body, ensure_ascii=False),
            content_type="application/problem+json",
            headers=headers,
        )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure below `/api/` into a problem document."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    try:
        _refuse_nul(request)
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except ChitError as error:
        return _of(error).response()
    except web.HTTPException as error:
        code = error.reason.lower().replace(" ", "_")
        return Problem(error.status, code, error.reason).response()


def _refuse_nul(request: web.Request) -> None:
    """Refuse an address with a text that no database takes."""
    if "%00" in request.raw_path:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_text", "NUL characters are not text")


def _of(error: ChitError) -> Problem:
    if isinstance(error, Conflict):
        return Problem(HTTPStatus.CONFLICT, error.code, "somebody was faster; read and try again")
    status = (
        HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, Refused) else HTTPStatus.BAD_GATEWAY
    )
    facts = {k: v for k, v in error.fields.items() if isinstance(v, str | int)}
    return Problem(status, error.code, "the request was understood and refused", fields=facts)
