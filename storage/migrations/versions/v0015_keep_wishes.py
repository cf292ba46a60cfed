"""Keep what people want to be told, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "person", name=op.f("pk_preferences")),
    )
