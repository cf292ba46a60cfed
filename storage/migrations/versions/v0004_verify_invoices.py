"""The tax bureau's answers about invoices, and how often it was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "verifications",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "identity", name=op.f("pk_verifications")),
    )
    op.create_table(
        "verify_tries",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "identity", name=op.f("pk_verify_tries")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_verify_tries_tries")),
    )
