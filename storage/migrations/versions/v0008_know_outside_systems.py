"""Know what of ours is what of an outside system's, and remember the last calls to it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref_kind", sa.Text(), nullable=True),
        sa.Column("ref_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "system", "key", name=op.f("pk_links")),
        sa.UniqueConstraint(
            "company",
            "system",
            "ref_kind",
            "ref_id",
            name=op.f("uq_links_company_system_ref_kind_ref_id"),
        ),
    )
    op.create_index(op.f("ix_links_company_subject"), "links", ["company", "subject"])
    op.create_index(
        op.f("ix_links_company_system_state_purpose_key"),
        "links",
        ["company", "system", "state", "purpose", "key"],
    )
    op.create_table(
        "exchanges",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_exchanges_company_system_id"), "exchanges", ["company", "system", "id"]
    )
    op.create_table(
        "memories",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "system", "name", name=op.f("pk_memories")),
    )
