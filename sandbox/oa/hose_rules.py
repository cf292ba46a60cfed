"""What 合思 checks of a document: templates of the newest version, Money objects, known files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

Json = dict[str, object]
MONEY = {
    "standard",
    "standardStrCode",
    "standardNumCode",
    "standardSymbol",
    "standardUnit",
    "standardScale",
}
INVOICE_TYPES = {"unify", "wait", "exist", "noExist", "noWrite"}


@dataclass(frozen=True, slots=True)
class HoseRules:
    """A company's templates, fee types, people and fields. `plan` are the nodes of its flow."""

    app: tuple[str, str] = ("key", "security")
    specification: str = "ID_spec:2f01211a2447"
    fee_types: Mapping[str, str] = field(
        default_factory=lambda: {
            "corp:taxi": "corp:taxi:expense:f9c757",
            "corp:hotel": "corp:hotel:expense:a1b2c3",
        }
    )
    staff: Mapping[str, str] = field(
        default_factory=lambda: {
            "corp:zhang": "张三",
            "corp:li": "李经理",
            "corp:cfo": "王总",
            "corp:wang": "王芳",
        }
    )
    payees: frozenset[str] = frozenset({"ID_payee_zhang"})
    custom: frozenset[str] = frozenset({"u_预算余额", "u_单号", "u_附件"})
    departments: Mapping[str, str] = field(
        default_factory=lambda: {"corp": "示例科技", "corp:sales": "市场部", "corp:old": "旧部门"}
    )
    user_ids: Mapping[str, str] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    plan: tuple[Json, ...] = ()
    approving_s: float = 60.0


HEAD = {
    "outerCode", "title", "submitterId", "specificationId", "payeeId", "expenseDate",
    "expenseDepartment", "description", "expenseLink", "expenseLinks", "details",
}  # fmt: skip
INNER = {"amount", "feeDate", "invoiceForm", "consumptionReasons", "apportions"}


def document_fault(
    rules: HoseRules, form: object, files: Mapping[str, object], *, commits: bool
) -> str:
    """Say what is wrong with a document, "" when nothing is."""
    if not isinstance(form, dict):
        return "缺少form"
    return _head_fault(rules, form, files, commits=commits) or _details_fault(
        rules, form.get("details"), files
    )


def _head_fault(rules: HoseRules, form: Json, files: Mapping[str, object], *, commits: bool) -> str:
    unknown = sorted(set(form) - HEAD - rules.custom)
    if unknown:
        return f"未知字段 {unknown}"
    if not form.get("title"):
        return "'title'字段为必填，值不能为空"
    if form.get("submitterId") not in rules.staff:
        return "提交人参数不合法，请检查该员工是否已离职"
    if form.get("specificationId") != rules.specification:
        same = str(form.get("specificationId")).partition(":")[0]
        known = same == rules.specification.partition(":")[0]
        return "openapi单据数据保存，单据模板已删除" if known else "单据模板不存在"
    if commits and form.get("payeeId") not in rules.payees:
        return "'payeeId'字段为必填，值不能为空"
    date = form.get("expenseDate")
    if date is not None and not _is_ms(date):
        return "expenseDate"
    for name in ("u_附件",):
        if name in form and not _are_files(form[name], files):
            return f"{name}不是附件"
    return ""


def _details_fault(rules: HoseRules, details: object, files: Mapping[str, object]) -> str:
    if not isinstance(details, list) or not details:
        return "费用明细不能为空"
    return next((f for row in details if (f := _row_fault(rules, row, files))), "")


def _row_fault(rules: HoseRules, row: Json, files: Mapping[str, object]) -> str:
    if set(row) - {"feeTypeId", "specificationId", "feeTypeForm"}:
        return f"未知字段 {sorted(row)}"
    wanted = rules.fee_types.get(str(row.get("feeTypeId")))
    if wanted is None:
        return "费用类型不存在"
    if row.get("specificationId") != wanted:
        return "openapi单据数据保存，明细模板已删除"
    inner = row.get("feeTypeForm")
    if not isinstance(inner, dict) or set(inner) - INNER:
        return "feeTypeForm"
    if not _is_money(inner.get("amount")):
        return "注意：单据金额有误"
    if not _is_ms(inner.get("feeDate")):
        return "feeDate"
    return _invoice_fault(inner.get("invoiceForm"), files)


def _invoice_fault(invoices: object, files: Mapping[str, object]) -> str:
    if invoices is None:
        return ""
    if not isinstance(invoices, dict) or invoices.get("type") not in INVOICE_TYPES:
        return "invoiceForm.type"
    given = invoices.get("attachments", [])
    return "" if _are_files(given, files) else "附件不存在"


def _is_money(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != MONEY or value["standardStrCode"] != "CNY":
        return False
    standard = value["standard"]
    try:
        amount = Decimal(standard) if isinstance(standard, str) else Decimal("NaN")
    except InvalidOperation:
        return False
    exponent = amount.as_tuple().exponent
    return amount.is_finite() and isinstance(exponent, int) and exponent >= -2  # noqa: PLR2004


def _is_ms(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 10**12


def _are_files(value: object, files: Mapping[str, object]) -> bool:
    if not isinstance(value, list):
        return False
    return all(
        isinstance(f, dict) and f.get("fileId") in files and f.get("key") and f.get("fileName")
        for f in value
    )


def listed_staff(rules: HoseRules, query: Mapping[str, str]) -> list[Json]:
    """List people as 获取员工列表 does; without `active` those who have left are in it."""
    active = query.get("active")
    rows: list[Json] = [
        {
            "id": id_,
            "name": name,
            "code": "",
            "departments": ["corp"],
            "defaultDepartment": "corp",
            "cellphone": "13800001234",
            "active": id_ not in rules.left,
            "userId": rules.user_ids.get(id_, ""),
            "external": False,
        }
        for id_, name in rules.staff.items()
    ]
    return rows if active is None else [r for r in rows if r["active"] is (active == "true")]


def listed_departments(rules: HoseRules) -> list[Json]:
    """List departments as 获取部门列表 does, with closed ones."""
    return [
        {
            "id": id_,
            "name": name,
            "parentId": "" if id_ == "corp" else "corp",
            "active": id_ != "corp:old",
            "code": "",
        }
        for id_, name in rules.departments.items()
    ]
