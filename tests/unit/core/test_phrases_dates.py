"""Days as people name them: utterance → day, on a Wednesday and on days at the edges."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phrase_words import TODAY, day

from core.phrases.dates import find_dates, parse_date
from core.phrases.results import Ambiguous, Problem

PAST = [
    ("今天", "11-25"),
    ("今早", "11-25"),
    ("昨天", "11-24"),
    ("昨晚", "11-24"),
    ("前天", "11-23"),
    ("大前天", "11-22"),
    ("3天前", "11-22"),
    ("三天前", "11-22"),
    ("一周前", "11-18"),
    ("上周三", "11-18"),
    ("上周日", "11-22"),
    ("上星期五", "11-20"),
    ("上个礼拜天", "11-22"),
    ("上上周一", "11-09"),
    ("这周一", "11-23"),
    ("本周二", "11-24"),
    ("周一", "11-23"),
    ("周三", "11-25"),
    ("星期二", "11-24"),
    ("11月20号", "11-20"),
    ("11月20日", "11-20"),
    ("11月20", "11-20"),
    ("十一月二十号", "11-20"),
    ("11-20", "11-20"),
    ("11/20", "11-20"),
    ("1-5", "01-05"),
    ("20号", "11-20"),
    ("20日", "11-20"),
    ("2026/11/20", "11-20"),
    ("2026-11-20", "11-20"),
    ("2026.11.20", "11-20"),
    ("2026年11月20日", "11-20"),
    ("26年11月20日", "11-20"),
    ("20261120", "11-20"),
    ("二〇二六年十一月二十日", "11-20"),
    ("去年12月31日", "2025-12-31"),
    ("今年3月8号", "03-08"),
    ("上个月15号", "10-15"),
    ("上月31号", "10-31"),
    ("２０２６－１１－２０", "11-20"),
    ("yesterday", "11-24"),
    ("today", "11-25"),
    ("3 days ago", "11-22"),
    ("the day before yesterday", "11-23"),
]
ASKED = [
    ("周五", ["11-20", "11-27"]),
    ("星期天", ["11-22", "11-29"]),
    ("28号", ["10-28", "11-28"]),
    ("12-01", ["2025-12-01", "2026-12-01"]),
    ("12月1号", ["2025-12-01", "2026-12-01"]),
]
REFUSED = ["11月31号", "2026-02-29", "2026-13-01", "2月30日", "20261131"]
FUTURE = [
    ("明天", "11-26"),
    ("后天", "11-27"),
    ("大后天", "11-28"),
    ("周五", "11-27"),
    ("周一", "11-30"),
    ("下周一", "11-30"),
    ("下下周一", "12-07"),
    ("12-01", "12-01"),
    ("1月5日", "2027-01-05"),
    ("28号", "11-28"),
    ("5号", "12-05"),
    ("明年1月5日", "2027-01-05"),
    ("3天后", "11-28"),
    ("tomorrow", "11-26"),
]
EDGES = [
    ("昨天", "2026-01-01", "2025-12-31"),
    ("前天", "2026-01-01", "2025-12-30"),
    ("上周三", "2026-01-01", "2025-12-24"),
    ("这周一", "2026-01-01", "2025-12-29"),
    ("上个月31号", "2026-01-15", "2025-12-31"),
    ("昨天", "2024-03-01", "2024-02-29"),
    ("昨天", "2026-03-01", "2026-02-28"),
    ("2月29日", "2024-03-05", "2024-02-29"),
    ("去年2月28日", "2024-02-29", "2023-02-28"),
    ("今天", "2024-02-29", "2024-02-29"),
    ("31号", "2026-10-31", "2026-10-31"),
    ("上周日", "2026-11-30", "2026-11-29"),
    ("周日", "2026-11-29", "2026-11-29"),
]


@pytest.mark.parametrize(("text", "expected"), PAST)
def test_reads_a_day(text: str, expected: str) -> None:
    assert parse_date(text, TODAY) == day(expected)


@pytest.mark.parametrize(("text", "expected"), ASKED)
def test_asks_which_day_when_the_nearest_is_still_to_come(text: str, expected: list[str]) -> None:
    assert parse_date(text, TODAY) == Ambiguous(tuple(map(day, expected)), text)


@pytest.mark.parametrize("text", REFUSED)
def test_says_that_the_calendar_lacks_a_day(text: str) -> None:
    answer = parse_date(text, TODAY)

    assert isinstance(answer, Problem)
    assert answer.code == "date_invalid"


@pytest.mark.parametrize(("text", "expected"), FUTURE)
def test_plans_lie_ahead(text: str, expected: str) -> None:
    assert parse_date(text, TODAY, "future") == day(expected)


def test_a_planned_day_almost_a_year_off_was_more_likely_meant_as_passed() -> None:
    answer = parse_date("11-20", TODAY, "future")

    assert isinstance(answer, Problem)
    assert answer.code == "date_passed"


@pytest.mark.parametrize(("text", "today", "expected"), EDGES)
def test_reads_days_at_the_edges_of_months_and_years(text: str, today: str, expected: str) -> None:
    assert parse_date(text, day(today)) == day(expected)


def test_the_31st_of_a_month_without_one_is_last_months() -> None:
    assert parse_date("31号", TODAY) == Ambiguous((day("10-31"),), "31号")


@pytest.mark.parametrize("text", ["", "打车", "45", "45.5", "每周一", "3号线", "2号楼", "100天"])
def test_sees_no_day_in_other_words(text: str) -> None:
    assert parse_date(text, TODAY) is None


@given(st.text(max_size=60), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_never_raises(text: str, today: date) -> None:
    parse_date(text, today)

    for span in find_dates(text, today, "future"):
        assert 0 <= span.start < span.end <= len(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_reads_back_every_day_in_iso_form(value: date) -> None:
    assert parse_date(value.isoformat(), TODAY) == value
    assert parse_date(f"{value.year}年{value.month}月{value.day}日", TODAY) == value
