"""`/api/openapi.json`: the REST API as a document, drawn from the models that the code answers by.

A test proves that every route has its operation here, and that answers are as they say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from aiohttp import web
from pydantic import TypeAdapter

from bot.settings import Scope
from bot.web.api import BudgetQuestion
from bot.web.api_analytics import MAX_VALUES
from bot.web.api_claims import NewClaim
from bot.web.models import (
    AuditModel,
    BudgetModel,
    ClaimModel,
    EntryModel,
    InvoiceModel,
    LimitModel,
    PaymentModel,
    ProblemModel,
    SpendModel,
    VerdictModel,
    VoucherModel,
)
from bot.web.payment_results import PaymentResult
from core.claim import State
from core.payment import PaymentState
from core.spending import Dimension
from core.voucher import VoucherState

Json = dict[str, Any]
MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
_TEXT: Json = {"type": "string"}


def _choice(values: Sequence[str]) -> Json:
    return {"type": "string", "enum": list(values)}


CURSOR: Mapping[str, Json] = {
    "cursor": {"type": "string", "description": "the `next` of the page before"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
}
SPEND: Mapping[str, Json] = {
    "by": {
        "type": "string",
        "default": "month",
        "description": f"some of {', '.join(get_args(Dimension))}, each once, joined by commas",
    },
    "from": {"type": "string", "pattern": MONTH},
    "to": {"type": "string", "pattern": MONTH},
    **{
        name: {"type": "array", "items": {**_TEXT, "maxLength": 64}, "maxItems": MAX_VALUES}
        for name in ("department", "category", "project", "employee")
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: who may use it, what it takes, what it answers."""

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
    keyed: bool = False
    errors: tuple[int, ...] = ()


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
        query={"state": _choice(list(State)), "employee": _TEXT, **CURSOR},
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
        keyed=True,
        errors=(409, 422),
    ),
    Operation(
        "get",
        "/claims/{number}",
        "getClaim",
        "一张单据 · One claim",
        "claims:read",
        ClaimModel,
        errors=(404,),
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
    ),
    Operation(
        "get",
        "/budgets/{id}",
        "getBudget",
        "一个预算 · One budget",
        "budgets:read",
        BudgetModel,
        errors=(404,),
    ),
    Operation(
        "get",
        "/budgets/{id}/entries",
        "listEntries",
        "预算流水，旧的在前 · A budget's journal, oldest first",
        "budgets:read",
        EntryModel,
        listed=True,
        query=CURSOR,
        errors=(404,),
    ),
    Operation(
        "get",
        "/budgets/{id}/limits",
        "listLimits",
        "额度的历次变化 · The limits that a budget has had",
        "budgets:read",
        LimitModel,
        listed=True,
        errors=(404,),
    ),
    Operation(
        "get",
        "/invoices",
        "findInvoices",
        "按票面号码查票据 · Vouchers by their printed number",
        "invoices:read",
        InvoiceModel,
        listed=True,
        query={"number": _TEXT},
        needs=("number",),
    ),
    Operation(
        "get",
        "/payments",
        "listPayments",
        "付款列表，旧的在前 · Payments, oldest first",
        "payments:read",
        PaymentModel,
        listed=True,
        query={"state": _choice(get_args(PaymentState)), **CURSOR},
    ),
    Operation(
        "post",
        "/payments/{id}/result",
        "notePaymentResult",
        "记录银行的结果，同一结果只算一次 · Note what the bank did; the same result twice is one",
        "payments:write",
        PaymentModel,
        body=PaymentResult,
        errors=(404, 409, 422),
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
            **CURSOR,
        },
    ),
    Operation(
        "get",
        "/audit",
        "listAudit",
        "审计链，旧的在前 · The audit trail, oldest first",
        "audit:read",
        AuditModel,
        listed=True,
        query=CURSOR,
    ),
    Operation(
        "get",
        "/analytics/spend",
        "sumSpending",
        "费用汇总，从提交起计 · What was spent; a claim counts from its submission on",
        "analytics:read",
        SpendModel,
        listed=True,
        query=SPEND,
    ),
)


def document(public_url: str) -> Json:
    """Draw the document: OpenAPI 3.1."""
    schemas: Json = {}
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(BASE + operation.path, {})[operation.method] = _drawn(operation, schemas)
    _schema_of(ProblemModel, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "小票 Chit",
            "version": "1",
            "description": "金额是以元为单位的小数字符串 · Money is a decimal string in yuan. "
            "错误是 application/problem+json，`code` 不变 · errors carry a stable `code`.",
        },
        "servers": [{"url": public_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _drawn(operation: Operation, schemas: Json) -> Json:
    answer = _schema_of(operation.answer, schemas)
    if operation.listed:
        answer = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": answer},
                "next": {"type": ["string", "null"]},
            },
        }
    good = {"description": "好 · fine", "content": {"application/json": {"schema": answer}}}
    problem = {"schema": {"$ref": "#/components/schemas/ProblemModel"}}
    bad = {"description": "", "content": {"application/problem+json": problem}}
    codes = sorted({400, 401, 403, 429, *operation.errors})
    drawn: Json = {
        "operationId": operation.name,
        "summary": operation.says,
        "description": f"scope `{operation.scope}`",
        "parameters": _parameters(operation),
        "responses": {str(operation.status): good, **{str(code): bad for code in codes}},
    }
    if operation.body:
        body = _schema_of(operation.body, schemas)
        drawn["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return drawn


def _parameters(operation: Operation) -> list[Json]:
    inside = [p[1:-1] for p in operation.path.split("/") if p.startswith("{")]
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in inside
    ]
    for name, schema in (operation.query or {}).items():
        needed = name in operation.needs
        found.append({"name": name, "in": "query", "required": needed, "schema": schema})
    if operation.keyed:
        key: Json = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return found


def _schema_of(model: type, schemas: Json) -> Json:
    """Put a model and what it consists of among the schemas; gives the reference to it."""
    drawn = TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(drawn.pop("$defs", {}))
    schemas[model.__name__] = drawn
    return {"$ref": f"#/components/schemas/{model.__name__}"}


@dataclass(frozen=True, slots=True)
class OpenApi:
    """Serves the document to anybody: there is no secret in it."""

    public_url: str

    def routes(self) -> list[web.RouteDef]:
        """Give the one route."""
        return [web.get("/api/openapi.json", self.show)]

    async def show(self, _: web.Request) -> web.Response:
        """Give the document."""
        return web.json_response(document(self.public_url))
