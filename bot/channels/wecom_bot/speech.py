"""What the 智能机器人 says, without I/O: words and cards as bodies of frames.

Source: WeCom document 101463.
"""

import base64
import hashlib
import re
from collections.abc import Iterator

from bot.port import JsonObject
from core.errors import Rejected

TEXT_MAX_BYTES = 20_480
PICTURE_MAX_BYTES = 2 * 1024 * 1024
CHUNK_BYTES = 384 * 1024
"""What becomes 512 KB in base64: whether the limit is meant before or after is not said."""
_SINGLE_CHAT, _GROUP_CHAT = 1, 2
_WIDE = str.maketrans({"[": "［", "]": "］", "`": "｀", "*": "＊", "<": "＜", "|": "｜"})
_LINE_START = re.compile(r"^(\s*)([#>])", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)_|_(?!\w)")
_TWINS = {"#": "＃", ">": "＞"}


def as_markdown(text: str) -> str:
    """Write plain words as markdown, the only kind of message that the bot may push.

    Words may quote what a person wrote, so they make no link, picture, heading, table or code:
    what would is written with its wide twin. Two spaces before a line's end keep the line.
    """
    words = _EMPHASIS.sub("＿", text.translate(_WIDE)).replace("~~", "～～")
    words = _LINE_START.sub(lambda found: found[1] + _TWINS[found[2]], words)
    return words.replace("\n", "  \n")


def build_text(user: str, text: str) -> JsonObject:
    """Build words for one person's chat; Rejected `text_length` when they are too many."""
    content = as_markdown(text)
    if not 0 < len(content.encode("utf-8", "replace")) <= TEXT_MAX_BYTES:
        raise Rejected("text_length")
    return _to(user, {"msgtype": "markdown", "markdown": {"content": content}})


def build_group_text(group: str, text: str) -> JsonObject:
    """Build words for a chat of several people."""
    message: JsonObject = {"msgtype": "markdown", "markdown": {"content": as_markdown(text)}}
    return {"chatid": group, "chat_type": _GROUP_CHAT, **message}


def build_welcome(text: str) -> JsonObject:
    """Build the answer to somebody's entering the chat, which may be plain text."""
    return {"msgtype": "text", "text": {"content": text}}


def build_reply(stream: str, text: str) -> JsonObject:
    """Build a finished answer to a message, wherever it was written; `stream` names it."""
    said = {"id": stream, "finish": True, "content": as_markdown(text)}
    return {"msgtype": "stream", "stream": said}


def build_card(user: str, card: str, body: JsonObject) -> JsonObject:
    """Build a template card under our id for one person's chat."""
    return _to(user, {"msgtype": "template_card", "template_card": {**body, "task_id": card}})


def build_picture(user: str, media_id: str) -> JsonObject:
    """Build an uploaded picture for one person's chat."""
    return _to(user, {"msgtype": "image", "image": {"media_id": media_id}})


def build_upload(name: str, data: bytes) -> JsonObject:
    """Announce a picture that is about to be uploaded; Rejected `picture_size`."""
    if not 0 < len(data) <= PICTURE_MAX_BYTES:
        raise Rejected("picture_size")
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {
        "type": "image",
        "filename": name,
        "total_size": len(data),
        "total_chunks": -(-len(data) // CHUNK_BYTES),
        "md5": digest,
    }


def build_chunks(upload_id: str, data: bytes) -> Iterator[JsonObject]:
    """Cut a picture into the pieces in which it is uploaded, in order."""
    for index, start in enumerate(range(0, len(data), CHUNK_BYTES)):
        piece = base64.b64encode(data[start : start + CHUNK_BYTES]).decode("ascii")
        yield {"upload_id": upload_id, "chunk_index": index, "base64_data": piece}


def build_update(user: str, card: str, body: JsonObject) -> JsonObject:
    """Build the answer to a click that redraws the clicker's card."""
    return {
        "response_type": "update_template_card",
        "userids": [user],
        "template_card": {**body, "task_id": card},
    }


def _to(user: str, message: JsonObject) -> JsonObject:
    return {"chatid": user, "chat_type": _SINGLE_CHAT, **message}
