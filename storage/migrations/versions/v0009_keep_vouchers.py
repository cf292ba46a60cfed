"""Keep accounting vouchers and payment batches; find the payments of a batch."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_FILL_SQLITE = "UPDATE payments SET batch = json_extract(document, '$.batch')"
_FILL_POSTGRESQL = "UPDATE payments SET batch = document::json ->> 'batch'"


def _company() -> sa.Column[str]:
    return sa.Column("company", sa.String(length=64), server_default="main", nullable=False)


def upgrade() -> None:
    op.add_column("payments", sa.Column("batch", sa.Text(), nullable=True))
    postgres = op.get_bind().dialect.name == "postgresql"
    op.get_bind().exec_driver_sql(_FILL_POSTGRESQL if postgres else _FILL_SQLITE)
    op.create_index(op.f("ix_payments_company_batch"), "payments", ["company", "batch"])
    op.create_table(
        "payment_batches",
        _company(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_payment_batches")),
    )
    op.create_index(
        op.f("ix_payment_batches_company_created_at_id"),
        "payment_batches",
        ["company", "created_at", "id"],
    )
    op.create_table(
        "vouchers",
        _company(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_vouchers")),
    )
    for name, columns in (
        ("ix_vouchers_company_created_at_id", ["company", "created_at", "id"]),
        ("ix_vouchers_company_state_created_at_id", ["company", "state", "created_at", "id"]),
        ("ix_vouchers_company_claim", ["company", "claim"]),
        ("ix_vouchers_company_batch", ["company", "batch"]),
    ):
        op.create_index(op.f(name), "vouchers", columns)
