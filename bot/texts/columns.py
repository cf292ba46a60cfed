"""What belongs into the columns of the tables that people fill in; both languages in one cell."""

from collections.abc import Mapping

from core.table_columns import TableKind

GUIDE = ("列 column", "字段 field", "必填 required", "怎么填 what belongs there")
REQUIRED: Mapping[TableKind, frozenset[str]] = {
    "claims": frozenset({"employee", "amount", "date"}),
    "results": frozenset({"id", "amount", "result"}),
    "people": frozenset({"id", "name"}),
    "budgets": frozenset({"id", "period", "limit"}),
}
_MANY = "几个用分号隔开 · several with semicolons"
_NAME = "编号，或不重名的名称 · the id, or a name that only one has"
_AMOUNT = "元，最多两位小数 · yuan, at most two decimals"
ABOUT: Mapping[TableKind, Mapping[str, str]] = {
    "claims": {
        "key": "同一编号的行是一张单据，只成一次；可以不填 · rows of one key are one claim, once",
        "employee": _NAME,
        "category": f"{_NAME}；可以不填 · or nothing",
        "amount": f"{_AMOUNT}，大于 0 · above 0",
        "date": "2026-11-20、2026/11/20 都可以 · either will do",
        "description": "这一行买了什么 · what was bought",
        "project": f"{_NAME}；可以不填 · or nothing",
        "purpose": "整张单据的事由 · what the whole claim is for",
        "submit": "是：直接提交；否：留作草稿 · yes submits, no keeps a draft",
    },
    "results": {
        "id": "付款编号，付款文件里有 · the payment's id, from the payment file",
        "claim": "单号，可以不填 · the claim's number, or nothing",
        "payee": "与付款不一致的行不登记 · a row that differs from the payment is not noted",
        "amount": _AMOUNT,
        "result": "成功、失败 或 退票 · paid, failed or returned",
        "reason": "失败或退票的原因 · why it failed",
        "reference": "银行流水号，可以不填 · the bank's reference, or nothing",
    },
    "people": {
        "id": "英文字母、数字、点、横线，定下来不再改 · letters, digits, dots, dashes; for good",
        "name": "姓名 · the name",
        "department": _NAME,
        "manager": _NAME,
        "grade": "职级，制度里用到的写法 · the grade, as rules name it",
        "roles": f"员工、财务、出纳、预算管理员、审计、管理员；{_MANY}",
        "dingtalk": "钉钉的 UserID · the user id in DingTalk",
        "wecom": "企业微信的账号 · the user id in WeCom",
        "bank_account": "收款账号，单元格设为文本 · the account to pay to, as text",
        "bank": "开户行 · the bank",
        "active": "是 或 否；离职填否 · yes or no",
    },
    "budgets": {
        "id": "英文字母、数字、点、横线；同一编号会替换 · the same id replaces",
        "department": f"{_NAME}；不填即不限 · empty means any",
        "project": f"{_NAME}；不填即不限 · empty means any",
        "category": f"{_NAME}；不填即不限 · empty means any",
        "period": "2026、2026-H2、2026-Q4、2026-11 或 2026-11-01/2027-01-31",
        "limit": _AMOUNT,
        "control": "拦截、警告 或 只记录 · block, warn or ignore",
        "tolerance": "允许超出的百分比 · percentage over the limit",
        "alerts": f"使用率的百分数，如 80;90;100；{_MANY}",
        "owners": f"{_NAME}；{_MANY}",
    },
}
"""What belongs into a column; what has no text explains itself."""
