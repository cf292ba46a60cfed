"""Questions that name somebody or something: 预算 市场部, 查 张三 报销."""

import re
from datetime import date

from core.phrases.amounts import find_amounts
from core.phrases.intents import BudgetQuery, ClaimsOf, MyClaims
from core.phrases.months import Months, find_period
from core.phrases.results import Problem, Vocabulary
from core.phrases.said import Said

LOOK = r"(?:(?:查询|查看|查一下|查下|查查|看一下|看看|查|看|show|check|list)\s?)"
"""Words that ask to be shown something."""

_BUDGET_FILLER = re.compile(
    r"(?:[\s,,。??!的]|还剩下?(?:多少钱?)?|还有(?:多少钱?)?|还(?:能|可以)花(?:多少钱?)?|剩余|剩下|余额|可用|额度|够不够|够|能花|花了?多少钱?|情况|多少钱?|怎么样|使用|执行|查询|一下"
    r"|了|吗|呢|for\b|of\b|the\b|is\b|left\b|remains?\b|remaining\b|status\b)+$",
    re.IGNORECASE,
)
_BUDGET_LEAD = re.compile(
    r"^(?:[\s,,:的]|for\b|of\b|the\b|还剩下?多少钱?|还有多少钱?)+", re.IGNORECASE
)
BUDGET_BEHIND = re.compile(
    rf"{LOOK}?(?P<target>(?:[^\s\d,。;、]|\d{{1,4}}(?=年|月)){{1,20}}?)\s?的?\s?预算(?P<rest>.{{0,12}})",
    re.IGNORECASE,
)
_LEFT = re.compile(
    rf"{LOOK}?(?P<target>.{{0,20}}?)\s?(?:还剩下?|还有|还能用|剩余|剩下|剩)(?:多少|几)钱?的?预算(?:可用|能用)?(?:了|吗|呢|啊)?[?。!]*"
    rf"|(?P<who>.{{0,20}}?)\s?还?(?:能|可以)花(?:多少|几)钱?[?。!]*"
    r"|how\smuch\s(?:can|may)\s(?:i|we)\s(?:still\s)?spend(?P<when>.{0,20}?)[?.!]*"
    r"|how\smuch\s(?:of\s)?(?:the\s)?budget\s(?:is\sleft\s(?:for|in|of)|remains\sfor|(?:does|do|has|have|is))\s"
    r"(?P<en>.{1,30}?)(?:\shave)?(?:\s(?:left|remaining))?[?.!]*"
    r"|(?:budget\s(?:left|remaining)\s(?:for|in|of)\s(?P<en2>.{1,30}?))[?.!]*",
    re.IGNORECASE,
)
"""What is left, asked with 预算 last: 市场部还剩多少预算."""
_YEAR_ALONE = re.compile(r"(?<!\S)20\d\d(?!\S)")
_AFTER_MONTH = re.compile(r"(?<=月)\s+(?=\d)")
_ID = re.compile(r"[a-z][\w.]*-[\w.-]+", re.IGNORECASE)
"""The id of a budget, whose digits are neither period nor amount: sales-2026q4."""
_ALL = frozenset({"全部", "所有", "我的", "我们", "本部门", "部门", "all", "my", "i", "we", "left"})
_OF = re.compile(
    rf"{LOOK}\s?(?P<who>.{{0,30}}?)\s?(?:的|'s)?\s?(?:报销单?|单子|单据|申请单?|claims?|expenses?)"
    r"(?:记录|情况|明细|列表)?[。?.!]?",
    re.IGNORECASE,
)
_CLAIMS_OF = re.compile(r"(?:show\s)?claims\s(?:of|by)\s(?P<who>.{1,30})", re.IGNORECASE)
_BARE_OF = re.compile(
    r"(?P<who>.{1,30}?)(?:的|'s)\s?(?:报销单?|claims|expenses)(?:记录|情况|明细|列表)?"
)
_WHEN = re.compile(r"[今昨前]天|[本上这]个?[月周年]|今年|去年|\d+月|最近|近期|全部|所有")
_MYSELF = frozenset(
    {"", "我", "我的", "自己", "自己的", "本人", "my", "me", "all my", "全部", "所有"}
)


def read_budget(said: Said) -> BudgetQuery | Problem:
    """Read what follows 预算: nothing, a department or a project, a period, an amount to fit in."""
    first_word, _, others = said.rest.strip().partition(" ")
    budget = first_word if _ID.fullmatch(first_word) else ""
    words = _apart(others if budget else said.rest)
    months, left = find_period(words, said.today)
    amount, rest = _amount_in(left)
    if isinstance(amount, Problem) or (months is None and left != words):
        return Problem("budget_unclear", said.rest, said.word)
    target = budget or _BUDGET_FILLER.sub("", _BUDGET_LEAD.sub("", rest)).strip()
    named = None if target.lower() in {"", *_ALL} else " ".join(target.split())
    first, last = months.days() if months else (None, None)
    return BudgetQuery(named, first, last, amount)


def _apart(text: str) -> str:
    """Keep a year and a month apart from an amount that follows: 2026, 12 月 3000."""
    return _AFTER_MONTH.sub(", ", _YEAR_ALONE.sub(r"\g<0>年", text))


def _amount_in(text: str) -> tuple[int | Problem | None, str]:
    """Find the one amount of a text, and give the text without it."""
    spans = find_amounts(text)
    if not spans:
        return None, text
    rest = text
    for span in spans:
        rest = f"{rest[: span.start]}{' ' * (span.end - span.start)}{rest[span.end :]}"
    value = spans[0].value
    return (
        value if len(spans) == 1 and isinstance(value, int) else Problem("budget_unclear")
    ), rest


def budget_behind(line: str, today: date) -> BudgetQuery | None:
    """Read 市场部预算还剩多少, 市场部预算够不够 3000: the budget's owner in front."""
    left = _LEFT.fullmatch(line)
    if left:
        months, target = find_period(next(filter(None, left.groups()), ""), today)
        return _query(target, months, None)
    found = BUDGET_BEHIND.fullmatch(line)
    if not found:
        return None
    amount, rest = _amount_in(found["rest"])
    if isinstance(amount, Problem) or (rest.strip() and not _BUDGET_FILLER.fullmatch(rest)):
        return None
    months, target = find_period(found["target"], today)
    return _query(target, months, amount)


def _query(target: str, months: Months | None, amount: int | None) -> BudgetQuery:
    """Make the question of a budget whose owner stands in front."""
    first, last = months.days() if months else (None, None)
    named = re.sub(r"^(?:请问|the\s|our\s)", "", target.strip(" 的"), flags=re.IGNORECASE)
    return BudgetQuery(None if named.lower() in {"", *_ALL} else named, first, last, amount)


def read_claims_of(line: str, vocabulary: Vocabulary) -> ClaimsOf | MyClaims | None:
    """Read 查 张三 报销: somebody's claims, or one's own."""
    found = _OF.fullmatch(line) or _CLAIMS_OF.fullmatch(line)
    if found:
        who = found["who"].strip()
        return MyClaims() if who.lower() in _MYSELF or _WHEN.match(who) else ClaimsOf(who)
    bare = _BARE_OF.fullmatch(line)
    return ClaimsOf(bare["who"]) if bare and bare["who"] in vocabulary.people else None
