"""What people want to be told, and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table, Text, Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.actions.alerting import quiet_lane
from core.change import Change
from core.preferences import Preferences
from storage.documents import PREFERENCES, write
from storage.engine import Database, Row, own
from storage.tables import TENANT, metadata, outbox

preferences = Table(
    "preferences",
    metadata,
    Column("company", String(64), nullable=False, server_default=TENANT),
    Column("person", Text, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("company", "person"),
)


async def write_preferences(
    database: Database, connection: AsyncConnection, changes: Sequence[Change]
) -> None:
    """Keep the newest wishes of each person; what waits for their quiet hours is weighed anew."""
    last = {p.person: p for change in changes for p in change.preferences}
    rows: list[Row] = [{"person": p.person, "document": write(p)} for p in last.values()]
    await database.insert(connection, preferences, rows, "replace")
    for change in changes:
        lanes = [quiet_lane(p.person) for p in change.preferences]
        if lanes:
            await connection.execute(_weigh_anew(lanes, change.at))


def _weigh_anew(lanes: Sequence[str], at: datetime) -> Update:
    late = (own(outbox), outbox.c.lane.in_(lanes), outbox.c.state == "waiting")
    return update(outbox).where(*late, outbox.c.due_at > at).values(due_at=at)


async def find_preferences(database: Database, person: str) -> Preferences:
    """Give a person's wishes; nothing is switched off before they say so."""
    wanted = select(preferences.c.document).where(own(preferences), preferences.c.person == person)
    async with database.reading() as connection:
        text = (await connection.execute(wanted)).scalar()
    return PREFERENCES.validate_json(text) if text else Preferences(person)
