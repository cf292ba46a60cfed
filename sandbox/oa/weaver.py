"""A strict stand-in for 泛微 e-cology 9: registration, tokens, processes, to-dos (reference §2).

Whatever a call gets wrong is refused as the OA refuses it, and noted in `violations`; a test asks
for none at its end. People of the OA act through methods.
"""

import base64
import functools
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from sandbox.oa.faults import Faults

Json = dict[str, object]
BASE = "/api/workflow/paService"
COOKIE = "ecology_JSessionid"
OPERATIONS = {"submit": "提交", "approve": "批准", "reject": "退回", "withdraw": "撤回"}


@dataclass(frozen=True, slots=True)
class WeaverForm:
    """A workflow and its form: fields of the main table and of detail tables, with the required."""

    workflow: str = "194"
    fields: frozenset[str] = frozenset({"dh", "sqr", "bm", "je", "sy", "fj", "ys"})
    required: frozenset[str] = frozenset({"dh", "je"})
    attachments: frozenset[str] = frozenset({"fj"})
    tables: dict[str, frozenset[str]] = field(
        default_factory=lambda: {"formtable_main_194_dt1": frozenset({"fylx", "je", "rq", "bz"})}
    )


@dataclass(slots=True)
class Request:
    """A process: at which kind of node it is, and its log."""

    id: str
    name: str
    creator: str
    main: dict[str, object]
    details: dict[str, list[dict[str, object]]]
    node: str = "1"
    node_name: str = "部门审批"
    status: str = "部门审批"
    logs: list[Json] = field(default_factory=list)
    deleted: bool = False


class WeaverStandIn:
    """One OA. `shape` is how codes are written: as text, or as objects in newer versions."""

    def __init__(
        self,
        app_id: str = "chit",
        users: tuple[str, ...] = ("1", "101", "102"),
        form: WeaverForm | None = None,
        shape: Literal["text", "object"] = "text",
    ) -> None:
        self.form = form or WeaverForm()
        self.users = frozenset(users)
        self.shape = shape
        self.requests: dict[str, Request] = {}
        self.todos: dict[str, Json] = {}
        self.faults = Faults()
        self.violations: list[str] = []
        self.registrations = 0
        self.tokens_given = 0
        self.calls: list[tuple[float, str]] = []
        self.latency_s = 0.0
        self.logins = frozenset({"zhangsan"})
        self.let_in: dict[str, str] = {}
        """Who each address that was given lets in."""
        self._app_id = app_id
        self._key = _server_key()
        self._secret = ""
        self._tokens: dict[str, float] = {}
        self._last_id = 2966059

    def routes(self) -> list[web.RouteDef]:
        """Give the OA's routes."""
        return [
            web.post("/api/ec/dev/auth/regist", self._around(self._regist)),
            web.post("/api/ec/dev/auth/applytoken", self._around(self._applytoken)),
            web.post(f"{BASE}/doCreateRequest", self._around(self._create)),
            web.get(f"{BASE}/getRequestStatus", self._around(self._status)),
            web.get(f"{BASE}/getWorkflowRequest", self._around(self._detail)),
            web.post(f"{BASE}/withdrawRequest", self._around(self._withdraw)),
            web.post(f"{BASE}/deleteRequest", self._around(self._delete)),
            web.post("/ssologin/getToken", self._around(self._let_in)),
            web.post("/rest/ofs/ReceiveRequestInfoByJson", self._around(self._todo)),
        ]

    def know(self) -> tuple[str, str]:
        """Register the application as an administrator did long ago; gives its secret and spk."""
        self._secret = secrets.token_hex(16)
        return self._secret, self._spk()

    def _spk(self) -> str:
        spelt = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(spelt).decode()

    # What people of the OA do

    def approve(self, request: str, by: str = "李经理", remark: str = "") -> None:
        """Agree at the last node: the process is archived."""
        self._move(request, "3", "归档", "归档", (by, "approve", remark))

    def pass_on(self, request: str, by: str = "李经理", remark: str = "") -> None:
        """Agree at a node that is not the last."""
        self._move(request, "1", "财务审批", "财务审批", (by, "approve", remark))

    def send_back(self, request: str, by: str = "李经理", remark: str = "") -> None:
        """Send a process back to its creator."""
        self._move(request, "0", "创建", "退回", (by, "reject", remark))

    def end_with_no(self, request: str, by: str = "李经理", remark: str = "") -> None:
        """Let a process end at a branch that means no."""
        self._move(request, "3", "不同意归档", "不同意", (by, "approve", remark))

    def take_back(self, request: str) -> None:
        """Let the creator withdraw a process in the OA."""
        found = self.requests[request]
        self._move(request, "0", "创建", "撤回", (found.creator, "withdraw", ""))

    def force_over(self, request: str) -> None:
        """Let an administrator archive a process by force."""
        self._move(request, "3", "归档", "强制归档", ("系统管理员", "强制归档", ""))

    def delete(self, request: str) -> None:
        """Let an administrator delete a process."""
        self.requests[request].deleted = True

    def expire_tokens(self) -> None:
        """Let every token that was given end."""
        self._tokens.clear()

    def one(self) -> Request:
        """Give the only process there is."""
        (found,) = self.requests.values()
        return found

    def _move(
        self, request: str, node: str, name: str, status: str, said: tuple[str, str, str]
    ) -> None:
        found = self.requests[request]
        by, operation, remark = said
        found.logs.insert(0, self._log(found, by, operation, remark))
        found.node, found.node_name, found.status = node, name, status

    def _log(self, found: Request, by: str, operation: str, remark: str) -> Json:
        second = len(found.logs)
        return {
            "id": str(900 + second),
            "nodeId": "3974",
            "nodeName": found.node_name,
            "operateDate": "2026-11-25",
            "operateTime": f"14:{second // 60:02d}:{second % 60:02d}",
            "operateType": OPERATIONS.get(operation, operation),
            "operatorId": "2978",
            "operatorName": by,
            "receivedPersons": "",
            "remark": f"<p>{remark}</p>" if remark else "",
        }

    # The wire

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append((time.monotonic(), request.path))
            return await self.faults.around(request, handler, expire=self.expire_tokens)

        return handle

    async def _regist(self, request: web.Request) -> web.Response:
        if request.headers.get("appid") != self._app_id:
            return _told("appid不存在")
        try:
            key = load_der_public_key(base64.b64decode(request.headers.get("cpk", "")))
        except ValueError:
            self.violations.append("cpk is no key")
            return _told("cpk错误")
        if not isinstance(key, rsa.RSAPublicKey):
            self.violations.append("cpk is no RSA key")
        self.registrations += 1
        if self.registrations > 1:
            self.violations.append("registered twice")
        self._secret = secrets.token_hex(16)
        return web.json_response(
            {
                "status": True,
                "code": 0,
                "msg": "ok",
                "secrit": self._secret,
                "spk": self._spk(),
            }
        )

    async def _applytoken(self, request: web.Request) -> web.Response:
        life = request.headers.get("time", "1800")
        if request.headers.get("appid") != self._app_id or not life.isdecimal():
            return _told("认证信息错误")
        if self._opened(request.headers.get("secret", "")) != self._secret or not self._secret:
            return _told("secret解密失败,请检查加密内容.")
        token = secrets.token_hex(16)
        self.tokens_given += 1
        self._tokens[token] = time.monotonic() + int(life)
        return web.json_response({"status": True, "code": 0, "msg": "ok", "token": token})

    def _opened(self, sealed: str) -> str:
        try:
            return self._key.decrypt(base64.b64decode(sealed), padding.PKCS1v15()).decode()
        except (ValueError, UnicodeDecodeError):
            return ""

    def _user(self, request: web.Request) -> str | web.Response:
        """Give who calls, or the refusal."""
        if COOKIE in request.cookies:
            self.violations.append("sent the OA's cookie back")
        token = request.headers.get("token", "")
        if request.headers.get("appid") != self._app_id:
            return _told("认证信息错误")
        if self._tokens.get(token, 0) < time.monotonic():
            return _told(f"token不存在或者超时：{token}")
        user = self._opened(request.headers.get("userid", ""))
        if user not in self.users:
            return _told("该账号存在异常,单点登录失败")
        return user

    def _answer(self, code: str, data: object = None, fault: object = None) -> web.Response:
        written: object = code
        if self.shape == "object":
            written = {"name": code, "statusCode": 1 if code == "SUCCESS" else 2}
        body: Json = {"code": written, "errMsg": fault or {}}
        if data is not None:
            body["data"] = data
        answer = web.json_response(body)
        answer.set_cookie(COOKIE, "aaa-session", path="/")
        return answer

    async def _create(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if isinstance(user, web.Response):
            return user
        given, fault = await self._given(request)
        if fault:
            self.violations.append(f"doCreateRequest: {fault}")
            return self._answer("PARAM_ERROR", fault={"message": fault})
        self._last_id += 1
        number = str(self._last_id)
        made = Request(number, str(given["name"]), user, given["main"], given["details"])  # type: ignore[arg-type]
        made.node_name = "创建"
        made.logs.append(self._log(made, user, "submit", ""))
        made.node_name = "部门审批"
        self.requests[number] = made
        return self._answer("SUCCESS", {"requestid": self._last_id})

    async def _given(self, request: web.Request) -> tuple[Json, str]:
        """Read a form strictly; gives what is wrong with it."""
        if request.content_type != "application/x-www-form-urlencoded":
            return {}, "not urlencoded"
        form = await request.post()
        try:
            main = json.loads(str(form.get("mainData", "")))
            details = json.loads(str(form.get("detailData", "[]")))
            others = json.loads(str(form.get("otherParams", "{}")))
        except ValueError:
            return {}, "a value is no JSON"
        name = str(form.get("requestName", ""))
        if str(form.get("workflowId", "")) != self.form.workflow or not name:
            return {}, "workflowId or requestName"
        if not isinstance(others, dict) or not isinstance(main, list):
            return {}, "mainData or otherParams"
        fields = {str(f.get("fieldName")): f.get("fieldValue") for f in main}
        fault = self._main_fault(fields) or self._detail_fault(details)
        rows = {t["tableDBName"]: _rows(t) for t in details} if not fault else {}
        return {"name": name, "main": fields, "details": rows}, fault

    def _main_fault(self, fields: dict[str, object]) -> str:
        unknown = set(fields) - self.form.fields
        if unknown:
            return f"unknown fields {sorted(unknown)}"
        for name in self.form.required:
            if fields.get(name) in (None, ""):
                return f"missing field {name}"
        for name, value in fields.items():
            if name in self.form.attachments:
                if not _is_files(value):
                    return f"{name} holds no files"
            elif not isinstance(value, str):
                return f"{name} is no text"
        return ""

    def _detail_fault(self, details: object) -> str:
        if not isinstance(details, list):
            return "detailData"
        for table in details:
            known = self.form.tables.get(str(table.get("tableDBName")))
            if known is None:
                return f"unknown table {table.get('tableDBName')}"
            for row in _rows(table):
                if set(row) - known:
                    return f"unknown fields {sorted(set(row) - known)}"
                if not all(isinstance(v, str) for v in row.values()):
                    return "a detail value is no text"
        return ""

    def _found(self, request: web.Request, number: str) -> Request | web.Response:
        user = self._user(request)
        if isinstance(user, web.Response):
            return user
        found = self.requests.get(number)
        if found is None or found.deleted:
            return self._answer("PARAM_ERROR", fault={"requestId": "流程不存在"})
        return found

    async def _status(self, request: web.Request) -> web.Response:
        found = self._found(request, request.query.get("requestId", ""))
        if isinstance(found, web.Response):
            return found
        data = {
            "requestId": found.id,
            "requestName": found.name,
            "creatorId": found.creator,
            "currentNodeId": "3976",
            "currentNodeType": found.node,
            "status": found.status,
            "workflowId": int(self.form.workflow),
        }
        return self._answer("SUCCESS", data)

    async def _detail(self, request: web.Request) -> web.Response:
        found = self._found(request, request.query.get("requestId", ""))
        if isinstance(found, web.Response):
            return found
        fields = [{"fieldName": k, "fieldValue": str(v)} for k, v in found.main.items()]
        data = {
            "requestId": found.id,
            "requestName": found.name,
            "creatorId": found.creator,
            "currentNodeName": found.node_name,
            "status": found.status,
            "workflowMainTableInfo": {
                "tableDBName": "formtable_main_194",
                "requestRecords": [{"recordOrder": 0, "workflowRequestTableFields": fields}],
            },
            "workflowRequestLogs": found.logs,
        }
        return self._answer("SUCCESS", data)

    async def _withdraw(self, request: web.Request) -> web.Response:
        form = await request.post()
        found = self._found(request, str(form.get("requestId", "")))
        if isinstance(found, web.Response):
            return found
        if found.node in {"0", "3"} or self._user(request) != found.creator:
            return self._answer("NO_PERMISSION")
        self.take_back(found.id)
        return self._answer("SUCCESS")

    async def _delete(self, request: web.Request) -> web.Response:
        form = await request.post()
        found = self._found(request, str(form.get("requestId", "")))
        if isinstance(found, web.Response):
            return found
        if found.node != "0" or self._user(request) != found.creator:
            return self._answer("NO_PERMISSION")
        found.deleted = True
        return self._answer("SUCCESS")

    async def _let_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        login = str(form.get("loginid", ""))
        if form.get("appid") != self._app_id or login not in self.logins:
            return web.Response(text="Token获取失败: 用户不存在")
        token = secrets.token_hex(32)
        self.let_in[token] = login
        return web.Response(text=token)

    async def _todo(self, request: web.Request) -> web.Response:
        body = await request.json()
        wanted = {"syscode", "flowid", "requestname", "workflowname", "nodename", "pcurl", "appurl"}
        wanted |= {"isremark", "viewtype", "creator", "createdatetime", "receiver", "receivets"}
        missing = sorted(name for name in wanted if body.get(name) in (None, ""))
        if missing:
            self.violations.append(f"to-do without {missing}")
            return web.json_response({"operResult": "0", "message": f"缺少参数 {missing}"})
        key = f"{body['flowid']}|{body['receiver']}"
        known = self.todos.get(key)
        if known is None or int(str(known["receivets"])) <= int(str(body["receivets"])):
            self.todos[key] = body
        return web.json_response({"operResult": "1", "message": "ok"})


@functools.cache
def _server_key() -> rsa.RSAPrivateKey:
    """Give the key of every stand-in of this process: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _told(text: str) -> web.Response:
    return web.json_response({"msg": text, "code": -1, "msgShowType": "none", "status": False})


def _rows(table: Json) -> list[dict[str, object]]:
    records = table.get("workflowRequestTableRecords")
    found = records if isinstance(records, list) else []
    return [
        {f["fieldName"]: f["fieldValue"] for f in r.get("workflowRequestTableFields", [])}
        for r in found
    ]


def _is_files(value: object) -> bool:
    if not isinstance(value, list):
        return False
    for file in value:
        path, name = str(file.get("filePath", "")), str(file.get("fileName", ""))
        if not name or not path.startswith(("base64:", "http")):
            return False
        try:
            base64.b64decode(path.removeprefix("base64:"), validate=path.startswith("base64:"))
        except ValueError:
            return False
    return True
