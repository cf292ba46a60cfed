"""What a job may touch, for tests: the parts of one storage and a clock."""

from zoneinfo import ZoneInfo

from bot.jobs.running import Office
from core.actions.basics import Settings
from core.ports import Clock
from storage.open import Storage
from tests.fakes.memory import MemoryStorage

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAIN = Settings()


def office_of(storage: Storage | MemoryStorage, clock: Clock, settings: Settings = PLAIN) -> Office:
    return Office(
        store=storage.store,
        watches=storage.watches,
        spending=storage.spending,
        settings=settings,
        zone=SHANGHAI,
        public_url="http://chit",
        clock=clock,
    )
