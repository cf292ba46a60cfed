"""Questions about spending: which months, what, by what; and texts that are none."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.phrases import parse_message
from core.phrases.intents import BudgetQuery, OverBudgets, Spent
from core.phrases.months import Months
from core.phrases.results import CategoryWords, Problem, ProjectWords, Vocabulary
from core.phrases.spans import Days
from core.phrases.spending import AskedSpending, read_spending

TODAY = date(2026, 11, 25)
WORDS = Vocabulary(
    (
        CategoryWords("taxi", "市内交通", ("打车", "taxi")),
        CategoryWords("hotel", "住宿", ("酒店",)),
    ),
    (ProjectWords("apollo", "阿波罗"),),
    ("张三", "张三丰", "李雷"),
)
DEPARTMENTS = {
    "市场部": ("sales",),
    "市场部华东组": ("east",),
    "研发部": ("rd",),
    "sales": ("sales",),
}
PEOPLE = {"张三": ("zhang",), "张三丰": ("feng",), "李雷": ("li",), "王伟": ("wang1", "wang2")}
PROJECTS = {"阿波罗": ("apollo",)}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("花了多少", "2026-11", "2026-11"),
        ("本月花了多少", "2026-11", "2026-11"),
        ("上个月花了多少", "2026-10", "2026-10"),
        ("上上月花了多少", "2026-09", "2026-09"),
        ("10月花了多少", "2026-10", "2026-10"),
        ("十二月份花了多少", "2025-12", "2025-12"),
        ("去年12月花了多少", "2025-12", "2025-12"),
        ("2026年3月花了多少", "2026-03", "2026-03"),
        ("2026-02 花了多少", "2026-02", "2026-02"),
        ("Q3 花了多少", "2026-07", "2026-09"),
        ("2025Q4花了多少", "2025-10", "2025-12"),
        ("第二季度花了多少", "2026-04", "2026-06"),
        ("上季度花了多少", "2026-07", "2026-09"),
        ("本季度花了多少", "2026-10", "2026-12"),
        ("去年下半年花了多少", "2025-07", "2025-12"),
        ("上半年花了多少", "2026-01", "2026-06"),
        ("今年花了多少", "2026-01", "2026-12"),
        ("2024年花了多少", "2024-01", "2024-12"),
        ("2025年全年支出", "2025-01", "2025-12"),
        ("去年一整年花了多少", "2025-01", "2025-12"),
        ("前三季度花了多少", "2026-01", "2026-09"),
        ("去年前三季度花了多少", "2025-01", "2025-09"),
        ("最近半年花了多少", "2026-06", "2026-11"),
        ("最近一年花了多少", "2025-12", "2026-11"),
        ("年初到现在花了多少", "2026-01", "2026-11"),
        ("今年以来花了多少", "2026-01", "2026-11"),
        ("去年同期花了多少", "2025-11", "2025-11"),
        ("去年10月到12月花了多少", "2025-10", "2025-12"),
        ("2026年1-6月花了多少", "2026-01", "2026-06"),
        ("9月至今花了多少", "2026-09", "2026-11"),
        ("10月和11月各花了多少", "2026-10", "2026-11"),
        ("支出趋势", "2026-06", "2026-11"),
        ("spending in October 2025", "2025-10", "2025-10"),
        ("spending since september", "2026-09", "2026-11"),
        ("spending in Q3 2025", "2025-07", "2025-09"),
        ("how much did we spend in 2025", "2025-01", "2025-12"),
        ("近三个月花了多少", "2026-09", "2026-11"),
        ("最近 12 个月花了多少", "2025-12", "2026-11"),
        ("how much did we spend last month", "2026-10", "2026-10"),
        ("spending this year", "2026-01", "2026-12"),
    ],
)
def test_months_as_people_name_them(text: str, first: str, last: str) -> None:
    assert asked(text).span == Months(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "13月花了多少",
        "2026-00 花了多少",
        "近 0 个月花了多少",
        "2月30日花了多少",
        "9月和11月花了多少",
    ],
)
def test_months_that_do_not_exist(text: str) -> None:
    assert isinstance(read_spending(text, TODAY, WORDS, DEPARTMENTS, PEOPLE, PROJECTS), Problem)


@pytest.mark.parametrize(
    ("months", "before"),
    [
        (Months("2026-01", "2026-01"), Months("2025-12", "2025-12")),
        (Months("2026-01", "2026-12"), Months("2025-01", "2025-12")),
        (Months("2026-10", "2026-12"), Months("2026-07", "2026-09")),
    ],
)
def test_the_time_before_is_as_long(months: Months, before: Months) -> None:
    assert months.before() == before


def asked(text: str) -> AskedSpending:
    found = read_spending(text, TODAY, WORDS, DEPARTMENTS, PEOPLE, PROJECTS)
    assert isinstance(found, AskedSpending)
    return found


def test_a_question_names_department_category_and_month() -> None:
    found = asked("上个月市场部打车花了多少")

    assert found.span == Months("2026-10", "2026-10")
    assert (found.departments, found.categories, found.by) == (("sales",), ("taxi",), None)
    assert not found.mine


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("今年谁花得最多", "employee"),
        ("各部门本月支出", "department"),
        ("研发部钱花在哪了，花费情况", "category"),
        ("近六个月每月开销", "month"),
        ("打车和酒店各多少", "category"),
        ("张三和李雷各花了多少", "employee"),
        ("费用最高的部门", "department"),
        ("top5 供应商", "supplier"),
        ("各项目花了多少", "project"),
        ("哪个供应商花得最多", "supplier"),
        ("市场部花了多少", None),
    ],
)
def test_a_question_says_how_to_break_it_down(text: str, by: str | None) -> None:
    assert asked(text).by == by


@pytest.mark.parametrize(
    ("text", "departments", "people", "projects", "mine"),
    [
        ("市场部华东组花了多少", ("east",), (), (), False),
        ("张三丰上个月花了多少", (), ("feng",), (), False),
        ("阿波罗项目花了多少", (), (), ("apollo",), False),
        ("我上个月花了多少", (), (), (), True),
        ("我们部门花了多少", (), (), (), False),
        ("how much did i spend last month", (), (), (), True),
    ],
)
def test_whose_spending_it_is(
    text: str,
    departments: tuple[str, ...],
    people: tuple[str, ...],
    projects: tuple[str, ...],
    *,
    mine: bool,
) -> None:
    found = asked(text)

    assert (found.departments, found.people) == (departments, people)
    assert (found.projects, found.mine) == (projects, mine)


@pytest.mark.parametrize(
    "text",
    [
        "上个月市场部打车花了多少",
        "今年谁花得最多？",
        "各部门 Q3 支出",
        "我这个月花了多少钱",
        "how much did we spend on taxi last month",
        "我这个月报了多少",
        "上个月谁报销最多",
        "上个月打车多少钱",
        "打车和酒店各多少",
        "比上个月多了多少",
        "上个月打车前3名是谁",
    ],
)
def test_such_a_text_is_a_question(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), Spent)


@pytest.mark.parametrize(
    "text",
    [
        "打车 45 昨天 去客户现场",
        "打车花了 45",
        "I spent 45 on taxi yesterday",
        "打车多少钱",
        "驳回 BX-20261125-0007 花费多少没写清楚",
        "预算 市场部",
        "能报吗 住宿 600 上海",
        "反馈 支出统计看不懂",
        "同意 BX-20261125-0007 这笔支出合理",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not isinstance(parse_message(text, TODAY, WORDS), Spent)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("上周末花了多少", (11, 21), (11, 22)),
        ("最近30天花了多少", (10, 27), (11, 25)),
        ("近7天花了多少", (11, 19), (11, 25)),
        ("昨天花了多少", (11, 24), (11, 24)),
        ("上周花了多少", (11, 16), (11, 22)),
        ("上上周花了多少", (11, 9), (11, 15)),
        ("11月1日到15日花了多少", (11, 1), (11, 15)),
        ("10月1号至15号花了多少", (10, 1), (10, 15)),
        ("2026-10-01至2026-10-15花了多少", (10, 1), (10, 15)),
        ("what did we spend in the last 30 days", (10, 27), (11, 25)),
    ],
)
def test_days_as_people_name_them(text: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert asked(text).span == Days(date(2026, *first), date(2026, *last))


@pytest.mark.parametrize(
    ("text", "span", "against"),
    [
        ("比上个月多了多少", "2026-11", "2026-10"),
        ("这个月比上个月多花了多少", "2026-11", "2026-10"),
        ("上个月比去年同期多花了多少", "2026-10", "2025-10"),
        ("10月同比增长多少", "2026-10", "2025-10"),
        ("本月环比", "2026-11", "2026-10"),
        ("compare this month with last month", "2026-11", "2026-10"),
        ("how much more than last month did we spend", "2026-11", "2026-10"),
    ],
)
def test_one_time_beside_another(text: str, span: str, against: str) -> None:
    found = asked(text)

    assert (found.span, found.against) == (Months(span, span), Months(against, against))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("采购部上个月花了多少", "spending_unclear", "采购部"),
        ("上个月王小明花了多少", "spending_unclear", "王小明"),
        ("李天明上个月花了多少", "spending_unclear", "李天明"),
        ("上个月李总花了多少", "spending_unclear", "李总"),
        ("上个月出差花了多少", "spending_unclear", "出差"),
        ("0000年花了多少", "spending_unclear", "0000"),
        ("99999年花了多少", "spending_unclear", "99999"),
        ("国庆期间花了多少", "spending_unclear", "国庆"),
        ("人均花费", "spending_unclear", "人均"),
        ("how much did martians spend", "spending_unclear", "martians"),
        ("王伟上个月花了多少", "name_unclear", "王伟"),
    ],
)
def test_no_sum_is_given_for_what_nobody_knows(text: str, code: str, words: str) -> None:
    assert read_spending(text, TODAY, WORDS, DEPARTMENTS, PEOPLE, PROJECTS) == Problem(code, words)


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("哪个项目超支", "project"),
        ("哪些部门超预算了", "department"),
        ("有没有超支的预算", None),
        ("which project is over budget", "project"),
    ],
)
def test_a_question_asks_which_budgets_are_exceeded(text: str, of: str | None) -> None:
    found = parse_message(text, TODAY, WORDS)

    assert isinstance(found, OverBudgets)
    assert found.of == of


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("市场部还剩多少预算", "市场部"),
        ("市场部预算还剩多少", "市场部"),
        ("how much budget does sales have left", "sales"),
        ("how much budget is left", None),
        ("how much budget do we have left", None),
        ("这个月还能花多少", None),
    ],
)
def test_what_a_budget_has_left_is_asked_in_several_ways(text: str, target: str | None) -> None:
    found = parse_message(text, TODAY, WORDS)

    assert isinstance(found, BudgetQuery)
    assert found.target_text == target


def test_a_range_of_days_begins_where_it_is_said() -> None:
    found = asked("去年10月1日到10月31日花了多少")

    assert found.span == Days(date(2025, 10, 1), date(2025, 10, 31))


@pytest.mark.parametrize(("text", "top"), [("前三名", 3), ("top5", 5), ("前99名", 20), ("", None)])
def test_how_many_of_the_largest_are_wanted(text: str, top: int | None) -> None:
    assert asked(f"上个月谁花得最多 {text}").top == top


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        alphabet="0123456789年月日天周季度上下本去前今最近到至和比花了多少市场部打车 -Q",
        max_size=24,
    )
)
def test_no_question_stops_the_reader(text: str) -> None:
    found = read_spending(f"{text}花了多少", TODAY, WORDS, DEPARTMENTS, PEOPLE, PROJECTS)
    if isinstance(found, AskedSpending):
        for span in (found.span, found.against or found.span.before(), found.span.year_ago()):
            first, last = span.days()
            assert first <= last
    parse_message(f"预算 {text}", TODAY, WORDS)
