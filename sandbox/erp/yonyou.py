"""A strict stand-in for 用友 YonBIP: data centre, token, addVoucher, queryVouchers (§5.2)."""

import base64
import hashlib
import hmac
import json
import secrets
from decimal import Decimal

from aiohttp import web

from sandbox.erp.book import Book, Entry, Line

Json = dict[str, object]
HEAD = frozenset({"accbookCode", "voucherTypeCode", "makerMobile", "makeTime", "bodies"})
BODY = frozenset(
    {
        "description",
        "accsubjectCode",
        "busidate",
        "rateType",
        "rateOrg",
        "debitOriginal",
        "debitOrg",
        "creditOriginal",
        "creditOrg",
        "clientAuxiliaryList",
    }
)
MARK = "CVN:"


class YonyouStandIn:
    """One tenant. It takes no voucher twice whose first description it has in its books already."""

    kind = "yonyou"
    app_key, app_secret, tenant = "yon-app-key", "yon-app-secret", "t-001"
    account_book, voucher_type = "0010001", "1"

    def __init__(self) -> None:
        self.book = Book()
        self.refuses_doubles = True
        self.moved_to = ""
        self._tokens: set[str] = set()
        self._texts: list[list[str]] = []

    def routes(self, *, alone: bool = False) -> list[web.RouteDef]:
        """Give the platform's routes; a gateway that stands alone knows of no other address."""
        gateway, auth = ("", "") if alone else ("/gw", "/auth")
        own = f"{gateway}/yonbip/fi/ficloud/openapi/voucher"
        discovery = "/open-auth/dataCenter/getGatewayAddress"
        return [
            *([] if alone else [web.get(discovery, self._around)]),
            web.get(f"{auth}/open-auth/selfAppAuth/getAccessToken", self._around),
            web.post(f"{own}/addVoucher", self._around),
            web.post(f"{own}/queryVouchers", self._around),
        ]

    async def _around(self, request: web.Request) -> web.StreamResponse:
        return await self.book.faults.around(request, self._serve, expire=self._tokens.clear)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("getGatewayAddress"):
            return self._centre(request)
        if request.path.endswith("getAccessToken"):
            return self._token(request)
        if request.query.get("access_token") not in self._tokens:
            return _answer("310036", "非法token", {})
        body = json.loads(await request.read(), parse_float=Decimal)
        return self._add(body) if request.path.endswith("addVoucher") else self._query(body)

    def _centre(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("yhtTenantId") != self.tenant:
            return _answer("50000", self.book.blame("no such tenant"), {})
        here = self.moved_to or str(request.url.origin())
        return _answer("00000", "", {"gatewayUrl": f"{here}/gw", "tokenUrl": f"{here}/auth"})

    def _token(self, request: web.Request) -> web.StreamResponse:
        self.book.signed_in += 1
        text = f"appKey{self.app_key}timestamp{request.query.get('timestamp')}"
        digest = hmac.new(self.app_secret.encode(), text.encode(), hashlib.sha256).digest()
        wanted = (self.app_key, base64.b64encode(digest).decode())
        if (request.query.get("appKey"), request.query.get("signature")) != wanted:
            return _answer("50000", "签名错误", {})
        token = secrets.token_hex(8)
        self._tokens.add(token)
        return _answer("00000", "成功！", {"access_token": token, "expire": 7200})

    def _add(self, body: Json) -> web.StreamResponse:
        rows = body.get("bodies")
        if not isinstance(rows, list) or set(body) - HEAD or any(set(r) - BODY for r in rows):
            return _answer("310008", self.book.blame(f"参数错误 {sorted(body)}"), {})
        given = (body.get("accbookCode"), body.get("voucherTypeCode"))
        if given != (self.account_book, self.voucher_type):
            return _answer("310008", "账簿或凭证类型不存在", {})
        lines = [_line(row) for row in rows]
        unknown = self.book.unknown(lines)
        if unknown:
            return _answer("310008", f"科目{unknown[0]}不存在", {})
        red = [(a, abs(d), abs(c)) for a, d, c in lines]
        wrong = self.book.check(red)
        if wrong:
            return _answer("310008", wrong, {})
        key = str(rows[0]["description"]).rpartition(MARK)[2]
        if self.refuses_doubles and any(e.key == key for e in self.book.entries):
            return _answer("310504", "凭证已存在", {})
        made = Entry(str(7001 + len(self.book.entries)), "", key, lines, "posted")
        made.number = f"记-{len(self.book.entries) + 1}"
        self.book.entries.append(made)
        self._texts.append([str(row["description"]) for row in rows])
        return _answer("200", "操作成功", {"voucherId": made.id, "billCode": made.number})

    def _query(self, body: Json) -> web.StreamResponse:
        pager = body.get("pager")
        wanted = {"accbookCode", "periodStart", "periodEnd", "pager"}
        if set(body) != wanted or not isinstance(pager, dict):
            return _answer("310008", self.book.blame(f"参数错误 {sorted(body)}"), {})
        size = pager["pageSize"]
        first = (pager["pageIndex"] - 1) * size
        listed = list(zip(self.book.entries, self._texts, strict=True))[first : first + size]
        rows = [
            {
                "header": {"id": e.id, "billCode": e.number},
                "body": [{"description": t} for t in texts],
            }
            for e, texts in listed
        ]
        return _answer("200", "", {"recordCount": len(self.book.entries), "recordList": rows})


def _line(row: Json) -> Line:
    return (
        str(row.get("accsubjectCode")),
        Decimal(str(row.get("debitOrg", 0))),
        Decimal(str(row.get("creditOrg", 0))),
    )


def _answer(code: str, message: str, data: Json) -> web.Response:
    return web.json_response({"code": code, "message": message, "data": data})
