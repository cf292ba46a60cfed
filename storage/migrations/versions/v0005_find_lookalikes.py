"""Find vouchers that look like one another, and remember originals that were deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_FILL_SQLITE = """
UPDATE invoices SET
 issued = json_extract(document, '$.reading.date'),
 total_fen = json_extract(document, '$.reading.total_fen')
"""
_FILL_POSTGRESQL = """
UPDATE invoices SET
 issued = (document::json #>> '{reading,date}')::date,
 total_fen = (document::json #>> '{reading,total_fen}')::bigint
"""


def upgrade() -> None:
    op.add_column("invoices", sa.Column("issued", sa.Date(), nullable=True))
    op.add_column("invoices", sa.Column("total_fen", sa.BigInteger(), nullable=True))
    postgres = op.get_bind().dialect.name == "postgresql"
    op.get_bind().exec_driver_sql(_FILL_POSTGRESQL if postgres else _FILL_SQLITE)
    op.create_index(
        op.f("ix_invoices_company_total_fen_issued"),
        "invoices",
        ["company", "total_fen", "issued"],
    )
    op.create_index(op.f("ix_invoices_company_claim"), "invoices", ["company", "claim"])
    op.create_table(
        "pictures",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company", "band", "invoice", name=op.f("pk_pictures")),
    )
    op.create_table(
        "tombstones",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "sha256", name=op.f("pk_tombstones")),
    )
