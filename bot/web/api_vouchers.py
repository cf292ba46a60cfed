"""`GET /vouchers`: accounting vouchers for other systems, oldest first."""

from dataclasses import dataclass
from typing import cast, get_args

from aiohttp import web

from bot.web.access import Access
from bot.web.asked import choice_of, listed, page_of, sliced
from bot.web.shapes import Json
from core.money import format_yuan
from core.ports import Store, VoucherQuery
from core.voucher import Voucher, VoucherLine, VoucherState


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
            state=cast("VoucherState | None", choice_of(request, "state", get_args(VoucherState))),
            claim=asked.get("claim") or None,
            batch=asked.get("batch") or None,
            company=asked.get("company") or None,
        )
        found = await sliced(self.store.vouchers(query, page_of(request)))
        return listed([voucher_json(v) for v in found.items], found.next)


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
