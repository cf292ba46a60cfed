"""DingTalk's words for approvals and to-dos: bytes in, frozen dataclasses out, and back; no I/O.

Sources: reference of DingTalk §1 (tokens, throttling), §6 (people), §7 (approvals, to-dos).
Unverified: what a second to-do with the same sourceId does.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.kit.answers import list_in, object_in, read_object, text_in
from core.outside import Attachment, Comment, Form, Json, Status, Todo

JSON_TYPE = "application/json"
TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 - the name of a header
START_PATH = "/v1.0/workflow/processInstances"
TERMINATE_PATH = "/v1.0/workflow/processInstances/terminate"
LIST_PATH = "/v1.0/workflow/processes/instanceIds/query"
USER_PATH = "/topapi/v2/user/get"
ROOT_DEPARTMENT = -1
MOST_VALUES, MOST_APPROVERS = 150, 20
PAGE = 20

STALE = "InvalidAuthentication"
OLD_STALE = frozenset({"40014", "42001", "41001"})
OLD_UNKNOWN = frozenset({"33012", "60121"})
OLD_BUSY = frozenset({"90018", "90002", "90020", "15", "-1"})
GONE_CODES = frozenset({"processInstanceNotExist", "aflowProcessInstNotExist"})
"""There is no such process, as the pages of reading and of revoking one say it."""
_SECOND, _MINUTE, _MONTH = 1.0, 60.0, 3600.0
_PAUSES = (("QpsLimit", _SECOND), ("QpmLimit", _MINUTE), ("ApiCountLimit", _MONTH))
_DENIED = "Forbidden."

APPROVERS, COPIES, DEPARTMENT = "$approvers", "$cc", "$department"
"""Targets of a mapping that are no components of the form."""
RANGE = "~"
"""Stands between the two labels of a component for a range of dates."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: "" as code when it is good."""

    code: str
    data: Mapping[str, object]
    text: str = ""
    status: int = 200

    @property
    def pause_s(self) -> float | None:
        """How long to wait before asking again, None when that would not help."""
        if self.text == "banned":
            return 300.0
        return next((s for word, s in _PAUSES if word in self.code), None)

    @property
    def denied(self) -> bool:
        """Whether the application may not do this at all."""
        return self.code.startswith(_DENIED) and self.pause_s is None


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the organisation."""

    name: str
    unionid: str


@dataclass(frozen=True, slots=True)
class Instance:
    """A process as it stands; `waiting` are the ids of those who have to decide now."""

    status: str
    result: str
    waiting: tuple[str, ...]
    records: tuple[Comment, ...]
    """What people said; `by` is an id."""
    steps: int
    originator: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the form, by labels; those of a range as they are in a mapping."""


def parse_answer(status: int, body: bytes) -> Answer:
    """Read an answer of the new API; ValueError for what is none (a gateway's page)."""
    found = read_object(body)
    if found.get("source") == "x5":
        return Answer("banned", {}, "banned", status)
    code = text_in(found, "code", 120)
    if status < 400:  # noqa: PLR2004 - below are good answers
        return Answer("", found, "", status)
    return Answer(code or f"http_{status}", {}, text_in(found, "message"), status)


def parse_old(body: bytes) -> Answer:
    """Read an answer of the old API, which says 200 to everything; ValueError for garbage."""
    found = read_object(body)
    code = text_in(found, "errcode")
    if not code:
        raise ValueError("no errcode")
    if code == "88":
        code = text_in(found, "sub_code") or code
    if code == "0":
        return Answer("", object_in(found, "result"))
    return Answer(code, {}, text_in(found, "sub_msg") or text_in(found, "errmsg"))


def build_start(
    form: Form, process_code: str, department: int, attached: Mapping[str, str]
) -> bytes:
    """Write a new process; `attached` are the values of the components for files.

    ValueError with words when the mapping gives what DingTalk cannot have.
    """
    originator = form.initiator
    if not originator:
        raise ValueError("@initiator is missing: the DingTalk id of the applicant")
    given = form.fields.get(DEPARTMENT)
    document: dict[str, Json] = {
        "originatorUserId": originator,
        "processCode": process_code,
        "deptId": int(_plain(given)) if given else department,
        "formComponentValues": _values(form, attached),
    }
    approvers = _approvers(_ids(form.fields.get(APPROVERS)))
    if approvers:
        document["approvers"] = approvers
    copies = _ids(form.fields.get(COPIES))
    if copies:
        document |= {"ccList": copies, "ccPosition": "FINISH"}
    return _json(document).encode()


def _approvers(nodes: Sequence[str]) -> list[Json]:
    """Read nodes in their order: one person, `a&b` for all of them, `a|b` for any of them."""
    if len(nodes) > MOST_APPROVERS:
        raise ValueError(f"{len(nodes)} approvers, DingTalk takes {MOST_APPROVERS}")
    found: list[Json] = []
    for node in nodes:
        people = [p for p in re.split(r"[&|]", node) if p]
        kind = "NONE" if len(people) == 1 else "OR" if "|" in node else "AND"
        found.append({"actionType": kind, "userIds": people})
    return found


def _ids(value: Json) -> list[str]:
    """Read ids from a list, or from a text with commas."""
    if value is None or value == "":
        return []
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, Sequence):
        raise ValueError("ids are a list or a text with commas")  # noqa: TRY004 - a mapping's fault
    return [_plain(one).strip() for one in listed if one]


def _values(form: Form, attached: Mapping[str, str]) -> list[Json]:
    values: list[Json] = [
        _component(name, value)
        for name, value in form.fields.items()
        if not name.startswith("$") and value is not None
    ]
    values += [
        {"name": table, "value": _json([_row(row) for row in rows])}
        for table, rows in form.details.items()
    ]
    values += [{"name": slot, "value": value} for slot, value in attached.items()]
    if len(values) > MOST_VALUES:
        raise ValueError(f"{len(values)} components, DingTalk takes {MOST_VALUES}")
    return values


def _component(name: str, value: Json) -> dict[str, Json]:
    """Write a component: its value is always text, a range has two labels as its name."""
    labels = name.split(RANGE)
    return {"name": _json(labels) if len(labels) > 1 else name, "value": _text(value)}


def _row(row: Mapping[str, Json]) -> list[Json]:
    return [_component(name, value) for name, value in row.items() if value is not None]


def by_slot(files: Sequence[Attachment]) -> dict[str, list[Attachment]]:
    """Put files together by the components that they belong to; others go nowhere."""
    slots: dict[str, list[Attachment]] = {}
    for file in files:
        if file.slot:
            slots.setdefault(file.slot, []).append(file)
    return slots


def link_list(files: Sequence[Attachment]) -> str:
    """Name files, with the address where they are shown."""
    links = dict.fromkeys(file.url for file in files if file.url)
    return "\n".join([*(file.name for file in files), *links])


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | Sequence):
        return _json(value)
    return _plain(value)


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def build_termination(instance: str, remark: str) -> bytes:
    """Write that a process is to end."""
    return _json({"processInstanceId": instance, "isSystem": True, "remark": remark}).encode()


def parse_instance(answer: Answer) -> Instance:
    """Read a process; a state that is not known keeps its own word."""
    found = object_in(answer.data, "result") or answer.data
    tasks, said = list_in(found, "tasks"), list_in(found, "operationRecords")
    waiting = (text_in(t, "userId") for t in tasks if text_in(t, "status") == "RUNNING")
    records = tuple(
        Comment(
            text_in(record, "userId"),
            text_in(record, "remark", 2000),
            text_in(record, "result"),
            text_in(record, "date", 40),
        )
        for record in said
        if text_in(record, "remark", 2000)
    )
    status, result = text_in(found, "status"), text_in(found, "result")
    values = {
        _label(text_in(row, "name")): text_in(row, "value", 4000)
        for row in list_in(found, "formComponentValues")
    }
    originator = text_in(found, "originatorUserId")
    people = tuple(w for w in waiting if w)
    return Instance(status, result, people, records, len(said), originator, values)


def _label(name: str) -> str:
    """Write the name of a component as mappings do: the two of a range with `~` between."""
    try:
        found = json.loads(name) if name.startswith("[") else name
    except ValueError:
        return name
    return RANGE.join(map(str, found)) if isinstance(found, list) else name


def status_of(instance: Instance) -> Status | None:
    """Say where a process is: approved is only what is completed and agreed to."""
    if instance.status in {"RUNNING", "NEW"}:
        return "waiting"
    if instance.status == "TERMINATED":
        return "withdrawn"
    if instance.status == "COMPLETED":
        verdicts: Mapping[str, Status] = {"agree": "approved", "refuse": "rejected"}
        return verdicts.get(instance.result.lower())
    return None


def build_list(code: str, since_ms: int, cursor: str) -> bytes:
    """Ask for the processes of a template that began since a moment and are decided."""
    document = {
        "processCode": code,
        "startTime": since_ms,
        "nextToken": int(cursor or 0),
        "maxResults": PAGE,
        "statuses": ["COMPLETED"],
    }
    return _json(document).encode()


def parse_list(answer: Answer) -> tuple[tuple[str, ...], str]:
    """Give ids of processes and the cursor of the next page, "" at the end."""
    found = object_in(answer.data, "result")
    listed, cursor = found.get("list"), text_in(found, "nextToken")
    ids = tuple(i for i in listed if isinstance(i, str)) if isinstance(listed, list) else ()
    return ids, cursor if cursor.isdecimal() and cursor != "0" else ""


def build_user(user: str) -> bytes:
    """Ask about a person."""
    return _json({"userid": user}).encode()


def parse_user(answer: Answer) -> Known:
    """Read a person."""
    return Known(text_in(answer.data, "name", 60), text_in(answer.data, "unionid"))


def todo_path(unionid: str, task: str = "") -> str:
    """Give the address of somebody's to-dos, or of one person's part in one."""
    path = f"/v1.0/todo/users/{_id(unionid)}/tasks"
    return f"{path}/{_id(task)}/executorStatus" if task else path


def _id(value: str) -> str:
    if not re.fullmatch(r"[\w.$:-]{1,200}", value):
        raise ValueError("not an id")
    return value


def build_todo(todo: Todo, executor: str, creator: str) -> bytes:
    """Write a to-do; people are union ids."""
    document: dict[str, Json] = {
        "sourceId": todo.key,
        "subject": todo.title,
        "creatorId": creator,
        "executorIds": [executor],
        "detailUrl": {"appUrl": todo.link, "pcUrl": todo.link},
    }
    return _json(document).encode()


def build_done(executor: str) -> bytes:
    """Write that somebody's part of a to-do is done."""
    return _json({"executorStatusList": [{"id": executor, "isDone": True}]}).encode()
