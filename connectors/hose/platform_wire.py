"""合思's words as a platform: budgets, payment results, vouchers, approvals, lists; no I/O.

Source: the vendor's own open-platform documentation, as for `wire`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from connectors.hose.wire import FLOW, SETTLED, STATES, Flow, int_in
from connectors.kit.answers import list_in, object_in, text_in
from core.outside import Json, OutsideBalance, Ref
from core.papers import Paper

LIST_PATH = "/api/openapi/v1.1/docs/getApplyList"
PAYMENT_PATH = "/api/openapi/v1/paymentResults"
VOUCHER_PATH = "/api/openapi/v2.1/flow/data/erpVoucher"
BUDGETS_PATH = "/api/openapi/v2/budgets"
NODE_PATH = "/api/openapi/v2/budgets/searchBudgetNode/${id}/${version}"
APPROVE_PATH = "/api/openapi/v1/backlog/data/"
RESULT_PATH = "/api/openapi/v1/backlog/data/result"
SSO_PATH = "/api/openapi/v1.1/provisional/getProvisionalAuth"
POWER = "TICKET_AUDIT_switch"
PAGE = 100
MOST_TOGETHER = 10
"""Documents that may be approved in one call."""
MOST_TTL_S = 604800
PAID, FAILED = "P00001", "P00002"
TAKEN, ALREADY_PAID, NOT_PAYING = "R00000", "R00002", "R00003"
RESULTS = {
    "R00001": "单据不存在",
    "R00002": "单据已支付",
    "R00003": "单据不在支付中",
    "R00004": "单据支付渠道不正确",
    "R00005": "支付结果代码错误",
    "R00006": "无效的请求",
}
DOCUMENT_PAGES = frozenset({"form", "backlogDetail", "edit"})
PAGES = frozenset({"frontPage", "home", "approve", "payment"}) | DOCUMENT_PAGES


@dataclass(frozen=True, slots=True)
class Package:
    """A budget package: its version, its year and how that is divided."""

    id: str
    version: str
    year: str
    division: str
    active: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far the approvals of somebody are: how many still wait, and what was refused, by id."""

    waiting: int
    refused: Mapping[str, str]


def build_payment(flow: str, result: str, reason: str) -> Json:
    """Tell what became of a payment."""
    code = PAID if result == "paid" else FAILED
    return {"items": [{"id": flow, "code": code, "errorMsg": reason or None}]}


def parse_payment(found: Mapping[str, object], flow: str) -> tuple[str, str]:
    """Give the code and the text for a document; "" when the answer does not name it."""
    for row in list_in(found, "items"):
        if text_in(row, "id") == flow:
            code = text_in(row, "code")
            return code, text_in(row, "errorMsg") or RESULTS.get(code, code)
    return "", ""


def build_voucher(flow: str, number: str, at: datetime, period: str = "") -> Json:
    """Write a voucher's number back; an empty one takes it away."""
    row: dict[str, Json] = {
        "flowId": flow,
        "voucherNo": number,
        "voucherCreateTime": str(int(at.timestamp()) * 1000),
    }
    return {"voucher": [{**row, "fiscalPeriod": period} if period else row]}


def build_page(person: str, target: str, ttl_s: int) -> Json:
    """Ask for an address that opens a page once; ValueError for a page that there is not.

    `target` is a page, or `form:ID` for a document's.
    """
    page, _, flow = target.partition(":")
    if page not in PAGES or (page in DOCUMENT_PAGES) != bool(flow):
        raise ValueError(target[:40])
    body: dict[str, Json] = {
        "uid": person,
        "pageType": page,
        "authType": "CODE",
        "expireDate": str(max(1, min(ttl_s, MOST_TTL_S))),
        "isApplet": False,
    }
    return {**body, "flowId": flow} if flow else body


def parse_page(found: Mapping[str, object]) -> str:
    """Give the address; "" when there is none."""
    return text_in(object_in(found, "value"), "message", 4000)


def build_decision(person: str, *, agrees: bool, comment: str) -> Json:
    """Agree to documents or send them back, as somebody; a rejected one begins anew."""
    action: dict[str, Json] = {
        "name": "freeflow.agree" if agrees else "freeflow.reject",
        "comment": comment,
    }
    if not agrees:
        action["resubmitMethod"] = "FROM_START"
    return {"approveId": person, "action": action}


def parse_outcome(found: Mapping[str, object]) -> Outcome:
    """Read how far approvals are."""
    value = object_in(found, "value")
    rows = list_in(value, "errorMsg")
    refused = {text_in(row, "flowId"): text_in(row, "msg", 300) for row in rows}
    return Outcome(int_in(value, "residue"), refused)


def list_query(kind: str, states: Sequence[str], since: str, start: int) -> dict[str, str]:
    """Ask for documents in the order of their last change; `since` is a time of the company."""
    query = {
        "type": kind,
        "state": ",".join(states),
        "start": str(start),
        "count": str(PAGE),
        "orderBy": "updateTime",
        "orderByType": "asc",
        "active": "true",
    }
    return {**query, "startDate": since} if since else query


def moment_text(ms: int, zone: tzinfo) -> str:
    """Write a moment as lists want it."""
    return datetime.fromtimestamp(ms // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def parse_packages(found: Mapping[str, object]) -> tuple[Package, ...]:
    """Read the budget packages that are in force."""
    return tuple(
        Package(
            text_in(row, "id"),
            text_in(row, "version"),
            text_in(object_in(row, "period"), "annual"),
            text_in(object_in(row, "period"), "period"),
            active=row.get("active") is True and row.get("delete") is not True,
        )
        for row in list_in(found, "items")
    )


def parse_balance(
    found: Mapping[str, object], code: str, period: int, day: date, zone: tzinfo
) -> OutsideBalance | None:
    """Read the balance of a node in the period of a day; None when there is none."""
    entities = [object_in(row, "budgetNodeEntity") for row in list_in(found, "items")]
    for entity in entities:
        if text_in(entity, "code") != code:
            continue
        for row in list_in(entity, "moneyExts"):
            if _is_of(row, period, day, zone):
                return OutsideBalance(
                    _fen(row, "budgetMoney"),
                    _fen(row, "occupiedMoney"),
                    _fen(row, "confirmedMoney"),
                )
    return None


def _is_of(row: Mapping[str, object], period: int, day: date, zone: tzinfo) -> bool:
    """Whether money is of a day: between its times where they are given, else by its number."""
    start, end = int_in(row, "periodStartTime"), int_in(row, "periodEndTime")
    if start and end:
        first = datetime.fromtimestamp(start // 1000, zone).date()
        return first <= day <= datetime.fromtimestamp(end // 1000, zone).date()
    return text_in(row, "periodTime") == str(period)


def period_of(division: str, day: date) -> int:
    """Give the number of a day's period in a year that is so divided."""
    months = {"MONTH": 1, "SEASON": 3, "HALF_YEAR": 6}.get(division, 12)
    return (day.month - 1) // months + 1


def _fen(row: Mapping[str, object], key: str) -> int:
    """Give an amount in fen; ValueError for what is none. They come as numbers of yuan."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(key)  # noqa: TRY004 - one error for what is no amount
    try:
        return int((Decimal(str(value)) * 100).to_integral_value())
    except InvalidOperation:
        raise ValueError(key) from None


def is_settled(flow: Flow) -> bool:
    """Whether a document is paid there, which is when it takes a voucher's number."""
    return flow.state in SETTLED


def paper_of(system: str, flow: Flow, zone: tzinfo) -> Paper:
    """Give a document as lists of every system have it; a request has its own names of fields."""
    form = flow.form
    at_ms = int_in(form, "requisitionDate") or int_in(form, "expenseDate")
    money = object_in(form, "requisitionMoney") or object_in(form, "expenseMoney")
    return Paper(
        ref=Ref(system, FLOW, flow.id, flow.code or flow.id),
        changed=flow.updated_ms,
        key=text_in(form, "outerCode"),
        person=text_in(form, "submitterId", 200),
        template=text_in(form, "specificationId", 300).partition(":")[0],
        title=text_in(form, "title", 200),
        amount_fen=_fen(money, "standard") if money else 0,
        day=datetime.fromtimestamp(at_ms // 1000, zone).date() if at_ms else None,
        settled=is_settled(flow),
        over=STATES.get(flow.state) != "waiting",
        voucher=text_in(form, "voucherNo", 200),
        waits_for=flow.waits_for if flow.state == "approving" else (),
    )
