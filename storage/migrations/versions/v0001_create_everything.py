"""Create everything."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("audit", "entries", "hold_ends")
_REFUSE = """
CREATE FUNCTION chit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    _company()
    _budgets()
    _claims()
    _vouchers()
    _people()
    _audit()
    _inbox()
    _outbox()
    _first_rows()
    _append_only()


def _company() -> None:
    op.create_table(
        "companies",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "version", name=op.f("pk_companies")),
    )
    op.create_table(
        "heads",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("audit_seq", sa.BigInteger(), nullable=False),
        sa.Column("audit_hash", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", name=op.f("pk_heads")),
    )
    op.create_table(
        "counters",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "slots",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "job", "slot", name=op.f("pk_slots")),
    )


def _budgets() -> None:
    op.create_table(
        "budgets",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("ceiling_fen", sa.BigInteger(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("consumed_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("consumed_fen >= 0", name=op.f("ck_budgets_consumed")),
        sa.CheckConstraint("reserved_fen >= 0", name=op.f("ck_budgets_reserved")),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_budgets")),
    )
    op.create_table(
        "holds",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("charges", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "name", name=op.f("pk_holds")),
    )
    op.create_table(
        "hold_ends",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "hold", name=op.f("pk_hold_ends")),
    )
    op.create_table(
        "entries",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("consumed_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_entries")),
    )
    op.create_index(
        op.f("ix_entries_company_budget_id"), "entries", ["company", "budget", "id"], unique=False
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("employee", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "number", name=op.f("pk_claims")),
    )
    op.create_index(
        op.f("ix_claims_company_created_at_number"),
        "claims",
        ["company", "created_at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_claims_company_employee_created_at_number"),
        "claims",
        ["company", "employee", "created_at", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_claims_company_state_created_at_number"),
        "claims",
        ["company", "state", "created_at", "number"],
        unique=False,
    )
    op.create_table(
        "waiting",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "person", "claim", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_company_claim"), "waiting", ["company", "claim"], unique=False)
    op.create_table(
        "identities",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company", "identity", name=op.f("pk_identities")),
    )
    op.create_index(
        op.f("ix_identities_company_claim"), "identities", ["company", "claim"], unique=False
    )


def _vouchers() -> None:
    op.create_table(
        "invoices",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_invoices")),
    )
    op.create_index(
        op.f("ix_invoices_company_number"), "invoices", ["company", "number"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_payments")),
    )
    op.create_index(
        op.f("ix_payments_company_created_at_id"),
        "payments",
        ["company", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payments_company_state_created_at_id"),
        "payments",
        ["company", "state", "created_at", "id"],
        unique=False,
    )


def _people() -> None:
    op.create_table(
        "cards",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "card", name=op.f("pk_cards")),
    )
    op.create_index(op.f("ix_cards_company_claim"), "cards", ["company", "claim"], unique=False)
    op.create_table(
        "card_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_codes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_card_codes_company_card"), "card_codes", ["company", "card"], unique=False
    )
    op.create_table(
        "dialogs",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company", "person", name=op.f("pk_dialogs")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_audit_source")),
        sa.PrimaryKeyConstraint("company", "seq", name=op.f("pk_audit")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('waiting', 'done', 'dead')", name=op.f("ck_inbox_state")),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("company", "key", name=op.f("uq_inbox_company_key")),
    )
    op.create_index("ix_inbox_finished", "inbox", ["company", "finished_at"], unique=False)
    op.create_index(
        "ix_inbox_unfinished",
        "inbox",
        ["company", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("company", sa.String(length=64), server_default="main", nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('waiting', 'done', 'dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("company", "id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("company", "key", name=op.f("uq_outbox_company_key")),
    )
    op.create_index("ix_outbox_finished", "outbox", ["company", "finished_at"], unique=False)
    op.create_index(
        "ix_outbox_unfinished",
        "outbox",
        ["company", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _first_rows() -> None:
    op.execute(
        "INSERT INTO heads (company, audit_seq, audit_hash, entry_id, outbox_id)"
        " VALUES ('main', 0, '', 0, 0)"
    )
    op.execute("INSERT INTO counters (company, name, value) VALUES ('main', 'inbox', 0)")


def _append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _refuse_on_postgresql() -> None:
    op.get_bind().exec_driver_sql(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION chit_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION chit_append_only()"
        )


def _refuse_on_sqlite() -> None:
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
