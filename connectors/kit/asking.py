"""Questions: they change nothing, so that a lost answer may be asked for again."""

from collections.abc import Awaitable
from typing import TypeVar

from core.errors import ResultUnknown, Retryable

T = TypeVar("T")


async def asked(question: Awaitable[T]) -> T:
    """Await the answer to a question; Retryable when it was lost."""
    try:
        return await question
    except ResultUnknown as error:
        raise Retryable(error.code) from None
