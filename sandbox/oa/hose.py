"""A strict stand-in for 合思: tokens, documents, approvals, budgets (reference §1).

Whatever a call gets wrong is refused with the platform's words, and noted in `violations`; a test
asks for none at its end. People of the platform act through methods.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.oa.faults import Faults
from sandbox.oa.hose_rules import (
    HoseRules,
    document_fault,
    listed_departments,
    listed_staff,
)

Json = dict[str, object]
BASE = "/api/openapi"
MOST_FILE_BYTES = 30 * 1024 * 1024
LIFE_S = 7200
MOST_ROWS = 100


@dataclass(slots=True)
class Document:
    """A document: its form, where it is, its log."""

    id: str
    code: str
    form: Json
    kind: str = "expense"
    state: str = "draft"
    created: int = 0
    updated: int = 0
    logs: list[Json] = field(default_factory=list)
    active: bool = True
    waits_for: list[str] = field(default_factory=list)

    def json(self) -> Json:
        """Give it as the platform shows it."""
        return {
            "version": len(self.logs) + 1,
            "active": self.active,
            "createTime": self.created,
            "updateTime": self.updated,
            "corporationId": "corp",
            "form": {**self.form, "code": self.code},
            "ownerId": self.form.get("submitterId"),
            "state": self.state,
            "flowType": "freeflow",
            "formType": self.kind,
            "logs": self.logs,
            "actions": {},
            "id": self.id,
        }


class HoseStandIn:
    """One company of 合思. `checks` is what 费用标准检查 objects to, in words, or ""."""

    def __init__(self, rules: HoseRules | None = None) -> None:
        self.rules = rules or HoseRules()
        self.documents: dict[str, Document] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.vouchers: dict[str, str] = {}
        self.payments: list[Json] = []
        self.approvals: list[tuple[float, list[str], Json]] = []
        self.packages: list[Json] = []
        self.nodes: dict[str, list[Json]] = {}
        self.faults = Faults()
        self.violations: list[str] = []
        self.tokens_given = 0
        self.calls: list[tuple[float, str]] = []
        self.checks = ""
        self.approver = "corp:li"
        self.pending = False
        self.retractable = True
        self.moved_to = ""
        self._tokens: dict[str, float] = {}
        self._results: dict[str, Json] = {}
        self._clock_ms = 1_795_597_200_000
        self._used_codes: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """Give the platform's routes."""
        around = self._around
        return [
            web.post(f"{BASE}/v1/auth/getAccessToken", self._open(self._token)),
            web.get(f"{BASE}/v2/location", self._open(self._location)),
            web.post(f"{BASE}/v2.2/flow/data", around(self._create)),
            web.post(f"{BASE}/v2/flow/data/submitFlow", around(self._submit)),
            web.get(f"{BASE}/v2/flow/plan/computed/{{flow}}", around(self._plan)),
            web.post(f"{BASE}/v2.1/flow/data/{{flow}}/{{action}}", around(self._act)),
            web.put(f"{BASE}/v2.1/flow/data/erpVoucher", around(self._voucher)),
            web.get(f"{BASE}/v1.1/flowDetails", around(self._detail)),
            web.get(f"{BASE}/v1.1/flowDetails/outerCode", around(self._by_outer)),
            web.get(f"{BASE}/v1.1/docs/getApplyList", around(self._list)),
            web.post(f"{BASE}/v2/attachment/upload", around(self._upload)),
            web.post(f"{BASE}/v1/staffs/getStaffIds", around(self._staff)),
            web.get(f"{BASE}/v1.1/staffs", around(self._staffs)),
            web.get(f"{BASE}/v1/departments", around(self._departments)),
            web.post(f"{BASE}/v1/paymentResults", around(self._paid)),
            web.post(f"{BASE}/v1/backlog/data/{{flows}}", around(self._approve)),
            web.get(f"{BASE}/v1/backlog/data/result", around(self._result)),
            web.get(f"{BASE}/v2/budgets", around(self._budgets)),
            web.post(f"{BASE}/v2/budgets/searchBudgetNode/{{id}}/{{ver}}", around(self._node)),
            web.post(f"{BASE}/v1.1/provisional/getProvisionalAuth", around(self._page)),
        ]

    # What people of the platform do

    def agree(
        self, flow: str, by: str = "corp:li", comment: str = "", *, last: bool = True
    ) -> None:
        """Agree; at the last node the document goes on to the cashier."""
        next_state = "paying" if last else "approving"
        self._move(flow, "freeflow.agree", next_state, (by, comment), [] if last else ["corp:cfo"])

    def reject(self, flow: str, by: str = "corp:li", comment: str = "") -> None:
        """Send a document back to its submitter."""
        self._move(flow, "freeflow.reject", "rejected", (by, comment), [])

    def take_back(self, flow: str) -> None:
        """Let the submitter retract; the log is empty afterwards."""
        found = self.documents[flow]
        self._move(flow, "freeflow.retract", "draft", (str(found.form["submitterId"]), ""), [])
        found.logs.clear()

    def nullify(self, flow: str) -> None:
        """Let an administrator make a document void."""
        self._move(flow, "freeflow.nullify", "nullify", ("corp:admin", "作废"), [])

    def pay(self, flow: str, state: str = "paid") -> None:
        """Let the cashier pay, or begin to (`PROCESSING`)."""
        self._move(flow, "freeflow.pay", state, ("corp:cashier", ""), [])

    def delete(self, flow: str) -> None:
        """Let an administrator delete a document."""
        self.documents[flow].active = False

    def settle(self, flow: str) -> None:
        """Let 费用标准检查 come to its end."""
        found = self.documents[flow]
        if self.checks:
            self._move(flow, "freeflow.reject", "rejected", ("ebot", self.checks), [])
        else:
            found.state = "approving"
            found.waits_for = [self.approver]
            self._log(found, "freeflow.agree", ("ebot", ""), found.waits_for)

    def request(self, code: str, form: Json, state: str = "paid") -> Document:
        """Let somebody have a request (申请单) approved."""
        made = self._made(form, "requisition")
        made.code, made.state = code, state
        return made

    def one(self) -> Document:
        """Give the only document there is."""
        (found,) = [d for d in self.documents.values() if d.active]
        return found

    def later(self, seconds: int) -> None:
        """Let time pass there."""
        self._clock_ms += seconds * 1000

    def expire_tokens(self) -> None:
        """Let every token that was given end."""
        self._tokens.clear()

    def _move(
        self, flow: str, action: str, state: str, said: tuple[str, str], waits_for: list[str]
    ) -> None:
        found = self.documents[flow]
        found.state, found.waits_for = state, waits_for
        self._log(found, action, said, waits_for)

    def _log(
        self, found: Document, action: str, said: tuple[str, str], waits_for: list[str]
    ) -> None:
        found.updated = self._tick()
        found.logs.append(
            {
                "action": action,
                "state": found.state,
                "operatorId": said[0],
                "nextOperatorId": waits_for[0] if len(waits_for) == 1 else None,
                "nextOperatorIds": waits_for if len(waits_for) > 1 else [],
                "time": found.updated,
                "attributes": {"comment": said[1], "nextName": "主管审批" if waits_for else None},
                "attachments": [],
            }
        )

    def _tick(self) -> int:
        self._clock_ms += 1000
        return self._clock_ms

    # The wire

    def _open(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append((time.monotonic(), request.path))
            return await self.faults.around(request, handler, expire=self.expire_tokens)

        return handle

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def known(request: web.Request) -> web.Response:
            token = request.query.get("accessToken", "")
            if self._tokens.get(token, 0) < time.monotonic():
                return web.Response(status=403, text="未授权")
            return await handler(request)

        return self._open(known)

    def _refused(self, status: int, text: str, *, rule: bool = True) -> web.Response:
        if rule:
            self.violations.append(text)
        return web.json_response({"errorMessage": text}, status=status)

    async def _token(self, request: web.Request) -> web.Response:
        body = await request.json()
        if request.query or (body.get("appKey"), body.get("appSecurity")) != self.rules.app:
            return web.json_response({"errorMessage": "密钥无效"}, status=403)
        self.tokens_given += 1
        token = f"ID_tok${self.tokens_given}:corp"
        self._tokens[token] = time.monotonic() + LIFE_S
        return web.json_response(
            {
                "value": {
                    "accessToken": token,
                    "refreshToken": f"ref{self.tokens_given}",
                    "expireTime": int((time.time() + LIFE_S) * 1000),
                    "corporationId": "corp",
                }
            }
        )

    async def _location(self, request: web.Request) -> web.Response:
        if request.query.get("corpId") != "corp":
            return self._refused(400, "corpId")
        here = f"{request.url.origin()}/"
        return web.json_response({"value": self.moved_to or here})

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        commits = request.query.get("isCommit") == "true"
        form = body.get("form")
        fault = document_fault(self.rules, form, self.files, commits=commits)
        if fault:
            return self._refused(400, fault)
        outer = str(form.get("outerCode", ""))
        if outer and outer in self._used_codes:
            return self._refused(
                400, "外部系统单据编号outerCode已存在单据，不允许重复，请检查", rule=False
            )
        self._used_codes.add(outer)
        made = self._made(form, "expense")
        if commits:
            self._commit(made)
        return web.json_response({"value": "", "type": -1, "flow": made.json()})

    def _made(self, form: Json, kind: str) -> Document:
        number = len(self.documents) + 1
        made = Document(f"ID_3F$Y{number}", f"B2600000{number}", form, kind)
        made.created = made.updated = self._tick()
        self.documents[made.id] = made
        return made

    def _commit(self, made: Document) -> None:
        """Submit: at first a document is `pending`; then its check is over."""
        made.state = "pending"
        self._log(made, "freeflow.submit", (str(made.form["submitterId"]), ""), ["ebot"])
        if not self.pending:
            self.settle(made.id)

    def _found(self, flow: str) -> Document | None:
        """Give a document by the id behind its `$`."""
        if not flow.startswith("$"):
            self.violations.append("an id without $")
        found = self.documents.get(flow[1:])
        return found if found is not None and found.active else None

    async def _plan(self, request: web.Request) -> web.Response:
        found = self._found(request.match_info["flow"])
        if found is None:
            return self._refused(412, "单据不存在")
        if found.state not in {"draft", "rejected"}:
            return self._refused(412, "您没有权限获取该单据的流程实例")
        return web.json_response({"value": {"flowId": found.id, "node": self.rules.plan}})

    async def _submit(self, request: web.Request) -> web.Response:
        found = self.documents.get(request.query.get("flowId", ""))
        body = await request.json()
        if found is None or not isinstance(body.get("isUrgent"), bool):
            return self._refused(400, "isUrgent")
        given = {n.get("configNodeId"): n for n in body.get("nodes") or []}
        for node in self.rules.plan:
            said = given.get(node["configNodeId"])
            if said is None or (node["staffIds"] and len(said) < 2):  # noqa: PLR2004 - id and who
                return self._refused(400, f"审批节点[{node['name']}]未设置审批人")
        self._commit(found)
        return web.json_response({"value": "", "type": -1, "flow": found.json()})

    async def _act(self, request: web.Request) -> web.Response:
        found = self._found(request.match_info["flow"])
        action = request.match_info["action"]
        if found is None:
            return self._refused(412, "单据不存在", rule=False)
        if action == "retract":
            if found.state != "approving" or not self.retractable:
                return self._refused(403, "您没有权限执行此操作", rule=False)
            self.take_back(found.id)
        elif action == "delete":
            if found.state not in {"draft", "rejected"}:
                return self._refused(403, "您没有权限执行此操作")
            self.delete(found.id)
        else:
            return self._refused(400, action)
        return web.json_response({"value": "", "type": -1, "flow": found.json()})

    async def _detail(self, request: web.Request) -> web.Response:
        return self._shown(self.documents.get(request.query.get("flowId", "")))

    async def _by_outer(self, request: web.Request) -> web.Response:
        outer = request.query.get("outerCode", "")
        every = self.documents.values()
        return self._shown(next((d for d in every if d.form.get("outerCode") == outer), None))

    def _shown(self, found: Document | None) -> web.Response:
        if found is None or not found.active:
            text = "单据不存在" if found is None else "单据已删除"
            return self._refused(412, text, rule=False)
        return web.json_response({"value": found.json()})

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        count = int(query.get("count", "0"))
        if not query.get("type") or not 0 < count <= 100:  # noqa: PLR2004 - the platform's bound
            return self._refused(400, "type, count")
        states = set(filter(None, query.get("state", "").split(",")))
        since = query.get("startDate", "")
        rows = [
            d
            for d in self.documents.values()
            if d.kind == query["type"]
            and d.active
            and (not states or d.state in states)
            and (not since or _moment(d.updated) >= since)
        ]
        rows.sort(key=lambda d: d.updated, reverse=query.get("orderByType") != "asc")
        start = int(query.get("start", "0"))
        items = [d.json() for d in rows[start : start + count]]
        return web.json_response({"count": len(rows), "items": items})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        name, file = form.get("name"), form.get("file")
        if not isinstance(name, str) or not name or set(name) & set('\\/:?*"<>|'):
            return self._refused(400, "参数name不能为空，且必须为合法的文件名")
        if not isinstance(file, web.FileField):
            return self._refused(412, "空指针异常")
        data = file.file.read()
        if len(data) > MOST_FILE_BYTES:
            return self._refused(412, "上传附件大小不可超过30Mb")
        file_id = f"ID_file{len(self.files) + 1}"
        self.files[file_id] = (name, data)
        value = {"key": f"openapi-{file_id}-{name}", "fileId": file_id, "fileName": name}
        return web.json_response({"value": value})

    async def _staff(self, request: web.Request) -> web.Response:
        body = await request.json()
        asked = body.get("conditionIds")
        if body.get("type") not in {"STAFFID", "CODE", "CELLPHONE", "MAIL", "USERID"}:
            return self._refused(400, "type")
        if not isinstance(asked, list) or not 0 < len(asked) <= 100:  # noqa: PLR2004 - its bound
            return self._refused(400, "conditionIds")
        rows = [{"id": i, "name": self.rules.staff[i]} for i in asked if i in self.rules.staff]
        return web.json_response({"items": rows})

    async def _staffs(self, request: web.Request) -> web.Response:
        return self._listed(request, listed_staff(self.rules, request.query))

    async def _departments(self, request: web.Request) -> web.Response:
        return self._listed(request, listed_departments(self.rules))

    def _listed(self, request: web.Request, rows: list[Json]) -> web.Response:
        start, count = request.query.get("start", ""), request.query.get("count", "")
        if not (start.isdecimal() and count.isdecimal() and 0 < int(count) <= MOST_ROWS):
            return self._refused(400, "start、count")
        page = rows[int(start) : int(start) + int(count)]
        return web.json_response({"count": len(rows), "items": page})

    async def _paid(self, request: web.Request) -> web.Response:
        answers: list[Json] = []
        for item in (await request.json())["items"]:
            self.payments.append(item)
            answers.append({"id": item["id"], "code": self._payment_code(item), "errorMsg": None})
        return web.json_response({"items": answers})

    def _payment_code(self, item: Json) -> str:
        found = self.documents.get(str(item["id"]))
        if found is None:
            return "R00001"
        if item["code"] not in {"P00001", "P00002"}:
            return "R00005"
        if found.state != "PROCESSING":
            return "R00002" if found.state == "paid" else "R00003"
        self.pay(found.id, "paid" if item["code"] == "P00001" else "paying")
        return "R00000"

    async def _voucher(self, request: web.Request) -> web.Response:
        for row in (await request.json())["voucher"]:
            found = self.documents.get(row["flowId"])
            if found is None:
                return self._refused(412, f"不存在此单据[{row['flowId']}]")
            if found.state != "paid":
                return self._refused(400, f"单据Id:[[{found.id}]]的单据不是已支付状态")
            if not str(row.get("voucherCreateTime", "")).isdecimal():
                return self._refused(400, "voucherCreateTime")
            self.vouchers[found.id] = found.form["voucherNo"] = row["voucherNo"]
            found.updated = self._tick()
        return web.json_response({"value": True})

    async def _approve(self, request: web.Request) -> web.Response:
        text = request.match_info["flows"]
        body = await request.json()
        if "[" not in request.raw_path or not (text.startswith("[") and text.endswith("]")):
            return self._refused(400, "brackets")
        ids = text[1:-1].split(",")
        now = time.monotonic()
        if len(ids) > 10:  # noqa: PLR2004 - the platform's bound
            return self._refused(400, "more than 10")
        if self.approvals and now - self.approvals[-1][0] < self.rules.approving_s:
            return self._refused(400, "more than one call a minute")
        if request.query.get("powerCode") != "TICKET_AUDIT_switch":
            return self._refused(403, "powerCode")
        self.approvals.append((now, ids, body))
        person, action = str(body["approveId"]), body["action"]
        if action["name"] == "freeflow.reject" and not action.get("resubmitMethod"):
            return self._refused(400, "resubmitMethod")
        errors = [e for i in ids if (e := self._decided(i, person, action))]
        self._results[person] = {
            "total": len(ids), "success": len(ids) - len(errors), "error": len(errors),
            "residue": 0, "errorMsg": errors,
        }  # fmt: skip
        value = {"total": len(ids), "success": 0, "error": 0, "residue": len(ids), "errorMsg": None}
        return web.json_response({"value": value})

    def _decided(self, flow: str, person: str, action: Json) -> Json | None:
        found = self.documents.get(flow)
        if found is None or found.state != "approving" or person not in found.waits_for:
            return {"flowId": flow, "msg": "您没有权限处理该待办事项"}
        comment = str(action.get("comment", ""))
        if action["name"] == "freeflow.agree":
            self.agree(flow, person, comment)
        else:
            self.reject(flow, person, comment)
        return None

    async def _result(self, request: web.Request) -> web.Response:
        return web.json_response({"value": self._results.get(request.query["approveId"], {})})

    async def _budgets(self, _: web.Request) -> web.Response:
        return web.json_response({"items": self.packages})

    async def _node(self, request: web.Request) -> web.Response:
        info = request.match_info
        if not info["id"].startswith("$") or not info["ver"].startswith("$"):
            return self._refused(400, "an id without $")
        code = (await request.json()).get("code")
        rows = [n for n in self.nodes.get(info["id"][1:], []) if n["code"] == code]
        items = [{"budgetNodeEntity": n, "path": []} for n in rows]
        return web.json_response({"count": len(items), "items": items})

    async def _page(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("authType") != "CODE" or not str(body.get("expireDate", "")).isdecimal():
            return self._refused(400, "expireDate, authType")
        if body.get("uid") not in self.rules.staff:
            return self._refused(400, "员工不存在", rule=False)
        url = f"https://app.ekuaibao.com/web/app.html?code=once-{body['pageType']}"
        return web.json_response({"value": {"message": url}})


def _moment(ms: int) -> str:
    """Write a moment in the platform's zone, as lists are asked."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms // 1000 + 8 * 3600))
