"""The page that takes files which a chat cannot deliver, and what becomes of each of them.

A file is kept, then becomes one row of the inbox; from there it goes the way of a file sent in
the chat. The page shows only what has been recorded since.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import BodyPartReader, MultipartReader, web

from bot.events import ChannelName, FileUploaded, Sender
from bot.port import Accept, Inbound, SignInDoor
from bot.texts.plain import one_line
from bot.web.outcomes import chat_of, lane_of, told
from bot.web.signin import messenger_of
from bot.web.site import POLICY, Site
from core.company import Person
from core.ports import Files, Store, Traces

MAX_FILES = 20
MAX_BYTES = 20 * 1024 * 1024
SCRIPTED = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""This page counts bytes on their way, so it has a script: ours, and no other."""

_SLACK_BYTES = 64 * 1024
_MAX_NAME = 120
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TRACE = re.compile(r"([A-Za-z0-9_-]{8,64})\.([0-9a-f]{64})")
_STATUS: Mapping[str, HTTPStatus] = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "no_messenger": HTTPStatus.CONFLICT,
}

log = structlog.get_logger(__name__)


class _Unfit(Exception):
    """An upload that cannot be taken; `code` says why, for the page."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Received:
    """One file as it came, under the id that the browser chose for it."""

    upload: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The handlers, what they write to and what they read from."""

    site: Site
    store: Store
    files: Files
    traces: Traces
    accept: Accept
    doors: Mapping[ChannelName, SignInDoor]

    async def page(self, _: web.Request, person: Person) -> web.Response:
        """Show the page."""
        response = self.site.render(
            "upload.html",
            person.language,
            person=person,
            max_files=MAX_FILES,
            max_bytes=MAX_BYTES,
            max_megabytes=str(MAX_BYTES // 2**20),
            wallet=bool(person.wecom) and "wecom" in self.doors,
        )
        response.headers["Content-Security-Policy"] = SCRIPTED
        return response

    async def take(self, request: web.Request, person: Person) -> web.Response:
        """Take one file: 202 with the id to ask by, once it is durable.

        The same file under the same upload id again has no second effect.
        """
        try:
            sender = self._sender(request, person)
            received = await _received(request)
        except _Unfit as unfit:
            log.info("upload_refused", reason=unfit.code)
            status = _STATUS.get(unfit.code, HTTPStatus.BAD_REQUEST)
            return _data({"error": unfit.code}, status)
        sha256 = await self.files.put(received.data)
        event = FileUploaded(sender, sha256, received.name)
        key = _key(person, received.upload, sha256)
        new = await self.accept(Inbound(key, lane_of(sender), event))
        log.info("file_uploaded", new=new, size=len(received.data))
        trace = f"{received.upload}.{sha256}"
        return _data({"id": trace, "state": "waiting"}, HTTPStatus.ACCEPTED)

    async def state(self, request: web.Request, person: Person) -> web.Response:
        """Say what has become of an upload of this very person."""
        found = _TRACE.fullmatch(request.match_info["id"])
        outcome = await self.traces.outcome(_key(person, *found.groups())) if found else None
        if outcome is None:
            return _data({"error": "not_found"}, HTTPStatus.NOT_FOUND)
        company = await self.store.company()
        return _data(told(outcome, person, company, self.site), HTTPStatus.OK)

    def _sender(self, request: web.Request, person: Person) -> Sender:
        sender = chat_of(person, messenger_of(request), self.doors)
        if sender is None:
            raise _Unfit("no_messenger")
        return sender


def _key(person: Person, upload: str, sha256: str) -> str:
    return f"upload:{person.id}:{upload}:{sha256}"


async def _received(request: web.Request) -> _Received:
    """Read the two parts of an upload: `upload`, the id, then `file`, counted while it comes."""
    if (request.content_length or 0) > MAX_BYTES + _SLACK_BYTES:
        raise _Unfit("too_large")
    try:
        parts = await request.multipart()
        upload = (await _part(parts, "upload", 64)).decode("ascii")
        file = await _next(parts, "file")
        data = await _read(file, MAX_BYTES)
    except (ValueError, AssertionError, RuntimeError):
        raise _Unfit("bad_request") from None
    if not _ID.fullmatch(upload):
        raise _Unfit("bad_request")
    if not data:
        raise _Unfit("empty")
    return _Received(upload, file_name(file.filename), data)


async def _part(parts: MultipartReader, name: str, most: int) -> bytes:
    return await _read(await _next(parts, name), most)


async def _next(parts: MultipartReader, name: str) -> BodyPartReader:
    part = await parts.next()
    if not isinstance(part, BodyPartReader) or part.name != name:
        raise _Unfit("bad_request")
    return part


async def _read(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > most:
            raise _Unfit("too_large")
    return bytes(data)


def file_name(given: str | None) -> str:
    """Give what a file may be called: the last part of its path, one visible line."""
    name = one_line((given or "").replace("\\", "/").rpartition("/")[2], 1000)
    if len(name) > _MAX_NAME:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: _MAX_NAME - 10] + dot + suffix[:9] if dot else name[:_MAX_NAME]
    return name or "file"


def _data(body: Mapping[str, object], status: HTTPStatus) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})
