"""致远's words: tokens of two shapes, CAP3 forms, states that are numbers, to-dos; no I/O.

Sources: reference §3 (notes and clients seen; the table of states is from one client). Unverified,
and therefore settings: what a state means for a claim, which id is asked about, the life of a
token, the paths of cancelling and of to-dos.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.kit.answers import list_in, object_in, read_object, text_in
from connectors.kit.forms import written_fields
from core.outside import Form, Status, Todo

TOKEN_PATH = "/seeyon/rest/token"  # noqa: S105 - a path
START_PATH = "/seeyon/rest/bpm/process/start"
STATE_PATH = "/seeyon/rest/flow/state/"
UPLOAD_PATH = "/seeyon/rest/attachment"
CANCEL_PATH = "/seeyon/rest/affair/cancel"
TODO_PATH = "/seeyon/rest/thirdpartyPending/receive"
TODO_DONE_PATH = "/seeyon/rest/thirdpartyPending/updatePendingState"
UPLOAD_QUERY = {"applicationCategory": "0", "extensions": "", "firstSave": "true"}
JSON_TYPE = "application/json; charset=utf-8"
IdKind = Literal["summary", "process", "affair"]
STATES: Mapping[int, Status] = {
    0: "approved",
    1: "waiting",
    2: "waiting",
    3: "waiting",
    4: "waiting",
    5: "withdrawn",
    6: "returned",
    7: "withdrawn",
    15: "void",
}
"""What a state means for a claim; one that nobody knows decides nothing."""
STATE_WORDS: Mapping[int, str] = {
    0: "完成",
    1: "未发出",
    2: "未知",
    3: "待处理",
    4: "处理中",
    5: "撤销",
    6: "回退",
    7: "取回",
    15: "终止",
}
_TOKEN = re.compile(r"[A-Za-z0-9._-]{8,200}")
_NUMBER = re.compile(r"-?\d{1,30}")


@dataclass(frozen=True, slots=True)
class Given:
    """A token, and whether the answer says that it speaks for a person of the OA."""

    token: str
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """A process that has begun: its ids, or what is complained about."""

    summary: str = ""
    affair: str = ""
    process: str = ""
    fault: str = ""

    def id_of(self, kind: IdKind) -> str:
        """Give the id that states are asked by."""
        return {"summary": self.summary, "process": self.process, "affair": self.affair}[kind]


def build_login(user: str, password: str, person: str) -> bytes:
    """Ask for a token that speaks for a person of the OA, or for nobody in particular."""
    body = {"userName": user, "password": password}
    return _json({**body, "loginName": person} if person else body)


def build_bind(person: str, token: str) -> bytes:
    """Bind a token to a person."""
    return _json({"loginName": person, "token": token})


def parse_token(body: bytes) -> Given:
    """Read a token, written as JSON or as plain text; ValueError for what is neither.

    A token of JSON that is no usable one (`-1`) is an empty text.
    """
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        found = read_object(body)
        if "id" not in found:
            raise ValueError("no id")
        token = text_in(found, "id", 200)
        return Given(token if _TOKEN.fullmatch(token) else "", bool(found.get("bindingUser")))
    text = text.strip('"')
    if not _TOKEN.fullmatch(text):
        raise ValueError("no token")
    return Given(text)


def parse_upload(body: bytes) -> str:
    """Give the id of a file that was taken; ValueError when there is none."""
    for row in list_in(read_object(body), "atts"):
        if found := text_in(row, "fileUrl", 200):
            return found
    raise ValueError("no fileUrl")


def build_start(template: str, form: Form, attachments: Sequence[str]) -> bytes:
    """Write a new process of a CAP3 form: fields by their Chinese names, rows by their tables."""
    tables = {name: [written_fields(row) for row in rows] for name, rows in form.details.items()}
    return _json(
        {
            "appName": "collaboration",
            "data": {
                "templateCode": template,
                "draft": "0",
                "subject": form.subject,
                "attachments": list(attachments),
                "relateDoc": "",
                "data": {**written_fields(form.fields), **tables, "thirdAttachments": []},
            },
        }
    )


def parse_begun(body: bytes) -> Begun:
    """Read the answer to a new process; ValueError for what is none."""
    found = read_object(body)
    if "code" not in found:
        raise ValueError("no code")
    data = object_in(found, "data")
    said = text_in(found, "message") or text_in(data, "errorMsg")
    if text_in(found, "code") != "0":
        return Begun(fault=said or f"code {text_in(found, 'code')}")
    inner = _business(data)
    summary, affair = text_in(inner, "summaryId", 60), text_in(inner, "affairId", 60)
    process = text_in(data, "processId", 60)
    if not summary and not process and text_in(data, "errorMsg"):
        return Begun(fault=text_in(data, "errorMsg"))
    return Begun(summary, affair, process)


def _business(data: Mapping[str, object]) -> dict[str, object]:
    """Read `app_bussiness_data` (sic): JSON written as a text, or an object."""
    written = data.get("app_bussiness_data")
    if isinstance(written, str) and written.strip():
        return read_object(written.encode())
    return object_in(data, "app_bussiness_data")


def parse_state(body: bytes) -> int:
    """Read a state: a number as text; ValueError for anything else."""
    text = body.decode("utf-8", "replace").strip().strip('"').strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("no state")
    return int(text)


def build_cancel(summary: str, affair: str, member: str) -> bytes:
    """Take a process back in the name of a member."""
    return _json({"summaryId": summary, "affairId": affair, "member": member})


def parse_cancelled(body: bytes) -> tuple[bool, str]:
    """Read whether something was taken back: `true`, {success} or {code}; ValueError for neither.

    Gives what is complained about besides.
    """
    text = body.decode("utf-8", "replace").strip().strip('"').lower()
    if text in {"true", "false"}:
        return text == "true", ""
    found = read_object(body)
    said = text_in(found, "message") or text_in(found, "msg")
    if "success" in found:
        return str(found["success"]).lower() == "true", said
    if "code" in found:
        return text_in(found, "code") == "0", said
    raise ValueError("neither success nor code")


def build_todo(register: str, todo: Todo, moment: str) -> bytes:
    """Write a to-do for a person whom the OA knows by a login name."""
    return _json(
        {
            "registerCode": register,
            "taskId": todo.key,
            "title": todo.title,
            "senderName": todo.creator,
            "creationDate": moment,
            "state": "0",
            "thirdSenderId": todo.creator,
            "noneBindingReceiver": todo.person,
            "url": todo.link,
            "h5url": todo.link,
        }
    )


def build_todo_done(register: str, todo: Todo) -> bytes:
    """Write that a to-do is over."""
    return _json({"registerCode": register, "taskId": todo.key, "state": "1"})


def parse_todo(body: bytes) -> str:
    """Give "" for a to-do that was taken, else what is complained about; ValueError for garbage."""
    found = read_object(body)
    if "success" not in found:
        raise ValueError("no success")
    if str(found["success"]).lower() == "true":
        return ""
    faults = found.get("errorMsgs")
    return json.dumps(faults, ensure_ascii=False)[:300] if faults else "refused"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
