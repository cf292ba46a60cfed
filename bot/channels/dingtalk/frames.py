"""The frames of DingTalk's Stream mode, without I/O: text of the socket ⇄ frozen values."""

import json
from dataclasses import dataclass, field
from typing import Literal

from dingtalk_stream import AckMessage, CallbackMessage, EventMessage, SystemMessage
from dingtalk_stream.frames import Headers

from bot.port import JsonObject

USER_AGENT = "chit-python/0.1"
TOPIC_MESSAGE = "/v1.0/im/bot/messages/get"
TOPIC_CLICK = "/v1.0/card/instances/callback"

FrameType = Literal["SYSTEM", "EVENT", "CALLBACK"]
OK, NOT_FOUND, FAILED = 200, 404, 500
DIRECTORY_EVENTS = frozenset(
    {
        "user_add_org",
        "user_modify_org",
        "user_leave_org",
        "user_active_org",
        "user_dept_change",
        "org_dept_create",
        "org_dept_modify",
        "org_dept_remove",
    }
)
APPROVAL_EVENTS = frozenset({"bpms_instance_change", "bpms_task_change"})
MAX_ID_CHARS = 256

_READERS = {"SYSTEM": SystemMessage, "EVENT": EventMessage, "CALLBACK": CallbackMessage}
_TYPES: dict[str, FrameType] = {"SYSTEM": "SYSTEM", "EVENT": "EVENT", "CALLBACK": "CALLBACK"}


@dataclass(frozen=True, slots=True)
class Happening:
    """What an EVENT says of itself: its `id` is the same in every repetition."""

    name: str
    id: str
    corp_id: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One push of the platform; `message` is the id that its acknowledgement repeats."""

    type: FrameType
    topic: str
    message: str
    data: JsonObject = field(default_factory=dict)
    event: Happening | None = None


class Malformed(Exception):
    """A frame that cannot be used.

    `reason` is a word for log and counter, `message` the id to acknowledge (empty when the frame
    has none), `code` what to acknowledge it with.
    """

    def __init__(self, reason: str, *, message: str = "", code: int = FAILED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.code = code


def read_frame(raw: str | bytes) -> Frame:
    """Read what the socket gave; Malformed, never another error, whatever the bytes are."""
    try:
        outer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("frame_not_json") from error
    if not isinstance(outer, dict):
        raise Malformed("frame_not_object")
    headers = outer.get("headers")
    if not isinstance(headers, dict):
        raise Malformed("frame_without_headers")
    message = headers.get("messageId")
    if not isinstance(message, str) or not 0 < len(message) <= MAX_ID_CHARS:
        raise Malformed("frame_without_id")
    kind = _TYPES.get(str(outer.get("type")))
    if kind is None:
        raise Malformed("frame_type_unknown", message=message, code=NOT_FOUND)
    return _frame(kind, message, outer)


def _frame(kind: FrameType, message: str, outer: JsonObject) -> Frame:
    try:
        parsed = _READERS[kind].from_dict(outer)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("frame_data_unreadable", message=message) from error
    if not isinstance(parsed.data, dict):
        raise Malformed("frame_data_not_object", message=message)
    heads = parsed.headers
    event = None
    if kind == "EVENT":
        told = (heads.event_type, heads.event_id, heads.event_corp_id)
        event = Happening(*(str(one or "")[:MAX_ID_CHARS] for one in told))
    return Frame(kind, str(heads.topic or ""), message, parsed.data, event)


def approval_words(frame: Frame, corp_id: str) -> tuple[str, ...]:
    """Give the process that an event of approvals is about and its template; () for others.

    `corp_id` is the organisation that must have sent it, "" for any.
    """
    event = frame.event
    if event is None or event.name not in APPROVAL_EVENTS or not event.id:
        return ()
    if corp_id and event.corp_id and event.corp_id != corp_id:
        return ()
    found = (frame.data.get("processInstanceId"), frame.data.get("processCode"))
    words = tuple(w for w in found if isinstance(w, str) and 0 < len(w) <= MAX_ID_CHARS)
    return words if found[0] in words else ()


def tells_of_directory(frame: Frame, corp_id: str) -> bool:
    """Whether an event says that the address book has changed; `corp_id` as in `approval_words`."""
    event = frame.event
    ours = event is not None and corp_id in {"", event.corp_id or corp_id}
    return ours and event is not None and event.name in DIRECTORY_EVENTS


def build_ack(message: str, data: JsonObject, code: int = OK) -> str:
    """Write the acknowledgement of one frame; its data travels as JSON inside JSON."""
    ack = AckMessage()
    ack.code = code
    ack.message = "OK" if code == OK else "FAILED"
    ack.headers.message_id = message
    ack.headers.content_type = Headers.CONTENT_TYPE_APPLICATION_JSON
    ack.data = data
    return json.dumps(ack.to_dict())


def processing_response(variables: dict[str, str]) -> JsonObject:
    """Answer a click by changing only these variables of the card, for everyone who sees it."""
    if not variables:
        return {"response": {}}
    return {
        "response": {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": variables},
        }
    }


def open_body(client_id: str, client_secret: str, user_agent: str) -> JsonObject:
    """Ask for a connection: all events, the bot's messages, the cards' clicks."""
    return {
        "clientId": client_id,
        "clientSecret": client_secret,
        "ua": user_agent,
        "subscriptions": [
            {"type": "EVENT", "topic": "*"},
            {"type": "CALLBACK", "topic": TOPIC_MESSAGE},
            {"type": "CALLBACK", "topic": TOPIC_CLICK},
        ],
    }
