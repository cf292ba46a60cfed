"""When a budget will be used up: its pace so far and its open commitments against its period."""

from datetime import date, timedelta

from core.budget import Balance

SHORTEST_DAYS = 7
"""A pace is that of a week at least: one large claim on the first day is none."""


def runs_out(balance: Balance, today: date) -> date | None:
    """Forecast a budget as `day_of_end` does; a frozen or closed one spends nothing more."""
    if balance.frozen or balance.closed:
        return None
    period = balance.budget.period
    span = (period.start, period.end)
    return day_of_end(
        balance.budget.limit_fen, balance.reserved_fen, balance.consumed_fen, span, today
    )


def day_of_end(
    limit_fen: int, reserved_fen: int, consumed_fen: int, span: tuple[date, date], today: date
) -> date | None:
    """Give the day on which a budget will be exceeded, None when its period ends before that.

    What is spent so far, by the days of the period so far, is the pace; what is held comes on top
    of what is spent at once. A budget that is exceeded already, has not begun or has ended is not
    forecast.
    """
    start, end = span
    left = limit_fen - reserved_fen - consumed_fen
    if left < 0 or consumed_fen <= 0 or not start <= today <= end:
        return None
    ahead = left * pace_days(start, today) // consumed_fen + 1
    if ahead > (end - today).days:
        return None
    return today + timedelta(days=ahead)


def pace_days(start: date, today: date) -> int:
    """Give how many days a budget's spending is spread over: those so far, a week at least."""
    return max(SHORTEST_DAYS, (today - start).days + 1)
