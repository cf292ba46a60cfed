from datetime import date

import pytest

from core.company import Budget
from core.period import parse_period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-11-01/2027-01-31", date(2026, 11, 1), date(2027, 1, 31)),
    ],
)
def test_covers_its_days_and_no_others(text: str, start: date, end: date) -> None:
    period = parse_period(text)

    assert (period.start, period.end) == (start, end)
    assert period.covers(start)
    assert period.covers(end)
    assert not period.covers(date.fromordinal(start.toordinal() - 1))
    assert not period.covers(date.fromordinal(end.toordinal() + 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-Q5",
        "2026-H3",
        "2026-13",
        "2026-00",
        "2026-11-01",
        "0000",
        "２０２６",
        "2026-11-02/2026-11-01",
        "2026-11-01/2026-11-31",
    ],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|year|month|day"):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", date(2026, 4, 1), date(2027, 3, 31)),
        ("2026-H1", date(2026, 4, 1), date(2026, 9, 30)),
        ("2026-H2", date(2026, 10, 1), date(2027, 3, 31)),
        ("2026-Q1", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-Q4", date(2027, 1, 1), date(2027, 3, 31)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_a_fiscal_year_begins_in_its_own_month(text: str, start: date, end: date) -> None:
    period = parse_period(text, 4)

    assert (period.start, period.end) == (start, end)


def test_a_budgets_fiscal_year_survives_writing_and_reading() -> None:
    row = Budget.model_validate({"id": "b", "period": "2026", "fiscal_start": 4, "limit": "1"})

    again = Budget.model_validate_json(row.model_dump_json(by_alias=True))

    assert again == row
    assert again.period.end == date(2027, 3, 31)
