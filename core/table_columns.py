"""The columns of the tables that people hand in, by the titles that people write above them."""

from collections.abc import Mapping
from typing import Literal

from core.bank_results import COLUMNS as RESULTS
from core.table_cells import plain_title

TableKind = Literal["claims", "results", "people", "budgets"]

_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "key": ("编号",),
    "employee": ("员工", "报销人", "员工编号"),
    "kind": ("种类",),
    "category": ("类别",),
    "amount": ("金额",),
    "currency": ("币种",),
    "rate": ("汇率",),
    "date": ("日期",),
    "description": ("说明",),
    "project": ("项目",),
    "purpose": ("事由",),
    "invoice": ("发票", "发票号码"),
    "submit": ("提交",),
}
_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "工号", "员工编号"),
    "name": ("姓名",),
    "department": ("部门",),
    "manager": ("主管", "直属主管", "上级"),
    "grade": ("职级",),
    "roles": ("角色",),
    "dingtalk": ("钉钉",),
    "wecom": ("企业微信",),
    "oidc": ("单点登录",),
    "bank_account": ("银行账号", "银行卡号"),
    "bank": ("开户行",),
    "bank_code": ("联行号",),
    "language": ("语言",),
    "active": ("在职",),
}
_BUDGETS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "预算编号"),
    "department": ("部门",),
    "own_level": ("只管本级",),
    "project": ("项目",),
    "category": ("类别",),
    "person": ("个人", "员工"),
    "company": ("法人", "公司"),
    "fiscal_start": ("财年起始月",),
    "period": ("期间",),
    "cumulative": ("滚动",),
    "limit": ("额度", "金额"),
    "control": ("控制", "控制方式"),
    "tolerance": ("容差", "允许超出"),
    "alerts": ("预警线",),
    "owners": ("负责人",),
    "exceptions": ("例外",),
}
COLUMNS: Mapping[TableKind, Mapping[str, tuple[str, ...]]] = {
    "claims": _CLAIMS,
    "results": RESULTS,
    "people": _PEOPLE,
    "budgets": _BUDGETS,
}
"""The Chinese titles of each column; the first is the one that templates have."""
TITLES: Mapping[TableKind, Mapping[str, str]] = {
    kind: {plain_title(said): name for name, names in columns.items() for said in (name, *names)}
    for kind, columns in COLUMNS.items()
}
"""The column that a plain title names."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "control": {"拦截": "block", "警告": "warn", "提醒": "warn", "只记录": "ignore"},
    "roles": {
        "员工": "employee",
        "助理": "assistant",
        "财务": "finance",
        "出纳": "cashier",
        "预算管理员": "budget_admin",
        "审计": "auditor",
        "管理员": "admin",
    },
    "kind": {
        "报销": "reimbursement",
        "出差": "travel_request",
        "采购": "purchase_request",
        "借款": "advance",
        "福利": "welfare",
    },
    "language": {"中文": "zh", "英文": "en"},
}
"""What people write in cells that hold a word of ours, by column."""


def word_of(column: str, cell: str) -> str:
    """Give our word for what stands in a cell; what is none stays as it is."""
    return WORDS.get(column, {}).get(cell, cell)
