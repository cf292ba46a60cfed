"""A strict stand-in for DingTalk's 流程中心, which shows approvals of other systems.

Source: DingTalk's pages of `processCentres/…`. Calls for one process must not meet.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.dingtalk_errors import NewApiRefused
from sandbox.wire import objects, string
from sandbox.world import JsonObject

COMPONENTS = {"TextField", "TextareaField", "NumberField", "MoneyField"}
MOST_TASKS, MOST_TITLE, MOST_URL, MOST_PAGE = 20, 64, 1024, 40
Handler = Callable[[web.Request], Awaitable[web.Response]]
Around = Callable[[Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]


@dataclass(slots=True)
class Task:
    """What waits for somebody, or how it ended (`AGREE`, `REFUSE`, `CANCELED`)."""

    id: int
    process: str
    node: str
    user: str
    url: str
    end: str = ""


@dataclass(slots=True)
class ShownProcess:
    """A process of another system as the lists show it."""

    id: str
    originator: str
    title: str
    url: str
    values: dict[str, str]
    status: str = "RUNNING"
    result: str = ""


@dataclass(slots=True)
class ApprovalCentre:
    """Templates, processes and tasks of one company's centre."""

    people: Mapping[str, str]
    wrong: Callable[[str, str], NewApiRefused]
    body: Callable[[web.Request], Awaitable[JsonObject]]
    templates: dict[str, str] = field(default_factory=dict)
    """Codes by names."""
    labels: dict[str, set[str]] = field(default_factory=dict)
    processes: dict[str, ShownProcess] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)

    def routes(self, root: str, around: Around) -> list[web.RouteDef]:
        """Give the routes below `/v1.0/workflow/processCentres`."""
        return [
            web.post(f"{root}/schemas", around(self._new_template)),
            web.get(f"{root}/schemaNames/processCodes", around(self._find_template)),
            web.post(f"{root}/instances", around(self._show)),
            web.put(f"{root}/instances", around(self._end)),
            web.post(f"{root}/tasks", around(self._ask)),
            web.put(f"{root}/tasks", around(self._settle)),
            web.get(f"{root}/todoTasks", around(self._waiting)),
        ]

    def waits_for(self, user: str) -> list[Task]:
        """Give what waits for somebody in their list."""
        return [t for t in self.tasks if t.user == user and not t.end]

    def one(self) -> ShownProcess:
        """Give the only process there is."""
        (found,) = self.processes.values()
        return found

    async def _new_template(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        name, listed = string(body, "name"), objects(body.get("formComponents"))
        if name in self.templates:
            raise self.wrong("formName.error", "已有相同名称表单")
        props = [row.get("props") for row in listed]
        labels = {string(p, "label") for p in props if isinstance(p, dict)}
        ids = {string(p, "componentId") for p in props if isinstance(p, dict)}
        kinds = {string(row, "componentType") for row in listed}
        if not name or not listed or "" in labels | ids or len(ids) != len(listed):
            raise self.wrong("formschema.error", "name, label, componentId")
        if kinds - COMPONENTS:
            raise self.wrong("formschema.error", f"componentType {sorted(kinds)}")
        code = f"PROC-{uuid.uuid4()}"
        self.templates[name], self.labels[code] = code, labels
        return web.json_response({"result": {"processCode": code}})

    async def _find_template(self, request: web.Request) -> web.Response:
        code = self.templates.get(request.query.get("name", ""))
        if code is None:
            raise NewApiRefused("process.error", "模板不存在")
        return web.json_response({"result": {"processCode": code, "gmtModified": "2026-11-25"}})

    async def _show(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        labels = self.labels.get(string(body, "processCode"))
        if labels is None:
            raise self.wrong("process.error", "审批流不存在")
        if string(body, "originatorUserId") not in self.people:
            raise self.wrong("userNotExist", "用户不存在")
        rows = objects(body.get("formComponentValueList"))
        values = {string(r, "name"): r.get("value") for r in rows}
        if set(values) - labels or not all(isinstance(v, str) for v in values.values()):
            raise self.wrong("formConverterError", "表单数据反向转换出错")
        title, url = string(body, "title"), string(body, "url")
        if len(title) > MOST_TITLE or not 0 < len(url) <= MOST_URL:
            raise self.wrong("parameter.invalid", "title, url")
        made = ShownProcess(
            str(uuid.uuid4()), string(body, "originatorUserId"), title, url,
            {k: str(v) for k, v in values.items()},
        )  # fmt: skip
        self.processes[made.id] = made
        return web.json_response({"result": {"processInstanceId": made.id}})

    def _found(self, instance: str) -> ShownProcess:
        found = self.processes.get(instance)
        if found is None:
            raise NewApiRefused("process.inst.notExist", "审批单不存在或已删除")
        return found

    async def _ask(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        process = self._found(string(body, "processInstanceId"))
        if process.status != "RUNNING":
            raise self.wrong("integrated.state.invalid", "流程实例已完结，不能继续创建任务")
        wanted = objects(body.get("tasks"))
        if not 0 < len(wanted) <= MOST_TASKS:
            raise self.wrong("tasks.is.null", "参数错误，任务列表tasks不能为空")
        made = []
        for row in wanted:
            user = string(row, "userId")
            if user not in self.people or len(string(row, "url")) > MOST_URL:
                raise self.wrong("task.url.error", user)
            number = 1_000_000 + len(self.tasks) + 1
            node = string(body, "activityId")
            self.tasks.append(Task(number, process.id, node, user, string(row, "url")))
            made.append({"taskId": number, "userId": user})
        return web.json_response({"result": made, "success": True})

    async def _settle(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        self._found(string(body, "processInstanceId"))
        known = {t.id: t for t in self.tasks}
        for row in objects(body.get("tasks")):
            number, status = row.get("taskId"), string(row, "status")
            task = known.get(number) if isinstance(number, int) else None
            result = string(row, "result") if status == "COMPLETED" else status
            if task is None or result not in {"AGREE", "REFUSE", "CANCELED"}:
                raise self.wrong("integrated.permission.error", "taskId, status")
            task.end = task.end or result
        return web.json_response({"success": True})

    async def _end(self, request: web.Request) -> web.Response:
        body = await self.body(request)
        process = self._found(string(body, "processInstanceId"))
        status, result = string(body, "status"), string(body, "result")
        if status not in {"COMPLETED", "TERMINATED"} or result not in {"agree", "refuse"}:
            raise self.wrong("parameter.invalid", "status, result")
        process.status, process.result = status, result
        for task in self.tasks:
            if task.process == process.id:
                task.end = task.end or "CANCELED"
        return web.json_response({"success": True})

    async def _waiting(self, request: web.Request) -> web.Response:
        query = request.query
        size, page = int(query.get("pageSize", "0")), int(query.get("pageNumber", "0"))
        if not 0 < size <= MOST_PAGE or page < 1:
            raise self.wrong("integrated.params.error", "参数非法，请检查分页参数跟起始时间")
        every = self.waits_for(query.get("userId", ""))
        rows = [
            {
                "taskId": t.id,
                "activityId": t.node,
                "userId": self.processes[t.process].originator,
                "status": "RUNNING",
                "processInstanceId": t.process,
            }
            for t in every[(page - 1) * size : page * size]
        ]
        return web.json_response({"taskPage": {"hasMore": page * size < len(every), "list": rows}})
