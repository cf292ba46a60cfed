"""Group commit: whatever waits while one transaction runs goes into the next, together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

T = TypeVar("T")
R = TypeVar("R")


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


class GroupCommit(Generic[T, R]):
    """Runs items in batches, one batch at a time.

    `run` makes a whole batch durable and gives one answer for each item, in order; an answer
    that is an exception is raised to its own waiter. When `run` itself fails, everybody of the
    batch hears it, and the next batch is tried afresh.
    """

    def __init__(
        self,
        run: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]],
        *,
        limit: int = 1000,
    ) -> None:
        self._run = run
        self._limit = limit
        self._waiting: deque[_Waiter[T, R]] = deque()
        self._drain: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Wait until an item is durable.

        Who is cancelled while waiting leaves the others alone; the item may still go through.
        """
        waiter: _Waiter[T, R] = _Waiter(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._drain_all())
        return await waiter.answer

    async def close(self) -> None:
        """Let everything that waits go through."""
        if self._drain is not None:
            await asyncio.wait([self._drain])

    async def _drain_all(self) -> None:
        while self._waiting:
            size = min(self._limit, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(size)]
            batch = [w for w in taken if not w.answer.done()]
            if batch:
                await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiter[T, R]]) -> None:
        try:
            answers = await self._run([w.item for w in batch])
        except (SQLAlchemyError, OSError, ValueError) as error:
            await self._recover(batch, error)
        except BaseException as error:
            for waiter in batch:
                waiter.resolve(RuntimeError(f"the writer broke: {type(error).__name__}"))
            raise
        else:
            for waiter, answer in zip(batch, answers, strict=True):
                waiter.resolve(answer)

    async def _recover(self, batch: Sequence[_Waiter[T, R]], error: Exception) -> None:
        """Find the one item that the database cannot take, so that it fails alone.

        A lost connection is nobody's fault: it is everybody's answer.
        """
        if _is_lost(error) or len(batch) == 1:
            for waiter in batch:
                waiter.resolve(error)
            return
        middle = len(batch) // 2
        await self._settle(batch[:middle])
        await self._settle(batch[middle:])


def _is_lost(error: Exception) -> bool:
    if isinstance(error, OSError | OperationalError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
