"""What the 智能机器人 says, without I/O: words and cards as bodies of frames.

Source: WeCom document 101463.
"""

import re

from bot.port import JsonObject
from core.errors import Rejected

TEXT_MAX_BYTES = 20_480
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


def build_update(user: str, card: str, body: JsonObject) -> JsonObject:
    """Build the answer to a click that redraws the clicker's card."""
    return {
        "response_type": "update_template_card",
        "userids": [user],
        "template_card": {**body, "task_id": card},
    }


def _to(user: str, message: JsonObject) -> JsonObject:
    return {"chatid": user, "chat_type": _SINGLE_CHAT, **message}
