"""Bytes ⇄ events and messages of a WeCom application, without I/O; only here are raw fields seen.

Every `parse_*` raises Untrusted for what is malformed. Source: WeCom documents 90236 (messages),
90239 and 90240 (what arrives), 94888 (card updates).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.cards.actions import split_key
from bot.channels.wecom.crypto import (
    CallbackKeys,
    parse_echo,
    parse_envelope,
    parse_signed,
    unseal,
)
from bot.channels.wecom.xml import Node, read_xml
from bot.events import (
    CardClicked,
    Event,
    FileReceived,
    LinkReceived,
    MediaRef,
    PersonEntered,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
)
from bot.port import Inbound, JsonObject, Rename
from core.errors import Untrusted

TEXT_MAX_BYTES = 2048
"""Longer text is cut by WeCom without a word."""
DUPLICATE_CHECK_S = 14_400
"""The longest that WeCom remembers a message: four hours."""

_USERID_MAX_BYTES = 64
_MSGID_MAX_CHARS = 20
_SP_NO_MAX_CHARS = 64
_IDENTIFYING = (
    "CreateTime", "MsgType", "MsgId", "Event", "EventKey", "TaskId", "ResponseCode",
    "Content", "MediaId", "Url", "Label",
)  # fmt: skip
_CLICKS = frozenset({"template_card_event", "template_card_menu_event"})
_ENTRANCES = frozenset({"enter_agent", "subscribe"})
_LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)

Query = Iterable[tuple[str, str]]
"""The decoded pairs of a request's query, in order."""


def open_echo(keys: CallbackKeys, query: Query, now: datetime) -> bytes:
    """Answer a URL check: exactly the plaintext bytes."""
    pairs = list(query)
    return unseal(keys, parse_signed(pairs), parse_echo(pairs), now).encode()


@dataclass(frozen=True, slots=True)
class Moved:
    """An approval of WeCom's own has moved; `key` is the same in every repetition."""

    key: str
    number: str


@dataclass(frozen=True, slots=True)
class Stirred:
    """The address book has changed; what of it is asked, not believed.

    That somebody is `renamed` is believed: nobody could ask for it afterwards.
    """

    renamed: Rename | None = None
    key: str = "wecom:directory"


def open_any(
    keys: CallbackKeys, query: Query, body: bytes, now: datetime
) -> Inbound | Moved | Stirred | None:
    """Verify, decrypt and parse one callback, also of WeCom's own approvals and address book."""
    signed = parse_signed(query)
    text = unseal(keys, signed, parse_envelope(body), now)
    return parse_moved(text) or parse_stirred(text) or parse_message(text)


def parse_stirred(xml: str) -> Stirred | None:
    """Read that the address book has changed; None for what is something else."""
    message = read_xml(xml)
    if message.one("Event").lower() != "change_contact":
        return None
    old, new = message.one("UserID"), message.one("NewUserID")
    is_renamed = message.one("ChangeType") == "update_user" and old and new and old != new
    return Stirred((old, new) if is_renamed else None)


def parse_moved(xml: str) -> Moved | None:
    """Read which approval has moved; None for what is something else.

    The event comes from the system and in the name of WeCom's approval application, not ours.
    """
    message = read_xml(xml)
    if message.one("Event").lower() != "sys_approval_change":
        return None
    found = message.all("ApprovalInfo")
    number = (found[0].one("SpNoStr") or found[0].one("SpNo")) if len(found) == 1 else ""
    if not number.isascii() or not number.isalnum() or len(number) > _SP_NO_MAX_CHARS:
        raise Untrusted("message")
    return Moved(f"wecom:approval:{hashlib.sha256(xml.encode()).hexdigest()}", number)


def parse_message(xml: str) -> Inbound | None:
    """Read the decrypted inner XML of a message or event."""
    message = read_xml(xml)
    userid = _required(message, "FromUserName")
    if len(userid.encode()) > _USERID_MAX_BYTES:
        raise Untrusted("message")
    event = _parse_event(message, Sender("wecom", userid))
    if event is None:
        return None
    return Inbound(key=_key(message, event), lane=f"wecom:{userid.lower()}", event=event)


def _parse_event(message: Node, sender: Sender) -> Event | None:
    kind = _required(message, "MsgType").lower()
    if kind == "event":
        return _parse_happening(message, sender)
    parse = _MESSAGES.get(kind)
    return parse(message, sender) if parse else UnsupportedReceived(sender, kind[:32])


def _parse_happening(message: Node, sender: Sender) -> Event | None:
    name = _required(message, "Event").lower()
    if name in _CLICKS:
        return _parse_click(message, sender)
    return PersonEntered(sender) if name in _ENTRANCES else None


def _parse_text(message: Node, sender: Sender) -> Event:
    return TextReceived(sender, message.raw("Content"))


def _parse_photo(message: Node, sender: Sender) -> Event:
    return PhotoReceived(sender, (MediaRef(_required(message, "MediaId")),))


def _parse_link(message: Node, sender: Sender) -> Event:
    return LinkReceived(sender, url=_required(message, "Url"), title=message.one("Title"))


def _parse_file(message: Node, sender: Sender) -> Event:
    """Read what the documents do not list but WeCom's own plug-in handles."""
    name = message.one("FileName") or message.one("Title")
    return FileReceived(sender, MediaRef(_required(message, "MediaId"), name))


_MESSAGES: dict[str, Callable[[Node, Sender], Event]] = {
    "text": _parse_text,
    "image": _parse_photo,
    "link": _parse_link,
    "file": _parse_file,
}


def _parse_click(message: Node, sender: Sender) -> CardClicked:
    action, token = split_key(_required(message, "EventKey"))
    return CardClicked(
        sender,
        card=_required(message, "TaskId"),
        action=action,
        token=token,
        inputs=_parse_selected(message),
        response_code=message.one("ResponseCode"),
    )


def _parse_selected(message: Node) -> dict[str, str]:
    """Read the chosen options by question; several of one question are joined by commas."""
    items = [item for group in message.all("SelectedItems") for item in group.all("SelectedItem")]
    return {_required(item, "QuestionKey"): ",".join(_parse_options(item)) for item in items}


def _parse_options(item: Node) -> list[str]:
    """Read OptionIds, or OpitonIds as some of WeCom's own samples spell it."""
    groups = item.all("OptionIds") + item.all("OpitonIds")
    return [o.text.strip() for group in groups for o in group.all("OptionId") if o.text.strip()]


def _key(message: Node, event: Event) -> str:
    """Name a delivery so that its repetition is harmless.

    Messages have a MsgId. Events have none and CreateTime has a resolution of one second, so what
    tells them apart is hashed. A click is told by its response code: a repeated delivery carries
    the same one, a second press a new one. Each press thus arrives, because its fresh code can
    redraw the card; that a second press has no second effect is the claim's own doing.
    """
    msgid = message.one("MsgId")
    if msgid.isascii() and msgid.isdigit() and len(msgid) <= _MSGID_MAX_CHARS:
        return f"wecom:msg:{msgid}"
    names: tuple[str, ...] = _IDENTIFYING
    if isinstance(event, CardClicked) and event.response_code:
        names = tuple(n for n in names if n != "CreateTime")
    values = [event.sender.user.lower(), *(message.one(name) for name in names)]
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()
    return f"wecom:{event.kind}:{digest}"


def _required(node: Node, name: str) -> str:
    value = node.one(name)
    if not value:
        raise Untrusted("message")
    return value


def split_text(text: str, max_bytes: int = TEXT_MAX_BYTES) -> list[str]:
    """Cut a text into parts of at most `max_bytes` of UTF-8, at line ends wherever possible.

    WeCom shows <a href> in a text as a link. Words may quote what a person wrote, so they make
    none: a plain address is made clickable by the client anyway.
    """
    words = _LINK.sub("＜", text).encode("utf-8", "replace").decode()
    parts: list[str] = []
    current = ""
    for line in _short_lines(words, max_bytes):
        if len((current + line).encode()) > max_bytes:
            parts.append(current)
            current = ""
        current += line
    return [part.strip("\n") for part in [*parts, current] if part.strip()]


def _short_lines(text: str, max_bytes: int) -> Iterable[str]:
    """Give the lines with their ends; one that is too long alone is cut between characters."""
    for line in text.splitlines(keepends=True):
        rest = line.encode()
        while rest:
            piece = rest[:max_bytes].decode("utf-8", "ignore")
            yield piece
            rest = rest[len(piece.encode()) :]


def build_text(user: str, agent_id: int, text: str) -> JsonObject:
    """Build a text message of one part of `split_text`."""
    content = {"content": text}
    return {"touser": user, "msgtype": "text", "agentid": agent_id, "text": content}


def build_image(user: str, agent_id: int, media_id: str) -> JsonObject:
    """Build a message of one uploaded picture."""
    image = {"media_id": media_id}
    return {"touser": user, "msgtype": "image", "agentid": agent_id, "image": image}


def build_card(user: str, agent_id: int, card: str, body: JsonObject) -> JsonObject:
    """Build a template card under our id; WeCom drops the same one sent again."""
    return {
        "touser": user,
        "msgtype": "template_card",
        "agentid": agent_id,
        "template_card": {**body, "task_id": card},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATE_CHECK_S,
    }


def build_update(user: str, agent_id: int, code: str, card: str, body: JsonObject) -> JsonObject:
    """Build a card update: `body` is a whole template_card, or {"button": {"replace_name": …}}."""
    drawn = body if "button" in body else {"template_card": {**body, "task_id": card}}
    return {"userids": [user], "agentid": agent_id, "response_code": code, **drawn}


def unreached(answer: JsonObject) -> str:
    """Say why a success reached nobody, "" when it did.

    Each message has one receiver, so one that is left out is the one. The names come as a
    |-joined string on send and as a list on update.
    """
    if answer.get("invaliduser"):
        return "unknown_user"
    return "unlicensed_user" if answer.get("unlicenseduser") else ""


def text_field(answer: JsonObject, name: str) -> str:
    """Give a field of an answer that must be text, "" when it is not there."""
    value = answer.get(name)
    return value if isinstance(value, str) else ""
