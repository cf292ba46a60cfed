"""DingTalk's words for 流程中心, which shows approvals of other systems beside its own; no I/O.

Source: DingTalk's pages of `processCentres/schemas`, `schemaNames/processCodes`, `instances`,
`tasks` and `todoTasks`.
"""

import json
from collections.abc import Mapping, Sequence

from connectors.dingtalk_oa.wire import Answer
from connectors.kit.answers import list_in, object_in, text_in
from core.centre import Shown, Verdict

CENTRE = "/v1.0/workflow/processCentres"
SCHEMA_PATH, NAMES_PATH = f"{CENTRE}/schemas", f"{CENTRE}/schemaNames/processCodes"
INSTANCE_PATH, TASK_PATH, WAITING_PATH = (
    f"{CENTRE}/instances",
    f"{CENTRE}/tasks",
    f"{CENTRE}/todoTasks",
)
NO_TEMPLATE = "process.error"
GONE = frozenset({"process.inst.notExist", "integrated.state.invalid"})
"""The process there was deleted, or is over."""
AT_ONCE = "integrated.concurrency.error"
"""Two calls for one process met; nothing was done."""
TOO_MANY_TODAY = "integrated.qps.exceed"
PAGE, MOST_TASKS, MOST_TITLE = 40, 20, 64
_COLUMNS = (("单号", "TextField"), ("金额", "TextField"), ("明细", "TextareaField"))
_ENDS: Mapping[Verdict, tuple[str, str]] = {
    "agree": ("COMPLETED", "agree"),
    "refuse": ("COMPLETED", "refuse"),
    "cancel": ("TERMINATED", "refuse"),
}


def build_schema(name: str) -> bytes:
    """Write the template; its first three components are what lists show."""
    components = [
        {
            "componentType": kind,
            "props": {"label": label, "componentId": f"{kind}_CHIT{n}", "required": False},
        }
        for n, (label, kind) in enumerate(_COLUMNS)
    ]
    return _json({"name": name, "description": "Chit 小票", "formComponents": components})


def parse_code(answer: Answer) -> str:
    """Give the code of a template, "" for none."""
    return text_in(object_in(answer.data, "result"), "processCode")


def build_instance(code: str, shown: Shown) -> bytes:
    """Write a process that is decided here."""
    return _json(
        {
            "processCode": code,
            "originatorUserId": shown.originator,
            "title": shown.title[:MOST_TITLE],
            "url": shown.link,
            "formComponentValueList": [{"name": k, "value": v} for k, v in shown.facts],
        }
    )


def parse_instance_id(answer: Answer) -> str:
    """Give the id of a new process, "" for none."""
    return text_in(object_in(answer.data, "result"), "processInstanceId")


def build_tasks(instance: str, node: str, people: Sequence[str], link: str) -> bytes:
    """Put a process before people."""
    tasks = [{"userId": user, "url": link} for user in people]
    return _json({"processInstanceId": instance, "activityId": node, "tasks": tasks})


def parse_tasks(answer: Answer) -> dict[str, str]:
    """Give the ids of new tasks by whose they are."""
    rows = list_in(answer.data, "result")
    return {text_in(row, "userId"): text_in(row, "taskId") for row in rows}


def waiting_query(person: str, page: int) -> dict[str, str]:
    """Ask what waits for somebody."""
    return {"userId": person, "pageSize": str(PAGE), "pageNumber": str(page)}


def parse_waiting(answer: Answer, instance: str, node: str) -> tuple[str, bool]:
    """Give the task of a process at a node ("" for none on this page), and whether there are more.

    `userId` of a row is who began the process, so that it is not compared.
    """
    page = object_in(answer.data, "taskPage")
    for row in list_in(page, "list"):
        place = (text_in(row, "processInstanceId"), text_in(row, "activityId"))
        if place == (instance, node):
            return text_in(row, "taskId"), False
    return "", page.get("hasMore") is True


def build_verdicts(instance: str, verdicts: Mapping[str, Verdict]) -> bytes:
    """End tasks."""
    tasks = [_ended(task, verdict) for task, verdict in verdicts.items()]
    return _json({"processInstanceId": instance, "tasks": tasks})


def _ended(task: str, verdict: Verdict) -> dict[str, object]:
    said: dict[str, object] = {"taskId": int(task), "status": "CANCELED"}
    if verdict != "cancel":
        said |= {"status": "COMPLETED", "result": verdict.upper()}
    return said


def build_end(instance: str, verdict: Verdict) -> bytes:
    """Show a process as decided."""
    status, result = _ENDS[verdict]
    return _json({"processInstanceId": instance, "status": status, "result": result})


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
