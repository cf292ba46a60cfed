"""Links, journal and memory of connected systems, without a database."""

from collections.abc import Sequence

from core.errors import Conflict
from core.outside import Exchanged, Link


class MemoryLinks:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Link] = {}

    async def begin(self, link: Link) -> Link:
        return self.rows.setdefault((link.system, link.key), link)

    async def save(self, link: Link) -> None:
        mine = (link.system, link.key)
        theirs = link.ref and (link.system, link.ref.kind, link.ref.id)
        for key, other in self.rows.items():
            if key != mine and other.ref and theirs == (other.system, other.ref.kind, other.ref.id):
                raise Conflict("ref_taken", system=link.system, key=link.key)
        if mine in self.rows:
            self.rows[mine] = link

    async def find(self, system: str, key: str) -> Link | None:
        return self.rows.get((system, key))

    async def of(self, subject: str) -> tuple[Link, ...]:
        return await self.of_all((subject,))

    async def of_all(self, subjects: Sequence[str]) -> tuple[Link, ...]:
        found = (r for r in self.rows.values() if r.subject in subjects)
        return tuple(sorted(found, key=lambda r: (r.at, r.system, r.key)))

    async def matching(self, system: str, words: Sequence[str]) -> tuple[Link, ...]:
        found = (
            r
            for r in self.rows.values()
            if r.system == system
            and r.state == "open"
            and (r.subject in words or (r.ref is not None and r.ref.id in words))
        )
        return tuple(sorted(found, key=lambda r: r.key))

    async def open(self, system: str, purpose: str, after: str, limit: int) -> tuple[Link, ...]:
        found = (
            r
            for r in self.rows.values()
            if (r.system, r.purpose, r.state) == (system, purpose, "open") and r.key > after
        )
        return tuple(sorted(found, key=lambda r: r.key)[:limit])


class MemoryJournal:
    def __init__(self) -> None:
        self.rows: list[Exchanged] = []

    async def note(self, exchanged: Exchanged) -> None:
        self.rows.append(exchanged)

    async def last(self, system: str, limit: int) -> tuple[Exchanged, ...]:
        found = [r for r in reversed(self.rows) if r.system == system]
        return tuple(found[:limit])


class MemoryFacts:
    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], str] = {}

    async def get(self, system: str, name: str) -> str | None:
        return self.facts.get((system, name))

    async def put(self, system: str, name: str, value: str) -> None:
        self.facts[system, name] = value

    async def add(self, system: str, name: str, value: str) -> str:
        return self.facts.setdefault((system, name), value)
