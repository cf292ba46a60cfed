"""A strict stand-in for 蓝凌 EKP: reviews, results that the site posts, to-dos (reference §4).

Whatever a call gets wrong is refused, and noted in `violations`; a test asks for none at its end.
People of the OA act through methods; what the site's own event posts is made by `result`.
"""

import base64
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.oa.faults import LOGIN_PAGE, Faults

Json = dict[str, object]
Given = Mapping[str, str | bytes | bytearray | web.FileField]
REVIEW = "/ekp/api/km-review/kmReviewRestService"
NOTIFY = "/ekp/api/sys-notify/sysNotifyTodoRestService"
CODES = {"approved": 0, "rejected": 1, "withdrawn": 2, "void": 3}


@dataclass(frozen=True, slots=True)
class LandrayForm:
    """A template and its form: fields, detail tables with their columns, and the required."""

    template: str = "16f2a0c7b1d34e5f8a9b0c1d2e3f4a5b"
    fields: frozenset[str] = frozenset({"fd_no", "fd_amount", "fd_reason", "fd_left"})
    required: frozenset[str] = frozenset({"fd_no", "fd_amount"})
    tables: dict[str, frozenset[str]] = field(
        default_factory=lambda: {"fd_items": frozenset({"fd_kind", "fd_amount", "fd_day"})}
    )
    keys: frozenset[str] = frozenset({"fdAttachment", "fd_invoices"})


@dataclass(slots=True)
class Review:
    """A document; `status` 20 待审 until somebody of the OA does something."""

    id: str
    subject: str
    creator: str
    values: Json
    files: list[tuple[str, str, bytes]]
    status: str = "20"


class LandrayStandIn:
    """One OA at the context path `/ekp`. `newer` answers as `addReviewNew` does."""

    def __init__(
        self,
        user: str = "rest",
        password: str = "rest-pass",  # noqa: S107 - of a made-up OA
        people: tuple[str, ...] = ("zhangsan", "lisi", "boss"),
        form: LandrayForm | None = None,
    ) -> None:
        self.form = form or LandrayForm()
        self.people = frozenset(people)
        self.person_key = "LoginName"
        self.newer = False
        self.redirects = False
        self.reviews: dict[str, Review] = {}
        self.todos: dict[str, Json] = {}
        self.acts: list[Json] = []
        self.faults = Faults()
        self.violations: list[str] = []
        self.calls: list[str] = []
        self._basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def routes(self) -> list[web.RouteDef]:
        """Give the OA's routes."""
        return [
            web.post(f"{REVIEW}/addReview", self._around(self._add)),
            web.post(f"{REVIEW}/approveProcess", self._around(self._act)),
            web.post(f"{NOTIFY}/sendTodo", self._around(self._todo)),
            web.post(f"{NOTIFY}/setTodoDone", self._around(self._todo_done)),
        ]

    def result(self, document: str, status: str, remark: str = "") -> str:
        """Give what the site's event posts when a process ends, and let it be over."""
        review = self.reviews[document]
        review.status = "30" if status == "approved" else "00"
        said = {"oaId": document, "status": CODES[status], "remark": remark}
        return json.dumps(said, ensure_ascii=False)

    def one(self) -> Review:
        """Give the only document there is."""
        (found,) = self.reviews.values()
        return found

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append(request.path)
            if request.headers.get("Authorization") != self._basic:
                return self._stranger()
            return await self.faults.around(request, handler, expire=_nothing)

        return handle

    def _stranger(self) -> web.Response:
        if self.redirects:
            return web.Response(status=302, headers={"Location": "/ekp/login.jsp"}, text=LOGIN_PAGE)
        return web.Response(status=401)

    def _named(self, written: object) -> str:
        """Give the person that JSON with one key names, "" for nobody."""
        try:
            found = json.loads(str(written))
        except ValueError:
            return ""
        if not isinstance(found, dict) or set(found) != {self.person_key}:
            return ""
        name = str(found[self.person_key])
        return name if name in self.people else ""

    async def _add(self, request: web.Request) -> web.Response:
        if request.content_type != "multipart/form-data":
            self.violations.append("addReview: not multipart")
            return _refused("Content-Type")
        form = await request.post()
        files = _files(form)
        fault = self._fault(form, files)
        if fault:
            self.violations.append(f"addReview: {fault}")
            return _refused(fault)
        number = secrets.token_hex(16)
        creator = self._named(form["docCreator"])
        values = json.loads(str(form["formValues"]))
        self.reviews[number] = Review(number, str(form["docSubject"]), creator, values, files)
        return self._good(number)

    def _good(self, number: str) -> web.Response:
        if not self.newer:
            return web.Response(text=number)
        body = {"code": "200", "message": "success", "data": number, "success": True}
        return web.json_response(body)

    def _fault(self, form: Given, files: list[tuple[str, str, bytes]]) -> str:
        if not form.get("docSubject") or form.get("fdTemplateId") != self.form.template:
            return "docSubject or fdTemplateId"
        if not self._named(form.get("docCreator")):
            return "docCreator"
        if form.get("docStatus", "20") not in {"10", "20"}:
            return "docStatus"
        if any(key not in self.form.keys or not name for key, name, _ in files):
            return "attachmentForms"
        try:
            values = json.loads(str(form.get("formValues", "")))
        except ValueError:
            return "formValues"
        return self._values_fault(values) if isinstance(values, dict) else "formValues"

    def _values_fault(self, values: Json) -> str:
        known = self.form.fields | set(self.form.tables)
        missing = sorted(name for name in self.form.required if not values.get(name))
        if set(values) - known or missing:
            return f"字段 {sorted(set(values) - known) or missing} 不对"
        for table, columns in self.form.tables.items():
            wanted = {f"{table}.{column}" for column in columns}
            rows = values.get(table, [])
            if not isinstance(rows, list) or any(set(row) - wanted for row in rows):
                return f"明细 {table}"
        plain = (v for k, v in values.items() if k in self.form.fields)
        return "" if all(isinstance(value, str) for value in plain) else "a value is no text"

    async def _act(self, request: web.Request) -> web.Response:
        if request.content_type != "multipart/form-data":
            self.violations.append("approveProcess: not multipart")
        form = await request.post()
        found = self.reviews.get(str(form.get("fdId", "")))
        try:
            flow = json.loads(str(form.get("flowParam", "")))
        except ValueError:
            flow = {}
        operation, note = flow.get("operationType", ""), flow.get("auditNote", "")
        part = "docCreator" if str(operation).startswith("drafter") else "handler"
        if found is None or not note or self._named(form.get(part)) != found.creator:
            self.violations.append("approveProcess: fdId, flowParam or who")
            return _refused("参数错误")
        if found.status != "20":
            return _refused("流程已结束")
        self.acts.append(flow)
        found.status = "00"
        return self._good(found.id)

    async def _todo(self, request: web.Request) -> web.Response:
        body = await _object(request)
        wanted = {"modelName", "modelId", "subject", "link", "mobileLink", "padLink", "createTime"}
        missing = sorted(name for name in wanted if not body.get(name))
        if missing or body.get("type") != "1" or not self._named(body.get("targets")):
            self.violations.append(f"sendTodo: {missing or 'type or targets'}")
            return web.json_response({"returnState": 1, "message": "参数错误"})
        self.todos[str(body["modelId"])] = body
        return web.json_response({"returnState": 2, "message": ""})

    async def _todo_done(self, request: web.Request) -> web.Response:
        body = await _object(request)
        if not body.get("modelName") or not body.get("optType") or not body.get("modelId"):
            self.violations.append("setTodoDone: modelName, modelId or optType")
            return web.json_response({"returnState": 1, "message": "参数错误"})
        gone = self.todos.pop(str(body["modelId"]), None)
        return web.json_response({"returnState": 0 if gone is None else 2, "message": ""})


def _nothing() -> None:
    """There are no tokens that could end."""


def _refused(text: str) -> web.Response:
    return web.json_response({"success": False, "msg": text})


def _files(form: Given) -> list[tuple[str, str, bytes]]:
    """Give the files of a form in their order: key, name, bytes."""
    found: list[tuple[str, str, bytes]] = []
    while isinstance(
        part := form.get(f"attachmentForms[{len(found)}].fdAttachment"), web.FileField
    ):
        place = f"attachmentForms[{len(found)}]."
        key, name = str(form.get(place + "fdKey", "")), str(form.get(place + "fdFileName", ""))
        with part.file as file:
            found.append((key, name, file.read()))
    return found


async def _object(request: web.Request) -> Json:
    try:
        found = json.loads(await request.read())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
