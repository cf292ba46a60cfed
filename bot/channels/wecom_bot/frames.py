"""The frames of the long connection, without I/O: text of the socket ⇄ frozen values.

Source: WeCom document 101463.
"""

import json
from dataclasses import dataclass, field
from typing import cast

from bot.port import JsonObject
from core.errors import Untrusted

SUBSCRIBE = "aibot_subscribe"
PING = "ping"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"
RESPOND = "aibot_respond_msg"
WELCOME = "aibot_respond_welcome_msg"
UPDATE = "aibot_respond_update_msg"
SEND = "aibot_send_msg"
UPLOAD_INIT = "aibot_upload_media_init"
UPLOAD_CHUNK = "aibot_upload_media_chunk"
UPLOAD_FINISH = "aibot_upload_media_finish"

MAX_FRAME_BYTES = 1024 * 1024
MAX_ID_CHARS = 256
_UNREPRESENTABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: a callback has a `cmd`, an answer has none but an `errcode`."""

    cmd: str
    req_id: str
    body: JsonObject = field(default_factory=dict)
    errcode: int = 0


def read_frame(raw: str) -> Frame:
    """Read what the socket gave; Untrusted, never another error, whatever it is."""
    try:
        outer = json.loads(raw)
    except (ValueError, RecursionError):
        raise Untrusted("frame") from None
    frame = child({"frame": outer}, "frame")
    req_id = string(child(frame, "headers"), "req_id")
    cmd, errcode = frame.get("cmd", ""), frame.get("errcode", 0)
    if not 0 < len(req_id) <= MAX_ID_CHARS or not isinstance(cmd, str):
        raise Untrusted("frame_header")
    if type(errcode) is not int or not (cmd or "errcode" in frame):
        raise Untrusted("frame_errcode")
    return Frame(cmd, req_id, child(frame, "body"), errcode)


def build_frame(cmd: str, req_id: str, body: JsonObject | None = None) -> str:
    """Write a command; halves of surrogate pairs, which UTF-8 has no room for, become marks."""
    frame: JsonObject = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False).translate(_UNREPRESENTABLE)


def child(body: JsonObject, name: str) -> JsonObject:
    """Give an object inside an object, an empty one when there is none."""
    value = body.get(name)
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def string(body: JsonObject, name: str) -> str:
    """Give a text without what no database keeps, "" when there is none."""
    value = body.get(name)
    return value.translate(_UNREPRESENTABLE) if isinstance(value, str) else ""


def objects(body: JsonObject, name: str) -> list[JsonObject]:
    """Give the objects of a list; a single one that should have been a list counts as one."""
    value = body.get(name)
    listed = value if isinstance(value, list) else [value]
    return [cast("JsonObject", item) for item in listed if isinstance(item, dict)]
