"""A small company, its people and claims, built in memory for the tests of the core."""

from dataclasses import replace
from datetime import UTC, date, datetime

from core.actions.basics import Cause, Settings
from core.actions.submission import Surroundings
from core.approval import Decision
from core.budget import Balance
from core.claim import Claim, Finding, Line, LineInvoice, State
from core.company import Company
from core.company_file import load_company
from core.policy import PolicyBook, check_policies

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NUMBER = "BX-20261125-0001"

COMPANY_YAML = """\
companies:
  - {id: hq, name: 示例科技有限公司, tax_id: 91310115MA1K4XXXXX}
  - {id: sz, name: 示例深圳有限公司}
departments:
  - {id: sales, name: 市场部, head: wang, company: hq}
  - {id: east, name: 华东组, parent: sales}
  - {id: lab, name: 实验室, company: sz}
people:
  - {id: boss, name: 赵总}
  - {id: wang, name: 王芳, department: sales, manager: boss, grade: M1}
  - {id: chen, name: 陈默, department: sales, manager: wang, active: false}
  - {id: zhang, name: 张三, department: east, manager: wang, grade: P5, dingtalk: staff-zhang,
     wecom: ZhangSan, bank_account: "6222021234567890", bank: 招商银行}
  - {id: lone, name: 林一, department: lab}
  - {id: junior, name: 小周, department: east, manager: chen}
  - {id: li, name: 李雷, department: lab, manager: boss}
  - {id: fin1, name: 方方, roles: [employee, finance]}
  - {id: fin2, name: 冯冯, roles: [finance]}
  - {id: cash, name: 钱出纳, roles: [cashier]}
  - {id: adm, name: 管理员, roles: [admin]}
categories:
  - {id: taxi, name: 市内交通, keywords: [打车, 出租车], requires_invoice: false}
  - {id: hotel, name: 住宿费, keywords: [住宿, 酒店]}
  - {id: meal, name: 业务招待, keywords: [招待, 餐饮], requires_invoice: false}
projects:
  - {id: apollo, name: 阿波罗, owner: li}
  - {id: mars, name: 火星, owner: chen}
budgets:
  - {id: all, period: 2026, limit: "100000.00", control: warn}
  - {id: sales-q4, department: sales, period: 2026-Q4, limit: "1000.00", owners: [wang, boss]}
  - {id: taxi-nov, department: sales, category: taxi, period: 2026-11, limit: "200.00",
     tolerance: 10}
  - {id: apollo-y, project: apollo, period: 2026, limit: "500.00", control: ignore}
flows:
  - {id: default, steps: [{name: 直属主管, approvers: [manager]},
     {name: 财务, approvers: ["role:finance"], when: "total >= 1000"}]}
"""


def company_of(text: str = COMPANY_YAML) -> Company:
    """Load the sample company, or another text."""
    return load_company(text, "company.yaml")


def with_flow(*steps: str, when: str = "true") -> Company:
    """Give the sample company one flow of these steps, each in YAML's short form."""
    head = COMPANY_YAML.partition("flows:")[0]
    rows = "".join(f"\n      - {step}" for step in steps)
    return company_of(f'{head}flows:\n  - id: only\n    when: "{when}"\n    steps:{rows}\n')


def with_policy(policy: str) -> Company:
    """Give the sample company one policy, in YAML's short form."""
    return company_of(f"{COMPANY_YAML}policies:\n  - {policy}\n")


TIERS = """\
city_tiers:
  - {id: first, name: 一线, cities: [北京市, 上海, 广州, 深圳]}
  - {id: second, name: 二线, cities: [杭州, 南京]}
"""


def rules_of(*policies: str) -> Company:
    """Give the sample company tiers of cities and several policies."""
    rows = "".join(f"  - {p}\n" for p in policies)
    return company_of(f"{COMPANY_YAML}{TIERS}policies:\n{rows}")


def said_by_rules(
    policy: str, claim: Claim, *history: Claim, today: date = TODAY, flows: str = ""
) -> list[Finding]:
    """Give what one policy has to say about a claim."""
    company = rules_of(policy)
    if flows:
        base = COMPANY_YAML.partition("flows:")[0]
        company = company_of(f"{base}{flows}{TIERS}policies:\n  - {policy}\n")
    book = PolicyBook(company, today, history)
    return [f for f in check_policies(claim, book) if f.field("policy")]


def taxi(yuan: int = 45, day: date = TODAY, **values: object) -> Line:
    """Make a line of a taxi ride."""
    line = Line("taxi", yuan * 100, day, "去客户现场")
    return replace(line, **values)  # type: ignore[arg-type]


def invoice(identity: str | None = "12345678901234567890", **values: object) -> LineInvoice:
    """Make the voucher of a line."""
    made = LineInvoice(identity, identity, None, "digital_general", "出租公司", None, TODAY, 4500)
    return replace(made, **values)  # type: ignore[arg-type]


def claim_of(*lines: Line, **values: object) -> Claim:
    """Make a draft of Zhang San's."""
    claim = Claim(
        number=NUMBER,
        company="hq",
        kind="reimbursement",
        state=State.DRAFT,
        employee="zhang",
        department="east",
        created_at=NOW,
        lines=lines or (taxi(),),
    )
    return replace(claim, **values)  # type: ignore[arg-type]


def around(company: Company | None = None, **values: object) -> Surroundings:
    """Give the surroundings of a claim: full budgets, no history, no duplicates."""
    known = company or company_of()
    made = Surroundings(
        company=known,
        today=TODAY,
        history=(),
        balances=tuple(Balance(b) for b in known.budgets),
        holders={},
        settings=Settings(),
    )
    return replace(made, **values)  # type: ignore[arg-type]


def by(person: str, source: str = "msg-1") -> Cause:
    """Say who acts."""
    return Cause(person, NOW, source)


def agreed(person: str) -> Decision:
    """Make one person's approval."""
    return Decision(person, "approve", "", NOW, f"click-{person}")
