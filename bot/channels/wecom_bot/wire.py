"""What people do in a chat with the 智能机器人, without I/O: callbacks → inbound events.

Source: WeCom documents 100719 (messages), 101027 (events) and 101463 (long connection).
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.cards.actions import split_key
from bot.channels.quotes import quoted_number
from bot.channels.wecom_bot.frames import EVENT, MESSAGE, Frame, child, objects, string
from bot.events import (
    CardClicked,
    Event,
    FileReceived,
    MediaRef,
    PersonEntered,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
)
from bot.port import Inbound, JsonObject
from core.errors import Untrusted

_USERID_MAX_BYTES = 64
_MAX_ID_CHARS = 128
_MAX_LINK_CHARS = 4096
_MAX_PICTURES = 20
_MENTION_FIRST = re.compile(r"\s*@\S+\s*")
_MENTION_LAST = re.compile(r"\s*@\S+\s*$")


@dataclass(frozen=True, slots=True)
class Ignored:
    """Readable, but none of our business; `reason` is a word for log and counter."""

    reason: str


def is_farewell(frame: Frame) -> bool:
    """Whether WeCom says that another connection has taken this bot over."""
    kind = string(child(frame.body, "event"), "eventtype")
    return frame.cmd == EVENT and kind == "disconnected_event"


def read_callback(frame: Frame) -> Inbound | Ignored:
    """Read a message or an event; Untrusted when WeCom's own fields are missing."""
    if frame.cmd not in {MESSAGE, EVENT}:
        return Ignored("cmd_unknown")
    body = frame.body
    userid = _id(child(body, "from"), "userid")
    if len(userid.encode()) > _USERID_MAX_BYTES:
        raise Untrusted("userid")
    in_group = string(body, "chattype") == "group"
    group = string(body, "chatid")[:_MAX_ID_CHARS] if in_group else ""
    sender = Sender("wecom_bot", userid, group=group)
    event = _happening(frame, sender) if frame.cmd == EVENT else _message(body, sender)
    if isinstance(event, Ignored):
        return event
    # The lane is the application's too: one person's messages stay in order, whichever chat.
    return Inbound(f"wecom_bot:msg:{_id(body, 'msgid')}", f"wecom:{userid.lower()}", event)


def _message(body: JsonObject, sender: Sender) -> Event:
    kind = string(body, "msgtype") or "unknown"
    parse = _MESSAGES.get(kind)
    event = parse(body, sender) if parse else None
    return event or UnsupportedReceived(sender, kind[:32])


def _text(body: JsonObject, sender: Sender) -> Event:
    words = _unmentioned(body, string(child(body, "text"), "content"))
    return TextReceived(sender, words, quoted_number(body.get("quote")))


def _voice(body: JsonObject, sender: Sender) -> Event | None:
    """Take a voice message for the words that WeCom heard in it."""
    words = string(child(body, "voice"), "content").strip()
    return TextReceived(sender, words, quoted_number(body.get("quote"))) if words else None


def _image(body: JsonObject, sender: Sender) -> Event:
    return PhotoReceived(sender, (_media(child(body, "image")),))


def _file(body: JsonObject, sender: Sender) -> Event:
    return FileReceived(sender, _media(child(body, "file")))


def _mixed(body: JsonObject, sender: Sender) -> Event | None:
    items = objects(child(body, "mixed"), "msg_item")
    words = _unmentioned(body, "\n".join(w for w in _words(items) if w))
    pictures = [child(item, "image") for item in items if string(item, "msgtype") == "image"]
    media = tuple(_media(picture) for picture in pictures[:_MAX_PICTURES])
    if media:
        return PhotoReceived(sender, media, words)
    return TextReceived(sender, words) if words else None


def _words(items: list[JsonObject]) -> Iterator[str]:
    return (string(child(item, "text"), "content").strip() for item in items)


_MESSAGES: dict[str, Callable[[JsonObject, Sender], Event | None]] = {
    "text": _text,
    "voice": _voice,
    "image": _image,
    "file": _file,
    "mixed": _mixed,
}


def _unmentioned(body: JsonObject, words: str) -> str:
    """Take the mention of the bot out of what was written in a group: the first, else the last."""
    if string(body, "chattype") != "group":
        return words
    first = _MENTION_FIRST.match(words)
    return words[first.end() :] if first else _MENTION_LAST.sub("", words)


def _media(body: JsonObject) -> MediaRef:
    """Keep address and key together; its name comes only with the bytes."""
    url, key = string(body, "url"), string(body, "aeskey")
    if not url or not key or len(url) + len(key) > _MAX_LINK_CHARS:
        raise Untrusted("media")
    return MediaRef(json.dumps({"url": url, "aeskey": key}))


def split_media(media: MediaRef) -> tuple[str, str]:
    """Give address and key of what `read_callback` kept; ValueError when it is something else."""
    kept = json.loads(media.id)
    return str(kept["url"]), str(kept["aeskey"])


def _happening(frame: Frame, sender: Sender) -> Event | Ignored:
    event = child(frame.body, "event")
    kind = string(event, "eventtype")
    if kind == "enter_chat":
        return PersonEntered(sender)
    if kind == "template_card_event":
        return _click(frame, child(event, kind) or event, sender)
    return Ignored("event_unused")


def _click(frame: Frame, press: JsonObject, sender: Sender) -> CardClicked:
    action, token = split_key(_required(press, "event_key"))
    return CardClicked(
        sender,
        card=_id(press, "task_id"),
        action=action,
        token=token,
        inputs=dict(_selected(press)),
        response_code=frame.req_id,
    )


def _selected(press: JsonObject) -> Iterator[tuple[str, str]]:
    """Read the chosen options by question; several of one question are joined by commas."""
    for item in objects(child(press, "selected_items"), "selected_item"):
        ids = child(item, "option_ids").get("option_id")
        chosen = ids if isinstance(ids, list) else [ids]
        texts = (string({"id": option}, "id") for option in chosen)
        yield _required(item, "question_key"), ",".join(t for t in texts if t)


def _required(body: JsonObject, name: str) -> str:
    value = string(body, name)
    if not value:
        raise Untrusted(name)
    return value


def _id(body: JsonObject, name: str) -> str:
    value = _required(body, name)
    if len(value) > _MAX_ID_CHARS or value != body.get(name):
        raise Untrusted(name)
    return value
