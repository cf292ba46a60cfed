from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.rate import MemberRate
from core.errors import Retryable

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_the_thirtieth_message_within_a_minute_waits() -> None:
    watch = Watch()
    rate = MemberRate(watch)
    for _ in range(29):
        rate.take("lisi")
        watch.on(1)

    with pytest.raises(Retryable) as refused:
        rate.take("LiSi")

    assert refused.value.code == "member_rate"
    assert refused.value.retry_after_s == 31.0


def test_it_fits_again_after_the_time_that_was_named() -> None:
    watch = Watch()
    rate = MemberRate(watch)
    for _ in range(29):
        rate.take("lisi")
        watch.on(1)

    watch.on(31)

    rate.take("lisi")
    with pytest.raises(Retryable):
        rate.take("lisi")


def test_members_do_not_wait_for_one_another() -> None:
    rate = MemberRate(Watch())
    rate.take("lisi", 29)

    rate.take("wangwu")
    with pytest.raises(Retryable):
        rate.take("lisi")


def test_several_messages_are_booked_together_or_not_at_all() -> None:
    watch = Watch()
    rate = MemberRate(watch)
    rate.take("lisi", 20)
    watch.on(10)
    rate.take("lisi", 5)

    with pytest.raises(Retryable) as refused:
        rate.take("lisi", 5)
    rate.take("lisi", 4)

    assert refused.value.retry_after_s == 50.0


def test_a_member_gets_less_than_a_thousand_an_hour() -> None:
    watch = Watch()
    rate = MemberRate(watch)
    for _ in range(99):
        rate.take("lisi", 10)
        watch.on(30)

    with pytest.raises(Retryable) as refused:
        rate.take("lisi")

    assert refused.value.retry_after_s == 3600 - 99 * 30
