"""A strict stand-in for Odoo's JSON-2 API: account.move and what it refers to (§5.3)."""

import json
from collections.abc import Callable
from decimal import Decimal

from aiohttp import web

from sandbox.erp.book import Book, Entry, Line

Json = dict[str, object]
HEAD = frozenset({"journal_id", "date", "move_type", "ref", "line_ids"})
LINE = frozenset({"account_id", "name", "debit", "credit", "partner_id", "analytic_distribution"})
JOURNAL = 3
FIRST_ACCOUNT = 100


class OdooStandIn:
    """One database with the journal MISC; accounts get ids as they are asked for."""

    kind = "odoo"
    key, database, journal = "odoo-api-key", "demo", "MISC"

    def __init__(self) -> None:
        self.book = Book()
        self._ids: dict[str, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """Give its one route."""
        return [web.post("/json/2/{model}/{method}", self._around)]

    async def _around(self, request: web.Request) -> web.StreamResponse:
        nothing: Callable[[], None] = lambda: None  # noqa: E731 - there is no session to end
        return await self.book.faults.around(request, self._serve, expire=nothing)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        headers = request.headers
        if headers.get("Authorization") != f"bearer {self.key}":
            return _fault(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
        if headers.get("X-Odoo-Database") != self.database:
            return _fault(404, "werkzeug.exceptions.NotFound", self.book.blame("database"))
        body = json.loads(await request.read(), parse_float=Decimal)
        called = f"{request.match_info['model']}.{request.match_info['method']}"
        if called == "account.move.create":
            return self._make(body)
        if called == "account.move.action_post":
            return self._post(body)
        if called.endswith(".search_read"):
            return self._search(called.removesuffix(".search_read"), body)
        return _fault(404, "werkzeug.exceptions.NotFound", self.book.blame(called))

    def _search(self, model: str, body: Json) -> web.StreamResponse:
        domain = body.get("domain")
        first = domain[0] if isinstance(domain, list) and domain else []
        if model == "account.account" and first[:2] == ["code", "in"]:
            known = [c for c in first[2] if not self.book.unknown([(c, Decimal(1), Decimal(0))])]
            return web.json_response([{"id": self._id(c), "code": c} for c in known])
        if model == "account.journal" and first[:2] == ["code", "in"]:
            found = [JOURNAL for code in first[2] if code == self.journal]
            return web.json_response([{"id": j, "code": self.journal} for j in found])
        if model == "account.move" and first[:2] in (["ref", "="], ["id", "="]):
            return web.json_response([_row(e) for e in self.book.entries if _fits(e, first)])
        return _fault(422, "builtins.ValueError", self.book.blame(f"domain {model} {domain}"))

    def _id(self, code: str) -> int:
        return self._ids.setdefault(code, FIRST_ACCOUNT + len(self._ids))

    def _make(self, body: Json) -> web.StreamResponse:
        values = body.get("vals_list")
        move = values[0] if isinstance(values, list) and len(values) == 1 else {}
        rows = [command[2] for command in move.get("line_ids", []) if command[:2] == [0, 0]]
        if not move or set(move) - HEAD or any(set(row) - LINE for row in rows):
            return _fault(422, "builtins.ValueError", self.book.blame(f"fields {sorted(move)}"))
        if move.get("journal_id") != JOURNAL or move.get("move_type") != "entry":
            return _fault(422, "odoo.exceptions.ValidationError", self.book.blame("journal"))
        codes = {number: code for code, number in self._ids.items()}
        lines: list[Line] = [
            (codes[r["account_id"]], Decimal(str(r["debit"])), Decimal(str(r["credit"])))
            for r in rows
        ]
        wrong = self.book.check(lines)
        if wrong:
            return _fault(422, "odoo.exceptions.UserError", wrong)
        number = str(501 + len(self.book.entries))
        self.book.entries.append(Entry(number, "", str(move.get("ref")), lines))
        return web.json_response([int(number)])

    def _post(self, body: Json) -> web.StreamResponse:
        ids = body.get("ids")
        wanted = [str(i) for i in ids] if isinstance(ids, list) else []
        found = next((e for e in self.book.entries if [e.id] == wanted), None)
        if found is None or found.state != "draft":
            return _fault(422, "odoo.exceptions.UserError", self.book.blame("action_post"))
        if self.book.locked:
            return _fault(422, "odoo.exceptions.UserError", "The period is locked")
        found.state, found.number = "posted", f"MISC/2026/11/{found.id}"
        return web.json_response(None)


def _fits(entry: Entry, clause: list[object]) -> bool:
    return (entry.key if clause[0] == "ref" else int(entry.id)) == clause[2]


def _row(entry: Entry) -> Json:
    return {"id": int(entry.id), "name": entry.number or False, "state": entry.state}


def _fault(status: int, kind: str, words: str) -> web.Response:
    body = {"name": kind, "message": words, "arguments": [words], "context": {}, "debug": ""}
    return web.json_response(body, status=status)
