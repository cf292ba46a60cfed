"""Change budgets with a second person: limits have versions, budgets close and roll."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TOLERANCE = {
    "sqlite": "coalesce(json_extract(document, '$.tolerance'), '0')",
    "postgresql": "coalesce(document::json ->> 'tolerance', '0')",
}


def upgrade() -> None:
    _budgets()
    op.add_column("hold_ends", sa.Column("charges", sa.Text(), nullable=True))
    _limits()
    op.create_table(
        "budget_changes",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "number", name=op.f("pk_budget_changes")),
    )
    op.create_index(
        op.f("ix_budget_changes_company_state_created_at_number"),
        "budget_changes",
        ["company", "state", "created_at", "number"],
    )


def _budgets() -> None:
    for column in (
        sa.Column("base_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tolerance", sa.Text(), server_default="0", nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rolls", sa.Text(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("limit_version", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("budgets", column)
    tolerance = _TOLERANCE[op.get_bind().dialect.name]
    op.get_bind().exec_driver_sql(
        f"UPDATE budgets SET base_fen = limit_fen, limit_version = 1, tolerance = {tolerance}"
    )


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "budget", "version", name=op.f("pk_limits")),
    )
    op.execute(
        "INSERT INTO limits (company, budget, version, limit_fen, kind, source, actor, at)"
        " SELECT company, id, 1, limit_fen, 'file', 'company', 'administrator', CURRENT_TIMESTAMP"
        " FROM budgets"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER limits_append_only BEFORE UPDATE OR DELETE ON limits"
            " FOR EACH ROW EXECUTE FUNCTION chit_append_only()"
        )
        op.execute(
            "CREATE TRIGGER limits_no_truncate BEFORE TRUNCATE ON limits"
            " FOR EACH STATEMENT EXECUTE FUNCTION chit_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER limits_no_{verb.lower()} BEFORE {verb} ON limits"
            " BEGIN SELECT RAISE(ABORT, 'limits is append-only'); END"
        )
