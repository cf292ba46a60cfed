"""A strict stand-in for SAP Business One's Service Layer: sessions, JournalEntries (§5.3)."""

import json
import re
import secrets
from decimal import Decimal

from aiohttp import web

from sandbox.erp.book import Book, Entry, Line

Json = dict[str, object]
HEAD = frozenset({"ReferenceDate", "Memo", "Reference", "JournalEntryLines"})
LINE = frozenset({"AccountCode", "ShortName", "Debit", "Credit", "CostingCode"})


class SapB1StandIn:
    """One company's database."""

    kind = "sap_b1"
    login = ("DEMO", "manager", "sap-password")

    def __init__(self) -> None:
        self.book = Book()
        self._sessions: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """Give the service's routes."""
        return [
            web.post("/b1s/v1/Login", self._around),
            web.post("/b1s/v1/JournalEntries", self._around),
            web.get("/b1s/v1/JournalEntries", self._around),
        ]

    async def _around(self, request: web.Request) -> web.StreamResponse:
        return await self.book.faults.around(request, self._serve, expire=self._sessions.clear)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("Login"):
            return self._sign_in(json.loads(await request.read()))
        cookies = request.cookies
        if cookies.get("B1SESSION") not in self._sessions or "ROUTEID" not in cookies:
            return _fault(401, 301, "Invalid session or session already timeout.")
        if request.method == "GET":
            return self._find(request)
        return self._make(json.loads(await request.read(), parse_float=Decimal))

    def _sign_in(self, body: Json) -> web.StreamResponse:
        self.book.signed_in += 1
        if tuple(body.get(k) for k in ("CompanyDB", "UserName", "Password")) != self.login:
            return _fault(401, 100000027, "Login failed")
        session = secrets.token_hex(8)
        self._sessions.add(session)
        answer = web.json_response({"SessionId": session, "SessionTimeout": 30})
        answer.set_cookie("B1SESSION", session)
        answer.set_cookie("ROUTEID", ".node1", path="/b1s")
        return answer

    def _make(self, body: Json) -> web.StreamResponse:
        rows = body.get("JournalEntryLines")
        if not isinstance(rows, list) or set(body) - HEAD:
            return _fault(400, -1000, self.book.blame(f"head: {sorted(body)}"))
        if any(set(row) - LINE for row in rows):
            return _fault(400, -1000, self.book.blame("line: unknown property"))
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(body.get("ReferenceDate"))):
            return _fault(400, -1000, self.book.blame("ReferenceDate"))
        lines = [_line(row) for row in rows]
        unknown = self.book.unknown(lines)
        if unknown:
            return _fault(400, -5002, f"Invalid account code {unknown[0]}")
        wrong = self.book.check(lines)
        if wrong:
            return _fault(400, -5002, wrong)
        number = str(2001 + len(self.book.entries))
        made = Entry(number, number, str(body.get("Reference", "")), lines, "posted")
        self.book.entries.append(made)
        return web.json_response({"JdtNum": int(number)}, status=201)

    def _find(self, request: web.Request) -> web.StreamResponse:
        found = re.fullmatch(r"Reference eq '((?:[^']|'')*)'", request.query.get("$filter", ""))
        if found is None:
            return _fault(400, -1000, self.book.blame("$filter"))
        key = found[1].replace("''", "'")
        rows = [{"JdtNum": int(e.number)} for e in self.book.entries if e.key == key]
        return web.json_response({"value": rows})


def _line(row: Json) -> Line:
    return (
        str(row.get("AccountCode")),
        Decimal(str(row.get("Debit", 0))),
        Decimal(str(row.get("Credit", 0))),
    )


def _fault(status: int, code: int, words: str) -> web.Response:
    message = {"lang": "en-us", "value": words}
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
