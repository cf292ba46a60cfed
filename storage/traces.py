"""What became of a message: its row in the inbox and the notices that it has left behind."""

from sqlalchemy import select

from core.notices import from_json
from core.ports import Outcome
from storage.engine import Database, own
from storage.tables import inbox, outbox

MAX_NOTICES = 200
"""Notices are keyed `KEY!0`, `KEY!1`, …; one message makes far fewer."""


class SqlTraces:
    """`core.ports.Traces` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outcome(self, key: str) -> Outcome | None:
        """Give what has become of a message; None when there is none with this key."""
        message = select(inbox.c.state).where(own(inbox), inbox.c.key == key)
        keys = [*(f"{key}!{i}" for i in range(MAX_NOTICES)), f"{key}!end"]
        told = (
            select(outbox.c.notice)
            .where(own(outbox), self._database.among(outbox.c.key, keys))
            .order_by(outbox.c.id)
        )
        async with self._database.reading() as connection:
            state = await connection.scalar(message)
            if state is None:
                return None
            rows = (await connection.scalars(told)).all() if state != "waiting" else ()
        return Outcome(state, tuple(from_json(row) for row in rows))
