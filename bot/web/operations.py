"""Every operation of the REST API as data: who may use it, what it takes, what it answers.

`/api/openapi.json` is drawn from this table; a test proves that the routes are these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from bot.settings import Scope
from bot.web.api import BudgetQuestion
from bot.web.api_analytics import MAX_VALUES
from bot.web.api_claims import NewClaim
from bot.web.asked import LIMIT, MAX_LIMIT
from bot.web.models import (
    AuditModel,
    BudgetModel,
    ClaimModel,
    EntryModel,
    InvoiceModel,
    LimitModel,
    PaymentModel,
    SpendModel,
    VerdictModel,
    VoucherModel,
)
from bot.web.payment_results import PaymentResult
from core.claim import State
from core.payment import PaymentState
from core.spending import Dimension
from core.voucher import VoucherState
from storage.documents import MOMENT_CURSOR, NUMBER_CURSOR

Json = dict[str, Any]
Codes = Mapping[int, tuple[str, ...]]
MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
_TEXT: Json = {"type": "string"}
_DIMENSION = "|".join(get_args(Dimension))


def _choice(values: Sequence[str]) -> Json:
    return {"type": "string", "enum": [*values, ""]}


def _form(pattern: str, **more: object) -> Json:
    """Give a text of a form; an empty one asks for nothing, as a missing one."""
    return {"type": "string", "pattern": f"^({pattern})?$", **more}


def _pages(cursor: str) -> Mapping[str, Json]:
    return {
        "cursor": _form(cursor, description="上一页的 next · the `next` of the page before"),
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT},
    }


_BY_MOMENT, _BY_NUMBER = _pages(MOMENT_CURSOR), _pages(NUMBER_CURSOR)
_SPEND: Mapping[str, Json] = {
    "by": _form(f"({_DIMENSION})(,({_DIMENSION}))*", default="month"),
    "from": _form(MONTH, description="2026-11"),
    "to": _form(MONTH, description="2026-11"),
    **{
        name: {"type": "array", "items": _TEXT, "maxItems": MAX_VALUES}
        for name in ("department", "category", "project", "employee")
    },
}
_LISTED = ("invalid_limit", "invalid_cursor")
_BODY: Codes = {
    400: ("invalid_body",),
    408: ("request_timeout",),
    413: ("request_entity_too_large",),
    415: ("unsupported_media_type",),
}
_ENTERING = (
    "unknown_employee",
    "employee_inactive",
    "unknown_category",
    "unknown_project",
    "project_closed",
    "no_such_invoice",
    "ambiguous_invoice",
    "invoice_twice",
    "above_invoice",
    "card_unreadable",
    "no_wallet",
    "no_rate",
    "rate_far",
    "no_approver",
)
_NEW_CLAIM: Mapping[str, Json] = {
    "草稿 · a draft": {
        "kind": "reimbursement",
        "employee": "zhang",
        "lines": [
            {
                "category": "taxi",
                "amount": "45.00",
                "date": "2026-11-24",
                "description": "去客户现场",
            }
        ],
    },
    "带收到过的票据，直接提交 · with an invoice that was received, submitted": {
        "kind": "reimbursement",
        "employee": "zhang",
        "lines": [
            {
                "category": "hotel",
                "amount": "280.00",
                "date": "2026-11-24",
                "project": "apollo",
                "invoice": "26312000000123456789",
            }
        ],
        "submit": True,
    },
    "微信卡包里的发票、外币 · an invoice of a wallet, another currency": {
        "kind": "reimbursement",
        "employee": "zhang",
        "lines": [
            {
                "category": "meal",
                "amount": "318.00",
                "date": "2026-11-24",
                "invoice": {
                    "card_id": "pjZ8Yt5crPbAouhFqFf6JFgZv4Lc",
                    "encrypt_code": "O/mPnGTpBu",
                },
            },
            {"category": "taxi", "amount": "30.00", "currency": "USD", "date": "2026-11-24"},
        ],
    },
    "出差申请 · a travel request": {
        "kind": "travel_request",
        "employee": "zhang",
        "lines": [{"category": "travel", "amount": "3000.00", "date": "2026-12-01"}],
        "trip": {"city": "上海", "start": "2026-12-01", "end": "2026-12-03"},
        "purpose": "拜访客户",
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route; `codes` are those of its problems that not every operation has."""

    method: str
    path: str
    name: str
    says: str
    scope: Scope
    answer: type
    listed: bool = False
    status: int = 200
    query: Mapping[str, Json] | None = None
    needs: tuple[str, ...] = ()
    body: type | None = None
    examples: Mapping[str, Json] = field(default_factory=dict)
    keyed: bool = False
    codes: Codes = field(default_factory=dict)

    @property
    def all_codes(self) -> Mapping[int, tuple[str, ...]]:
        """Every code that it may answer with, by status."""
        everywhere: Codes = {
            400: ("invalid_text",),
            401: ("unauthorized",),
            403: ("scope_missing",),
            429: ("too_many_requests", "too_many_wrong_tokens"),
            503: ("unavailable",),
        }
        found: dict[int, tuple[str, ...]] = {}
        for codes in (self.codes, _BODY if self.body else {}, everywhere):
            for status, names in codes.items():
                found[status] = (*found.get(status, ()), *names)
        return dict(sorted(found.items()))


BASE = "/api/v1"
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "get",
        "/claims",
        "listClaims",
        "单据列表，新的在前 · Claims, newest first",
        "claims:read",
        ClaimModel,
        listed=True,
        query={"state": _choice(list(State)), "employee": _TEXT, **_BY_MOMENT},
        codes={400: ("invalid_state", *_LISTED)},
    ),
    Operation(
        "post",
        "/claims",
        "createClaim",
        "录入单据，同一个 Idempotency-Key 只录一次 · Enter a claim, once for each key",
        "claims:write",
        ClaimModel,
        status=201,
        body=NewClaim,
        examples=_NEW_CLAIM,
        keyed=True,
        codes={
            400: ("idempotency_key_missing", "invalid_amount"),
            409: ("idempotency_key_reused", "request", "revision"),
            422: _ENTERING,
        },
    ),
    Operation(
        "get",
        "/claims/{number}",
        "getClaim",
        "一张单据 · One claim",
        "claims:read",
        ClaimModel,
        codes={404: ("no_such_claim",)},
    ),
    Operation(
        "get",
        "/budgets",
        "listBudgets",
        "全部预算 · All budgets",
        "budgets:read",
        BudgetModel,
        listed=True,
    ),
    Operation(
        "post",
        "/budgets/check",
        "checkBudget",
        "一笔钱能不能过，不占用 · Whether an amount would pass; nothing is reserved",
        "budgets:read",
        VerdictModel,
        body=BudgetQuestion,
        examples={
            "市内交通 · a taxi": {
                "department": "sales",
                "category": "taxi",
                "date": "2026-11-25",
                "amount": "45.00",
            }
        },
        codes={
            400: ("invalid_amount", "invalid_currency"),
            422: (
                "no_rate",
                "unknown_department",
                "unknown_project",
                "unknown_category",
                "unknown_person",
                "unknown_company",
            ),
        },
    ),
    Operation(
        "get",
        "/budgets/{id}",
        "getBudget",
        "一个预算 · One budget",
        "budgets:read",
        BudgetModel,
        codes={404: ("no_such_budget",)},
    ),
    Operation(
        "get",
        "/budgets/{id}/entries",
        "listEntries",
        "预算流水，旧的在前 · A budget's journal, oldest first",
        "budgets:read",
        EntryModel,
        listed=True,
        query=_BY_NUMBER,
        codes={400: _LISTED, 404: ("no_such_budget",)},
    ),
    Operation(
        "get",
        "/budgets/{id}/limits",
        "listLimits",
        "额度的历次变化 · The limits that a budget has had",
        "budgets:read",
        LimitModel,
        listed=True,
        codes={404: ("no_such_budget",)},
    ),
    Operation(
        "get",
        "/invoices",
        "findInvoices",
        "按票面号码查票据 · Vouchers by their printed number",
        "invoices:read",
        InvoiceModel,
        listed=True,
        query={"number": {**_TEXT, "minLength": 1}},
        needs=("number",),
        codes={400: ("number_missing",)},
    ),
    Operation(
        "get",
        "/payments",
        "listPayments",
        "付款列表，旧的在前 · Payments, oldest first",
        "payments:read",
        PaymentModel,
        listed=True,
        query={"state": _choice(get_args(PaymentState)), **_BY_MOMENT},
        codes={400: ("invalid_state", *_LISTED)},
    ),
    Operation(
        "post",
        "/payments/{id}/result",
        "notePaymentResult",
        "记录银行的结果，同一结果只算一次 · Note what the bank did; the same result twice is one",
        "payments:write",
        PaymentModel,
        body=PaymentResult,
        examples={
            "到账 · it has arrived": {"result": "paid", "reference": "B-20261125-001"},
            "退票 · it came back": {"result": "returned", "reason": "账号已销户"},
        },
        codes={
            400: ("invalid_amount",),
            404: ("no_such_payment",),
            409: ("revision",),
            422: ("wrong_state", "paid_too_much", "nothing_came_back"),
        },
    ),
    Operation(
        "get",
        "/vouchers",
        "listVouchers",
        "会计凭证，旧的在前 · Accounting vouchers, oldest first",
        "vouchers:read",
        VoucherModel,
        listed=True,
        query={
            "state": _choice(get_args(VoucherState)),
            "claim": _TEXT,
            "batch": _TEXT,
            "company": _TEXT,
            **_BY_MOMENT,
        },
        codes={400: ("invalid_state", *_LISTED)},
    ),
    Operation(
        "get",
        "/audit",
        "listAudit",
        "审计链，旧的在前 · The audit trail, oldest first",
        "audit:read",
        AuditModel,
        listed=True,
        query=_BY_NUMBER,
        codes={400: _LISTED},
    ),
    Operation(
        "get",
        "/analytics/spend",
        "sumSpending",
        "费用汇总，从提交起计 · What was spent; a claim counts from its submission on",
        "analytics:read",
        SpendModel,
        listed=True,
        query=_SPEND,
        codes={400: ("invalid_by", "invalid_from", "invalid_to", "too_many_values")},
    ),
)
