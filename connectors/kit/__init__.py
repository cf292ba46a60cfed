"""What every connector is built with: paced HTTP, one token for everybody, a redacted journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from core.outside import Journal, Memory
from core.ports import Clock


class SharedToken(Protocol):
    """Gives the access token of an application that a messenger uses, too."""

    async def __call__(self, refused: str = "") -> str:
        """Give the token, a new one when `refused` is the one that was known."""
        ...


@dataclass(frozen=True, slots=True)
class Application:
    """An application of a messenger whose token its connectors share.

    `url` is the address of its API, `old_url` that of an older one beside it; `agent` is the
    number by which some interfaces want to know the application.
    """

    token: SharedToken
    url: str
    old_url: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Kit:
    """What the service hands to a connector that it builds."""

    clock: Clock
    journal: Journal
    memory: Memory
    zone: tzinfo
    source: str = "chit"
    """Where we are, as events name their source."""
    shared: Mapping[str, Application] = field(default_factory=dict)
    """Applications configured elsewhere, by their names (`dingtalk`, `wecom`)."""
