"""Opens storage: the schema brought up to date, the parts joined, other processes listened to."""

from collections.abc import Sequence

from sqlalchemy import text

from core.alerts import Watches
from core.outside import Journal, Links, Memory
from core.ports import Clock, Inbox, Leaders, Sessions, Store, Traces
from core.schedule import Slots
from core.spending import Spending
from core.stuck import DeadLetters
from core.subscriptions import Subscription
from core.usage import Usages
from core.verification import Tries
from storage.dead import SqlDeadLetters
from storage.engine import Database
from storage.inbox import INBOX_CHANNEL, SqlInbox
from storage.leaders import SqlLeaders
from storage.links import SqlJournal, SqlLinks, SqlMemory
from storage.migrate import upgrade
from storage.outbox import SqlOutbox
from storage.sessions import SqlSessions
from storage.slots import SqlSlots
from storage.spending import SqlSpending
from storage.store import SqlStore
from storage.traces import SqlTraces
from storage.tries import SqlTries
from storage.usage import SqlUsages
from storage.wakeups import Listener, Signal
from storage.watches import SqlWatches
from storage.writer import OUTBOX_CHANNEL, Writer


class Storage:
    """Everything that is kept in the database; `open_storage` makes it."""

    store: Store
    inbox: Inbox
    outbox: SqlOutbox
    sessions: Sessions
    leaders: Leaders
    tries: Tries
    traces: Traces
    spending: Spending
    links: Links
    journal: Journal
    memory: Memory
    dead: DeadLetters
    slots: Slots
    usages: Usages
    watches: Watches

    def __init__(
        self, database: Database, clock: Clock, subscriptions: Sequence[Subscription] = ()
    ) -> None:
        self._database = database
        self._inbox_signal = Signal()
        self._outbox_signal = Signal()
        self._writer = Writer(database, self._inbox_signal, self._outbox_signal, subscriptions)
        self._arrivals = SqlInbox(database, clock, self._inbox_signal)
        self._listener: Listener | None = None
        self.store = SqlStore(database, self._writer)
        self.inbox = self._arrivals
        self.outbox = SqlOutbox(database, clock, self._outbox_signal)
        self._visits = SqlSessions(database)
        self.sessions = self._visits
        self.leaders = SqlLeaders(database)
        self.tries = SqlTries(database)
        self.traces = SqlTraces(database)
        self.spending = SqlSpending(database)
        self._links = SqlLinks(database)
        self._journal = SqlJournal(database)
        self.links = self._links
        self.journal = self._journal
        self.memory = SqlMemory(database)
        self.dead = SqlDeadLetters(database, clock)
        self.slots = SqlSlots(database, self._inbox_signal)
        self.usages = SqlUsages(database)
        self.watches = SqlWatches(database)

    async def start(self) -> None:
        """Hear from other processes (PostgreSQL); on SQLite they are found by polling."""
        if self._database.postgres:
            signals = {INBOX_CHANNEL: self._inbox_signal, OUTBOX_CHANNEL: self._outbox_signal}
            self._listener = Listener(self._database.alone(), signals)
            await self._listener.start()

    async def wait_inbox(self, timeout_s: float) -> None:
        """Wait until there may be a message to lease, at most so long."""
        await self._inbox_signal.wait(timeout_s)

    async def wait_outbox(self, timeout_s: float) -> None:
        """Wait until there may be a notice to lease, at most so long."""
        await self._outbox_signal.wait(timeout_s)

    async def ping(self) -> None:
        """Ask the database for a sign of life; SQLAlchemyError or OSError when there is none."""
        async with self._database.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Let what waits go through, then close every connection."""
        await self._writer.close()
        await self._arrivals.close()
        await self._visits.close()
        await self._links.close()
        await self._journal.close()
        if self._listener is not None:
            await self._listener.close()
        await self._database.close()


async def open_storage(
    url: str, clock: Clock, subscriptions: Sequence[Subscription] = ()
) -> Storage:
    """Open the database at an SQLAlchemy address, creating or upgrading its schema first.

    `subscriptions` say which connected systems are told of what is committed here.

    ValueError for an address of another kind of database.
    """
    database = Database(url)
    try:
        await upgrade(database)
        storage = Storage(database, clock, subscriptions)
        await storage.start()
    except BaseException:
        await database.close()
        raise
    return storage
