"""What every connector is built with: paced HTTP, one token for everybody, a redacted journal."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from core.outside import Journal, Memory
from core.ports import Clock


@dataclass(frozen=True, slots=True)
class Kit:
    """What the service hands to a connector that it builds."""

    clock: Clock
    journal: Journal
    memory: Memory
    zone: tzinfo
    source: str = "chit"
    """Where we are, as events name their source."""
    shared: dict[str, Callable[[], Awaitable[str]]] = field(default_factory=dict)
    """Tokens of applications configured elsewhere, by their names (`dingtalk`, `wecom`)."""
