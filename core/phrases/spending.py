"""Questions about what was spent: 上个月市场部打车花了多少, 今年谁花得最多, 各部门 Q3 支出."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.phrases.intents import Spent
from core.phrases.months import Months, find_months
from core.phrases.numbers import find_numbers
from core.phrases.results import Problem, Vocabulary
from core.phrases.vocabulary import find_categories, find_project
from core.spending import Dimension

_ASKS = re.compile(
    r"花了?(?:多少|几)|花费|花得最|花的最|开销|支出|用了多少钱|费用(?:是|有|合计|总共|一共)?多少|费用(?:分析|统计|汇总|排名)|花多少"
    r"|\b(?:how\smuch\s(?:did|was|has|have|is|do)|spent\son|spending|expenses\sby|who\sspent)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"预算|同意|批准|驳回|拒绝|退回|反馈|转交|加签|修改|能报|可以报|approve|reject|return"
)
_SAID: dict[Dimension, str] = {
    "employee": r"谁|个人|各人|每个?人|按人|人员|\bwho\b|by\s(?:person|employee)",
    "supplier": r"供应商|商家|哪家|supplier|merchant",
    "department": r"各个?部门|每个?部门|按部门|哪个部门|部门(?:排名|汇总)|by\sdepartment",
    "project": r"各个?项目|每个?项目|按项目|哪个项目|by\sproject",
    "month": r"每个?月|各月|按月|逐月|趋势|by\smonth|trend",
    "category": r"各类|每类|按类|哪类|类别|花在哪|花到哪|什么地方|by\scategory",
}
_BY = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SAID.items()}
_OWN = re.compile(r"我们|全公司|公司|本部门|我部门|all|company|we\b|our", re.IGNORECASE)
_ME = re.compile(r"我(?!们|部门|司)|自己|\b(?:i|my|me)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedSpending:
    """What a question names; empty means all that the asker may see."""

    months: Months
    by: Dimension | None
    departments: tuple[str, ...]
    categories: tuple[str, ...]
    projects: tuple[str, ...]
    people: tuple[str, ...]
    mine: bool


def read_spent(line: str) -> Spent | None:
    """Tell whether a cleaned text asks what was spent."""
    if find_numbers(line) or _NOT.search(line) or not _ASKS.search(line):
        return None
    return Spent(line)


def read_spending(
    text: str,
    today: date,
    vocabulary: Vocabulary,
    departments: Mapping[str, str],
    people: Mapping[str, str],
) -> AskedSpending | Problem:
    """Read what a question about spending names; `departments` and `people` map names to ids.

    Without a period it is this month. Problem `period_unclear` for months that do not exist.
    """
    months, rest = find_months(text, today)
    if months is None:
        return Problem("period_unclear", text)
    project = find_project(rest, vocabulary)
    spans = find_categories(rest, vocabulary)
    by = next((name for name, pattern in _BY.items() if pattern.search(rest)), None)
    named = _named(rest, people)
    return AskedSpending(
        months=months,
        by=by,
        departments=_named(rest, departments),
        categories=tuple(dict.fromkeys(i for span in spans for i in span.ids)),
        projects=project.ids if project else (),
        people=named,
        mine=not named and bool(_ME.search(rest)) and not _OWN.search(rest),
    )


def _named(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Find names in a text; one inside a longer one that is there does not count."""
    found = [n for n in names if n and n in text]
    longest = [n for n in found if not any(n != other and n in other for other in found)]
    return tuple(dict.fromkeys(names[n] for n in longest))
