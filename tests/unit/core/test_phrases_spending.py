"""Questions about spending: which months, what, by what; and texts that are none."""

from datetime import date

import pytest

from core.phrases import parse_message
from core.phrases.intents import Spent
from core.phrases.months import Months, find_months
from core.phrases.results import CategoryWords, Problem, ProjectWords, Vocabulary
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
DEPARTMENTS = {"市场部": "sales", "市场部华东组": "east", "研发部": "rd"}
PEOPLE = {"张三": "zhang", "张三丰": "feng", "李雷": "li"}


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
        ("近三个月花了多少", "2026-09", "2026-11"),
        ("最近 12 个月花了多少", "2025-12", "2026-11"),
        ("how much did we spend last month", "2026-10", "2026-10"),
        ("spending this year", "2026-01", "2026-12"),
    ],
)
def test_months_as_people_name_them(text: str, first: str, last: str) -> None:
    months, _ = find_months(text, TODAY)

    assert months == Months(first, last)


@pytest.mark.parametrize("text", ["13月花了多少", "2026-00 花了多少", "近 0 个月花了多少"])
def test_months_that_do_not_exist(text: str) -> None:
    assert isinstance(read_spending(text, TODAY, WORDS, DEPARTMENTS, PEOPLE), Problem)


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
    found = read_spending(text, TODAY, WORDS, DEPARTMENTS, PEOPLE)
    assert isinstance(found, AskedSpending)
    return found


def test_a_question_names_department_category_and_month() -> None:
    found = asked("上个月市场部打车花了多少")

    assert found.months == Months("2026-10", "2026-10")
    assert (found.departments, found.categories, found.by) == (("sales",), ("taxi",), None)
    assert not found.mine


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("今年谁花得最多", "employee"),
        ("各部门本月支出", "department"),
        ("研发部钱花在哪了，花费情况", "category"),
        ("近六个月每月开销", "month"),
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
    ],
)
def test_such_a_text_is_a_question(text: str) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), Spent)


@pytest.mark.parametrize(
    "text",
    [
        "打车 45 昨天 去客户现场",
        "打车花了 45",
        "驳回 BX-20261125-0007 花费多少没写清楚",
        "预算 市场部",
        "能报吗 住宿 600 上海",
        "反馈 支出统计看不懂",
        "同意 BX-20261125-0007 这笔支出合理",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not isinstance(parse_message(text, TODAY, WORDS), Spent)
