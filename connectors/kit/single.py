"""One fetch for however many ask at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ports import Clock


@dataclass(frozen=True, slots=True)
class Token:
    """A token and until when it is good."""

    value: str
    until: datetime


class Tokens:
    """Keeps a token, renews it before it ends or when it is refused, with one fetch at a time.

    `fetch` gives the value and its life in seconds; its errors are every asker's.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        clock: Clock,
        *,
        margin_s: float = 60,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._margin_s = margin_s
        self._token: Token | None = None
        self._fetching: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """Give the token."""
        if self._token is not None and self._clock() < self._token.until:
            return self._token.value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetched())
            self._fetching.add_done_callback(self._over)
        return await asyncio.shield(self._fetching)

    def refuse(self, value: str) -> None:
        """Forget a token that was refused; one that has been renewed meanwhile stays."""
        if self._token is not None and self._token.value == value:
            self._token = None

    async def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    async def _fetched(self) -> str:
        value, life_s = await self._fetch()
        good_s = life_s - min(self._margin_s, life_s / 2)
        self._token = Token(value, self._clock() + timedelta(seconds=good_s))
        return value

    def _over(self, task: "asyncio.Task[str]") -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # every asker may be gone by now; nobody else would look at it
