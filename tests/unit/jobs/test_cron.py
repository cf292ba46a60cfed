"""Cron expressions: what administrators know from crontab, in the company's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cron import Cron

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def days(text: str) -> list[str]:
    found = Cron(text, SHANGHAI).between(WEDNESDAY, WEDNESDAY + timedelta(days=14))
    return list(dict.fromkeys(f"{time:%a}" for time in found))


def test_times_are_in_the_zone_of_the_company() -> None:
    found = Cron("30 9 * * mon", SHANGHAI).next(WEDNESDAY)

    assert found == datetime(2026, 11, 30, 1, 30, tzinfo=UTC)


def test_the_moment_itself_is_over() -> None:
    nine = datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI)

    assert Cron("0 9 * * *", SHANGHAI).next(nine) == nine + timedelta(days=1)


@pytest.mark.parametrize(
    ("weekday", "meant"),
    [
        ("1-5", ["Thu", "Fri", "Mon", "Tue", "Wed"]),
        ("mon-fri", ["Thu", "Fri", "Mon", "Tue", "Wed"]),
        ("0", ["Sun"]),
        ("7", ["Sun"]),
        ("sat,sun", ["Sat", "Sun"]),
        ("fri-mon", ["Fri", "Sat", "Sun", "Mon"]),
        ("6-7", ["Sat", "Sun"]),
        ("1-5/2", ["Fri", "Mon", "Wed"]),
        ("*/3", ["Sat", "Sun", "Wed"]),
        ("MON", ["Mon"]),
    ],
)
def test_weekdays_count_as_in_crontab(weekday: str, meant: list[str]) -> None:
    assert sorted(days(f"0 8 * * {weekday}")) == sorted(meant)


def test_a_day_and_a_weekday_mean_either() -> None:
    found = Cron("0 9 1 * mon", SHANGHAI).between(WEDNESDAY, WEDNESDAY + timedelta(days=14))

    assert [f"{time:%a %d}" for time in found] == ["Mon 30", "Tue 01", "Mon 07"]


def test_what_never_comes_is_never() -> None:
    assert Cron("0 9 30 2 *", SHANGHAI).next(WEDNESDAY) is None


@pytest.mark.parametrize(
    "text",
    ["", "0 9 * *", "0 9 * * * *", "60 9 * * *", "0 9 * * 8", "0 9 * * someday", "x 9 * * *"],
)
def test_what_is_no_cron_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 APScheduler has its own words for each
        Cron(text, SHANGHAI)
