"""Waiting items share a transaction; each hears only what concerns it."""

import asyncio
import gc
from collections.abc import Callable, Sequence

import pytest

from storage.group import GroupCommit, at_once


class Runs:
    """Keeps the batches that it was handed; the item 13 breaks a batch, 0 is answered with no."""

    def __init__(self, error: type[Exception] = ValueError) -> None:
        self.batches: list[list[int]] = []
        self._error = error

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        await asyncio.sleep(0)
        if 13 in items:
            raise self._error
        return [item * 2 if item else KeyError("no") for item in items]


async def test_what_waits_during_one_batch_goes_into_the_next() -> None:
    runs = Runs()
    group = GroupCommit(at_once(runs), limit=3)

    answers = await asyncio.gather(*(group(i) for i in range(1, 8)))

    assert answers == [2, 4, 6, 8, 10, 12, 14]
    assert runs.batches == [[1, 2, 3], [4, 5, 6], [7]]


async def test_a_refused_item_is_refused_alone() -> None:
    answers = await asyncio.gather(
        *map(GroupCommit(at_once(Runs())), (1, 0, 2)), return_exceptions=True
    )

    assert answers[::2] == [2, 4]
    assert isinstance(answers[1], KeyError)


async def test_an_item_that_breaks_its_batch_is_found() -> None:
    runs = Runs()

    answers = await asyncio.gather(
        *map(GroupCommit(at_once(runs)), (1, 2, 13, 4, 5)), return_exceptions=True
    )

    assert [a for a in answers if not isinstance(a, ValueError)] == [2, 4, 8, 10]
    assert [13] in runs.batches


async def test_a_lost_connection_is_everybodys_answer_and_not_repeated() -> None:
    runs = Runs(ConnectionResetError)
    group = GroupCommit(at_once(runs))

    answers = await asyncio.gather(*map(group, (1, 13, 2)), return_exceptions=True)

    assert [type(a) for a in answers] == [ConnectionResetError] * 3
    assert runs.batches == [[1, 13, 2]]
    assert await group(4) == 8


async def test_a_broken_writer_leaves_nobody_waiting() -> None:
    heard: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    group = GroupCommit(at_once(Runs(ZeroDivisionError)))

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        await group(13)

    assert await group(4) == 8
    gc.collect()
    assert [type(c["exception"]) for c in heard] == [ZeroDivisionError]


async def test_who_has_gone_is_left_out() -> None:
    runs = Runs()
    group = GroupCommit(at_once(runs))
    waiting = [asyncio.create_task(group(i)) for i in (1, 2, 3, 4)]
    await asyncio.sleep(0)

    late = asyncio.create_task(group(5))
    waiting[1].cancel()
    await asyncio.sleep(0)
    late.cancel()
    answers = await asyncio.gather(*waiting, late, return_exceptions=True)
    await group.close()

    assert [a for a in answers if isinstance(a, int)] == [2, 6, 8]
    assert [5] not in runs.batches


class Locks:
    """Runs batches that wait for one lock each before they take their items."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.lock, self.work = asyncio.Semaphore(0), asyncio.Semaphore(0)
        self.begun = 0

    async def __call__(self, take: Callable[[], Sequence[int]]) -> Sequence[int]:
        self.begun += 1
        await self.lock.acquire()
        items = list(take())
        self.taken.append(items)
        await self.work.acquire()
        return items


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_arrives_while_a_batch_waits_for_its_lock_goes_with_it() -> None:
    locks = Locks()
    group = GroupCommit(locks, lanes=2)
    first = asyncio.create_task(group(1))
    await settle()
    second = asyncio.create_task(group(2))
    await settle()

    locks.lock.release()
    locks.work.release()

    assert list(await asyncio.gather(first, second)) == [1, 2]
    assert locks.taken == [[1, 2]]


async def test_the_next_batch_fills_while_one_runs_and_no_third_begins() -> None:
    locks = Locks()
    group = GroupCommit(locks, lanes=2, limit=2)
    waiting = [asyncio.create_task(group(i)) for i in range(5)]
    await settle()
    locks.lock.release()
    await settle()

    begun = locks.begun
    for _ in range(3):
        locks.lock.release()
        locks.work.release()

    assert begun == 2
    assert await asyncio.gather(*waiting) == [0, 1, 2, 3, 4]
    assert locks.taken == [[0, 1], [2, 3], [4]]
    await group.close()


async def test_a_batch_that_never_gets_its_lock_answers_those_who_wait() -> None:
    async def refused(_take: Callable[[], Sequence[int]]) -> Sequence[int]:
        await asyncio.sleep(0)
        raise ConnectionResetError

    group = GroupCommit(refused, lanes=2)

    answers = await asyncio.gather(*map(group, (1, 2, 3)), return_exceptions=True)

    assert [type(a) for a in answers] == [ConnectionResetError] * 3
