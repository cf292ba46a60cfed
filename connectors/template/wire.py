"""The made-up OA's words: bytes in, frozen dataclasses out, and back; no I/O.

Sources: none, it is made up. A real wire names here where each fact comes from, and what nobody
has confirmed is a setting.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connectors.kit.answers import list_in, object_in, read_object, text_in
from core.outside import ApprovalState, Comment, Form, Status

TOKEN_PATH, PROCESSES = "/token", "/processes"
JSON_TYPE = "application/json"
STATUSES: Mapping[str, Status] = {
    "running": "waiting",
    "agreed": "approved",
    "refused": "rejected",
    "sent_back": "returned",
    "taken_back": "withdrawn",
    "deleted": "void",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: "" as fault when it is good, else the OA's own word for what is wrong."""

    fault: str
    data: Mapping[str, object]
    text: str = ""


def build_token(app: str, secret: str) -> bytes:
    """Ask for a token."""
    return json.dumps({"app": app, "secret": secret}).encode()


def parse_token(body: bytes) -> tuple[str, float]:
    """Give the token ("" when it is refused) and its life in seconds; ValueError for garbage."""
    found = read_object(body)
    life = found.get("life_s")
    return text_in(found, "token"), float(life) if isinstance(life, int) else 600.0


def build_process(form: Form, key: str) -> bytes:
    """Write a new process."""
    document = {
        "key": key,
        "title": form.subject,
        "starter": form.initiator,
        "fields": form.fields,
        "tables": form.details,
        "files": [f.name for f in form.files],
    }
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def build_cancel(reason: str) -> bytes:
    """Say why a process is taken back."""
    return json.dumps({"reason": reason}, ensure_ascii=False).encode()


def _plain(value: object) -> str:
    """Write amounts as they are: exact."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def parse_answer(body: bytes) -> Answer:
    """Read an answer; ValueError for what is none (a login page)."""
    found = read_object(body)
    if "fault" not in found:
        raise ValueError("no answer of this OA")
    return Answer(text_in(found, "fault"), object_in(found, "data"), text_in(found, "text"))


def parse_state(answer: Answer) -> ApprovalState | None:
    """Read where a process is; None for a state that is not known."""
    status = STATUSES.get(text_in(answer.data, "state"))
    if status is None:
        return None
    comments = tuple(
        Comment(text_in(c, "by"), text_in(c, "text"), text_in(c, "verdict"), text_in(c, "at"))
        for c in list_in(answer.data, "comments")
    )
    return ApprovalState(status, text_in(answer.data, "node"), comments, len(comments))
