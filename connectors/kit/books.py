"""What is the same in every system of accounts: a voucher is there once, under our key.

A voucher is looked up before it is made, and what a look-up finds is finished where it was left.
Once one is there, nothing that happens afterwards may be taken for its not being there.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, TypeVar

from connectors.kit.connector import Client, Connector
from connectors.kit.exchange import Reply
from connectors.kit.pace import Pace
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unfinished
from core.outside import Capabilities, Ref

T = TypeVar("T")


class Books(Connector):
    """A system that posts vouchers; `kind` is what `[connectors.NAME]` calls it.

    `noun` is what a voucher is there, `allowed` the calls in so many seconds that are made where
    the settings say nothing.
    """

    kind: ClassVar[str]
    noun: ClassVar[str] = "journal_entry"
    allowed: ClassVar[tuple[float, float]]
    unverified: ClassVar[tuple[str, ...]]

    def __init__(self, name: str, client: Client, timeout_s: float) -> None:
        super().__init__(name, client)
        self._timeout_s = timeout_s

    @classmethod
    def pace(cls, rate: float | None) -> Pace:
        """Give the pace of its calls."""
        return Pace(rate or cls.allowed[0], cls.allowed[1])

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: a voucher is found again by our key that it carries."""
        return Capabilities(
            self.kind,
            frozenset({"voucher"}),
            find=True,
            rate=(int(self.allowed[0]), self.allowed[1]),
            settles_s=2 * self._timeout_s,
            unverified=self.unverified,
        )

    def ref(self, id_: str, number: str = "") -> Ref:
        """Name a voucher there."""
        return Ref(self.name, self.noun, id_, number or id_)


async def made_whole(finishing: Awaitable[T]) -> T:
    """Await the steps after a voucher was made; ResultUnknown where they did not come to an end."""
    try:
        return await finishing
    except (AuthFailed, Retryable) as error:
        raise ResultUnknown(error.code) from None


async def step(called: str, taken: Awaitable[T]) -> T:
    """Await a step of a voucher that is there as `called`; Unfinished where it is refused."""
    try:
        return await taken
    except Rejected as error:
        said = error.fields.get("text") or error.code
        raise Unfinished("unfinished", text=f"{called}: {said}", called=called) from None


def only_one(found: Sequence[T], called: Callable[[T], str]) -> T | None:
    """Give what carries our key, None where nothing does; Rejected where several do."""
    if len(found) > 1:
        raise Rejected("several_found", text=", ".join(map(called, found)))
    return found[0] if found else None


def read_reply(reply: Reply, parse: Callable[[bytes], T]) -> T:
    """Read an answer; ResultUnknown for what is none."""
    try:
        return parse(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
