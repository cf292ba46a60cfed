"""Keeps below an allowed rate and uses nearly all of it."""

import asyncio
from collections import deque
from collections.abc import Callable

USED = 0.97
"""Share of the allowed rate that is used: what is left covers the jitter of two clocks."""

LATE_GAPS, LATE_S = 2, 1.0
"""How far behind the even places are caught up with."""


class Pace:
    """Gives places evenly, at most `count` in any `window_s`, in the order of asking.

    Waking up late does not make the next place late, and catching up never fills a window twice.
    """

    def __init__(
        self,
        count: float,
        window_s: float,
        *,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], "asyncio.Future[None]"] | None = None,
    ) -> None:
        whole = max(1, int(count))
        self._window_s = window_s * whole / count / USED
        self._gap_s = self._window_s / whole
        self._late_s = min(self._window_s, LATE_GAPS * self._gap_s + LATE_S)
        self._given: deque[float] = deque(maxlen=whole)
        self._next = 0.0
        self._turn = asyncio.Lock()
        self._now = now
        self._sleep = sleep or asyncio.sleep

    async def take(self) -> None:
        """Wait for the next place."""
        async with self._turn:
            place = max(self._next, self._fits())
            wait_s = place - self._time()
            while wait_s > 0:
                await self._sleep(wait_s)
                wait_s = max(self._next, self._fits()) - self._time()
            now = self._time()
            self._given.append(now)
            self._next = max(self._next, now - self._late_s) + self._gap_s

    def hold(self, pause_s: float) -> None:
        """Give no place for a while: the receiver asked for a pause."""
        self._next = max(self._next, self._time() + pause_s)

    def _fits(self) -> float:
        """Say when the window has room again."""
        full = len(self._given) == self._given.maxlen
        return self._given[0] + self._window_s if full else 0.0

    def _time(self) -> float:
        return (self._now or asyncio.get_running_loop().time)()
