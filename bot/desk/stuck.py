"""What waits for a person: listed, tried again, given up; each by the claim's number, audited."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.events import SystemFailed, to_json
from core.change import AuditEntry, Change
from core.errors import Refused
from core.notices import CallSystem, from_json
from core.outside import Link, Links, Ref
from core.ports import Clock, Inbox, Store
from core.stuck import DeadLetter, DeadLetters

LISTED = 500
ACTOR = "administrator"


@dataclass(frozen=True, slots=True)
class StuckDesk:
    """The desk; a running service beside it goes on with whatever is set going here."""

    dead: DeadLetters
    links: Links
    inbox: Inbox
    store: Store
    clock: Clock
    actor: str = ACTOR
    door: str = "cli"
    """Who acts, and where they said so; the record keeps both."""

    async def listed(self) -> tuple[DeadLetter, ...]:
        """Give everything that is stuck, oldest first."""
        return await self.dead.all(LISTED)

    async def retry(self, number: str, found: str = "") -> int:
        """Try everything of a number again; gives how much that was. Refused `not_stuck`.

        A creation whose answer was lost is made anew: whoever types this has looked and found
        none there. With `found` it is what was found there, and nothing is made. What is known to
        be there, and was refused a later step, goes on from that.
        """
        letters = await self._of(number)
        for letter in letters:
            order = _order(letter)
            if order is not None:
                await self._settle_link(order, found)
            await self.dead.revive(letter)
        await self._record("stuck_retry", number, len(letters), {"found": found})
        return len(letters)

    async def drop(self, number: str) -> int:
        """Give everything of a number up; gives how much that was. Refused `not_stuck`.

        A claim that waited for the process goes back to its owner.
        """
        letters = await self._of(number)
        for letter in letters:
            await self.dead.drop(letter, f"by {self.actor}")
            order = _order(letter)
            if order is not None:
                await self._give_up(letter, order)
        await self._record("stuck_drop", number, len(letters), {})
        return len(letters)

    async def _of(self, number: str) -> tuple[DeadLetter, ...]:
        letters = tuple(x for x in await self.listed() if x.number == number)
        if not letters:
            raise Refused("not_stuck", number=number)
        return letters

    async def _links_of(self, order: CallSystem) -> list[Link]:
        """Give the links of an order whose outcome nobody knows, and those not made yet."""
        return [
            link
            for link in await self.links.of(order.subject)
            if link.system == order.system
            and link.key.partition("~")[0] == order.key
            and link.state in {"new", "sending", "unknown"}
        ]

    async def _settle_link(self, order: CallSystem, found: str) -> None:
        for link in await self._links_of(order):
            ref = Ref(order.system, "found", found, found) if found else None
            again = replace(link, state="unknown" if link.ref else "new")
            state = replace(link, state="open", ref=ref) if ref else again
            await self.links.save(replace(state, error=""))

    async def _give_up(self, letter: DeadLetter, order: CallSystem) -> None:
        for link in await self._links_of(order):
            await self.links.save(replace(link, state="dropped"))
        event = SystemFailed(order, "dropped", "dropped")
        lane = f"system:{order.system}:{order.subject}"
        await self.inbox.put(f"dropped:{letter.key}", lane, to_json(event), self.clock())

    async def _record(self, action: str, number: str, count: int, more: Mapping[str, str]) -> None:
        fields = (("count", str(count)), *((k, v) for k, v in more.items() if v))
        now = self.clock()
        source = f"{self.door}:{action}:{number}:{now.isoformat()}"
        entry = AuditEntry(self.actor, action, number, source, fields)
        await self.store.commit(Change(at=now, audit=(entry,)))


def _order(letter: DeadLetter) -> CallSystem | None:
    """Give the order to a system behind a dead letter, if it is one."""
    if letter.queue != "outbox":
        return None
    notice = from_json(letter.body)
    return notice if isinstance(notice, CallSystem) else None


def as_json(letter: DeadLetter) -> str:
    """Write a dead letter as one line that `chit replay` reads back."""
    written = {
        "number": letter.number,
        "what": letter.what,
        "error": letter.error,
        "at": letter.at.isoformat(),
        "attempts": letter.attempts,
        "queue": letter.queue,
        "key": letter.key,
        "lane": letter.lane,
        "body": json.loads(letter.body) if _is_json(letter.body) else letter.body,
    }
    return json.dumps(written, ensure_ascii=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
