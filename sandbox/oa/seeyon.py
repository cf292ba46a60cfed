"""A strict stand-in for 致远 A8/V5: tokens, CAP3 processes, files, to-dos (reference §3).

Whatever a call gets wrong is refused, and noted in `violations`; a test asks for none at its end.
People of the OA act through methods.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from sandbox.oa.faults import Faults

Json = dict[str, object]
REST = "/seeyon/rest"
CancelShape = Literal["true", "success", "code"]
TokenShape = Literal["json", "text"]


@dataclass(frozen=True, slots=True)
class SeeyonForm:
    """A template and its CAP3 form: tables with their fields, and the required ones."""

    template: str = "BX_001"
    main: str = "formmain_0019"
    fields: frozenset[str] = frozenset({"单号", "部门", "金额", "事由", "预算余额"})
    required: frozenset[str] = frozenset({"单号", "金额"})
    tables: dict[str, frozenset[str]] = field(
        default_factory=lambda: {"formson_0020": frozenset({"费用类型", "金额", "日期", "说明"})}
    )


@dataclass(slots=True)
class Process:
    """A process: 4 处理中 until somebody of the OA does something."""

    summary: str
    affair: str
    sender: str
    subject: str
    main: Json
    rows: dict[str, list[Json]]
    attachments: list[str]
    state: int = 4


class SeeyonStandIn:
    """One OA. `tokens_as` and `cancels_as` are the shapes of its answers."""

    def __init__(
        self,
        user: str = "rest",
        password: str = "rest-pass",  # noqa: S107 - of a made-up OA
        people: tuple[str, ...] = ("zhangsan", "lisi", "boss"),
        form: SeeyonForm | None = None,
    ) -> None:
        self.form = form or SeeyonForm()
        self.people = frozenset(people)
        self.tokens_as: TokenShape = "json"
        self.cancels_as: CancelShape = "true"
        self.processes: dict[str, Process] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.todos: dict[str, Json] = {}
        self.faults = Faults()
        self.violations: list[str] = []
        self.calls: list[str] = []
        self.tokens_given = 0
        self.register_code = "chit"
        self._account = (user, password)
        self._tokens: dict[str, str] = {}
        self._last_id = -8123456789012345678

    def routes(self) -> list[web.RouteDef]:
        """Give the OA's routes."""
        return [
            web.post(f"{REST}/token", self._around(self._token)),
            web.put(f"{REST}/token", self._around(self._bind)),
            web.post(f"{REST}/attachment", self._around(self._upload)),
            web.post(f"{REST}/bpm/process/start", self._around(self._start)),
            web.get(f"{REST}/flow/state/{{id}}", self._around(self._state)),
            web.post(f"{REST}/affair/cancel", self._around(self._cancel)),
            web.post(f"{REST}/thirdpartyPending/receive", self._around(self._todo)),
            web.post(f"{REST}/thirdpartyPending/updatePendingState", self._around(self._todo_done)),
        ]

    # What people of the OA do

    def finish(self, summary: str) -> None:
        """Agree at the last node."""
        self.processes[summary].state = 0

    def send_back(self, summary: str) -> None:
        """Send a process back to its sender."""
        self.processes[summary].state = 6

    def revoke(self, summary: str) -> None:
        """Let the sender revoke a process in the OA."""
        self.processes[summary].state = 5

    def take_back(self, summary: str) -> None:
        """Let the sender take a process back."""
        self.processes[summary].state = 7

    def end(self, summary: str) -> None:
        """End a process by force (终止)."""
        self.processes[summary].state = 15

    def forget(self, summary: str) -> None:
        """Delete a process: its state is 未知."""
        self.processes[summary].state = 2

    def expire_tokens(self) -> None:
        """Let every token that was given end."""
        self._tokens.clear()

    def one(self) -> Process:
        """Give the only process there is."""
        (found,) = self.processes.values()
        return found

    # The wire

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append(request.path)
            return await self.faults.around(request, handler, expire=self.expire_tokens)

        return handle

    async def _token(self, request: web.Request) -> web.Response:
        body = await _object(request)
        if (body.get("userName"), body.get("password")) != self._account:
            return web.Response(status=401)
        person = str(body.get("loginName", ""))
        token = secrets.token_hex(16)
        self._tokens[token] = ""
        self.tokens_given += 1
        if self.tokens_as == "text":
            return web.Response(text=token)
        bound = person in self.people
        if bound:
            self._tokens[token] = person
        return web.json_response({"id": token, "bindingUser": {"id": 7} if bound else None})

    async def _bind(self, request: web.Request) -> web.Response:
        body = await _object(request)
        token, person = str(body.get("token", "")), str(body.get("loginName", ""))
        if token not in self._tokens:
            return web.Response(status=401)
        if person not in self.people:
            return web.json_response({"message": f"用户不存在 {person}"}, status=400)
        self._tokens[token] = person
        return web.json_response({"id": token, "bindingUser": {"id": 7}})

    def _person(self, request: web.Request) -> str | None:
        """Give whom a call speaks for, None for a token that is no longer good."""
        return self._tokens.get(request.headers.get("token", ""))

    async def _upload(self, request: web.Request) -> web.Response:
        if self._person(request) is None:
            return web.Response(status=401)
        wanted = {"applicationCategory": "0", "extensions": "", "firstSave": "true"}
        if {k: request.query.get(k) for k in wanted} != wanted:
            self.violations.append("attachment: query")
        form = await request.post()
        files = [part for part in form.values() if isinstance(part, web.FileField)]
        if request.content_type != "multipart/form-data" or len(files) != 1:
            self.violations.append("attachment: not one file in parts")
            return web.json_response({"code": 1, "message": "没有文件"}, status=400)
        number = self._new_id()
        with files[0].file as file:
            self.files[number] = (files[0].filename, file.read())
        return web.json_response({"atts": [{"fileUrl": number, "createdate": "1764050000000"}]})

    async def _start(self, request: web.Request) -> web.Response:
        person = self._person(request)
        if person is None:
            return web.Response(status=401)
        body = await _object(request)
        fault = self._fault(body, person)
        if fault:
            self.violations.append(f"process/start: {fault}")
            return web.json_response({"code": 1, "data": {"errorMsg": fault}, "message": ""})
        data: Json = body["data"]  # type: ignore[assignment]
        form: Json = data["data"]  # type: ignore[assignment]
        summary, affair = self._new_id(), self._new_id()
        self.processes[summary] = Process(
            summary,
            affair,
            person,
            str(data["subject"]),
            form[self.form.main],  # type: ignore[arg-type]
            {name: form.get(name, []) for name in self.form.tables},  # type: ignore[misc]
            [str(number) for number in data["attachments"]],  # type: ignore[attr-defined]
        )
        return web.json_response(self._begun(self.processes[summary]))

    def _begun(self, made: Process) -> Json:
        ids = {"affairId": int(made.affair), "summaryId": int(made.summary)}
        item = {"id": self._new_id(), "nodeName": "部门经理", "userLoginName": "boss"}
        return {
            "code": 0,
            "data": {
                "workitems": [item],
                "app_bussiness_data": json.dumps(ids),
                "processId": self._new_id(),
                "subject": made.subject,
                "errorMsg": "",
            },
            "message": "",
        }

    def _fault(self, body: Json, person: str) -> str:
        data = body.get("data")
        if body.get("appName") != "collaboration" or not isinstance(data, dict):
            return "appName or data"
        if not person:
            return "the token speaks for nobody"
        if data.get("templateCode") != self.form.template or data.get("draft") != "0":
            return "templateCode or draft"
        if not data.get("subject") or not isinstance(data.get("attachments"), list):
            return "subject or attachments"
        if data.get("relateDoc") != "" or any(a not in self.files for a in data["attachments"]):
            return "relateDoc or a file that nobody gave"
        form = data.get("data")
        if not isinstance(form, dict) or form.get("thirdAttachments") != []:
            return "data or thirdAttachments"
        return self._form_fault(form)

    def _form_fault(self, form: Json) -> str:
        known = {self.form.main, "thirdAttachments", *self.form.tables}
        if set(form) - known:
            return f"数据表 {sorted(set(form) - known)} 不存在"
        main = form.get(self.form.main)
        if not isinstance(main, dict):
            return f"没有 {self.form.main}"
        missing = sorted(n for n in self.form.required if not main.get(n))
        if set(main) - self.form.fields or missing:
            return f"字段 {sorted(set(main) - self.form.fields) or missing} 不对"
        rows = [(table, row) for table in self.form.tables for row in _rows(form.get(table))]
        for table, row in rows:
            if set(row) - self.form.tables[table]:
                return f"字段 {sorted(set(row) - self.form.tables[table])} 不存在"
        values = [*main.values(), *(value for _, row in rows for value in row.values())]
        return "" if all(isinstance(value, str) for value in values) else "a value is no text"

    async def _state(self, request: web.Request) -> web.Response:
        if self._person(request) is None:
            return web.Response(status=401)
        found = self.processes.get(request.match_info["id"])
        return web.Response(text=str(found.state if found else 2))

    async def _cancel(self, request: web.Request) -> web.Response:
        if self._person(request) is None:
            return web.Response(status=401)
        body = await _object(request)
        found = self.processes.get(str(body.get("summaryId")))
        mine = found and (str(body.get("affairId")), body.get("member")) == (
            found.affair,
            found.sender,
        )
        if found is None or not mine:
            self.violations.append("affair/cancel: summaryId, affairId or member")
        good = bool(mine) and found is not None and found.state in {3, 4}
        if good and found is not None:
            found.state = 5
        return self._cancelled(good=good)

    def _cancelled(self, *, good: bool) -> web.Response:
        if self.cancels_as == "true":
            return web.json_response(good)
        if self.cancels_as == "success":
            return web.json_response({"success": good, "message": "" if good else "不能撤销"})
        return web.json_response({"code": 0 if good else 1, "message": "" if good else "不能撤销"})

    async def _todo(self, request: web.Request) -> web.Response:
        if self._person(request) is None:
            return web.Response(status=401)
        body = await _object(request)
        wanted = {"registerCode", "taskId", "title", "senderName", "creationDate", "thirdSenderId"}
        wanted |= {"url", "h5url", "noneBindingReceiver"}
        missing = sorted(name for name in wanted if not body.get(name))
        fault = f"缺少 {missing}" if missing else ""
        if body.get("state") != "0" or body.get("registerCode") != self.register_code:
            fault = "state or registerCode"
        if fault or body.get("noneBindingReceiver") not in self.people:
            self.violations.append(f"to-do: {fault or 'receiver'}")
            return web.json_response({"success": False, "errorMsgs": [fault or "接收人不存在"]})
        self.todos[str(body["taskId"])] = body
        return web.json_response({"success": True, "errorMsgs": []})

    async def _todo_done(self, request: web.Request) -> web.Response:
        if self._person(request) is None:
            return web.Response(status=401)
        body = await _object(request)
        found = self.todos.get(str(body.get("taskId")))
        if found is None or set(body) != {"registerCode", "taskId", "state"}:
            self.violations.append("to-do done: taskId, state")
            return web.json_response({"success": False, "errorMsgs": ["taskId"]})
        found["state"] = body["state"]
        return web.json_response({"success": True, "errorMsgs": []})

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)


def _rows(value: object) -> list[Json]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


async def _object(request: web.Request) -> Json:
    try:
        found = json.loads(await request.read())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
