"""Texts that answer questions: lists, progress, reasons, what may be claimed."""

import re
from collections.abc import Mapping

from bot.texts.names import budget_name, money_text
from bot.texts.plain import one_line
from bot.texts.template import Language, Text, Texts
from core.company import Company

_FEN = re.compile(r"-?\d+\.\d\d")
_SPAN = re.compile(r"\d{4}(-\d\d){0,2}")

TEXTS: Texts = {
    "unsubmitted": Text(
        "还没提交的单据：‹\n{rows}›\n发「提交 单号」提交，「删除 单号」删掉。",
        "Not submitted yet:‹\n{rows}›\nSend “submit NUMBER”, or “discard NUMBER”.",
    ),
    "unsubmitted_empty": Text(
        "没有未提交的单据，都处理好了。", "Nothing is left unsubmitted; all is done."
    ),
    "under_way": Text(
        "进行中的单据：‹\n{rows}›\n发「进度 单号」看每一步。",
        "Under way:‹\n{rows}›\nSend “progress NUMBER” for every step of one.",
    ),
    "under_way_empty": Text(
        "没有进行中的单据。发「我的报销」查看全部。",
        "Nothing is under way. Send “my claims” to see all of yours.",
    ),
    "may_claim": Text("‹{row}\n›依据：‹\n{rows}›", "‹{row}\n›On these grounds:‹\n{rows}›"),
    "may_unclear": Text(
        "请说明是什么费用‹（{text}）›，例如「能报吗 住宿 600 上海」。可以问的类别‹：{options}›",
        "Please say what kind of expense it is‹ ({text})›, like “can I claim hotel 600 Shanghai”."
        " Categories‹: {options}›",
    ),
    "in_private": Text(
        "收到，已在和小票的单聊里答复提问的人。没收到的话，请先在单聊里给小票发一句「你好」。",
        "Got it; whoever asked is answered in their own chat with Chit. If nothing came, say “hi”"
        " to Chit there first.",
    ),
    "mileage_off": Text(
        "公司还没有设置自驾里程标准，请写上金额，例如「打车 45」。",
        "The company has no rate for kilometres. Please write an amount, like “taxi 45”.",
    ),
    "feedback_from": Text(
        "‹{employee} ›的反馈‹（{at}）›：‹「{text}」›\n发「回复 姓名 内容」即可回复。",
        "Feedback‹ of {employee}›‹ ({at})›:‹ “{text}”›\nSend “reply NAME words” to answer.",
    ),
    "feedback_answer": Text(
        "管理员‹ {person} ›回复你：‹「{text}」›", "The administrator ‹{person} ›answers:‹ “{text}”›"
    ),
    "feedback_answered": Text("已回复‹ {person}›。", "Answered ‹{person}›."),
}

_ROWS: Mapping[str, Text] = {
    "group": Text(
        "【‹{state}›】‹{count}› 张，共 ‹{amount}›", "[‹{state}›] ‹{count}›, ‹{amount}› in all"
    ),
    "section_claims": Text("—— 报销 ——", "— Claims —"),
    "section_requests": Text("—— 申请（金额不并入报销）——", "— Requests (not part of claims) —"),
    "section_advances": Text("—— 借款 ——", "— Advances —"),
    "more": Text("  … 还有 ‹{count}› 张", "  … ‹{count}› more"),
    "todo_total": Text("共 ‹{count}› 张，‹{amount}›", "‹{count}› in all, ‹{amount}›"),
    "todo_approve_all": Text(
        "发「全部同意」，一次同意其中 ‹{count}› 张无异常的",
        "Send “approve all” to agree to the ‹{count}› clean ones at once",
    ),
    "todo_clean": Text("无异常", "clean"),
    "batch_changed": Text("已有变化，请打开再看", "has changed, please look again"),
    "batch_busy": Text("别人正在处理，请稍后再看", "somebody is at it just now, please look again"),
    "todo_findings": Text("‹{count}› 项提示", "‹{count}› remark(s)"),
    "urgent": Text("加急", "urgent"),
    "waits": Text("已等 ‹{hours}› 小时", "for ‹{hours}› hours"),
    "step_done": Text("✓ ‹{step}›：‹{people}›", "✓ ‹{step}›: ‹{people}›"),
    "step_now": Text("▶ ‹{step}›：等‹{people}›", "▶ ‹{step}›: waits for ‹{people}›"),
    "step_next": Text("• ‹{step}›：‹{people}›", "• ‹{step}›: ‹{people}›"),
    "since": Text(
        "从 ‹{at}› 起等待，已 ‹{hours}› 小时", "Waiting since ‹{at}›, for ‹{hours}› hours"
    ),
    "since_now": Text(
        "从 ‹{at}› 起等待，不到 1 小时", "Waiting since ‹{at}›, for less than an hour"
    ),
    "due": Text("应在 ‹{at}› 前处理", "To be decided by ‹{at}›"),
    "usual": Text(
        "按最近的单据，提交后一般 ‹{hours}› 小时审完",
        "Going by recent claims, approval takes about ‹{hours}› hours after submission",
    ),
    "after": Text("下一步：‹{step}›（‹{people}›）", "Next: ‹{step}› (‹{people}›)"),
    "next_pay": Text("下一步：出纳付款", "Next: the cashier pays"),
    "next_paid": Text("已付款，流程结束", "Paid; nothing is left to do"),
    "booked": Text("已入账，凭证号 ‹{number}›", "In the books as voucher ‹{number}›"),
    "next_settle": Text(
        "已付款，还有 ‹{amount}› 待报销冲抵或归还",
        "Paid; ‹{amount}› is to be cleared by claims or paid back",
    ),
    "next_submit": Text(
        "下一步：核对好就发「提交 ‹{number}›」", "Next: check it, then send “submit ‹{number}›”"
    ),
    "system": Text("系统 ‹{system}›", "the system ‹{system}›"),
    "rule": Text("  依据：‹{policy}›：‹{inputs}›", "  Rule: ‹{policy}›: ‹{inputs}›"),
    "inputs": Text("  依据：‹{inputs}›", "  On record: ‹{inputs}›"),
    "route": Text(
        "「‹{step}›」由‹{people}›审批：‹{flow}›规定这一步找‹{rule}›",
        "“‹{step}›” is with ‹{people}›: the ‹{flow}› wants here: ‹{rule}›",
    ),
    "route_when": Text("，条件是‹{when}›", ", if ‹{when}›"),
    "stand_in": Text("（‹{by}›代‹{person}›）", " (‹{by}› for ‹{person}›)"),
    "decided": Text(
        "‹{step}› · ‹{person}› · ‹{decision}› · ‹{at}›",
        "‹{step}› · ‹{person}› · ‹{decision}› · ‹{at}›",
    ),
    "budget": Text(
        "预算 ‹{budget}›：额度 ‹{limit}›，占用 ‹{reserved}›，核销 ‹{consumed}›，"
        "可用 ‹{available}›，本单 ‹{amount}›",
        "Budget (预算) ‹{budget}›: limit ‹{limit}›, reserved ‹{reserved}›, consumed ‹{consumed}›,"
        " available ‹{available}›, this claim ‹{amount}›",
    ),
    "checks": Text("【检查】", "[Checks]"),
    "routing": Text("【审批】", "[Approval]"),
    "budgets": Text("【预算】", "[Budgets]"),
    "check_of": Text("现在（第 ‹{version}› 版）：", "Now (version ‹{version}›):"),
    "check_before": Text(
        "‹{at}› ‹{by}›修改之前（第 ‹{version}› 版）：",
        "Before ‹{by}› changed it at ‹{at}› (version ‹{version}›):",
    ),
    "last_check": Text(
        "上次提交没有通过，当时的检查结果：", "The last submission was refused; the checks then:"
    ),
    "new_check": Text("现在的检查结果：", "The checks as of now:"),
    "may_yes": Text("可以报销：‹{what}›", "Yes, this may be claimed: ‹{what}›"),
    "may_above": Text("可以提交，但超出标准：‹{what}›", "It is above what is usual: ‹{what}›"),
    "may_no": Text("不能报销：‹{what}›", "No, this may not be claimed: ‹{what}›"),
    "may_private": Text("一般不能报销：‹{what}›", "This is usually not claimed: ‹{what}›"),
    "may_standards": Text("报销标准：‹{what}›", "Standards: ‹{what}›"),
    "standard": Text("· ‹{policy}›：‹{per}› ‹{limit}›", "· ‹{policy}›: ‹{limit}› ‹{per}›"),
    "standard_of": Text(
        "· ‹{policy}›：‹{who}› ‹{per}› ‹{limit}›",
        "· ‹{policy}›: ‹{who}› ‹{limit}› ‹{per}›",
    ),
    "standard_nights": Text("，‹{nights}› 晚共 ‹{allowed}›", ", ‹{allowed}› for ‹{nights}› nights"),
    "standard_used": Text("，已用 ‹{used}›", ", ‹{used}› used"),
    "standard_over": Text("，超出 ‹{over}›", ", ‹{over}› above"),
    "no_standard": Text("· 没有金额标准", "· no limit on the amount"),
    "budget_left": Text(
        "· 预算 ‹{budget}›：剩余 ‹{before}›，报销后剩余 ‹{after}›",
        "· budget ‹{budget}›: ‹{before}› left, ‹{after}› after this",
    ),
    "budget_now": Text(
        "· 预算 ‹{budget}›：剩余 ‹{before}›", "· budget ‹{budget}›: ‹{before}› left"
    ),
    "budget_none": Text("· 没有匹配的预算", "· no budget covers this"),
    "need_invoice": Text(
        "· 需要发票，抬头 ‹{name}›，税号 ‹{taxid}›", "· an invoice made out to ‹{name}›, ‹{taxid}›"
    ),
    "need_invoice_only": Text("· 需要发票", "· an invoice is needed"),
    "need_proof": Text("· 需要附件：‹{proof}›", "· further proof is needed: ‹{proof}›"),
    "need_proof_any": Text("· 需要补充附件", "· further proof is needed"),
    "need_km": Text("· 请写明公里数", "· the kilometres are needed"),
    "need_nothing": Text("· 不需要发票", "· no invoice is needed"),
}
"""Rows of answers; every field is given."""

VERDICTS: Mapping[str, Text] = {
    "approve": Text("同意", "approved"),
    "reject": Text("驳回", "rejected"),
    "return": Text("退回", "returned"),
    "transfer": Text("转交", "handed over"),
    "add_signer": Text("加签", "asked one more"),
    "step_back": Text("退回上一步", "sent a step back"),
    "reroute": Text("改派", "re-routed"),
    "escalate": Text("升级", "escalated"),
}
INPUTS: Mapping[str, Text] = {
    "amount": Text("金额", "amount"),
    "limit": Text("标准", "limit"),
    "allowed": Text("可报", "allowed"),
    "per": Text("范围", "span"),
    "nights": Text("晚数", "nights"),
    "days": Text("天数", "days"),
    "city": Text("城市", "city"),
    "grade": Text("职级", "grade"),
    "date": Text("日期", "date"),
    "today": Text("检查日", "checked on"),
    "until": Text("截止", "until"),
    "count": Text("次数", "count"),
    "claims": Text("单据", "claims"),
    "claim": Text("单据", "claim"),
    "km": Text("公里", "km"),
    "rate": Text("单价", "rate"),
    "buyer": Text("抬头", "buyer"),
    "taxid": Text("税号", "tax number"),
    "words": Text("词", "words"),
    "have": Text("已有", "have"),
    "need": Text("需要", "needed"),
    "proof": Text("附件", "proof"),
    "budget": Text("预算", "budget"),
    "available": Text("可用", "available"),
    "over": Text("超出", "over"),
}
"""What a finding keeps, as people call it; what is not here stays inside."""
BUDGET_LIMIT = Text("额度", "limit")
"""What the limit of a budget is called; that of a rule is a standard."""


def row(code: str, language: Language, **fields: str) -> str:
    """Write one row of an answer."""
    return _ROWS[code].fill(language, fields)


def inputs_text(fields: Mapping[str, str], language: Language, company: Company) -> str:
    """Write what a rule has looked at: 金额 ¥260.00，标准 ¥200.00."""
    comma = "，" if language == "zh" else ", "
    named = {**INPUTS, "limit": BUDGET_LIMIT} if fields.get("budget") else INPUTS
    known = (
        f"{name.plain(language)} {_input(key, fields[key], language, company)}"
        for key, name in named.items()
        if fields.get(key) and (key != "per" or _is_span(fields[key]))
    )
    return comma.join(known)


def _input(name: str, value: str, language: Language, company: Company) -> str:
    if name == "budget":
        return budget_name(company, value, language)
    return money_text(value) if _FEN.fullmatch(value) else one_line(value)


def _is_span(value: str) -> bool:
    """Whether a limit's key is a day, month or year; a line or the claim says nothing more."""
    return bool(_SPAN.fullmatch(value))
