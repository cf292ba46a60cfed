"""Amounts in the ways people write them, as fen; what is doubtful is asked, never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal

from core.currency import DIGITS, ForeignAmount
from core.phrases.cleaning import clean
from core.phrases.money_words import CODES, NAMES, SIGNS, UNCLEAR, currency_of
from core.phrases.numerals import DIGIT, SCALE, read_number
from core.phrases.results import Ambiguous, Problem

CAP_FEN = 100_000_000_00
"""From 1 亿 yuan on an amount is a slip of the keyboard."""

_COMPOUNDS = {
    "年": "会终底货夜卡费度报",
    "晚": "上餐饭会宴间点",
    "天": "河气津府安猫桥空然",
    "套": "餐装",
    "盒": "饭马子",
    "次": "日",
    "份": "子额",
    "桶": "装",
    "双": "人十方休流",
    "座": "谈位机",
    "升": "级舱",
    "排": "队练版骨",
    "楼": "下上盘",
    "室": "内外",
    "箱": "子包",
    "秒": "杀",
    "折": "扣叠",
    "号": "码",
    "人": "工民币力",
    "本": "周月人次地",
    "台": "灯",
    "包": "车间裹",
    "月": "饼卡租",
    "日": "用常",
    "点": "心餐菜外",
    "时": "候",
    "支": "付出",
    "只": "有是",
    "路": "费上桥",
    "站": "台",
    "米": "饭线粉",
    "度": "假",
}
"""Words that count, and what makes other words of them: 45 晚 are nights, 45 晚餐 is a meal."""

MEASURE = (
    r"(?:公里|千米|小时|钟头|分钟|分店|%|[个瓶位间辆层栋条杯碗顿页吨斤克岁届倍张]|"
    + "|".join(f"{word}(?![{rest}])" for word, rest in _COMPOUNDS.items())
    + ")"
)
"""Words that make the number before them a count, an ordinal or an address."""

_N = rf"[\d{DIGIT}]"
_FOREIGN_BEFORE = rf"{'|'.join(SIGNS)}|{CODES}|{NAMES}|[$€£₩฿]"
_FOREIGN_AFTER = rf"{NAMES}|{UNCLEAR}|円|[€£₩฿]|\$(?!\{{)|(?:{CODES})(?![a-z])"
_AMOUNT = re.compile(
    rf"""
    (?P<odd>(?<![a-z\d.])[-+]?(?:(?:nan|inf|infinity)(?![a-z])|∞|\d+(?:\.\d+)?e[-+]?\d+(?![a-z\d]))\s?(?:块|元)?)
    |(?P<range>(?<![a-z\d.])\d+(?:\.\d+)?[-/]\d+(?:[-/.]\d+)*)
    |(?P<minus>[-−负]\s?)?
    (?:(?P<foreign>{_FOREIGN_BEFORE})\s?|(?P<mark>人民币|rmb|cny|¥)\s?)?
    (?P<minus2>[-−负])?
    (?P<num>\d+(?:[.,]\d+)*(?:[kw](?![a-z])|[{SCALE}](?!克|米)[\d{DIGIT}{SCALE}]*)?
        |[{DIGIT}十拾][{DIGIT}{SCALE}]*)
    (?:\s?(?:块|元)?\s?(?P<foreign2>{_FOREIGN_AFTER})
      |\s?(?P<unit>块钱|块|塊|元(?!旦|宵)|圆(?!桌)|圓|(?:rmb|cny|yuan)(?![a-z])|人民币)
        (?:(?P<half>半)(?!{MEASURE})
          |(?P<jiao>{_N})[毛角](?:(?P<fen>{_N})分?(?!{MEASURE}))?
          |[零〇]?(?P<only_fen>{_N})分(?!钟)
          |(?P<bare>\d{{1,2}}|[{DIGIT}])(?![.,]?\d|[{DIGIT}{SCALE}]|\s?{MEASURE})
          |(?P<stray>[\d{DIGIT}]+)(?!\d|\s?{MEASURE}))?
        钱?[整正]?
      |(?P<jiao_unit>[毛角])(?!色|落|度)(?:(?P<fen2>{_N})分?(?!{MEASURE}))?钱?
      |(?P<fen_unit>分(?!钟|店|公|享|期|之))钱?
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENDS = r"(?:$|[^\w])"
_AFTER_BAD = re.compile(
    rf"\s?(?:{MEASURE}|(?:km|kg|ml|gb|ok)(?![a-z]))|[a-z_*×^}}]|:\d|[-/.,]?\d", re.IGNORECASE
)
_AFTER_VAGUE = re.compile(r"[多几来余]")
_BEFORE_BAD = re.compile(r"(?:[a-z\d_#第几数好*×^{]|\d[:：.,/-])$", re.IGNORECASE)
_EACH_BEFORE = re.compile(r"(?:每[人晚天次个间位份张顿]|人均|均价|单价|每人各|各)\s?$")
_EACH_AFTER = re.compile(
    r"\s?(?:[/每]\s?[人晚天次个间位份张顿]|一[人晚天位](?![\u4e00-\u9fff])|per\b|each\b)",
    re.IGNORECASE,
)
"""An amount of each one is not the sum; how many there were is asked, not multiplied."""

_BOUNDED_LEFT = re.compile(r"(?:^|[^\w])$")
_BOUNDED_RIGHT = re.compile(_ENDS)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_COMMA_DECIMAL = re.compile(r"\d+,\d{1,2}")
_HEAD_DIGITS = re.compile(r"[\d.,]+")
_MAX_DIGITS = 12
_YUAN_DECIMALS = 2
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class AmountSpan:
    """An amount found in a text, from `start` to before `end`; `marked` by a currency word.

    One of another currency is `foreign`; its `value` is the Problem that it is where only yuan
    will do.
    """

    start: int
    end: int
    value: int | Ambiguous[int] | Problem
    marked: bool
    foreign: ForeignAmount | None = None


def _whole(num: str) -> tuple[Decimal, ...] | str:
    """Give the possible values of the number before the unit, or the code of a problem."""
    digits = _HEAD_DIGITS.match(num)
    head = digits.group() if digits else ""
    if _COMMA_DECIMAL.fullmatch(num):
        return Decimal(num.replace(",", ".")), Decimal(num.replace(",", ""))
    if "," in head and not _GROUPED.fullmatch(head):
        return "amount_unclear"
    head = head.replace(",", "")
    if head.count(".") > 1:
        return "amount_unclear"
    if len(head.partition(".")[0].lstrip("0")) > _MAX_DIGITS:
        return "amount_too_large"
    rest = num[len(digits.group()) if digits else 0 :]
    if not rest and len(head.partition(".")[2]) > _YUAN_DECIMALS:
        return "amount_too_precise"
    value = read_number(head + rest)
    return "amount_unclear" if value is None else (value,)


def _digit(text: str | None) -> Decimal:
    return (read_number(text) or Decimal(0)) if text else Decimal(0)


def _tail_fen(found: re.Match[str]) -> Decimal:
    """Give what follows the yuan, in fen: 块五 → 50, 块05 → 5, 半 → 50."""
    if found["half"]:
        return Decimal(50)
    if bare := found["bare"]:
        return Decimal(bare) if len(bare) > 1 else _digit(bare) * 10
    return _digit(found["jiao"]) * 10 + _digit(found["fen"]) + _digit(found["only_fen"])


def _unit_fen(found: re.Match[str]) -> int:
    if found["jiao_unit"]:
        return 10
    return 1 if found["fen_unit"] else 100


def _refusal(fen: Decimal) -> str | None:
    if fen >= CAP_FEN:
        return "amount_too_large"
    if fen <= 0:
        return "amount_not_positive"
    return None if fen == int(fen) else "amount_too_precise"


def _value(found: re.Match[str]) -> int | Ambiguous[int] | Problem:
    text = found.group().strip()
    if found["odd"]:
        return Problem("amount_not_a_number", text)
    if found["foreign"] or found["foreign2"]:
        taken = _foreign(found)
        return (
            Problem("currency_not_supported", text) if isinstance(taken, ForeignAmount) else taken
        )
    if found["range"] or found["stray"]:
        return Problem("amount_unclear", text)
    if found["minus"] or found["minus2"]:
        return Problem("amount_not_positive", text)
    whole = _whole(found["num"])
    if isinstance(whole, str):
        return Problem(whole, text)
    options = tuple(v * _unit_fen(found) + _tail_fen(found) + _digit(found["fen2"]) for v in whole)
    refused = next(filter(None, map(_refusal, options)), None)
    if refused:
        return Problem(refused, text)
    if len(options) > 1:
        return Ambiguous(tuple(map(int, options)), text)
    return int(options[0])


def _foreign(found: re.Match[str]) -> ForeignAmount | Problem:
    """Read an amount in another currency; one whose currency or figure is doubtful is a Problem."""
    text = found.group().strip()
    named = {currency_of(found[name]) for name in ("foreign", "foreign2") if found[name]}
    currency = named.pop() if len(named) == 1 else None
    if currency is None:
        return Problem("currency_unclear", text)
    if found["minus"] or found["minus2"]:
        return Problem("amount_not_positive", text)
    whole = _whole(found["num"])
    if isinstance(whole, str) or len(whole) > 1:
        return Problem(whole if isinstance(whole, str) else "amount_unclear", text)
    refused = _refusal(whole[0].scaleb(DIGITS[currency]))
    if refused == "amount_too_precise":
        return Problem("currency_too_precise", text)
    return (
        Problem(refused, text)
        if refused
        else ForeignAmount(currency, int(whole[0].scaleb(DIGITS[currency])))
    )


def _is_marked(found: re.Match[str]) -> bool:
    names = ("mark", "unit", "foreign", "foreign2", "jiao_unit", "fen_unit")
    return any(found[name] for name in names)


def _is_idiom(found: re.Match[str], after: str) -> bool:
    """一块去, 十分感谢, 一角: words, not money, when a Chinese numeral runs on into a word."""
    small = found["jiao_unit"] or found["fen_unit"] or found["num"] == "一"
    ends_open = found.group()[-1] in "块角毛分"
    return bool(small and ends_open and not found["num"][0].isdecimal() and _HAN.match(after))


def _stands_alone(found: re.Match[str], before: str, after: str) -> bool:
    """Whether an unmarked number may be an amount, judged by what it touches."""
    if _BEFORE_BAD.search(before) or _AFTER_BAD.match(after):
        return False
    if found["num"][0].isdecimal():
        return True
    scaled = any(char in SCALE for char in found["num"])
    left = scaled or _BOUNDED_LEFT.search(before)
    return bool(left and _BOUNDED_RIGHT.match(after))


def _span(found: re.Match[str], text: str) -> AmountSpan | None:
    """Judge a match within its text; None when the number is not about money."""
    start, end = found.span()
    if found["odd"] or found["range"]:
        return AmountSpan(start, end, _value(found), marked=False)
    before, after = text[max(0, start - 2) : start], text[end : end + 4]
    marked = _is_marked(found)
    if _EACH_BEFORE.search(text, 0, start) or _EACH_AFTER.match(text, end):
        return AmountSpan(start, end, Problem("amount_unclear", text[start:end].strip()), marked)
    if _AFTER_VAGUE.match(after) and found["num"][0].isdecimal():
        return AmountSpan(start, end + 1, Problem("amount_unclear", text[start : end + 1]), marked)
    if marked:
        inexact = before[-1:] in {"几", "数", "好", "第"}
        return None if inexact or _is_idiom(found, after) else _marked(found, text)
    if not _stands_alone(found, before, after):
        return None
    return AmountSpan(start, end, _value(found), marked)


def _marked(found: re.Match[str], text: str) -> AmountSpan:
    """Take a marked amount; one that begins inside other digits is unclear, not cut short."""
    start, end = found.span()
    digits_before = start and text[start - 1] in "0123456789.,"
    if digits_before and not (found["mark"] or found["foreign"]):
        return AmountSpan(start, end, Problem("amount_unclear", found.group()), marked=True)
    taken = _foreign(found) if found["foreign"] or found["foreign2"] else None
    foreign = taken if isinstance(taken, ForeignAmount) else None
    return AmountSpan(start, end, _value(found), marked=True, foreign=foreign)


def find_amounts(text: str) -> tuple[AmountSpan, ...]:
    """Find what may be amounts in a cleaned text, in order; counts and addresses are left out."""
    spans = (_span(found, text) for found in _AMOUNT.finditer(text))
    return tuple(span for span in spans if span)


def parse_amount(text: str) -> int | Ambiguous[int] | Problem | None:
    """Read a text that is one amount, in fen.

    Takes plain and grouped decimals, ¥ and RMB, 块/元/角/分, Chinese and financial numerals,
    万 and k. `100,50` is Ambiguous; zero, negative, more than two decimals, exponents, other
    currencies and amounts from 1 亿 on are a Problem; None when the text is not an amount.
    """
    span = _only_amount(text)
    return span.value if span else None


def parse_money(text: str) -> int | ForeignAmount | Ambiguous[int] | Problem | None:
    """Read a text that is one amount, in fen or in the smallest unit of another currency."""
    span = _only_amount(text)
    return (span.foreign or span.value) if span else None


def is_yuan(text: str) -> bool:
    """Whether a text that is one amount says that it is in yuan: 45 元, not 45."""
    span = _only_amount(text)
    return span is not None and span.marked and not isinstance(span.value, Problem)


def _only_amount(text: str) -> AmountSpan | None:
    line = clean(text).rstrip(" 。.!,;")
    spans = find_amounts(line)
    if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(line)):
        return spans[0]
    return None
