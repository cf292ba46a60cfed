"""Documents that a platform beside us keeps, and what is done about them in calls of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

from core.outside import Ref, System

RequestKind = Literal["travel_request", "purchase_request"]
"""What a request that another system approves can be here."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a request of one template of theirs is read: the names of its fields there.

    Several of `title` are put together, so that an itinerary may stand in more than one.
    """

    kind: RequestKind
    title: tuple[str, ...]
    amount: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of another system, as it lists them; people and templates are its own ids.

    `key` is ours where we made it; `changed` grows with every change and is what a list is asked
    from. `settled` says that it is paid there, `over` that nobody decides about it any more.
    """

    ref: Ref
    changed: int
    key: str = ""
    person: str = ""
    template: str = ""
    title: str = ""
    amount_fen: int = 0
    day: date | None = None
    settled: bool = False
    over: bool = False
    voucher: str = ""
    waits_for: tuple[str, ...] = ()


@runtime_checkable
class PapersPort(System, Protocol):
    """Lists its documents in the order of their last change."""

    async def paper(self, ref: Ref) -> Paper | None:
        """Read a document; None when it is gone."""
        ...

    async def papers(
        self, kind: Literal["settled", "requests"], since: int
    ) -> tuple[Sequence[Paper], int]:
        """Give documents that are paid, or requests that are approved, and where to go on.

        Some of the last ones may come again.
        """
        ...


@runtime_checkable
class RequestPort(System, Protocol):
    """Says what a callback about something that is not ours may mean: a request was approved."""

    async def approved(self, words: Sequence[str]) -> tuple[Paper, RequestKind] | None:
        """Read the request that a hint is about; None unless it is one and is approved."""
        ...

    async def lately(self) -> Sequence[Sequence[str]]:
        """Give the words of hints that may have been missed: requests that were decided lately.

        The first word of each is the request's own id.
        """
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided here about a document there; `person` is that system's id."""

    ref: Ref
    person: str
    agrees: bool
    comment: str = ""


@runtime_checkable
class DecisionPort(System, Protocol):
    """Lets people decide there who have decided here already."""

    async def decide(self, decisions: Sequence[Decision]) -> Mapping[str, str]:
        """Decide as others, as fast as the system allows; gives what it refused, by ids."""
        ...


@runtime_checkable
class WriteBackPort(System, Protocol):
    """Keeps the number of a document's voucher, which the books gave it."""

    async def is_settled(self, ref: Ref) -> bool:
        """Whether the document is paid there: only then it takes a number."""
        ...

    async def write_back(self, ref: Ref, number: str, at: datetime) -> None:
        """Write a voucher's number to a document; the same one twice is one."""
