"""`GET /vouchers`: accounting vouchers for other systems, oldest first."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import cast, get_args

from aiohttp import web

from bot.web.access import Access
from bot.web.problems import Problem
from bot.web.shapes import Json
from core.money import format_yuan
from core.ports import Page, Store, VoucherQuery
from core.voucher import Voucher, VoucherLine, VoucherState

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class VouchersApi:
    """The handler and what it reads from."""

    store: Store
    access: Access

    def routes(self) -> list[web.RouteDef]:
        """Give the route below `/api/v1`."""
        return [web.get("/api/v1/vouchers", self.vouchers)]

    async def vouchers(self, request: web.Request) -> web.Response:
        """List vouchers; `?state=`, `?claim=`, `?batch=`, `?company=`, `?cursor=`, `?limit=`."""
        self.access.require(request, "vouchers:read")
        asked = request.query
        query = VoucherQuery(
            state=_state(asked.get("state")),
            claim=asked.get("claim"),
            batch=asked.get("batch"),
            company=asked.get("company"),
        )
        try:
            found = await self.store.vouchers(query, Page(asked.get("cursor"), _limit(request)))
        except ValueError:
            raise _bad("cursor", "the `next` of the page before") from None
        items = [voucher_json(v) for v in found.items]
        return web.json_response({"items": items, "next": found.next})


def voucher_json(voucher: Voucher) -> Json:
    """Write a voucher: amounts are decimal strings in yuan, red ones negative."""
    return {
        "id": voucher.id,
        "kind": voucher.kind,
        "state": voucher.state,
        "claim": voucher.claim,
        "payment": voucher.payment,
        "company": voucher.company,
        "date": voucher.day.isoformat(),
        "created_at": voucher.created_at.isoformat(),
        "total": format_yuan(voucher.total_fen),
        "attachments": voucher.attachments,
        "number": voucher.number,
        "batch": voucher.batch,
        "reverses": voucher.reverses,
        "reason": voucher.reason,
        "facts": dict(voucher.facts),
        "lines": [_line(line) for line in voucher.lines],
    }


def _line(line: VoucherLine) -> Json:
    return {
        "account": line.account,
        "summary": line.summary,
        "debit": format_yuan(line.debit_fen),
        "credit": format_yuan(line.credit_fen),
        "department": line.department,
        "project": line.project,
        "person": line.person,
        "supplier": line.supplier,
        "category": line.category,
        "currency": line.currency,
        "original": None if line.original_fen is None else format_yuan(line.original_fen),
        "rate": line.rate,
    }


def _state(text: str | None) -> VoucherState | None:
    known = get_args(VoucherState)
    if text is not None and text not in known:
        raise _bad("state", ", ".join(known))
    return cast("VoucherState | None", text)


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "50")
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
        raise _bad("limit", f"a number from 1 to {MAX_LIMIT}")
    return int(text)


def _bad(name: str, wanted: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"invalid_{name}", f"{name} must be {wanted}")
