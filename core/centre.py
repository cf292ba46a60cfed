"""Our own approvals as the list of approvals of another system shows them, beside its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from core.outside import Ref, System

Verdict = Literal["agree", "refuse", "cancel"]
"""How something that was shown ends: `cancel` where nobody has said yes or no."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One submission as it is shown there; `originator` is that system's id of the applicant.

    `facts` are what the list says of it, by the names of the columns.
    """

    originator: str
    title: str
    link: str
    facts: tuple[tuple[str, str], ...]


@runtime_checkable
class CentrePort(System, Protocol):
    """Shows processes that are decided here; people are that system's ids.

    Nothing shown is found again by our key, but what somebody is asked is.
    """

    async def show(self, shown: Shown) -> Ref:
        """Show a submission. ResultUnknown when it may be shown already."""
        ...

    async def ask(self, ref: Ref, node: str, people: Sequence[str], link: str) -> Mapping[str, str]:
        """Put it before people at a node of its plan; gives the id of each one's task.

        Retryable also when the answer was lost: `task_of` says who is asked already.
        """
        ...

    async def task_of(self, ref: Ref, node: str, person: str) -> str:
        """Find the task of somebody at a node, "" when there is none that waits."""
        ...

    async def settle(self, ref: Ref, verdicts: Mapping[str, Verdict]) -> None:
        """End tasks, each with its verdict; those that are over already stay so."""

    async def end(self, ref: Ref, verdict: Verdict) -> None:
        """Show a submission as decided; one that is over already stays so."""
