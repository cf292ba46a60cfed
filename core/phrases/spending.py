"""Questions about spending: 上个月市场部打车花了多少, 谁花得最多, 比上个月多了多少."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.phrases.intents import OverBudgets, Spent
from core.phrases.months import Months, index_of
from core.phrases.numbers import find_numbers
from core.phrases.numerals import read_number
from core.phrases.results import Problem, Vocabulary
from core.phrases.spans import (
    Named,
    Span,
    find_spans,
    last_months,
    onward,
    stand_together,
    this_month,
)
from core.phrases.spending_words import CANNOT, CHARACTERS, FILLER, SIDES, WORDS
from core.phrases.vocabulary import find_categories
from core.spending import Dimension

_MUCH = r"(?:多少|几)(?:块|元)?钱?"
_ASKS = re.compile(
    rf"花了?{_MUCH}|花费|花销|花得|花的(?:钱?最|钱$)|花钱最|开销|支出|消费了?{_MUCH}|(?:用|报|报销)了{_MUCH}|报销{_MUCH}"
    r"|(?<!能)报销(?:的?总额|的?合计|的?金额|的?费用|得?最[多少]|的?情况)|费用(?:是|有|合计|总共|一共|总额)?多少|费用(?:分析|统计|汇总|排名|最高)"
    rf"|各(?:是|花了?|用了?|报了?|自)?{_MUCH}|[多少高低涨增降]了(?:多少|几成)|同比|环比"
    r"|(?:部门|人员|员工|项目|供应商|商家|类别)(?:的)?(?:排名|排行|top)"
    r"|\bhow\smuch\s(?:money\s)?(?:did|was|has|have|is|do|does|more|less)\b(?!.*\bleft\b)|\bspending\b|expenses?\s(?:by|of|for|in)\b"
    r"|\bcompare\b|\btop\s?\d{1,2}(?!\d)|\btop\s(?:people|spenders?|departments?|projects?|suppliers?|categories)"
    r"|前\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?[名个位大]|(?:趋势|走势|占比|排名|排行)[?。!]*$",
    re.IGNORECASE,
)
_TOTAL = re.compile(rf"(?:一共|总共|合计|共|总计)?(?:是)?{_MUCH}(?:了|呢|啊|呀)?[?。!]*$")
"""多少钱 at the end asks what was spent where a past time is named too: 上个月打车多少钱."""
_SPEND = re.compile(r"\bspen[dt]\b", re.IGNORECASE)
_NOT = re.compile(
    r"预算|同意|批准|驳回|拒绝|退回|反馈|转交|加签|修改|能报|可以报|能花|可以花|还款|欠|借款"
    r"|approve|reject|return|feedback|budget|\b(?:may|can)\s(?:i|we)\b",
    re.IGNORECASE,
)
_BY: dict[Dimension, re.Pattern[str]] = {
    name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in SIDES.items()
}
_COMPANY = re.compile(
    r"全公司|整个公司|公司|全部门|所有人|所有部门|大家|全员|\bcompany\b|\beverybody\b|\beveryone\b",
    re.IGNORECASE,
)
_OUR = re.compile(
    r"(?:我们?|本|咱们?|自己)的?(?:部门|部|组|团队)|\bour\s(?:team|department)", re.IGNORECASE
)
_WE = re.compile(r"我们|咱们|\bwe\b|\bour\b|\bus\b", re.IGNORECASE)
_ME = re.compile(r"(?<!帮)我(?!们|部门|司)|自己|\b(?:i|my|me|myself)\b", re.IGNORECASE)
_COMPARE = re.compile(
    r"(?<!占)比(?!例|重|率|较?高|如)|较|对照|同比|环比|\bcompared?\b|\bversus\b|\bvs\b|\bthan\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"(?:去年|上年)?的?(?:同期|同月)|同比|same\s(?:time|period|month)\s(?:of\s)?last\syear",
    re.IGNORECASE,
)
_TOP = re.compile(
    r"前\s?(?P<n>\d{1,2}|[一二三四五六七八九十]{1,2})\s?[名个位大]|top\s?(?P<top>\d{1,2})",
    re.IGNORECASE,
)
MOST, TREND_MONTHS = 20, 6
"""The largest number of parts that an answer lists."""


@dataclass(frozen=True, slots=True)
class AskedSpending:
    """What a question names; empty means all that the asker may see.

    `against` is the time to compare with, where the question names or asks for one. `company`,
    `ours` and `we` say that it asks about everybody, the asker's department, or more than the
    asker. `top` is how many of the largest are wanted.
    """

    span: Span
    against: Span | None
    by: Dimension | None
    departments: tuple[str, ...]
    categories: tuple[str, ...]
    projects: tuple[str, ...]
    people: tuple[str, ...]
    mine: bool
    ours: bool = False
    company: bool = False
    we: bool = False
    top: int | None = None


Names = Mapping[str, tuple[str, ...]]
"""What people call something, and the ids that it may be."""


def read_spent(line: str, today: date) -> Spent | None:
    """Tell whether a cleaned text asks what was spent."""
    if find_numbers(line) or _NOT.search(line):
        return None
    if _ASKS.search(line):
        return Spent(line)
    if not (_TOTAL.search(line) or _SPEND.search(line)):
        return None
    spans, rest = find_spans(line, today)
    past = all(s.span and s.span.days()[0] <= today for s in spans)
    asks = past and not re.search(r"\d", rest) and (spans or _SPEND.search(line))
    return Spent(line) if asks else None


_OVER = re.compile(
    r"超支|超(?:了|出|过)?预算|预算超|预算.{0,6}(?:快|要)?(?:用完|花完|不够|用光)|over\s?budget|over\s?spent|exceeded?\s(?:the\s|its\s|their\s)?budget",
    re.IGNORECASE,
)
_WHICH = re.compile(
    r"哪|谁|有没有|有无|什么|是否|列|查|看|[吗么]|情况|[?]|\b(?:which|what|who|any|list|show|are|is)\b",
    re.IGNORECASE,
)
_OVER_NOT = re.compile(
    r"申请|追加|冻结|提交|同意|驳回|退回|反馈|为什么|通知|提醒|调整|设置|request|submit|approve|reject"
)


def read_over(line: str) -> OverBudgets | None:
    """Tell whether a cleaned text asks which budgets are exceeded: 哪个项目超支了."""
    if find_numbers(line) or _OVER_NOT.search(line):
        return None
    if not (_OVER.search(line) and _WHICH.search(line)):
        return None
    if re.search(r"项目|project", line, re.IGNORECASE):
        return OverBudgets("project")
    return OverBudgets("department" if re.search(r"部门|department", line, re.IGNORECASE) else None)


def read_spending(
    text: str,
    today: date,
    vocabulary: Vocabulary,
    departments: Names,
    people: Names,
    projects: Names,
) -> AskedSpending | Problem:
    """Read what a question about spending names; the mappings give the ids of names.

    Without a period it is this month. Problem `period_unclear` for a time that does not exist or
    times that do not go together, `spending_unclear` for words that the company does not know,
    `name_unclear` for a name that several have: a sum of something else would be a wrong answer.
    """
    line, same = _SAME.subn(lambda found: " " * len(found.group()), text)
    spans, rest = find_spans(line, today)
    time = _time(text, spans, today, same=bool(same))
    if time is None:
        return Problem("period_unclear", text)
    named = [_named(rest, names) for names in (departments, people, projects)]
    shared = next((n for found in named for n, ids in found.items() if len(ids) > 1), None)
    if shared:
        return Problem("name_unclear", shared)
    left = _without(rest, (name for found in named for name in found))
    kinds = find_categories(left, vocabulary)
    strange = _strange(_without(left, [left[s.start : s.end] for s in kinds]))
    if strange:
        return Problem("spending_unclear", strange)
    ids = [tuple(i for one in found.values() for i in one) for found in named]
    asked = AskedSpending(
        *time,
        by=next((name for name, pattern in _BY.items() if pattern.search(left)), None),
        departments=ids[0],
        categories=tuple(dict.fromkeys(i for s in kinds for i in s.ids)),
        projects=ids[2],
        people=ids[1],
        mine=not ids[1] and bool(_ME.search(left)) and not (_WE.search(left) or _OUR.search(left)),
        ours=bool(_OUR.search(left)),
        company=bool(_COMPANY.search(left)),
        we=bool(_WE.search(left)),
        top=_top(left),
    )
    if asked.by == "month" and not spans:
        asked = replace(asked, span=last_months(TREND_MONTHS, today))
    return replace(asked, by=asked.by or _several(asked, spans))


def _time(
    text: str, spans: Sequence[Named], today: date, *, same: bool
) -> tuple[Span, Span | None] | None:
    """Give the time that is asked about, and the one to compare it with if there is one."""
    named = [n.span for n in spans]
    times = [span for span in named if span is not None]
    if len(times) < len(named) or len(times) > 2:  # noqa: PLR2004 one, or one beside another
        return None
    now = this_month(today)
    compares = _COMPARE.search(text)
    if len(times) == 2:  # noqa: PLR2004
        if compares:
            return times[0], times[1]
        return _together(*times) if stand_together(spans, text) else None
    if same:
        asked = times[0] if times else now
        return (asked, asked.year_ago()) if times or compares else (asked.year_ago(), None)
    if not compares:
        return (times[0] if times else now), None
    if times and compares.start() < spans[0].start:
        return onward(times[0], today), times[0]
    asked = times[0] if times else now
    return asked, asked.before()


def _together(one: Span, other: Span) -> tuple[Span, None] | None:
    """Make one run of two that follow one another: 10月和11月各花了多少."""
    first, last = sorted((one, other), key=lambda s: s.days()[0])
    if not (isinstance(first, Months) and isinstance(last, Months)):
        return None
    follows = index_of(last.first) == index_of(first.last) + 1
    return (Months(first.first, last.last), None) if follows else None


def _several(asked: AskedSpending, spans: Sequence[Named]) -> Dimension | None:
    """Break a sum down by what several are named of: 打车和住宿各多少."""
    if len(spans) > 1 and asked.against is None:
        return "month"
    kinds: tuple[tuple[Dimension, tuple[str, ...]], ...] = (
        ("category", asked.categories),
        ("employee", asked.people),
        ("department", asked.departments),
        ("project", asked.projects),
    )
    return next((kind for kind, ids in kinds if len(ids) > 1), None)


def _top(text: str) -> int | None:
    found = _TOP.search(text)
    count = int(read_number(found["n"] or found["top"]) or 0) if found else 0
    return min(MOST, count) or None


def _named(text: str, names: Names) -> Names:
    """Find names in a text; one inside a longer one that is there does not count."""
    lowered = text.lower()
    found = [n for n in names if n and _stands_in(n.lower(), lowered)]
    longest = [n for n in found if not any(n != other and n in other for other in found)]
    return {n: names[n] for n in longest}


def _stands_in(name: str, text: str) -> bool:
    """Whether a name is in a text; one in Latin letters must be a word of its own."""
    if name not in text:
        return False
    edge = r"(?<![a-z0-9]){}(?![a-z0-9])"
    return not name.isascii() or bool(re.search(edge.format(re.escape(name)), text))


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = re.sub(re.escape(word), " ", text, flags=re.IGNORECASE)
    return text


_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z']{2,}")


def _strange(text: str) -> str:
    """Give the first word that names something unknown, "" when there is none."""
    text = _TOP.sub(" ", text)
    if unknown := CANNOT.search(text) or re.search(r"\d+", text):
        return unknown.group()
    words = [w for w in _LATIN.findall(text) if w.lower() not in WORDS]
    runs = (run.strip(CHARACTERS) for run in _HAN.findall(FILLER.sub(" ", text)))
    named = [run for run in runs if run] or words
    return next((_whole(text, word) for word in named), "")


def _whole(text: str, part: str) -> str:
    """Give an unknown word with the 部 or 项目 behind it, as the person wrote it."""
    found = re.search(rf"{re.escape(part)}(?:部门?|组|项目|公司)?", text)
    return found.group() if found else part
