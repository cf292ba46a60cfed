"""Pictures that a 智能机器人 uploads in pieces over its long connection, kept for three days.

Source: WeCom document 101463; which errcode a broken upload gets is not documented (assumed).
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.wecom_bot_errors import BAD_BODY, BAD_TYPE, FREQUENT, TOO_LONG, BotRefused
from sandbox.wire import Blob, Vault, Window, sniff_image, string, whole
from sandbox.world import JsonObject

MAX_CHUNKS = 100
MAX_CHUNK_CHARS = 512 << 10
MAX_IMAGE_BYTES = 2 << 20
PER_MINUTE = 30
SESSION_S = 30 * 60
LIFE_S = 3 * 24 * 3600


@dataclass(slots=True)
class _Session:
    name: str
    size: int
    chunks: int
    md5: str
    until: float
    pieces: dict[int, bytes] = field(default_factory=dict)


class Uploads:
    """The uploads under way, and what was finished."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._media = Vault(clock, LIFE_S)
        self._minute = Window(clock, PER_MINUTE, 60)
        self._sessions: dict[str, _Session] = {}

    def get(self, media_id: str) -> Blob | None:
        """Give an uploaded picture."""
        return self._media.get(media_id)

    def begin(self, _req_id: str, body: JsonObject) -> JsonObject:
        """Announce a picture; gives the name of its upload."""
        if string(body, "type") != "image":
            raise BotRefused(BAD_TYPE, "invalid media type")
        size, chunks = whole(body, "total_size") or 0, whole(body, "total_chunks") or 0
        if not 0 < chunks <= MAX_CHUNKS or size <= 0 or not string(body, "filename"):
            raise BotRefused(BAD_BODY, "invalid upload")
        if size > MAX_IMAGE_BYTES:
            raise BotRefused(TOO_LONG, "image too large")
        if not self._minute.admit("upload"):
            raise BotRefused(FREQUENT, "api freq out of limit")
        name = secrets.token_urlsafe(12)
        until = self._clock() + SESSION_S
        md5 = string(body, "md5")
        self._sessions[name] = _Session(string(body, "filename"), size, chunks, md5, until)
        return {"upload_id": name}

    def take(self, _req_id: str, body: JsonObject) -> JsonObject:
        """Take one piece."""
        session = self._session(body)
        index, text = whole(body, "chunk_index"), string(body, "base64_data")
        if index is None or not 0 <= index < session.chunks or not 0 < len(text) <= MAX_CHUNK_CHARS:
            raise BotRefused(BAD_BODY, "invalid chunk")
        try:
            session.pieces[index] = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise BotRefused(BAD_BODY, "invalid base64") from None
        return {}

    def finish(self, _req_id: str, body: JsonObject) -> JsonObject:
        """End an upload that is whole; gives the picture's media_id."""
        session = self._session(body)
        data = b"".join(piece for _, piece in sorted(session.pieces.items()))
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        whole_one = len(session.pieces) == session.chunks and len(data) == session.size
        if not whole_one or session.md5 not in {"", digest} or sniff_image(data) is None:
            raise BotRefused(BAD_BODY, "the file is not what was announced")
        del self._sessions[string(body, "upload_id")]
        media = self._media.put(data, session.name)
        return {"type": "image", "media_id": media, "created_at": str(round(self._clock()))}

    def _session(self, body: JsonObject) -> _Session:
        session = self._sessions.get(string(body, "upload_id"))
        if session is None or self._clock() >= session.until:
            raise BotRefused(BAD_BODY, "invalid upload_id")
        return session
