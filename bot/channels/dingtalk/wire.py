"""What people do in DingTalk, without I/O: data of messages and clicks → inbound events."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from bot.cards.actions import split_key
from bot.channels.dingtalk.frames import MAX_ID_CHARS, Malformed
from bot.channels.quotes import quoted_number
from bot.events import (
    CardClicked,
    Event,
    FileReceived,
    MediaRef,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
)
from bot.port import Inbound, JsonObject

QUOTA_EXHAUSTED = "20001"
GROUP = "2"
"""The `conversationType` of a chat of several people."""
MAX_INPUT_CHARS = 10_000
MAX_INPUTS = 50
_UNREPRESENTABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


@dataclass(frozen=True, slots=True)
class Ignored:
    """Readable, but none of our business; `reason` is a word for log and counter."""

    reason: str


def read_message(data: JsonObject, corp_id: str) -> Inbound | Ignored:
    """Read a message that a person sent to the bot.

    An empty `corp_id` means that the organisation is not checked. Malformed when the platform's
    own fields are missing.
    """
    if _foreign(data.get("senderCorpId"), corp_id):
        return Ignored("foreign_corp")
    if not data.get("senderStaffId"):
        # People outside the organisation have no staff id; nothing else identifies anybody.
        return Ignored("no_staff_id")
    staff = _id(data, "senderStaffId")
    message = _id(data, "msgId")
    group = _text(data.get("conversationId")) if data.get("conversationType") == GROUP else ""
    sender = Sender("dingtalk", staff, _text(data.get("senderNick")), group)
    return Inbound(f"dingtalk:msg:{message}", f"dingtalk:{staff}", _event(sender, data))


def _event(sender: Sender, data: JsonObject) -> Event:
    kind = _text(data.get("msgtype")) or "unknown"
    content = _object(data.get("content"))
    event: Event | None = None
    if kind == "text":
        event = _read_text(sender, _object(data.get("text")))
    elif kind == "picture":
        event = _photo(sender, [content], "")
    elif kind == "richText":
        event = _rich(sender, content)
    elif kind == "audio":
        event = _heard(sender, content)
    elif kind == "file":
        event = _file(sender, content)
    if event is not None:
        return event
    quota = str(data.get("errorCode")) == QUOTA_EXHAUSTED
    return UnsupportedReceived(sender, "quota" if quota else kind)


def _read_text(sender: Sender, body: JsonObject) -> Event | None:
    # In a group the mention is cut out and its space stays.
    content = body.get("content")
    if not isinstance(content, str):
        return None
    return TextReceived(sender, _text(content).lstrip(), quoted_number(body.get("repliedMsg")))


def _heard(sender: Sender, content: JsonObject) -> TextReceived | None:
    """Take a voice message for the words that DingTalk heard in it."""
    words = _text(content.get("recognition")).strip()
    return TextReceived(sender, words) if words else None


def _rich(sender: Sender, content: JsonObject) -> Event | None:
    parts = content.get("richText")
    items = [_object(part) for part in parts] if isinstance(parts, list) else []
    words = "".join(_text(item.get("text")) for item in items).strip()
    photo = _photo(sender, items, words)
    return photo or (TextReceived(sender, words) if words else None)


def _photo(sender: Sender, items: Iterable[JsonObject], words: str) -> PhotoReceived | None:
    codes = (_text(item.get("downloadCode") or item.get("pictureDownloadCode")) for item in items)
    media = tuple(MediaRef(code) for code in codes if code)
    return PhotoReceived(sender, media, words) if media else None


def _file(sender: Sender, content: JsonObject) -> FileReceived | None:
    code = _text(content.get("downloadCode"))
    return FileReceived(sender, MediaRef(code, _text(content.get("fileName")))) if code else None


def read_click(data: JsonObject, corp_id: str) -> Inbound | Ignored:
    """Read a click on a button of a card.

    Identical clicks have one key: card, person, button and what the button was drawn for; words
    that were filled in beside it make another click. Malformed when `content` or `extension` is
    not the JSON that it must be.
    """
    if _foreign(data.get("corpId"), corp_id):
        return Ignored("foreign_corp")
    if str(data.get("userIdType", 1)) != "1":
        return Ignored("user_id_type")  # a union id is another name space than the staff ids
    user, card = _id(data, "userId"), _id(data, "outTrackId")
    _json_text(data.get("extension"), "click_extension_not_json")
    content = _json_text(data.get("content") or data.get("value"), "click_content_not_json")
    private = _object(content.get("cardPrivateData"))
    params = _object(private.get("params")) or _object(content.get("params"))
    action, token = _button(params, private.get("actionIds"))
    if not action:
        return Ignored("click_without_action")
    inputs = _inputs(params)
    event = CardClicked(Sender("dingtalk", user), card, action, token, inputs)
    return Inbound(_click_key(event), f"dingtalk:{user}", event)


def _button(params: JsonObject, action_ids: object) -> tuple[str, str]:
    action = _text(params.get("action"))
    if action:
        return action, _text(params.get("token"))
    first = action_ids[0] if isinstance(action_ids, list) and action_ids else ""
    return split_key(_text(first))


def _inputs(params: JsonObject) -> dict[str, str]:
    values = {
        _text(name): _input(value)[:MAX_INPUT_CHARS]
        for name, value in params.items()
        if name not in {"action", "token"}
    }
    filled = [(name, value) for name, value in values.items() if value]
    return dict(filled[:MAX_INPUTS])


def _input(value: object) -> str:
    """Form components arrive as objects around their value, choices as lists."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "text", "label") if key in value), "")
    if isinstance(value, list):
        return ",".join(item for item in map(_scalar, value) if item)
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else _text(value)


def _click_key(click: CardClicked) -> str:
    parts: list[object] = [click.card, click.sender.user, click.action, click.token]
    if click.inputs:
        parts.append(sorted(click.inputs.items()))
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"dingtalk:click:{digest}"


def _foreign(corp: object, ours: str) -> bool:
    return bool(ours) and bool(corp) and corp != ours


def _id(data: JsonObject, name: str) -> str:
    value = data.get(name)
    clean = _text(value)
    if not clean or clean != value or len(clean) > MAX_ID_CHARS:
        raise Malformed(f"bad_{name}")
    return clean


def _json_text(value: object, reason: str) -> JsonObject:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise Malformed(reason) from error
    if not isinstance(parsed, dict):
        raise Malformed(reason)
    return cast("JsonObject", parsed)


def _object(value: object) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Give text without what no database keeps: NUL and halves of surrogate pairs."""
    return value.translate(_UNREPRESENTABLE) if isinstance(value, str) else ""
