"""Keeps below an allowed rate and uses nearly all of it."""

import asyncio
from collections.abc import Callable

USED = 0.98
"""Share of the allowed rate that is used: what is left covers the jitter of two clocks."""


class Pace:
    """Gives `count` places in each `window_s`, evenly, in the order of asking.

    A place is fixed when it is asked for, so that waking up late never makes the next one late.
    """

    def __init__(
        self,
        count: float,
        window_s: float,
        *,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], "asyncio.Future[None]"] | None = None,
    ) -> None:
        self._gap_s = window_s / (count * USED)
        self._next = 0.0
        self._now = now
        self._sleep = sleep or asyncio.sleep

    async def take(self) -> None:
        """Wait for the next place."""
        now = (self._now or asyncio.get_running_loop().time)()
        place = max(now, self._next)
        self._next = place + self._gap_s
        if place > now:
            await self._sleep(place - now)

    def hold(self, pause_s: float) -> None:
        """Give no place for a while: the receiver asked for a pause."""
        now = (self._now or asyncio.get_running_loop().time)()
        self._next = max(self._next, now + pause_s)
