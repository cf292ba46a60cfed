"""An OA in memory behind `core.outside.ApprovalPort`, with processes that people move."""

import asyncio
from dataclasses import dataclass, field

from core.errors import OutsideError, Unsupported
from core.outside import ApprovalState, Capabilities, Form, Ref


@dataclass(slots=True)
class FakeOa:
    """Answers as a test says. `lost` are errors raised after the effect, `refused` before it."""

    name: str = "oa"
    finds: bool = False
    asks: bool = True
    started: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    states: dict[str, ApprovalState] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    refused: list[OutsideError] = field(default_factory=list)
    lost: list[OutsideError] = field(default_factory=list)
    queries: int = 0
    hold: asyncio.Event | None = None
    """What a query waits for once it has read its answer."""

    @property
    def capabilities(self) -> Capabilities:
        roles = frozenset({"approval"})
        return Capabilities("fake", roles, find=self.finds, query=self.asks, cancel=True)  # type: ignore[arg-type]

    async def start(self, form: Form, key: str) -> Ref:
        if self.refused:
            raise self.refused.pop(0)
        number = str(len(self.forms) + 1001)
        self.forms.append(form)
        self.started[number] = key
        self.states[number] = ApprovalState("waiting", "主管")
        if self.lost:
            raise self.lost.pop(0)
        return self._ref(number)

    def _ref(self, number: str) -> Ref:
        return Ref(self.name, "process", number, f"OA-{number}", f"https://oa/{number}")

    async def query(self, ref: Ref) -> ApprovalState:
        self.queries += 1
        if self.refused:
            raise self.refused.pop(0)
        answer = self.states[ref.id]
        if self.hold:
            await self.hold.wait()
        return answer

    async def cancel(self, ref: Ref, reason: str) -> None:
        if self.refused:
            raise self.refused.pop(0)
        self.cancelled.append(ref.id)

    async def find(self, key: str) -> Ref | None:
        if not self.finds:
            raise Unsupported("no_find")
        number = next((n for n, k in self.started.items() if k == key), None)
        return self._ref(number) if number else None

    async def close(self) -> None:
        """Hold nothing open."""
