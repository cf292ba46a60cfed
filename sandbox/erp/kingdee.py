"""A strict stand-in for 金蝶云·星空: signatures, sessions, GL_VOUCHER (reference §5.1).

Whatever a call gets wrong is refused as the system refuses it, and noted in `violations`; a test
asks for none at its end.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from urllib.parse import quote

from aiohttp import web

from sandbox.oa.faults import Faults

Json = dict[str, object]
Method = Callable[[Json], object]
SERVICES = "Kingdee.BOS.WebApi.ServicesStub"
FORM = "GL_VOUCHER"
COOKIE = "kdservice-sessionid"
MASK = b"0054f397c6234378b09ca7d3"
HEAD = frozenset({"FAccountBookID", "FVOUCHERGROUPID", "FDate", "FBUSDATE", "FYEAR", "FPERIOD"})
ENTRY = frozenset(
    {
        "FEXPLANATION",
        "FACCOUNTID",
        "FCURRENCYID",
        "FEXCHANGERATETYPE",
        "FEXCHANGERATE",
        "FDEBIT",
        "FCREDIT",
        "FAMOUNTFOR",
        "FDetailID",
    }
)


@dataclass(slots=True)
class Booked:
    """A voucher in the books; status Z, A, B, C or D."""

    id: str
    number: str
    status: str
    head: Json
    entries: list[Json]

    @property
    def sides(self) -> tuple[Decimal, Decimal]:
        """Give the sums of debits and credits."""
        debits = sum((Decimal(str(e.get("FDEBIT") or 0)) for e in self.entries), Decimal(0))
        return debits, sum((Decimal(str(e.get("FCREDIT") or 0)) for e in self.entries), Decimal(0))


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who may call, and which book there is. `accounts` None means that every account is known."""

    acct_id: str = "6099d2f3a1b2c3"
    user: str = "chit"
    app_id: str = "200001_AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    app_secret: str = "0123456789abcdef0123456789abcdef"
    book: str = "001"
    group: str = "PRE001"
    accounts: frozenset[str] | None = None


@dataclass(slots=True)
class KingdeeStandIn:
    """One data centre. `login` is the only way in that it knows."""

    tenant: Tenant = Tenant()
    login: Literal["signature", "session"] = "signature"
    vouchers: list[Booked] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    stubborn: set[str] = field(default_factory=set)
    """Steps for which our user has no permission."""
    violations: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    logins: int = 0
    sessions: set[str] = field(default_factory=set)
    tables: dict[str, list[Json]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Give its one route: services are names in the path."""
        return [web.post("/K3Cloud/{service}.common.kdsvc", self._entry)]

    def expire(self) -> None:
        """Let every session end."""
        self.sessions.clear()

    async def _entry(self, request: web.Request) -> web.StreamResponse:
        return await self.faults.around(request, self._serve, expire=self.expire)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        service = request.match_info["service"].removeprefix(f"{SERVICES}.")
        self.calls.append(service)
        body: Json = json.loads(await request.read(), parse_float=Decimal)
        if service == "AuthService.LoginByAppSecret":
            return self._sign_in(body)
        if not self._may(request):
            return web.json_response(_lost())
        served = self._methods().get(service)
        if served is None:
            return self._bad(f"no service {service}")
        return web.json_response(served(body), dumps=_dumps)

    def _methods(self) -> dict[str, Method]:
        name = "DynamicFormService."
        return {
            f"{name}Save": self._save,
            f"{name}Submit": lambda body: self._step(body, ("Z", "A", "D"), "B"),
            f"{name}Audit": lambda body: self._step(body, ("B",), "C"),
            f"{name}ExecuteBillQuery": self._query,
        }

    def _bad(self, what: str) -> web.Response:
        self.violations.append(what)
        return web.Response(text=f"response_error:{what}")

    def _refuse(self, what: str, message: str, code: int = 9) -> Json:
        if code != 9:  # noqa: PLR2004 - the code of what only the data gets wrong
            self.violations.append(f"{what}: {message}")
        return _refused(what, message, code)

    # Ways in

    def _sign_in(self, body: Json) -> web.StreamResponse:
        own = self.tenant
        wanted = (own.acct_id, own.user, own.app_id, own.app_secret, 2052)
        given = tuple(body.get(k) for k in ("acctID", "username", "appId", "appSecret", "lcid"))
        self.logins += 1
        if given != wanted or self.login != "session":
            return web.json_response({"LoginResultType": 0, "Message": "应用授权失败"})
        session = secrets.token_hex(12)
        self.sessions.add(session)
        answer = web.json_response({"LoginResultType": 1, "Message": None})
        answer.set_cookie(COOKIE, session)
        answer.set_cookie("ASP.NET_SessionId", secrets.token_hex(12))
        return answer

    def _may(self, request: web.Request) -> bool:
        if self.login == "session":
            return request.cookies.get(COOKIE) in self.sessions
        wanted = self._signed(request)
        wrong = [k for k, v in wanted.items() if request.headers.get(k) != v]
        if wrong:
            self.violations.append(f"signature: {wrong}")
        return not wrong

    def _signed(self, request: web.Request) -> dict[str, str]:
        own, headers = self.tenant, request.headers
        client, _, hidden = own.app_id.partition("_")
        raw = bytes(a ^ b for a, b in zip(base64.b64decode(hidden), MASK, strict=True))
        path = quote(request.path, safe="")
        stamp, nonce = headers.get("x-api-timestamp", ""), headers.get("x-api-nonce", "")
        text = f"POST\n{path}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{stamp}\n"
        who = f"{own.acct_id},{own.user},2052,0"
        return {
            "X-Api-ClientID": client,
            "X-Api-Auth-Version": "2.0",
            "x-api-signheaders": "x-api-timestamp,x-api-nonce",
            "X-Api-Signature": _hmac(text, base64.b64encode(raw).decode()),
            "X-Kd-Appkey": own.app_id,
            "X-Kd-Appdata": base64.b64encode(who.encode()).decode(),
            "X-Kd-Signature": _hmac(own.app_id + who, own.app_secret),
        }

    # Services

    def _save(self, body: Json) -> Json:
        data = body.get("data")
        model = data.get("Model") if isinstance(data, dict) else None
        if body.get("formid") != FORM or not isinstance(model, dict):
            return self._refuse("formid", "参数错误", 500)
        entries = model.get("FEntity")
        if not isinstance(entries, list) or not entries:
            return self._refuse("FEntity", "凭证没有分录", 500)
        fault = self._head_fault(model) or next(filter(None, map(self._entry_fault, entries)), None)
        if fault:
            return fault
        made = Booked(str(100001 + len(self.vouchers)), "", "Z", model, entries)
        made.number = f"PZ{made.id}"
        debits, credits_ = made.sides
        if debits != credits_:
            return self._refuse("FDEBIT", "借贷不平衡", 500)
        self.vouchers.append(made)
        return _done(made.id, made.number)

    def _head_fault(self, model: Json) -> Json | None:
        unknown = set(model) - HEAD - {"FEntity"}
        if unknown:
            return self._refuse(", ".join(sorted(unknown)), "字段不存在", 500)
        if model.get("FAccountBookID") != {"FNumber": self.tenant.book}:
            return _refused("FAccountBookID", "账簿不存在", 9)
        if model.get("FVOUCHERGROUPID") != {"FNumber": self.tenant.group}:
            return _refused("FVOUCHERGROUPID", "凭证字不存在", 9)
        day = str(model.get("FDate", ""))
        year, month = model.get("FYEAR"), model.get("FPERIOD")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or f"{year}-{month:02d}" != day[:7]:
            return self._refuse("FDate", "日期与期间不符", 500)
        return None

    def _entry_fault(self, entry: Json) -> Json | None:
        unknown = set(entry) - ENTRY
        if unknown:
            return self._refuse(", ".join(sorted(unknown)), "分录字段不存在", 500)
        account = entry.get("FACCOUNTID")
        number = account.get("FNumber") if isinstance(account, dict) else None
        known = self.tenant.accounts
        if not number or (known is not None and number not in known):
            return _refused("FACCOUNTID", f"编码为{number}的科目不存在", 9)
        if entry.get("FCURRENCYID") != {"FNumber": "PRE001"}:
            return _refused("FCURRENCYID", "币别不存在", 9)
        amounts = [entry.get(k) for k in ("FDEBIT", "FCREDIT", "FAMOUNTFOR", "FEXCHANGERATE")]
        if not all(isinstance(a, int | Decimal) for a in amounts):
            return self._refuse("FDEBIT", "金额不是数字", 500)
        if bool(entry["FDEBIT"]) == bool(entry["FCREDIT"]):
            return self._refuse("FDEBIT", "借方和贷方只能有一个金额", 500)
        return None

    def _step(self, body: Json, before: tuple[str, ...], after: str) -> Json:
        data = body.get("data")
        named = data.get("Ids") if isinstance(data, dict) else None
        if body.get("formid") != FORM or not isinstance(named, str):
            return self._refuse("Ids", "参数错误", 500)
        found = next((v for v in self.vouchers if v.id == named), None)
        if found is None:
            return self._refuse("Ids", "单据不存在", 500)
        if {"B": "Submit", "C": "Audit"}[after] in self.stubborn:
            return self._refuse("", "没有权限")
        if found.status not in before:
            return self._refuse("FDocumentStatus", f"单据状态 {found.status} 不允许该操作", 500)
        found.status = after
        return _done(found.id, found.number)

    def _page(self, data: Json, rows: list[Json]) -> object:
        """Give a page of a master form; without an order rows would vanish between pages."""
        keys, start, limit = str(data["FieldKeys"]).split(","), data["StartRow"], data["Limit"]
        if data.get("OrderString") != f"{keys[0]} ASC" or not isinstance(limit, int):
            return [[self._refuse("OrderString", "语法错误", 500)]]
        if not set(keys) <= set(rows[0]):
            return [[_refused("FieldKeys", "字段不存在", 500)]]
        first = start if isinstance(start, int) else 0
        return [[row[k] for k in keys] for row in rows[first : first + min(limit, 2000)]]

    def _query(self, body: Json) -> object:
        data = body.get("data")
        if isinstance(data, dict) and data.get("FormId") in self.tables:
            return self._page(data, self.tables[str(data["FormId"])])
        if not isinstance(data, dict) or data.get("FormId") != FORM:
            return [[self._refuse("FormId", "参数错误", 500)]]
        keys = str(data.get("FieldKeys", "")).split(",")
        found = re.fullmatch(r"FEXPLANATION LIKE '%((?:[^']|'')*)%'", str(data["FilterString"]))
        if found is None or not str(data.get("OrderString", "")).startswith("FVOUCHERID"):
            return [[self._refuse("FilterString", "语法错误", 500)]]
        word = found[1].replace("''", "'")
        rows = [
            {**entry, "FVOUCHERID": int(v.id), "FBillNo": v.number, "FDocumentStatus": v.status}
            for v in self.vouchers
            for entry in v.entries
            if word in str(entry.get("FEXPLANATION"))
        ]
        return [[row[k] for k in keys] for row in rows]


def _done(voucher: str, number: str) -> Json:
    entity = {"Id": int(voucher), "Number": number, "DIndex": 0}
    status = {"IsSuccess": True, "Errors": [], "SuccessEntitys": [entity], "MsgCode": 0}
    return {"Result": {"ResponseStatus": status, "Id": int(voucher), "Number": number}}


def _refused(what: str, message: str, code: int) -> Json:
    error = {"FieldName": what, "Message": message, "DIndex": 0}
    status = {"IsSuccess": False, "ErrorCode": 500, "Errors": [error], "SuccessEntitys": []}
    return {"Result": {"ResponseStatus": {**status, "SuccessMessages": [], "MsgCode": code}}}


def _lost() -> Json:
    return _refused("", "会话信息已丢失，请重新登录", 1)


def _hmac(text: str, key: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
