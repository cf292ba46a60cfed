"""Working time: the State Council's days off, the company's own, and counted hours."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import CHINA, WorkCalendar, add_working_hours, is_workday

PLAIN = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 25), True),  # a Wednesday
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 7), False),  # off in exchange for 10 October
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 2, 14), True),  # a Saturday before the Spring Festival that is worked
        (date(2026, 2, 17), False),  # the Spring Festival
        (date(2026, 4, 6), False),  # Tomb-Sweeping Day, moved from a Sunday
    ],
)
def test_knows_the_plan_of_the_state_council(day: date, *, worked: bool) -> None:
    assert is_workday(day, PLAIN) is worked


def test_the_companys_own_days_win() -> None:
    own = WorkCalendar(
        workdays=frozenset({date(2026, 11, 28), date(2026, 10, 1)}),
        holidays=frozenset({date(2026, 11, 25), date(2026, 10, 10)}),
    )

    assert is_workday(date(2026, 11, 28), own)
    assert is_workday(date(2026, 10, 1), own)
    assert not is_workday(date(2026, 11, 25), own)
    assert not is_workday(date(2026, 10, 10), own)


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (local(11, 25, 10), 2, local(11, 25, 12)),
        (local(11, 25, 9), 9, local(11, 25, 18)),
        (local(11, 25, 17), 4, local(11, 26, 12)),
        (local(11, 25, 7), 1, local(11, 25, 10)),  # before the office opens
        (local(11, 25, 22), 1, local(11, 26, 10)),  # after it has closed
        (local(11, 27, 17), 2, local(11, 30, 10)),  # over a weekend
        (local(9, 30, 17), 2, local(10, 8, 10)),  # over National Day
        (local(10, 9, 17), 2, local(10, 10, 10)),  # the Saturday after it is worked
        (local(2, 13, 17), 2, local(2, 14, 10)),
        (local(2, 14, 17), 2, local(2, 24, 10)),  # over the Spring Festival
        (local(11, 25, 12), 0, local(11, 25, 12)),
        (local(11, 25, 9), 1.5, local(11, 25, 10, 30)),
    ],
)
def test_counts_working_hours(start: datetime, hours: float, end: datetime) -> None:
    assert add_working_hours(start, hours, PLAIN) == end


def test_the_answer_has_the_zone_of_the_question() -> None:
    due = add_working_hours(datetime(2026, 11, 25, 9, tzinfo=UTC), 2, PLAIN)

    assert due == datetime(2026, 11, 26, 2, tzinfo=UTC)
    assert due.tzinfo is UTC


def test_other_hours_make_other_days() -> None:
    short = WorkCalendar(begins=time(10), ends=time(16, 30))

    assert short.hours_a_day == 6.5
    assert add_working_hours(local(11, 25, 9), 13, short) == local(11, 26, 16, 30)


@pytest.mark.parametrize("hours", [-1, 1e9])
def test_refuses_hours_that_make_no_sense(hours: float) -> None:
    with pytest.raises(ValueError, match="working hours"):
        add_working_hours(local(11, 25, 9), hours, PLAIN)


def test_a_calendar_without_hours_says_so() -> None:
    with pytest.raises(ValueError, match="no working days"):
        add_working_hours(local(11, 25, 9), 1, WorkCalendar(begins=time(9), ends=time(9)))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 given its zone below
    st.floats(0, 60),
    st.floats(0, 60),
)
def test_hours_add_up_and_end_in_working_time(start: datetime, one: float, two: float) -> None:
    begun = start.replace(tzinfo=CHINA)

    both = add_working_hours(begun, one + two, PLAIN)
    after = add_working_hours(add_working_hours(begun, one, PLAIN), two, PLAIN)

    assert abs((both - after).total_seconds()) < 1 or both.time() == time(18)
    assert is_workday(both.date(), PLAIN)
    assert PLAIN.begins <= both.time() <= PLAIN.ends
