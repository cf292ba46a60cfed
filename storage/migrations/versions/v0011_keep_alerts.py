"""Keep alerts about budgets, so that each is told once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.Column("runs_out", sa.Date(), nullable=True),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("consumed_fen", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "key", name=op.f("pk_alerts")),
    )
    op.create_index(
        op.f("ix_alerts_company_budget_period_threshold"),
        "alerts",
        ["company", "budget", "period", "threshold"],
    )
