"""A small company and its claims in every state, for the tests of cards and texts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, get_args

from bot.cards.view import CardView, build_view
from core.approval import Decision, Plan, Step, Verdict
from core.budget import Balance, charges_of
from core.claim import Claim, Finding, Line, LineInvoice, State, StoredFile
from core.company import Company
from core.notices import Purpose
from core.payment import Payment
from core.routing import Chain, ChainStep

AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
LINK = "https://chit.example.com/app/claims/BX-20261125-0007"
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

COMPANY = Company.model_validate(
    {
        "companies": [{"id": "hq", "name": "示例科技有限公司", "tax_id": "91310115MA1K40000X"}],
        "departments": [
            {"id": "sales", "name": "市场部", "head": "wang", "company": "hq"},
            {"id": "finance", "name": "财务部", "company": "hq"},
        ],
        "people": [
            {
                "id": "zhang",
                "name": "张三",
                "department": "sales",
                "manager": "wang",
                "bank_account": "6222021234567890",
                "bank": "招商银行",
            },
            {"id": "wang", "name": "王五", "department": "sales"},
            {"id": "zhao", "name": "赵六", "department": "finance", "roles": ["finance"]},
            {"id": "qian", "name": "钱七", "department": "finance", "roles": ["finance"]},
            {"id": "sun", "name": "孙八", "department": "finance", "roles": ["cashier"]},
        ],
        "categories": [
            {"id": "taxi", "name": "市内交通", "keywords": ["打车"], "requires_invoice": True},
            {"id": "meal", "name": "业务招待", "keywords": ["餐饮"]},
        ],
        "projects": [{"id": "apollo", "name": "阿波罗", "owner": "wang"}],
        "budgets": [
            {
                "id": "sales-2026q4",
                "department": "sales",
                "period": "2026-Q4",
                "limit": "10000.00",
                "owners": ["wang"],
            },
            {"id": "taxi-2026", "category": "taxi", "period": "2026", "limit": "500.00"},
        ],
        "policies": [
            {"id": "taxi-cap", "kind": "amount_limit", "category": "taxi", "per": "day",
             "limit": "200.00"},
            {"id": "alike", "kind": "duplicate", "action": "block"},
        ],
        "flows": [{"id": "default", "steps": [{"name": "直属主管", "approvers": ["manager"]}]}],
    }
)  # fmt: skip

INVOICE = LineInvoice(
    identity="26312000000123456789",
    number="26312000000123456789",
    code=None,
    kind="digital_general",
    seller="上海滴滴出行科技有限公司",
    buyer="示例科技有限公司",
    date=date(2026, 11, 24),
    total_fen=28000,
)
LINES = (
    Line("taxi", 28000, date(2026, 11, 24), "去客户现场", None, INVOICE, ("total", "date")),
    Line("meal", 100000, date(2026, 11, 23), "招待客户晚餐", "apollo"),
)
OVER_CAP = Finding(
    "amount_limit",
    "warn",
    None,
    (("policy", "taxi-cap"), ("limit", "200.00"), ("amount", "280.00"), ("per", "2026-11-24")),
)
DOUBTS = tuple(Finding("doubt", "warn", 0, (("field", f),)) for f in ("total", "date"))
ALIKE = Finding(
    "duplicate",
    "block",
    1,
    (("policy", "alike"), ("claim", "BX-20261123-0002"), ("amount", "1000.00")),
)
SAME_INVOICE = Finding(
    "duplicate_invoice",
    "block",
    0,
    (("invoice", "26312000000123456789"), ("claim", "BX-20261101-0003")),
)
OVERRUN = Finding(
    "budget_exceeded",
    "block",
    None,
    (
        ("budget", "sales-2026q4"),
        ("limit", "10000.00"),
        ("available", "900.00"),
        ("amount", "1280.00"),
        ("over", "380.00"),
    ),
)
PAYMENT = Payment(
    id="P-BX-20261125-0007",
    claim="BX-20261125-0007",
    payee="zhang",
    payee_name="张三",
    amount_fen=128000,
    account="6222021234567890",
    bank="招商银行",
)
DRAFT = Claim(
    number="BX-20261125-0007",
    company="hq",
    kind="reimbursement",
    state=State.DRAFT,
    employee="zhang",
    department="sales",
    created_at=AT,
    lines=LINES,
    findings=(OVER_CAP, *DOUBTS),
)


def said(approver: str, verdict: Verdict, reason: str = "") -> Decision:
    return Decision(approver, verdict, reason, AT, f"message-{approver}")


def plan(first: tuple[Decision, ...], second: tuple[Decision, ...] = (), current: int = 0) -> Plan:
    return Plan(
        (
            Step("直属主管", "any", ("wang",), first),
            Step("财务", "any", ("zhao", "qian"), second),
        ),
        current,
    )


AGREED = said("wang", "approve", "同意，注意标准")
PLANS: dict[State, Plan] = {
    State.IN_REVIEW: plan((AGREED,), (), 1),
    State.RETURNED: plan((said("wang", "return", "请补充客户名称"),)),
    State.REJECTED: plan((AGREED,), (said("zhao", "reject", "超出标准"),), 1),
    State.WITHDRAWN: plan(()),
    State.APPROVED: plan((AGREED,), (said("zhao", "approve"),), 2),
    State.PAYING: plan((AGREED,), (said("zhao", "approve"),), 2),
    State.PAID: plan((AGREED,), (said("zhao", "approve"),), 2),
}


def claim_in(state: State) -> Claim:
    submitted = AT if state in PLANS else None
    return replace(DRAFT, state=state, plan=PLANS.get(state), submitted_at=submitted)


def payment_in(state: State) -> Payment:
    states = {State.PAYING: "exported", State.PAID: "paid"}
    return replace(PAYMENT, state=states.get(state, "pending"))  # type: ignore[arg-type]


TWIN = Finding(
    "duplicate_similar",
    "warn",
    0,
    (
        ("policy", "alike"),
        ("claim", "BX-20261101-0003"),
        ("employee", "qian"),
        ("when", "2026-11-01T03:00:00+00:00"),
        ("state", "paid"),
        ("like", "facts"),
        ("date", "2026-11-24"),
        ("amount", "280.00"),
        ("file", "b" * 64),
    ),
)
FILE = StoredFile("a" * 64, "didi.pdf")
CHAIN = Chain(
    (ChainStep("直属主管", ("wang",), "any"), ChainStep("财务", ("zhao", "qian"), "any")),
    ("sun",),
)


def rich(state: State) -> Claim:
    """Give a claim with everything that a card can have to say."""
    made = claim_in(state)
    steps = made.plan.steps if made.plan else ()
    due = datetime(2026, 11, 26, 10, tzinfo=UTC)
    told = tuple(replace(s, due=due) for s in steps)
    return replace(
        made,
        plan=replace(made.plan, steps=told, cc=("sun",)) if made.plan else None,
        findings=(TWIN, OVER_CAP, *DOUBTS),
        files=(FILE,),
        purpose="拜访上海客户，签年度合同",
        urgent="客户明天到",
    )


READERS: dict[Purpose, str] = {"claim": "zhang", "approval": "zhao", "payment": "sun"}


def balances_of(claim: Claim) -> tuple[Balance, ...]:
    held = {c.budget: c.amount_fen for c in charges_of(COMPANY, claim)}
    in_review = claim.state is State.IN_REVIEW
    return tuple(Balance(b, held.get(b.id, 0) if in_review else 0) for b in COMPANY.budgets)


def view_of(claim: Claim, purpose: Purpose, reader: str = "", **changes: object) -> CardView:
    person = COMPANY.person(reader or READERS[purpose])
    assert person is not None
    given: dict[str, Any] = {
        "purpose": purpose,
        "reader": person,
        "balances": balances_of(claim),
        "payment": payment_in(claim.state) if purpose == "payment" else None,
        "link": LINK,
        "language": "zh",
    }
    return build_view(claim, COMPANY, **(given | changes))
