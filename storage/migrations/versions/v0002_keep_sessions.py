"""Keep sessions of the pages, and sign-ins that have begun."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "key", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_company_until"), "sessions", ["company", "until"])
    op.create_table(
        "sign_ins",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "key", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_company_until"), "sign_ins", ["company", "until"])
