"""A strict stand-in for DingTalk's own approvals and its to-dos (reference §6, §7).

Whatever a call gets wrong is refused as DingTalk refuses it, and noted in `violations`; a test asks
for none at its end. People of the company act through methods.
"""

import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from sandbox.dingtalk_errors import NewApiRefused, OldApiRefused
from sandbox.oa.dingtalk_centre import ApprovalCentre
from sandbox.oa.dingtalk_space import SPACE, ApprovalSpace
from sandbox.oa.faults import Faults
from sandbox.wire import Refused, objects, read_object, string, whole
from sandbox.world import JsonObject

TOKEN_HEADER = "x-acs-dingtalk-access-token"
TOO_EARLY_S = 15.0
MOST_VALUES, MOST_APPROVERS = 150, 20
MOST_LISTED, MOST_SPAN_MS = 20, 120 * 86_400_000
Component = Literal[
    "text", "number", "money", "date", "single", "multi", "range", "table", "person", "files"
]
Tell = Callable[[str, JsonObject], Awaitable[object]]
"""Pushes an event by its name and data."""
_START_KEYS = {
    "originatorUserId", "processCode", "deptId", "approvers", "ccList", "ccPosition",
    "targetSelectActioners", "microappAgentId", "formComponentValues",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DingTalkForm:
    """A template: its components by label, those of its tables, and what must be filled."""

    process_code: str = "PROC-CHIT"
    components: Mapping[str, Component] = field(
        default_factory=lambda: {
            "单号": "text",
            "金额": "money",
            "事由": "text",
            "预算余额": "money",
            "附件": "text",
            "原件": "files",
            "明细": "table",
            '["开始时间","结束时间"]': "range",
        }
    )
    tables: Mapping[str, Mapping[str, Component]] = field(
        default_factory=lambda: {
            "明细": {"费用类型": "text", "日期": "date", "金额": "money", "说明": "text"}
        }
    )
    required: frozenset[str] = frozenset({"单号", "金额"})


@dataclass(slots=True)
class Process:
    """A process: its state, who decides now, and what was said."""

    id: str
    originator: str
    values: dict[str, str]
    approvers: tuple[str, ...]
    begun: float
    code: str = ""
    status: str = "RUNNING"
    result: str = ""
    deciding: str = ""
    records: list[JsonObject] = field(default_factory=list)


class DingTalkApprovals:
    """One company. `people` maps user ids to names; `is_live` says whether a token is good."""

    def __init__(
        self,
        people: Mapping[str, str],
        is_live: Callable[[str], bool],
        form: DingTalkForm | None = None,
        *,
        corp_id: str = "dingcorp",
        clock: Callable[[], float] = time.time,
        new: str = "/dingtalk/v1.0",
        old: str = "/dingtalk-oapi",
    ) -> None:
        self.form = form or DingTalkForm()
        self.people = dict(people)
        self.processes: dict[str, Process] = {}
        self.todos: dict[str, JsonObject] = {}
        self.faults = Faults()
        self.violations: list[str] = []
        self.too_early_s = TOO_EARLY_S
        self.expire: Callable[[], None] = lambda: None
        self.tell: Tell | None = None
        self._is_live = is_live
        self._corp_id = corp_id
        self._clock = clock
        self._new, self._old = new, old
        self.centre = ApprovalCentre(self.people, self._wrong, self._body)
        self.space = ApprovalSpace(
            lambda: {user: self._union(user) for user in self.people}, self._wrong, self._body
        )

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        flows, todos = f"{self._new}/workflow/processInstances", f"{self._new}/todo/users"
        task = f"{todos}/{{union}}/tasks"
        return [
            web.post(flows, self._around(self._start)),
            web.get(flows, self._around(self._read)),
            web.post(f"{self._new}/workflow/processes/instanceIds/query", self._around(self._list)),
            web.post(f"{flows}/terminate", self._around(self._terminate)),
            web.post(task, self._around(self._create_todo)),
            web.put(f"{task}/{{id}}/executorStatus", self._around(self._finish_todo)),
            web.post(f"{self._old}/topapi/v2/user/get", self._around(self._user)),
            *self.space.routes(self._new, self._around),
            *self.centre.routes(f"{self._new}/workflow/processCentres", self._around),
        ]

    # What people of the company do

    async def request(self, code: str, originator: str, values: Mapping[str, str]) -> str:
        """File a request of another template in DingTalk itself; gives its id."""
        found = Process(
            str(uuid.uuid4()), originator, dict(values), (), self._clock(), code,
            deciding=next(iter(self.people)),
        )  # fmt: skip
        self.processes[found.id] = found
        await self._push("bpms_instance_change", found, {"type": "start"})
        return found.id

    async def agree(self, process: str, by: str = "", remark: str = "") -> None:
        """Agree at the last node."""
        await self._decide(process, by, "AGREE", remark)

    async def refuse(self, process: str, by: str = "", remark: str = "") -> None:
        """Refuse."""
        await self._decide(process, by, "REFUSE", remark)

    async def pass_on(self, process: str, by: str, to: str, remark: str = "") -> None:
        """Agree at a node that is not the last; somebody else decides next."""
        found = self.processes[process]
        self._record(found, by or found.deciding, "AGREE", remark)
        found.deciding = to
        await self._push("bpms_task_change", found, {"type": "finish", "result": "agree"})

    async def take_back(self, process: str) -> None:
        """Let the applicant withdraw a process in DingTalk."""
        found = self.processes[process]
        self._record(found, found.originator, "NONE", "")
        found.status, found.deciding = "TERMINATED", ""
        await self._push("bpms_instance_change", found, {"type": "terminate"})

    def delete(self, process: str) -> None:
        """Let an administrator delete a process."""
        del self.processes[process]

    def one(self) -> Process:
        """Give the only process there is."""
        (found,) = self.processes.values()
        return found

    async def _decide(self, process: str, by: str, verdict: str, remark: str) -> None:
        found = self.processes[process]
        self._record(found, by or found.deciding, verdict, remark)
        found.status, found.result, found.deciding = "COMPLETED", verdict.lower(), ""
        end: JsonObject = {"type": "finish", "result": found.result}
        await self._push("bpms_task_change", found, end)
        await self._push("bpms_instance_change", found, end)

    def _record(self, found: Process, by: str, verdict: str, remark: str) -> None:
        said: JsonObject = {
            "userId": by,
            "date": f"2026-11-25T14:{len(found.records):02d}Z",
            "type": "EXECUTE_TASK_NORMAL",
            "result": verdict,
        }
        found.records.append({**said, "remark": remark} if remark else said)

    async def _push(self, name: str, found: Process, more: JsonObject) -> None:
        if self.tell is not None:
            data: JsonObject = {
                "processInstanceId": found.id,
                "processCode": found.code or self.form.process_code,
                "corpId": self._corp_id,
                "staffId": found.originator,
                "createTime": round(found.begun * 1000),
                **more,
            }
            await self.tell(name, data)

    # The wire

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def judged(request: web.Request) -> web.StreamResponse:
            try:
                self._admit(request)
                return await handler(request)
            except Refused as refused:
                return refused.response()

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self.faults.around(request, judged, expire=self.expire)

        return handle

    def _admit(self, request: web.Request) -> None:
        if request.path.startswith(self._old):
            if not self._is_live(request.query.get("access_token", "")):
                raise OldApiRefused(40014, "不合法的access_token")
        elif not self._is_live(request.headers.get(TOKEN_HEADER, "")):
            raise NewApiRefused("InvalidAuthentication", "不合法的access_token")

    def _wrong(self, code: str, said: str) -> NewApiRefused:
        self.violations.append(f"{code}: {said}")
        return NewApiRefused(code, said)

    async def _body(self, request: web.Request) -> JsonObject:
        body = await read_object(request)
        if request.content_type != "application/json" or body is None:
            raise self._wrong("invalidParameter", "body invalid")
        return body

    async def _start(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        unknown = set(body) - _START_KEYS
        if unknown:
            raise self._wrong("processInstanceInvalidParameter", f"unknown {sorted(unknown)}")
        if body.get("processCode") != self.form.process_code:
            raise self._wrong("processCodeError", "processCode")
        originator = string(body, "originatorUserId")
        if originator not in self.people:
            raise self._wrong("processInstanceInvalidParameter", "originatorUserId")
        approvers = self._approvers(body)
        values = self._values(body)
        process = Process(
            str(uuid.uuid4()), originator, values, approvers, self._clock(),
            deciding=approvers[0] if approvers else next(iter(self.people)),
        )  # fmt: skip
        self.processes[process.id] = process
        await self._push("bpms_instance_change", process, {"type": "start"})
        return web.json_response({"instanceId": process.id})

    def _approvers(self, body: JsonObject) -> tuple[str, ...]:
        nodes = objects(body.get("approvers"))
        if not nodes and whole(body, "deptId") is None:
            raise self._wrong("processInstanceInvalidParameter", "deptId")
        if len(nodes) > MOST_APPROVERS:
            raise self._wrong("processInstanceInvalidParameter", "approvers")
        found: list[str] = []
        for node in nodes:
            people = node.get("userIds")
            known = isinstance(people, list) and people and set(people) <= set(self.people)
            if node.get("actionType") not in {"AND", "OR", "NONE"} or not known:
                raise self._wrong("processInstanceInvalidParameter", "approvers")
            found += people  # type: ignore[arg-type]  # a list: seen above
        return tuple(found)

    def _values(self, body: JsonObject) -> dict[str, str]:
        listed = objects(body.get("formComponentValues"))
        if not 0 < len(listed) <= MOST_VALUES:
            raise self._wrong("processInstanceInvalidParameter", "formComponentValues")
        values = {self._label(row): self._text(row) for row in listed}
        for name, value in values.items():
            kind = self.form.components.get(name)
            if kind is None:
                raise self._wrong("illegalComponent", name)
            self._check(name, kind, value)
        missing = sorted(n for n in self.form.required if not values.get(n))
        if missing or len(values) != len(listed):
            raise self._wrong("processInstanceInvalidParameter", f"missing {missing}")
        return values

    def _label(self, row: JsonObject) -> str:
        """Read a label; the two of a range are compared however they are spaced."""
        name = string(row, "name")
        if name.startswith("["):
            return json.dumps(json.loads(name), ensure_ascii=False, separators=(",", ":"))
        return name

    def _text(self, row: JsonObject) -> str:
        value = row.get("value")
        if not isinstance(value, str) or set(row) - {"name", "value"}:
            raise self._wrong("formConverterError", string(row, "name"))
        return value

    def _check(self, name: str, kind: Component, value: str) -> None:
        try:
            right = self._fits(name, kind, value)
        except ValueError:
            right = False
        if not right:
            raise self._wrong("formConverterError", name)

    def _fits(self, name: str, kind: Component, value: str) -> bool:
        if kind in {"number", "money"}:
            return float(value) >= 0
        if kind == "date":
            return time.strptime(value[:10], "%Y-%m-%d") is not None
        if kind in {"multi", "person"}:
            return isinstance(json.loads(value), list)
        if kind == "range":
            pair = json.loads(value)
            return isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004
        if kind == "files":
            return self._are_files(value)
        return self._fits_table(name, value) if kind == "table" else True

    def _are_files(self, value: str) -> bool:
        """Whether every file of a component lies in the space under these ids."""
        fields = {"spaceId", "fileName", "fileSize", "fileType", "fileId"}
        listed = objects(json.loads(value))
        for row in listed:
            name, data = self.space.files.get(string(row, "fileId"), ("", b""))
            told = (string(row, "spaceId"), string(row, "fileName"), string(row, "fileSize"))
            if set(row) != fields or told != (SPACE, name, str(len(data))):
                return False
        return bool(listed)

    def _fits_table(self, name: str, value: str) -> bool:
        rows, known = json.loads(value), self.form.tables.get(name, {})
        if not isinstance(rows, list):
            return False
        for row in rows:
            for cell in objects(row):
                label, text = self._label(cell), self._text(cell)
                if label not in known:
                    return False
                self._check(f"{name}.{label}", known[label], text)
        return all(isinstance(row, list) for row in rows)

    def _found(self, instance: str) -> Process:
        found = self.processes.get(instance)
        if found is None:
            raise NewApiRefused("processInstanceNotExist", "审批实例不存在")
        return found

    async def _read(self, request: web.Request) -> web.Response:
        found = self._found(request.query.get("processInstanceId", ""))
        tasks: list[JsonObject] = []
        if found.deciding:
            tasks = [{"taskId": 1, "userId": found.deciding, "status": "RUNNING", "result": "NONE"}]
        result: JsonObject = {
            "title": "报销",
            "status": found.status,
            "result": found.result,
            "originatorUserId": found.originator,
            "tasks": tasks,
            "operationRecords": found.records,
            "formComponentValues": [{"name": n, "value": v} for n, v in found.values.items()],
        }
        return web.json_response({"success": True, "result": result})

    async def _list(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        since, until = whole(body, "startTime"), whole(body, "endTime")
        at, count = whole(body, "nextToken"), whole(body, "maxResults")
        if since is None or at is None or count is None or not 0 < count <= MOST_LISTED:
            raise self._wrong("invalidMaxResults", "startTime, nextToken, maxResults")
        last = until if until is not None else round(self._clock() * 1000)
        if not 0 <= last - since <= MOST_SPAN_MS:
            raise self._wrong("invalidEndTime", "时间范围不能超过120天")
        states = body.get("statuses")
        ids = [
            p.id
            for p in self.processes.values()
            if p.code == string(body, "processCode")
            and since <= p.begun * 1000 <= last
            and (not isinstance(states, list) or p.status in states)
        ]
        more = str(at + count) if at + count < len(ids) else ""
        result = {"list": ids[at : at + count], **({"nextToken": more} if more else {})}
        return web.json_response({"result": result, "success": True})

    async def _terminate(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        found = self._found(string(body, "processInstanceId"))
        if self._clock() - found.begun < self.too_early_s:
            raise self._wrong("processInstanceInvalidParameter", "terminated too early")
        if found.status != "RUNNING":
            raise NewApiRefused("processInstanceInvalidParameter", "流程已结束")
        found.status, found.deciding = "TERMINATED", ""
        self._record(found, "SYSTEM", "NONE", string(body, "remark"))
        await self._push("bpms_instance_change", found, {"type": "terminate"})
        return web.json_response({"success": True, "result": True})

    # To-dos and people

    async def _create_todo(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        owner = request.match_info["union"]
        people = [owner, request.query.get("operatorId", ""), string(body, "creatorId")]
        executors = body.get("executorIds")
        listed = executors if isinstance(executors, list) else []
        unions = {self._union(user) for user in self.people}
        if not set(people) <= unions or not listed or not set(listed) <= unions:
            raise self._wrong("invalidParameter", "people of a to-do are union ids")
        detail = body.get("detailUrl")
        if not string(body, "subject") or not isinstance(detail, dict) or not detail.get("pcUrl"):
            raise self._wrong("invalidParameter", "subject or detailUrl")
        number = uuid.uuid4().hex
        self.todos[number] = {**body, "done": False}
        return web.json_response({"id": number, "sourceId": body.get("sourceId")})

    async def _finish_todo(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        found = self.todos.get(request.match_info["id"])
        states = objects(body.get("executorStatusList"))
        if found is None:  # assumed: no source names the code
            raise NewApiRefused("todo.notFound", "待办不存在")
        if not states or states[0].get("id") not in found["executorIds"]:  # type: ignore[operator]
            raise self._wrong("invalidParameter", "executorStatusList")
        found["done"] = states[0].get("isDone") is True
        return web.json_response({"result": True})

    async def _user(self, request: web.Request) -> web.Response:
        user = string(await read_object(request) or {}, "userid")
        if user not in self.people:
            raise OldApiRefused(60121, "找不到该用户")
        result = {"userid": user, "unionid": self._union(user), "name": self.people[user]}
        return web.json_response({"errcode": 0, "errmsg": "ok", "result": result})

    def _union(self, user: str) -> str:
        return f"union-{user}"
