"""Who holds the bot's connection, how long a click may be answered, how long to wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.wecom_bot.connection import Delays, End, Timings
from bot.channels.wecom_bot.leader import Leader
from bot.channels.wecom_bot.link import Windows
from tests.fakes.leaders import MemoryLeaders

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Broken(MemoryLeaders):
    """Leases whose database can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        if self.down:
            raise OSError("no database")
        return await super().take(name, holder, now, until)


def replica(leases: MemoryLeaders, holder: str, watch: Watch) -> Leader:
    return Leader(leases, name="bot", holder=holder, clock=watch)


async def test_the_first_leads_and_the_second_follows() -> None:
    watch, leases = Watch(), MemoryLeaders()
    one, two = replica(leases, "a", watch), replica(leases, "b", watch)

    assert await one.confirm()
    assert not await two.confirm()
    assert (one.followed, two.followed) == (False, True)


async def test_a_standby_takes_over_when_the_lease_has_run_out() -> None:
    watch, leases = Watch(), MemoryLeaders()
    one, two = replica(leases, "a", watch), replica(leases, "b", watch)
    await one.confirm()

    watch.on(14)
    early = await two.confirm()
    watch.on(1)

    assert not early
    assert await two.confirm()
    assert not await one.confirm()
    assert one.followed


async def test_a_leader_without_a_database_steps_down_before_its_lease_ends() -> None:
    watch, leases = Watch(), Broken()
    leader = replica(leases, "a", watch)
    await leader.confirm()
    leases.down = True

    watch.on(9)
    still = await leader.confirm()
    watch.on(1)

    assert still
    assert not await leader.confirm()


async def test_stepping_aside_lets_another_try() -> None:
    watch, leases = Watch(), MemoryLeaders()
    one, two = replica(leases, "a", watch), replica(leases, "b", watch)
    await one.confirm()

    await one.step_aside()
    alone = await one.confirm()
    other = await two.confirm()

    assert (alone, other) == (False, True)


@asynccontextmanager
async def running(leader: Leader) -> AsyncIterator[None]:
    leader.launch()
    try:
        async with asyncio.timeout(60):
            await leader.led()
            yield
    finally:
        await leader.stop()


async def test_a_leader_that_stops_gives_its_lease_back() -> None:
    watch, leases = Watch(), MemoryLeaders()
    one = replica(leases, "a", watch)

    async with running(one):
        assert one.leading
    await asyncio.wait_for(one.deposed(), 1)

    assert not one.leading
    assert await replica(leases, "b", watch).confirm()


def test_a_click_may_be_answered_once_and_for_less_than_five_seconds() -> None:
    windows = Windows()
    windows.open_click("r1", START)
    windows.open_click("r2", START + timedelta(seconds=2))

    first = windows.take_click(("r1", "r2"), START + timedelta(seconds=3))
    second = windows.take_click(("r1", "r2"), START + timedelta(seconds=4))
    third = windows.take_click(("r1", "r2"), START + timedelta(seconds=4))

    assert (first, second, third) == ("r2", "r1", None)


def test_a_late_or_unknown_click_cannot_be_answered() -> None:
    windows = Windows()
    windows.open_click("r1", START)

    assert windows.take_click(("r9",), START) is None
    assert windows.take_click(("r1",), START + timedelta(seconds=5)) is None


def test_who_entered_is_welcomed_once() -> None:
    windows = Windows()
    windows.open_entrance("ZhangSan", "r1", START)

    assert windows.take_entrance("zhangsan", START) == "r1"
    assert windows.take_entrance("zhangsan", START) is None


def delays(jitter: float) -> Delays:
    return Delays(Timings(), lambda: jitter)


def test_delays_double_to_half_a_minute_and_jitter() -> None:
    slow, quick = delays(1.0), delays(0.0)
    ends: list[End] = ["refused"] * 7

    assert [slow.after(end) for end in ends] == [1, 2, 4, 8, 16, 30, 30]
    assert [quick.after(end) for end in ends] == [0.5, 1, 2, 4, 8, 15, 15]


@pytest.mark.parametrize(("end", "seconds"), [("deposed", 0.0), ("taken_over", 30.0)])
def test_who_is_deposed_waits_for_the_lease_and_who_is_kicked_out_waits_long(
    end: End, seconds: float
) -> None:
    assert delays(1.0).after(end) == seconds


def test_many_failures_are_hopeless_until_one_succeeds() -> None:
    waits = delays(0.0)

    for _ in range(6):
        assert not waits.hopeless
        waits.after("refused")
    hopeless = waits.hopeless
    waits.begin_anew()

    assert hopeless
    assert not waits.hopeless
