"""Index when messages were finished and decisions are due only where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_INDEXES = (
    ("ix_inbox_finished", "inbox", "finished_at"),
    ("ix_outbox_finished", "outbox", "finished_at"),
    ("ix_waiting_company_due_at", "waiting", "due_at"),
)


def upgrade() -> None:
    for name, table, column in _INDEXES:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table_name=table)
        op.create_index(
            name, table, ["company", column], sqlite_where=there, postgresql_where=there
        )
