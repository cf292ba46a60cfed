"""A strict stand-in for ERPNext: token, Journal Entry, docstatus (§5.3)."""

import json
from collections.abc import Callable
from decimal import Decimal

from aiohttp import web

from sandbox.erp.book import Book, Entry, Line

Json = dict[str, object]
HEAD = frozenset(
    {"company", "posting_date", "cheque_no", "cheque_date", "user_remark", "docstatus", "accounts"}
)
ROW = frozenset(
    {
        "account",
        "debit_in_account_currency",
        "credit_in_account_currency",
        "party_type",
        "party",
        "cost_center",
        "project",
    }
)
STATES = {"draft": 0, "posted": 1}


class ErpNextStandIn:
    """One site with one company."""

    kind = "erpnext"
    key, secret, company = "k-4711", "erp-secret", "示例科技有限公司"

    def __init__(self) -> None:
        self.book = Book()

    def routes(self) -> list[web.RouteDef]:
        """Give the site's routes."""
        return [
            web.post("/api/resource/{doctype}", self._around),
            web.get("/api/resource/{doctype}", self._around),
            web.put("/api/resource/{doctype}/{name}", self._around),
        ]

    async def _around(self, request: web.Request) -> web.StreamResponse:
        nothing: Callable[[], None] = lambda: None  # noqa: E731 - there is no session to end
        return await self.book.faults.around(request, self._serve, expire=nothing)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"token {self.key}:{self.secret}":
            return _fault(401, "AuthenticationError", "Invalid token")
        if request.match_info["doctype"] != "Journal Entry":
            return _fault(404, "DoesNotExistError", self.book.blame("doctype"))
        if request.method == "GET":
            return self._find(request)
        body = json.loads(await request.read(), parse_float=Decimal)
        if request.method == "PUT":
            return self._submit(request.match_info["name"], body)
        return self._make(body)

    def _make(self, body: Json) -> web.StreamResponse:
        rows = body.get("accounts")
        if not isinstance(rows, list) or set(body) - HEAD or any(set(r) - ROW for r in rows):
            return _fault(417, "ValidationError", self.book.blame(f"fields: {sorted(body)}"))
        if body.get("company") != self.company or body.get("docstatus") != 0:
            return _fault(417, "ValidationError", self.book.blame("company, docstatus"))
        if body.get("cheque_no") and not body.get("cheque_date"):
            return _fault(417, "MandatoryError", self.book.blame("cheque_date"))
        lines = [_line(row) for row in rows]
        unknown = self.book.unknown(lines)
        if unknown:
            return _fault(417, "LinkValidationError", f"Could not find Account: {unknown[0]}")
        wrong = self.book.check(lines)
        if wrong:
            return _fault(417, "ValidationError", wrong)
        name = f"ACC-JV-2026-{len(self.book.entries) + 1:05d}"
        self.book.entries.append(Entry(name, name, str(body.get("cheque_no")), lines))
        return web.json_response({"data": {"name": name, "docstatus": 0}})

    def _submit(self, name: str, body: Json) -> web.StreamResponse:
        found = next((e for e in self.book.entries if e.id == name), None)
        if found is None or body != {"docstatus": 1}:
            return _fault(417, "ValidationError", self.book.blame("submit"))
        if self.book.locked:
            return _fault(417, "ClosedAccountingPeriod", "The period is locked")
        found.state = "posted"
        return web.json_response({"data": {"name": name, "docstatus": 1}})

    def _find(self, request: web.Request) -> web.StreamResponse:
        filters = json.loads(request.query["filters"])
        if len(filters) != 2 or filters[0][:2] != ["cheque_no", "="]:  # noqa: PLR2004 - key, state
            return _fault(417, "ValidationError", self.book.blame("filters"))
        key = filters[0][2]
        rows = [
            {"name": e.id, "docstatus": STATES[e.state]} for e in self.book.entries if e.key == key
        ]
        return web.json_response({"data": rows})


def _line(row: Json) -> Line:
    return (
        str(row.get("account")),
        Decimal(str(row.get("debit_in_account_currency", 0))),
        Decimal(str(row.get("credit_in_account_currency", 0))),
    )


def _fault(status: int, kind: str, words: str) -> web.Response:
    messages = json.dumps([json.dumps({"message": words}, ensure_ascii=False)], ensure_ascii=False)
    body = {"exc_type": kind, "exception": f"frappe.exceptions.{kind}: {words}"}
    return web.json_response({**body, "_server_messages": messages}, status=status)
