"""Keep who stands in for whom, and until when a step that waits should be decided."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_delegations")),
    )
    op.create_index(
        op.f("ix_delegations_company_ends_at"), "delegations", ["company", "ends_at"]
    )
    op.add_column("waiting", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_waiting_company_due_at"), "waiting", ["company", "due_at"])
