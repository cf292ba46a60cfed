"""A receiver of events is back: whatever it has missed is sent at once, in the order of claims."""

from core.stuck import DeadLetters, Waiting
from core.subscriptions import SEND

PAGE = 500


async def resume(system: str, outbox: Waiting, dead: DeadLetters) -> int:
    """Send what waits for its time, and what was given up; gives how many events that is."""
    revived = 0
    while True:
        letters = [x for x in await dead.all(PAGE) if x.what == f"{SEND} → {system}"]
        done = [await dead.revive(letter) for letter in letters]
        revived += sum(done)
        if not any(done):
            return revived + await outbox.hasten(system)
