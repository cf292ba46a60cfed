"""Group commit: whatever waits while one transaction runs goes into the next, together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

T = TypeVar("T")
R = TypeVar("R")

Take = Callable[[], Sequence[T]]
"""Gives the items of a batch: those that wait when it is asked, none when all have gone."""
Answers = Awaitable[Sequence[R | Exception]]


def at_once(run: Callable[[Sequence[T]], Answers[R]]) -> Callable[[Take[T]], Answers[R]]:
    """Have a batch taken before it is run."""

    async def begin(take: Take[T]) -> Sequence[R | Exception]:
        items = take()
        return await run(items) if items else ()

    return begin


_AT_ONCE = 16
"""So many hear their answers before others get a turn: each goes on with a change of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter(Generic[T, R]):
    item: T
    answer: "asyncio.Future[R]"

    def resolve(self, answer: R | Exception) -> None:
        """Answer, unless nobody waits any more."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class _Batch(Generic[T, R]):
    """Those who share a transaction; who they are is settled when it is ready for them."""

    def __init__(self, source: Callable[[], Sequence[_Waiter[T, R]]]) -> None:
        self._source = source
        self._waiters: Sequence[_Waiter[T, R]] | None = None

    @property
    def waiters(self) -> Sequence[_Waiter[T, R]]:
        """Those who take part; one that never got ready has those who wait by now."""
        if self._waiters is None:
            self._waiters = self._source()
        return self._waiters

    def take(self) -> Sequence[T]:
        """Give their items."""
        return [waiter.item for waiter in self.waiters]

    def answer(self, answer: Exception) -> None:
        """Give everybody the same answer."""
        for waiter in self.waiters:
            waiter.resolve(answer)


class GroupCommit(Generic[T, R]):
    """Runs items in batches, so many at a time as there are `lanes`.

    `run` makes a whole batch durable and gives one answer for each item, in order; an answer
    that is an exception is raised to its own waiter. It takes its items when it is ready for
    them: what arrives while it waits for a lock goes with it. When `run` itself fails, everybody
    of the batch hears it, and the next batch is tried afresh.
    """

    def __init__(
        self,
        run: Callable[[Take[T]], Answers[R]],
        *,
        limit: int = 1000,
        lanes: int = 1,
    ) -> None:
        self._run = run
        self._limit = limit
        self._lanes = lanes
        self._waiting: deque[_Waiter[T, R]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._filling = False

    async def __call__(self, item: T) -> R:
        """Wait until an item is durable.

        Who is cancelled while waiting leaves the others alone; the item may still go through.
        """
        waiter: _Waiter[T, R] = _Waiter(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._begin()
        return await waiter.answer

    async def close(self) -> None:
        """Let everything that waits go through."""
        while self._running:
            await asyncio.wait(set(self._running))

    def _begin(self) -> None:
        """Begin a batch when something waits, no other is still filling, and a lane is free."""
        if self._waiting and not self._filling and len(self._running) < self._lanes:
            self._filling = True
            self._running.add(asyncio.create_task(self._drain()))

    async def _drain(self) -> None:
        batch: _Batch[T, R] = _Batch(self._taken)
        try:
            await self._settle(batch)
        finally:
            self._running.discard(asyncio.current_task())
        self._begin()

    def _taken(self) -> Sequence[_Waiter[T, R]]:
        """Take those who wait, as many as a batch may have; who has gone is left out."""
        self._filling = False
        size = min(self._limit, len(self._waiting))
        taken = [self._waiting.popleft() for _ in range(size)]
        self._begin()
        return [waiter for waiter in taken if not waiter.answer.done()]

    async def _settle(self, batch: _Batch[T, R]) -> None:
        try:
            answers = await self._run(batch.take)
        except (SQLAlchemyError, OSError, ValueError) as error:
            await self._recover(batch, error)
        except BaseException as error:
            batch.answer(RuntimeError(f"the writer broke: {type(error).__name__}"))
            raise
        else:
            await _tell(zip(batch.waiters, answers, strict=True))

    async def _recover(self, batch: _Batch[T, R], error: Exception) -> None:
        """Find the one item that the database cannot take, so that it fails alone.

        A lost connection is nobody's fault: it is everybody's answer.
        """
        waiters = batch.waiters
        if _is_lost(error) or len(waiters) <= 1:
            batch.answer(error)
            return
        middle = len(waiters) // 2
        await self._settle(_Batch(lambda: waiters[:middle]))
        await self._settle(_Batch(lambda: waiters[middle:]))


async def _tell(answers: Iterable[tuple[_Waiter[T, R], R | Exception]]) -> None:
    """Answer a few at a time: what they do next must not hold up who has the lock by now."""
    for count, (waiter, answer) in enumerate(answers, 1):
        waiter.resolve(answer)
        if count % _AT_ONCE == 0:
            await asyncio.sleep(0)


def _is_lost(error: Exception) -> bool:
    if isinstance(error, OSError | OperationalError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
