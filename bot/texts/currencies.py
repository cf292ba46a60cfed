"""Texts on amounts in other currencies: their rates, where these come from, what is asked."""

from bot.texts.names import person_name
from bot.texts.plain import one_line
from bot.texts.template import Language, Text, Texts
from core.claim import Line
from core.company import Company
from core.exchange import shown_rate
from core.money import format_cny

TEXTS: Texts = {
    "ask_rate": Text(
        "‹{number} 里的 {currency} 费用›折算成人民币用什么汇率？"
        "公司没有‹ {date} 的›‹ {currency} ›汇率。请回复「汇率 7.12」（1 单位外币折合多少元），"
        "或写明结算金额「修改 1 金额 215 元」。填好之前不能提交。",
        "At which rate is‹ the {currency} expense of {number}› to be converted? The company has no"
        "‹ {currency}› rate‹ of {date}›. Reply “rate 7.12” (yuan for one unit), or what it was"
        " settled for: “edit 1 amount 215 yuan”. It cannot be submitted before.",
    ),
    "rate_unclear": Text(
        "没看懂汇率‹「{text}」›。请写 1 单位外币折合多少元，例如「汇率 7.12」。",
        "The rate‹ “{text}”› is unclear. Please write the yuan of one unit, like “rate 7.12”.",
    ),
    "rate_far": Text(
        "汇率‹ {rate} ›和公司最近的‹ {currency} ›汇率‹ {known} ›相差太多，"
        "可能写成了 100 单位的牌价。请写 1 单位外币折合多少元。",
        "The rate‹ {rate}› is far from the company's last one‹ of {currency}, {known}›; it may be"
        " that of 100 units. Please write the yuan of one unit.",
    ),
    "no_rate": Text(
        "‹第 {line} 行：›公司没有‹ {date} 的›‹ {currency} ›汇率，无法折算。请写明汇率，"
        "或让财务在公司文件的 currencies 里补上。",
        "‹Line {line}: ›the company has no rate‹ of {currency}›‹ for {date}›. Please give the rate,"
        " or let finance add it to `currencies` of the company file.",
    ),
    "not_foreign": Text(
        "‹{number} 的›‹第 {line} 行›是人民币，不需要汇率。"
        "外币费用请写明币种，例如「打车 30 美元」。",
        "‹Line {line} ›‹of {number} ›is in yuan and needs no rate. Please name the currency of"
        " others, like “taxi USD 30”.",
    ),
    "currency_too_precise": Text(
        "‹「{text}」›的小数太多：日元、韩元、越南盾没有小数，其他货币最多两位。请重新填写。",
        "‹“{text}” ›has too many decimals: yen, won and dong have none, others two at most. Please"
        " write it again.",
    ),
    "currency_unclear": Text(
        "‹「{text}」›是哪种货币？请写明币种再发，例如 30 美元、30 港元或 215 元。",
        "Which currency is‹ “{text}”›? Please name it, like USD 30, HKD 30 or 215 yuan.",
    ),
    "currencies_differ": Text(
        "两行的币种或汇率不同，不能合并。请保持两行。",
        "The two lines differ in currency or rate and cannot be joined. Please keep both.",
    ),
}

_EXCHANGED = Text(
    "‹{currency} {original} × {rate} = {amount}›（‹{source}›）",
    "‹{currency} {original} × {rate} = {amount}› (‹{source}›)",
)
_WAITING = Text("‹{currency} {original}›，待填汇率", "‹{currency} {original}›, its rate is missing")
_SOURCES = {
    "company": Text("公司汇率 ‹{date}›‹，{by}›", "company's rate of ‹{date}›‹, {by}›"),
    "entered": Text("‹{by}›填写的汇率", "rate given by ‹{by}›"),
    "settled": Text("‹{by}›填写的结算金额", "settled amount given by ‹{by}›"),
}


def amount_text(line: Line) -> str:
    """Write a line's amount, with that in its own currency beside it: ¥213.28（USD 30.00）."""
    shown = format_cny(line.amount_fen)
    foreign = line.foreign
    return f"{shown}（{foreign.currency} {foreign.amount.text}）" if foreign else shown


def exchange_text(company: Company, line: Line, language: Language) -> str:
    """Say how a line became yuan, at whose rate of which day; nothing of one that was in yuan."""
    foreign = line.foreign
    if foreign is None:
        return ""
    fields = {"currency": foreign.currency, "original": foreign.amount.text}
    if not foreign.rate or foreign.source is None:
        return _WAITING.fill(language, fields)
    by = foreign.by if foreign.source == "company" else person_name(company, foreign.by)
    day = foreign.rate_date.isoformat() if foreign.rate_date else ""
    source = _SOURCES[foreign.source].fill(language, {"by": one_line(by), "date": day})
    fen = line.amount_fen if line.asked_fen is None else line.asked_fen
    fields |= {"rate": shown_rate(foreign), "amount": format_cny(fen), "source": source}
    return _EXCHANGED.fill(language, fields)
