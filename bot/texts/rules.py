"""The company's rules as people call them: policies, flows, their conditions and approvers.

A name that the company gives goes first; without one it is made of what the rule is about. The id
stands small behind it, for whoever looks it up in the company's file.
"""

import ast
from collections.abc import Callable, Mapping

from bot.texts.names import (
    NAME_LIMIT,
    category_name,
    department_name,
    money_text,
    person_name,
    project_name,
)
from bot.texts.plain import one_line
from bot.texts.template import Language, Text
from bot.texts.words import KINDS, kind_text
from core.company import Company, Policy
from core.travel_standard import allowance_name

_POLICIES: Mapping[str, Text] = {
    "amount_limit": Text("‹{category}›‹{per}›限额", "‹{category} ›limit‹ {per}›"),
    "travel_standard": Text("‹{category}›差旅标准", "‹{category} ›travel standard"),
    "per_diem": Text("‹{allowance}›标准", "travel allowance‹ ({allowance})›"),
    "mileage": Text("自驾里程标准", "rate of kilometres"),
    "invoice_age": Text("发票有效期", "age of invoices"),
    "cross_year": Text("跨年发票", "invoices of an earlier year"),
    "claim_deadline": Text("报销期限", "deadline of claims"),
    "buyer_title": Text("发票抬头", "whom invoices are made out to"),
    "receipt_required": Text("‹{category}›凭票报销", "‹{category} ›invoice required"),
    "proof_above": Text("‹{category}›补充附件", "‹{category} ›further proof"),
    "duplicate": Text("重复费用", "the same expense twice"),
    "weekend": Text("休息日费用", "expenses of days off"),
    "frequency": Text("报销次数", "number of claims"),
    "split": Text("拆分单据", "claims in pieces"),
    "private_words": Text("个人消费", "private consumption"),
}
PERIODS: Mapping[str, Text] = {
    "claim": Text("每单", "a claim"),
    "line": Text("每笔", "a line"),
    "day": Text("每天", "a day"),
    "night": Text("每晚", "a night"),
    "month": Text("每月", "a month"),
    "year": Text("每年", "a year"),
    "km": Text("每公里", "a kilometre"),
}
ROLES: Mapping[str, Text] = {
    "employee": Text("员工", "employee"),
    "assistant": Text("部门助理", "assistant"),
    "finance": Text("财务", "finance"),
    "cashier": Text("出纳", "cashier"),
    "budget_admin": Text("预算管理员", "budget administrator"),
    "auditor": Text("审计员", "auditor"),
    "admin": Text("管理员", "administrator"),
}
_APPROVERS: Mapping[str, Text] = {
    "manager": Text("直属主管", "manager"),
    "department_head": Text("部门负责人", "head of the department"),
    "project_owner": Text("项目负责人", "owner of the project"),
    "budget_owner": Text("预算负责人", "owner of the budget"),
}
_LEVEL = Text("第 ‹{level}› 级主管", "manager of level ‹{level}›")
_DEFAULT_FLOW = Text("通用流程", "general flow")
_OTHER_FLOW = Text("专用流程", "special flow")


def period_text(per: str | None, language: Language) -> str:
    """Name what a limit is for: 每天, a night."""
    return PERIODS[per or "claim"].plain(language)


def with_id(name: str, row_id: str, language: Language) -> str:
    """Write a name and, small behind it, the id by which the company's file knows it."""
    shown = one_line(row_id, NAME_LIMIT)
    if not name or name == shown:
        return shown
    return f"{name}（{shown}）" if language == "zh" else f"{name} ({shown})"


def policy_name(company: Company, policy_id: str, language: Language) -> str:
    """Name a policy: 市内交通每天限额（taxi-day）; one that is gone is only its id."""
    policy = next((p for p in company.policies if p.id == policy_id), None)
    name = policy_title(company, policy, language) if policy else ""
    return with_id(name, policy_id, language)


def policy_title(company: Company, policy: Policy, language: Language) -> str:
    """Give the name of a policy without its id."""
    if policy.name:
        return one_line(policy.name, NAME_LIMIT)
    per = period_text(policy.per, language) if policy.kind == "amount_limit" else ""
    category = category_name(company, policy.category, language) if policy.category else ""
    fields = {"category": category, "per": per}
    if policy.kind == "per_diem":
        fields["allowance"] = one_line(allowance_name(company, policy), NAME_LIMIT)
    return _POLICIES[policy.kind].fill(language, fields)


def flow_name(company: Company, flow_id: str, language: Language) -> str:
    """Name a flow: 通用流程（default）."""
    flow = next((f for f in company.flows if f.id == flow_id), None)
    if flow is None:
        return one_line(flow_id, NAME_LIMIT)
    made = _DEFAULT_FLOW if flow.when == "true" else _OTHER_FLOW
    name = one_line(flow.name, NAME_LIMIT) or made.plain(language)
    return with_id(name, flow_id, language)


def approver_text(rule: str, company: Company, language: Language) -> str:
    """Say who an approver of a step is meant to be: 直属主管, 财务, a person by name."""
    word, _, argument = rule.partition(":")
    if word == "manager" and argument:
        return _LEVEL.fill(language, {"level": argument})
    if word == "role":
        return ROLES[argument].plain(language) if argument in ROLES else one_line(argument)
    if word == "person":
        return person_name(company, argument)
    return _APPROVERS[word].plain(language) if word in _APPROVERS else one_line(rule)


_FACTS: Mapping[str, Text] = {
    "total": Text("金额", "the total"),
    "kind": Text("种类", "the kind"),
    "department": Text("部门", "the department"),
    "project": Text("项目", "the project"),
    "categories": Text("类别", "the categories"),
    "grade": Text("职级", "the grade"),
    "over_budget": Text("超预算", "it is over budget"),
    "findings": Text("提示数", "the number of remarks"),
    "days": Text("天数", "the days"),
}
_COMPARED: Mapping[type[ast.cmpop], Text] = {
    ast.GtE: Text("达到", "reaches"),
    ast.Gt: Text("超过", "is above"),
    ast.LtE: Text("不超过", "is at most"),
    ast.Lt: Text("低于", "is below"),
    ast.Eq: Text("是", "is"),
    ast.NotEq: Text("不是", "is not"),
    ast.In: Text("属于", "is one of"),
    ast.NotIn: Text("不属于", "is none of"),
}
_HAS = Text("含", "have")
_HAS_NOT = Text("不含", "have no")
_ALWAYS = Text("任何情况", "always")


def when_text(condition: str, company: Company, language: Language) -> str:
    """Say a condition in words: 金额达到 ¥1,000.00; one that is beyond them stays as written."""
    try:
        return _said(ast.parse(condition.strip(), mode="eval").body, company, language)
    except (SyntaxError, KeyError):
        return one_line(condition, 80)


def _said(node: ast.expr, company: Company, language: Language) -> str:
    if isinstance(node, ast.BoolOp):
        words = ("且", "或") if language == "zh" else (" and ", " or ")
        parts = [_said(v, company, language) for v in node.values]
        return words[isinstance(node.op, ast.Or)].join(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _said(node.operand, company, language)
        return f"不是（{inner}）" if language == "zh" else f"not ({inner})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _comparison(node.left, node.ops[0], node.comparators[0], company, language)
    if isinstance(node, ast.Name):
        if node.id.lower() == "true":
            return _ALWAYS.plain(language)
        return _FACTS[node.id].plain(language)
    raise KeyError(type(node).__name__)


def _comparison(
    left: ast.expr, op: ast.cmpop, right: ast.expr, company: Company, language: Language
) -> str:
    if isinstance(right, ast.Name) and isinstance(op, ast.In | ast.NotIn):
        fact, other, word = right.id, left, _HAS if isinstance(op, ast.In) else _HAS_NOT
    elif isinstance(left, ast.Name):
        fact, other, word = left.id, right, _COMPARED[type(op)]
    else:
        raise KeyError("a fact stands on one side")
    value = _value(other, fact, company, language)
    parts = (_FACTS[fact].plain(language), word.plain(language), value)
    if language == "zh":
        return f"{parts[0]}{parts[1]}{_gap(value)}{value}"
    return " ".join(parts)


def _gap(value: str) -> str:
    """Set Latin letters and figures apart from Chinese before them."""
    return "" if value[:1] > "\u2e80" else " "


def _value(node: ast.expr, fact: str, company: Company, language: Language) -> str:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        values = [_value(v, fact, company, language) for v in node.elts]
        return ("、" if language == "zh" else ", ").join(values)
    if not isinstance(node, ast.Constant):
        raise KeyError(type(node).__name__)
    namer = _NAMERS.get(fact)
    text = str(node.value)
    return namer(company, text, language) if namer else one_line(text, NAME_LIMIT)


_NAMERS: Mapping[str, Callable[[Company, str, Language], str]] = {
    "total": lambda _, value, __: money_text(value),
    "kind": lambda _, value, language: kind_text(value, language) if value in KINDS else value,
    "department": department_name,
    "project": lambda company, value, _: project_name(company, value),
    "categories": category_name,
}
