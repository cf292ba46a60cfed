"""蓝凌's words: forms of several parts, bare ids as success, signed results, to-dos; no I/O.

Sources: reference §4 (clients and field comments seen, one public contract for results).
Unverified, and therefore settings: what a result means for a claim, the statuses of documents, the
operation that takes a process back, the key of attachments, `optType` of to-dos.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.kit.answers import read_object, text_in
from connectors.kit.forms import written, written_fields
from core.outside import ApprovalState, Comment, Form, Json, Status, Todo

SERVICE = "/api/km-review/kmReviewRestService/"
ADD_PATH = SERVICE + "addReview"
APPROVE_PATH = SERVICE + "approveProcess"
TODO_SERVICE = "/api/sys-notify/sysNotifyTodoRestService/"
TODO_PATH, TODO_DONE_PATH = TODO_SERVICE + "sendTodo", TODO_SERVICE + "setTodoDone"
JSON_TYPE = "application/json; charset=utf-8"
WAITING = "20"
"""`docStatus` of a document that begins its process at once: 待审."""
CANCEL_OPERATION = "handler_abandon"
FILE_KEY = "fdAttachment"
PersonKey = Literal["LoginName", "PersonNo"]
RESULTS: Mapping[str, Status] = {
    "0": "approved",
    "1": "rejected",
    "2": "withdrawn",
    "3": "void",
}
"""What the status of a result means for a claim."""
_ID = re.compile(r"[0-9A-Za-z]{32}")
MAX_REMARK = 500
DONE, NOTHING_DONE = "2", "0"
"""`returnState` of a to-do: 成功, 未操作."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: a text, or a file with its name."""

    name: str
    value: str | bytes
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a site's processes are begun: its template and what it has settled otherwise."""

    template: str
    person_key: PersonKey = "LoginName"
    doc_status: str = WAITING
    file_key: str = FILE_KEY


def person_of(key: PersonKey, person: str) -> str:
    """Name a person as the OA does: JSON with one key."""
    return _json({key: person})


def build_review(rules: Rules, form: Form, creator: str) -> Iterator[Part]:
    """Write a new process."""
    yield Part("docSubject", form.subject)
    yield Part("fdTemplateId", rules.template)
    yield Part("docCreator", person_of(rules.person_key, creator))
    yield Part("docStatus", rules.doc_status)
    yield Part("formValues", _json(_values(form)))
    for index, file in enumerate(form.files):
        place = f"attachmentForms[{index}]."
        yield Part(place + "fdKey", file.slot or rules.file_key)
        yield Part(place + "fdFileName", file.name)
        yield Part(place + "fdAttachment", file.data, file.name)


def _values(form: Form) -> dict[str, object]:
    tables: dict[str, object] = {
        name: [dict(_columns(name, row)) for row in rows] for name, rows in form.details.items()
    }
    return {**written_fields(form.fields), **tables}


def _columns(table: str, row: Mapping[str, Json]) -> Iterator[tuple[str, object]]:
    """Name each column with its table before it: `fd_items.fd_amount`."""
    for name, value in row.items():
        if name == table and isinstance(value, Mapping):
            yield from _columns(table, value)
        else:
            yield f"{table}.{name}", written(value)


def build_act(document: str, person: tuple[str, str], operation: str, note: str) -> Iterator[Part]:
    """Write what is to be done to a process; `person` is the part that names who does it."""
    yield Part("fdId", document)
    yield Part(*person)
    yield Part("flowParam", _json({"operationType": operation, "auditNote": note}))


def parse_id(body: bytes) -> tuple[str, str]:
    """Read the id of a document: a bare text of 32 characters, or `data` of the newer shape.

    Gives "" and what is complained about for a refusal; ValueError for what is neither.
    """
    text = body.decode("utf-8", "replace").strip().strip('"')
    if _ID.fullmatch(text):
        return text, ""
    found = read_object(body)
    said = text_in(found, "msg") or text_in(found, "message")
    good = str(found.get("success", "")).lower()
    if good == "true" and _ID.fullmatch(text_in(found, "data")):
        return text_in(found, "data"), ""
    if good == "false":
        return "", said or "refused"
    raise ValueError("neither an id nor a refusal")


def parse_result(body: bytes, meanings: Mapping[str, Status]) -> tuple[str, ApprovalState]:
    """Read a result `{oaId, status, remark}`; ValueError for anything else."""
    found = read_object(body)
    document, status = text_in(found, "oaId", 64), text_in(found, "status", 20)
    if not document or status not in meanings:
        raise ValueError("no result")
    remark = text_in(found, "remark", MAX_REMARK)
    comments = (Comment("", remark),) if remark else ()
    return document, ApprovalState(meanings[status], comments=comments)


@dataclass(frozen=True, slots=True)
class TodoRules:
    """How to-dos are written: whose they are, and how people are named."""

    model: str = "chit"
    person_key: PersonKey = "LoginName"
    done_type: str = "1"


def build_todo(rules: TodoRules, todo: Todo, moment: str) -> bytes:
    """Write a to-do; `type` 1 is one that waits (待办)."""
    return _json(
        {
            **_target(rules, todo),
            "subject": todo.title,
            "link": todo.link,
            "mobileLink": todo.link,
            "padLink": todo.link,
            "type": "1",
            "createTime": moment,
        }
    ).encode()


def build_todo_done(rules: TodoRules, todo: Todo) -> bytes:
    """Write that a to-do is over."""
    return _json({**_target(rules, todo), "optType": rules.done_type}).encode()


def _target(rules: TodoRules, todo: Todo) -> dict[str, str]:
    return {
        "targets": person_of(rules.person_key, todo.person),
        "modelName": rules.model,
        "modelId": todo.key,
    }


def parse_todo(body: bytes, *, may_be_gone: bool = False) -> str:
    """Give "" for a to-do that was taken, else what is complained about; ValueError for garbage."""
    found = read_object(body)
    if "returnState" not in found:
        raise ValueError("no returnState")
    state = text_in(found, "returnState")
    if state == DONE or (may_be_gone and state == NOTHING_DONE):
        return ""
    return text_in(found, "message") or f"returnState {state}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
