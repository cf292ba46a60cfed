"""Alerts about budgets: thresholds, who is told, forecasts, quiet hours."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.actions.alerting import announce
from core.alerts import (
    ENDLESS,
    RunsOut,
    ThresholdCrossed,
    Watched,
    audience,
    crossed,
    find_alerts,
    key_of,
    loudest,
    percent_used,
)
from core.budget import Balance
from core.company import Budget, Company
from core.forecast import day_of_end, runs_out
from core.notices import ShowAlert, from_json, to_json
from core.quiet import parse_quiet

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
Q4 = (date(2026, 10, 1), date(2026, 12, 31))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def company(**budget: Any) -> Company:  # noqa: ANN401
    row = {"id": "b", "department": "north", "period": "2026-Q4", "limit": "100.00", **budget}
    return Company.model_validate(
        {
            "departments": [
                {"id": "sales", "name": "市场部", "head": "wang"},
                {"id": "north", "name": "北区", "parent": "sales", "head": "gone"},
            ],
            "people": [
                {"id": "wang", "name": "王五"},
                {"id": "zhao", "name": "赵六", "roles": ["budget_admin"]},
                {"id": "qian", "name": "钱七", "roles": ["finance"]},
                {"id": "gone", "name": "离职", "active": False},
            ],
            "budgets": [row],
        }
    )


def told(found: Company) -> tuple[str, ...]:
    (budget,) = found.budgets
    return audience(found, budget)


def crossing(threshold: int, budget: str = "b") -> ThresholdCrossed:
    return ThresholdCrossed(budget, "2026-Q4", threshold, 10000, 8500, 0, AT)


@pytest.mark.parametrize(
    ("used", "limit", "percent"),
    [(0, 100, 0), (79, 100, 79), (7999, 10000, 79), (8000, 10000, 80), (-5, 100, -5),
     (1, 0, ENDLESS), (0, 0, 0), (-1, 0, 0)],
)  # fmt: skip
def test_percent_is_whole_and_rounded_down(used: int, limit: int, percent: int) -> None:
    assert percent_used(used, limit) == percent


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [(79, 80, (80,)), (80, 89, ()), (0, 100, (80, 90, 100)), (90, 79, ()), (100, ENDLESS, ())],
)
def test_a_threshold_is_crossed_upwards_only(
    before: int, after: int, found: tuple[int, ...]
) -> None:
    assert crossed((100, 80, 90, 80), before, after) == found


def test_owners_are_told_else_the_head_above_else_administrators_else_finance() -> None:
    assert told(company(owners=["zhao", "gone"])) == ("zhao",)
    assert told(company(owners=["gone"])) == ("wang",)
    assert told(company(department=None)) == ("zhao",)
    nobody = company(department=None).model_dump(by_alias=True)
    nobody["people"] = [p for p in nobody["people"] if p["id"] == "qian"]
    assert told(Company.model_validate(nobody)) == ("qian",)


def test_everybody_told_gets_one_card_under_the_alerts_name() -> None:
    found = announce(crossing(80), company(owners=["wang", "zhao"]))

    assert [(o.key, o.lane, o.notice) for o in found] == [
        ("alert:b:2026-Q4:80:10000#wang", "quiet:wang", ShowAlert("wang", "b", 80)),
        ("alert:b:2026-Q4:80:10000#zhao", "quiet:zhao", ShowAlert("zhao", "b", 80)),
    ]


def test_a_budget_that_is_gone_alerts_nobody() -> None:
    assert announce(crossing(80, "gone"), company()) == ()


def test_alerts_keep_their_names() -> None:
    forecast = RunsOut("b", "2026-Q4", date(2026, 12, 14), 10000, 1, 1, AT)

    assert key_of(crossing(80)) == "alert:b:2026-Q4:80:10000"
    assert key_of(forecast) == "alert:b:2026-Q4:forecast:10000"
    notice = ShowAlert("wang", "b", 0, forecast.day)
    assert from_json(to_json(notice)) == notice


def test_of_alerts_at_once_the_highest_is_told() -> None:
    forecast = RunsOut("b", "2026-Q4", date(2026, 12, 14), 10000, 1, 1, AT)

    assert loudest([forecast, crossing(80), crossing(100), crossing(90), crossing(80, "c")]) == (
        crossing(100),
        crossing(80, "c"),
    )


@pytest.mark.parametrize(
    ("reserved", "consumed", "day"),
    [
        (0, 0, None),  # nothing spent, no pace
        (9000, 0, None),  # commitments alone are no pace
        (0, 6000, None),  # 107 a day: 4000 last 37.3 days, and 36 are left
        (0, 6100, date(2026, 12, 31)),
        (1000, 6000, date(2026, 12, 24)),  # commitments bring the end nearer
        (0, 10000, date(2026, 11, 26)),  # the next fen is too much
        (0, 10001, None),  # that is not a forecast any more
    ],
)
def test_pace_and_commitments_make_the_forecast(
    reserved: int, consumed: int, day: date | None
) -> None:
    assert day_of_end(10000, reserved, consumed, Q4, TODAY) == day


def test_the_first_days_are_no_pace() -> None:
    first = date(2026, 10, 1)

    assert day_of_end(10000, 0, 700, Q4, first) is None
    assert day_of_end(10000, 0, 800, Q4, first) == date(2026, 12, 21)


@pytest.mark.parametrize("today", [date(2026, 9, 30), date(2027, 1, 1), date(2026, 12, 31)])
def test_outside_of_its_period_nothing_is_forecast(today: date) -> None:
    assert day_of_end(10000, 0, 9999, Q4, today) is None


def test_a_frozen_budget_spends_nothing_more() -> None:
    (budget,) = company().budgets

    assert runs_out(Balance(budget, 0, 9000), TODAY)
    assert runs_out(Balance(budget, 0, 9000, frozen=True), TODAY) is None


def watched(reserved: int, consumed: int, **known: Any) -> Watched:  # noqa: ANN401
    return Watched("b", "2026-Q4", *Q4, (80, 90, 100), 10000, reserved, consumed, **known)


def test_a_scan_tells_thresholds_before_forecasts_and_nothing_twice() -> None:
    assert [a.threshold for a in find_alerts(watched(2500, 7000), TODAY, AT)] == [80, 90]  # type: ignore[union-attr]
    assert [a.threshold for a in find_alerts(watched(2500, 7000, told=80), TODAY, AT)] == [90]  # type: ignore[union-attr]
    (forecast,) = find_alerts(watched(0, 7000), TODAY, AT)
    assert isinstance(forecast, RunsOut)
    assert find_alerts(watched(0, 7000, forecast=True), TODAY, AT) == ()
    assert find_alerts(watched(0, 7000, frozen=True), TODAY, AT) == ()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25T21:59", None),
        ("2026-11-25T22:00", "2026-11-26T08:00"),
        ("2026-11-26T03:00", "2026-11-26T08:00"),
        ("2026-11-26T08:00", None),
    ],
)
def test_quiet_hours_end_in_the_morning(now: str, until: str | None) -> None:
    quiet = parse_quiet("22:00-8:00")
    assert quiet

    found = quiet.over(datetime.fromisoformat(now).replace(tzinfo=SHANGHAI), SHANGHAI)

    assert found == (datetime.fromisoformat(until).replace(tzinfo=SHANGHAI) if until else None)


def test_quiet_hours_may_lie_within_a_day() -> None:
    quiet = parse_quiet("12:00-13:30")
    assert quiet
    noon = datetime(2026, 11, 25, 12, 30, tzinfo=SHANGHAI)

    assert quiet.over(noon, SHANGHAI) == noon.replace(hour=13)
    assert quiet.over(noon.replace(hour=14), SHANGHAI) is None


@pytest.mark.parametrize("text", ["22:00", "22:00-22:00", "25:00-08:00", "22-8", "always"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 `time` has its own words
        parse_quiet(text)


def test_no_quiet_hours_are_none() -> None:
    assert parse_quiet("  ") is None


def test_a_budget_is_found_by_its_id() -> None:
    found = company()
    budget: Budget | None = found.budget("b")

    assert budget is found.budgets[0]
    assert found.budget("c") is None
