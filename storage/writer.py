"""The one door for business writes: waiting changes go through together, each judged alone."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from core.actions.processes import with_orders
from core.change import Change
from core.errors import ChitError
from core.subscriptions import Subscription, with_events
from storage.companies import Companies
from storage.effects import Before, Effects
from storage.engine import Database
from storage.gathering import Gathered
from storage.group import GroupCommit, Take
from storage.loading import HEAD_LOCK, load
from storage.sheets import Sheet, sheet_of
from storage.wakeups import Signal

OUTBOX_CHANNEL = "chit_outbox"


class Writer:
    """Commits changes in batches: while one is written, the next fills and waits for its lock."""

    def __init__(
        self,
        database: Database,
        inbox: Signal,
        outbox: Signal,
        subscriptions: Sequence[Subscription] = (),
    ) -> None:
        self._database = database
        self._subscriptions = tuple(subscriptions)
        self.companies = Companies(database)
        self._inbox = inbox
        self._outbox = outbox
        self._group: GroupCommit[Sheet, None] = GroupCommit(
            self._run, limit=database.together, lanes=database.lanes
        )

    async def commit(self, change: Change) -> None:
        """Make a change true; Refused and Conflict as `core.ports.Store.commit` has them.

        ValueError when an audit line does not name its source.
        """
        if any(not entry.source for entry in change.audit):
            raise ValueError("an audit line needs the source that proves it")
        await self._group(sheet_of(with_events(with_orders(change), self._subscriptions)))

    async def close(self) -> None:
        """Let the waiting changes through."""
        await self._group.close()

    async def _run(self, take: Take[Sheet]) -> Sequence[Exception | None]:
        """Trust that what changes make is new; look for it when a key turns out to be taken."""
        try:
            return await self._turn(take, trusting=True)
        except IntegrityError:
            return await self._turn(take, trusting=False)

    async def _turn(self, take: Take[Sheet], *, trusting: bool) -> Sequence[Exception | None]:
        answers: list[Exception | None] = []
        admitted: list[Sheet] = []
        told = False
        async with self._database.turn(HEAD_LOCK) as connection:
            sheets = take()
            if not sheets:
                return answers
            changes = [sheet.change for sheet in sheets]
            loaded = await load(self._database, connection, changes, trusting=trusting)
            books, before = loaded.books, Before.of(loaded)
            for sheet in sheets:
                try:
                    books.admit(sheet.change)
                except ChitError as refusal:
                    answers.append(refusal)
                else:
                    answers.append(None)
                    admitted.append(sheet)
            if admitted:
                gathered = Gathered(self._database, connection)
                effects = Effects(
                    gathered,
                    connection,
                    loaded.head,
                    before,
                    books,
                    admitted,
                    self.companies.seen_by,
                    self._subscriptions,
                )
                told = await effects.write()
                await gathered.flush(tell=OUTBOX_CHANNEL if told else None)
        self._wake(admitted, told=told)
        return answers

    def _wake(self, admitted: Sequence[Sheet], *, told: bool) -> None:
        """Say that there are notices to send, and lanes whose next message may be handled."""
        if told:
            self._outbox.give()
        if any(sheet.change.inbox for sheet in admitted):
            self._inbox.give()
