"""Remember when a scheduled run ended, what it did, and whether somebody asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "slots", sa.Column("asked", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("slots", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("slots", sa.Column("said", sa.Text(), server_default="", nullable=False))
