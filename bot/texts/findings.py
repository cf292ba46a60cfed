"""What a finding says to people: the rule, its figures, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.texts.names import (
    budget_name,
    category_name,
    money_text,
    person_name,
)
from bot.texts.plain import one_line
from bot.texts.rules import period_text
from bot.texts.template import Language, Text, Texts
from bot.texts.words import field_text, state_text
from core.claim import Finding
from core.company import Company
from core.duplicates import CONFIRMABLE
from core.verification import CHINA

FINDINGS: Texts = {
    "duplicate_invoice": Text(
        "发票‹ {invoice} ›重复‹：已在 {claim} 中报销›‹（{first}）›，请删除这一行",
        "Duplicate (重复): invoice ‹{invoice} ›is claimed already‹ in {claim}›‹ ({first})›;"
        " remove this line",
    ),
    "duplicate_card": Text(
        "卡包发票‹ {invoice} ›重复：微信卡包显示它正在别处报销或已经报销，请删除这一行",
        "Duplicate (重复): card invoice ‹{invoice} ›is being or has been reimbursed elsewhere"
        " according to WeChat; remove this line",
    ),
    "duplicate": Text(
        "疑似重复‹：{claim} 已有同一天、同类别›‹：与第 {other_line} 行同一天、同类别›"
        "‹、同样 {amount} 的费用›",
        "Possible duplicate (重复)‹: {claim} has the same day and category›"
        "‹ of line {other_line}: the same day and category›‹ with {amount}›",
    ),
    "duplicate_similar": Text(
        "疑似重复‹：与第 {other_line} 行的票据›‹：{claim} 的票据›‹（{first}）›‹{why}›‹，{date}›"
        "‹ {amount}›",
        "Possible duplicate (重复)‹ of line {other_line}, which›‹: the voucher of {claim}›"
        "‹ ({first})›‹ {why}›‹, {date}›‹ {amount}›",
    ),
    "itinerary_alone": Text(
        "只有行程单，没有发票：行程单不能单独报销‹，请补上同样 {amount} 的发票›",
        "An itinerary without its invoice is no proof of payment‹; please send the invoice of"
        " {amount}›",
    ),
    "budget_exceeded": Text(
        "预算‹「{budget}」›不足‹：额度 {limit}›‹（可超 {tolerance}%）›‹，可用 {available}›"
        "‹，本单 {amount}›"
        "‹，超出 {over}›‹。可联系预算负责人 {owners}›"
        "‹。你可以{exception}›",
        "Budget ‹“{budget}” ›(预算) is exceeded‹: limit {limit}›‹ (and {tolerance}% above)›"
        "‹, {available} left›‹, this claim {amount}›‹, {over} over›‹. Ask its owner {owners}›"
        "‹. You may {exception}›",
    ),
    "budget_exception": Text(
        "‹{person} ›按例外超出预算‹「{budget}」›‹ {over}›‹，理由：{reason}›",
        "‹{person} ›exceeds budget ‹“{budget}” ›(预算) by exception‹, {over} over›‹: {reason}›",
    ),
    "budget_closed": Text(
        "预算‹「{budget}」›已关账，不能再使用，请核对费用日期‹，或联系预算负责人 {owners}›",
        "Budget ‹“{budget}” ›(预算) is closed; check the date of the expense‹ or ask its owner"
        " {owners}›",
    ),
    "budget_frozen": Text(
        "预算‹「{budget}」›已冻结，暂时不能使用‹。可联系预算负责人 {owners}›",
        "Budget ‹“{budget}” ›(预算) is frozen and cannot be used now‹. Ask its owner {owners}›",
    ),
    "budget_unmatched": Text(
        "没有匹配的预算，请核对类别、项目和日期",
        "No budget (预算) covers this; check category, project and date",
    ),
    "rate_missing": Text(
        "‹{currency} {original} ›还没有‹ {date} 的›汇率，折算不出人民币：请回复「汇率 7.12」"
        "（1 单位外币折合多少元）",
        "‹{currency} {original}: ›there is no rate‹ of {date}›; reply “rate 7.12” (yuan for one"
        " unit)",
    ),
    "rate_entered": Text(
        "‹{currency} {original} ›按‹ {person} 填写的›汇率‹ {at_rate} ›折成‹ {amount}›"
        "‹，公司汇率 {known}›，请核对",
        "‹{currency} {original} ›is converted at the rate‹ {at_rate}›‹ given by {person}›‹ to"
        " {amount}›‹; the company's is {known}›; please check",
    ),
    "rate_settled": Text(
        "‹{currency} {original} ›的结算金额‹ {amount} ›由‹ {person} ›填写‹，相当于汇率 {at_rate}›"
        "‹，公司汇率 {known}›，请核对银行账单",
        "‹{currency} {original} ›was settled for‹ {amount}›‹ according to {person}›‹, a rate of"
        " {at_rate}›‹; the company's is {known}›; please check the bank's statement",
    ),
    "amount_limit": Text(
        "‹{category} ›‹{when} ›合计‹ {amount}›，超过标准‹（{per} {limit}）›"
        "‹，{nights} 晚共可报 {allowed}›",
        "‹{category} ›‹{when}: ›‹{amount} ›exceeds the limit‹ ({limit} {per})›"
        "‹, {allowed} for {nights} nights›",
    ),
    "travel_standard": Text(
        "‹{category} ›‹{when} ›合计‹ {amount}›，超过差旅标准‹（{who} ›‹{per} {limit}）›"
        "‹，{nights} 晚共可报 {allowed}›",
        "‹{category} ›‹{when}: ›‹{amount} ›exceeds the travel standard‹ ({who}: ›‹{limit} {per})›"
        "‹, {allowed} for {nights} nights›",
    ),
    "per_diem": Text(
        "‹{category} ›补贴‹ {amount}›，超过标准‹（{who} ›‹每天 {limit}）›‹，{days} 天共 {allowed}›",
        "‹{category} ›allowances‹ of {amount}› exceed the standard‹ ({who}: ›‹{limit} a day)›"
        "‹, {allowed} for {days} days›",
    ),
    "mileage": Text(
        "自驾补贴‹ {amount}›，超过里程标准‹（{km} 公里 × {rate} = {allowed}）›",
        "‹{amount} ›exceeds the worth of the distance‹ ({km} km × {rate} = {allowed})›",
    ),
    "mileage_unknown": Text(
        "请在说明里写明公里数，例如「自驾 36 公里」‹，按每公里 {rate} 计算›",
        "Please write the distance into the description, like “36 km”‹; a kilometre is {rate}›",
    ),
    "proof_above": Text(
        "金额‹ {amount} ›超过‹ {limit}›，请补充附件‹（{proof}）›"
        "‹，已有 {have} 份›‹，需要 {need} 份›",
        "‹{amount} ›is above ‹{limit}›; please attach further proof‹ ({proof})›‹, {have} so far›"
        "‹, {need} needed›",
    ),
    "cross_year": Text(
        "发票‹（{date}）›是往年的，已过跨年报销的期限‹（{until}）›",
        "The invoice ‹of {date} ›is of an earlier year and too late‹ (until {until})›",
    ),
    "private_words": Text(
        "疑似个人消费‹（{words}）›，请核对是否因公支出",
        "This looks like private consumption‹ ({words})›; please check that it was for work",
    ),
    "above_request": Text(
        "‹{category} ›报销‹ {amount}›，超过‹申请 {claim} ›批准的‹ {limit}›‹，多出 {over}›",
        "‹{category}: ›‹{amount} ›claimed is above ‹{limit}, which was ›approved‹ in {claim}›"
        "‹; {over} more›",
    ),
    "above_invoices": Text(
        "同一张票据的几行合计‹ {amount}›，超过票面金额‹ {total}›，请改小金额",
        "Lines that share vouchers sum to ‹{amount}, ›more than these are worth‹ ({total})›",
    ),
    "supplier_account": Text(
        "供应商‹「{supplier}」›还没有收款账号，请发「供应商 名称 账号 … 开户行 …」",
        "Supplier ‹“{supplier}” ›has no account yet; send “supplier NAME account … bank …”",
    ),
    "invoice_age": Text(
        "发票开具‹于 {date}›，已超过‹ {days} 天›的有效期",
        "The invoice ‹of {date} ›is older than allowed‹ ({days} days)›",
    ),
    "claim_deadline": Text(
        "费用发生‹于 {date}›，已超过‹ {days} 天›的报销期限",
        "The expense ‹of {date} ›is past the deadline‹ of {days} days›",
    ),
    "buyer_title": Text(
        "发票抬头‹「{buyer}」›‹（税号 {taxid}）›不是本公司，请换开正确抬头的发票",
        "The invoice is made out to ‹“{buyer}” ›‹({taxid}), ›another company; ask for a new one",
    ),
    "receipt_required": Text(
        "金额‹ {amount} ›超过‹ {limit} ›的免票额度，请补充发票",
        "‹{amount} ›is above what needs no receipt‹ ({limit})›; please add the invoice",
    ),
    "weekend": Text(
        "费用发生在周末或节假日‹（{date}）›",
        "The expense falls on a weekend or holiday‹ ({date})›",
    ),
    "frequency": Text(
        "‹{span}›已是第‹ {count} ›次报销，超过‹ {limit} ›次的标准",
        "Claim ‹{count} ›‹of {span}, ›above the limit‹ of {limit}›",
    ),
    "split": Text(
        "短期内有多张单据接近‹ {limit} ›的标准，疑似拆分‹：{claims}›",
        "Several claims just under ‹{limit} ›within days look split‹: {claims}›",
    ),
    "invoice_missing": Text(
        "‹{category}›需要发票，请发送发票照片或文件",
        "‹{category} ›needs an invoice; please send a photo or file",
    ),
    "no_lines": Text(
        "还没有费用明细，请发送发票或输入一笔费用",
        "There are no lines yet; send an invoice or type an expense",
    ),
    "category_missing": Text(
        "还没有选择类别，请发「修改‹ {n}› 类别 打车」",
        "The category is missing; send “edit‹ {n}› category taxi”",
    ),
    "amount_missing": Text(
        "还没有金额，请发「修改‹ {n}› 金额 45」",
        "The amount is missing; send “edit‹ {n}› amount 45”",
    ),
    "trip_not_over": Text(
        "行程‹ {date} ›才结束，补贴按申请的天数算好了，请回来后按实际核对再提交",
        "The trip ends ‹on {date}›; its allowances are those of the days applied for, so please"
        " check them when you are back",
    ),
    "date_in_future": Text("日期‹ {date} ›还没到，请核对", "The date ‹{date} ›is yet to come"),
    "verify_mismatch": Text(
        "发票‹ {invoice} ›与税务局的记录不一致‹：{fields}›，请核对原件，或重新发送原图、PDF",
        "Invoice ‹{invoice} ›differs from the tax bureau's record‹: {fields}›; check the original"
        " or send it again as a PDF",
    ),
    "verify_void": Text(
        "发票‹ {invoice} ›已在税务局作废，不能报销，请向开票方重新索取",
        "Invoice ‹{invoice} ›is void at the tax bureau and cannot be claimed; ask for a new one",
    ),
    "verify_red": Text(
        "发票‹ {invoice} ›已被红字冲销，不能报销，请向开票方重新索取",
        "Invoice ‹{invoice} ›has been cancelled by a red-letter invoice and cannot be claimed; ask"
        " for a new one",
    ),
    "verify_pending": Text(
        "税务局暂时查不到发票‹ {invoice}›，稍后会自动再查，不影响提交",
        "The tax bureau does not know invoice ‹{invoice} ›yet; it will be asked again, and you may"
        " submit",
    ),
    "doubt": Text(
        "‹{field}›识别得不确定，请对照原件核对",
        "‹The {field} ›was not read with certainty; compare it with the original",
    ),
}
_DATED = frozenset({"day", "night", "month", "year"})
"""Spans whose sums are named by their day, month or year."""

_LIMITS = frozenset({"amount_limit", "travel_standard"})
_STANDARDS = frozenset({"travel_standard", "per_diem"})
_SPANS: Mapping[str, Text] = {
    "day": Text("今天", "today"),
    "night": Text("今天", "today"),
    "month": Text("本月", "this month"),
    "year": Text("今年", "this year"),
}

Fact = Callable[[str, Finding, Language, Company], str]
_LIKE: Mapping[str, Text] = {
    "facts": Text("销售方、日期、金额相同", "has the same seller, date and amount"),
    "picture": Text("图片几乎相同", "has nearly the same picture"),
}


def finding_text(
    finding: Finding, language: Language, company: Company, *, insider: bool = False
) -> str:
    """Say what a finding means, with names and figures; KeyError when its code has no text.

    A finding about a line begins with the line's number; budgets' say 预算 and duplicates' 重复
    in either language (contract §5). Whose the earlier claim of a duplicate is, only an `insider`
    reads: somebody who decides on the claim or looks after all.
    """
    fields = {
        name: _FACTS[name](value, finding, language, company) if name in _FACTS else one_line(value)
        for name, value in finding.fields
    }
    fields |= _looked_up(finding, language, company)
    if finding.code.startswith("duplicate"):
        fields["first"] = _first(finding, language, company, insider=insider)
    text = FINDINGS[finding.code].fill(language, fields)
    if finding.code in CONFIRMABLE:
        explained = bool(finding.field("by"))
        word = (_EXPLAINED if explained else _UNEXPLAINED).fill(language, fields)
        text = f"{word}{text}" if explained else f"{text}{word}"
    return f"{line_label(finding.line, language)}{text}"


def _first(finding: Finding, language: Language, company: Company, *, insider: bool) -> str:
    """Say who claimed first, when, and how far it has come."""
    employee, when = finding.field("employee"), finding.field("when")
    state = finding.field("state")
    parts = (
        person_name(company, employee) if insider and employee else "",
        _day(when) if when else "",
        state_text(state, language) if state else "",
    )
    return ("，" if language == "zh" else ", ").join(p for p in parts if p)


_EXCEPTION = Text("发「例外提交 单号 理由」", "send “submit as exception NUMBER reason”")
_EXPLAINED = Text(
    "‹{by} ›‹于 {at} ›确认非重复‹：「{reason}」›。",
    "‹{by} ›‹({at}) ›says that it is no duplicate‹: “{reason}”›. ",
)
"""It stands first: small cards cut what comes late, and this is what an approver decides on."""
_UNEXPLAINED = Text("，请确认不是同一笔", "; make sure that it is another expense")


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d}"


def line_label(line: int | None, language: Language) -> str:
    """Name a line by its number from 1; nothing for the whole claim."""
    if line is None:
        return ""
    return f"第 {line + 1} 行：" if language == "zh" else f"Line {line + 1}: "


def _looked_up(finding: Finding, language: Language, company: Company) -> dict[str, str]:
    """Give what the finding only points to: its policy's category, its budget's owners."""
    found = {} if finding.line is None else {"n": str(finding.line + 1)}
    policy = next((p for p in company.policies if p.id == finding.field("policy")), None)
    if policy and policy.category:
        found["category"] = category_name(company, policy.category, language)
    if policy and finding.code in _LIMITS:
        found["per"] = period_text(policy.per, language)
        found["when"] = finding.field("per") if policy.per in _DATED else ""
    if finding.code in _STANDARDS:
        who = (one_line(finding.field("city")), one_line(finding.field("grade")))
        found["who"] = " ".join(w for w in who if w)
    if finding.code == "frequency":
        per = policy.per if policy and policy.per in _DATED else "month"
        found["span"] = _SPANS[per].plain(language)
    budget = company.budget(finding.field("budget"))
    if budget and budget.owners:
        names = [person_name(company, owner) for owner in budget.owners]
        found["owners"] = _joined(names, language)
    return found


def _joined(names: Sequence[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(names)


def _money(value: str, finding: Finding, *_: object) -> str:
    """Write an amount; `limit` of a frequency is a count."""
    return one_line(value if finding.code == "frequency" else money_text(value))


_FACTS: Mapping[str, Fact] = {
    "allowed": _money,
    "amount": _money,
    "available": _money,
    "rate": _money,
    "words": lambda value, _, language, __: _joined([one_line(w) for w in value.split()], language),
    "limit": _money,
    "over": _money,
    "at": lambda value, *_: _day(value),
    "by": lambda value, _, __, company: person_name(company, value),
    "person": lambda value, _, __, company: person_name(company, value),
    "exception": lambda _, __, language, ___: _EXCEPTION.plain(language),
    "why": lambda value, _, language, __: _LIKE[value].plain(language),
    "budget": lambda value, _, language, company: budget_name(company, value, language),
    "field": lambda value, _, language, __: field_text(value, language),
    "fields": lambda value, _, language, __: _joined(
        [field_text(name, language) for name in value.split()], language
    ),
}
