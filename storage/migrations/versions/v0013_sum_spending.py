"""Keep what claims cost as facts and sums; claims of before are counted by `chit analytics rebuild`."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def _tenant() -> sa.Column[str]:
    return sa.Column("company", sa.String(length=64), server_default="main", nullable=False)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "spend_facts",
        _tenant(),
        *_text("claim"),
        sa.Column("place", sa.Integer(), nullable=False),
        *_text("month", "department", "category", "project", "employee", "supplier"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "claim", "place", name=op.f("pk_spend_facts")),
    )
    op.create_index(op.f("ix_spend_facts_company_month"), "spend_facts", ["company", "month"])
    op.create_table(
        "spend_sums",
        _tenant(),
        *_text("grain", "month", "one", "two"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "company", "grain", "month", "one", "two", name=op.f("pk_spend_sums")
        ),
    )
