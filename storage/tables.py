"""The tables: what the database itself guarantees, whatever the code does.

Every table starts its keys with `company`, the tenant, so that it can be partitioned by it later;
today there is one, "main".
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from storage.beside import (
    alerts,
    exchanges,
    leases,
    links,
    memories,
    sessions,
    sign_ins,
    slots,
    verifications,
    verify_tries,
)
from storage.schema import TENANT, Moment, fen, metadata, moment, tenant, words

__all__ = [
    "TENANT",
    "Moment",
    "alerts",
    "audit",
    "budget_changes",
    "budgets",
    "card_codes",
    "cards",
    "claims",
    "companies",
    "counters",
    "dialogs",
    "entries",
    "exchanges",
    "heads",
    "hold_ends",
    "holds",
    "identities",
    "inbox",
    "invoices",
    "leases",
    "limits",
    "links",
    "memories",
    "metadata",
    "outbox",
    "payment_batches",
    "payments",
    "pictures",
    "requests",
    "sessions",
    "sign_ins",
    "slots",
    "spend_facts",
    "spend_sums",
    "tombstones",
    "verifications",
    "verify_tries",
    "vouchers",
    "waiting",
]


def _where_there(name: str, column: str) -> Index:
    """Index a column of the tenant's rows that have it: most rows do not, at first."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, "company", column, sqlite_where=there, postgresql_where=there)


companies = Table(
    "companies",
    metadata,
    tenant(),
    Column("version", Integer, nullable=False),
    words("document"),
    moment("applied_at"),
    words("actor"),
    PrimaryKeyConstraint("company", "version"),
)

heads = Table(
    "heads",
    metadata,
    tenant(),
    Column("audit_seq", BigInteger, nullable=False),
    words("audit_hash"),
    Column("entry_id", BigInteger, nullable=False),
    Column("outbox_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company"),
)

counters = Table(
    "counters",
    metadata,
    tenant(),
    words("name"),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "name"),
)

budgets = Table(
    "budgets",
    metadata,
    tenant(),
    words("id"),
    words("document"),
    fen("limit_fen"),
    fen("ceiling_fen"),
    words("control"),
    Column("active", Boolean, nullable=False),
    Column("frozen", Boolean, nullable=False, server_default=text("false")),
    fen("reserved_fen", default="0"),
    fen("consumed_fen", default="0"),
    fen("base_fen", default="0"),
    words("tolerance", default="0"),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    words("rolls", null=True),
    Column("starts", Date, nullable=True),
    Column("limit_version", Integer, nullable=False, server_default="0"),
    Column("ends", Date, nullable=True),
    words("period", default=""),
    words("alert_at", default=""),
    Column("alert_from", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("company", "id"),
    CheckConstraint("reserved_fen >= 0", name="reserved"),
    CheckConstraint("consumed_fen >= 0", name="consumed"),
)

holds = Table(
    "holds",
    metadata,
    tenant(),
    words("name"),
    words("claim"),
    words("charges"),
    moment("at"),
    PrimaryKeyConstraint("company", "name"),
)

hold_ends = Table(
    "hold_ends",
    metadata,
    tenant(),
    words("hold"),
    words("kind"),
    moment("at"),
    words("charges", null=True),
    PrimaryKeyConstraint("company", "hold"),
)

limits = Table(
    "limits",
    metadata,
    tenant(),
    words("budget"),
    Column("version", Integer, nullable=False, autoincrement=False),
    fen("limit_fen"),
    words("kind"),
    words("source"),
    words("actor"),
    moment("at"),
    PrimaryKeyConstraint("company", "budget", "version"),
)

budget_changes = Table(
    "budget_changes",
    metadata,
    tenant(),
    words("number"),
    Column("revision", Integer, nullable=False),
    words("state"),
    words("budget"),
    moment("created_at"),
    words("document"),
    PrimaryKeyConstraint("company", "number"),
    Index(None, "company", "state", "created_at", "number"),
)

entries = Table(
    "entries",
    metadata,
    tenant(),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    words("budget"),
    words("hold"),
    words("claim"),
    words("kind"),
    fen("amount_fen"),
    fen("reserved_fen"),
    fen("consumed_fen"),
    moment("at"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "budget", "id"),
)

identities = Table(
    "identities",
    metadata,
    tenant(),
    words("identity"),
    words("claim"),
    moment("at"),
    PrimaryKeyConstraint("company", "identity"),
    Index(None, "company", "claim"),
)

claims = Table(
    "claims",
    metadata,
    tenant(),
    words("number"),
    Column("revision", Integer, nullable=False),
    words("state"),
    words("kind"),
    words("employee"),
    moment("created_at"),
    moment("submitted_at", null=True),
    words("document"),
    PrimaryKeyConstraint("company", "number"),
    Index(None, "company", "created_at", "number"),
    Index(None, "company", "employee", "created_at", "number"),
    Index(None, "company", "state", "created_at", "number"),
)

requests = Table(
    "requests",
    metadata,
    tenant(),
    words("key"),
    words("digest"),
    words("claim"),
    moment("at"),
    PrimaryKeyConstraint("company", "key"),
)

waiting = Table(
    "waiting",
    metadata,
    tenant(),
    words("person"),
    words("claim"),
    moment("due_at", null=True),
    PrimaryKeyConstraint("company", "person", "claim"),
    Index(None, "company", "claim"),
    _where_there("ix_waiting_company_due_at", "due_at"),
)

invoices = Table(
    "invoices",
    metadata,
    tenant(),
    words("id"),
    words("number", null=True),
    words("identity", null=True),
    words("claim"),
    moment("received_at"),
    words("document"),
    Column("issued", Date, nullable=True),
    Column("total_fen", BigInteger, nullable=True),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "number"),
    Index(None, "company", "total_fen", "issued"),
    Index(None, "company", "claim"),
)

pictures = Table(
    "pictures",
    metadata,
    tenant(),
    Column("band", Integer, nullable=False),
    words("invoice"),
    words("hash"),
    Column("sure", Boolean, nullable=False),
    PrimaryKeyConstraint("company", "band", "invoice"),
)

tombstones = Table(
    "tombstones",
    metadata,
    tenant(),
    words("sha256"),
    moment("at"),
    words("actor"),
    PrimaryKeyConstraint("company", "sha256"),
)

payments = Table(
    "payments",
    metadata,
    tenant(),
    words("id"),
    words("claim"),
    words("state"),
    moment("created_at"),
    words("document"),
    words("batch", null=True),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
    Index(None, "company", "state", "created_at", "id"),
    Index(None, "company", "batch"),
)

payment_batches = Table(
    "payment_batches",
    metadata,
    tenant(),
    words("id"),
    Column("revision", Integer, nullable=False),
    words("state"),
    moment("created_at"),
    words("document"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
)

vouchers = Table(
    "vouchers",
    metadata,
    tenant(),
    words("id"),
    Column("revision", Integer, nullable=False),
    words("state"),
    words("claim"),
    words("entity"),
    words("batch", null=True),
    moment("created_at"),
    words("document"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
    Index(None, "company", "state", "created_at", "id"),
    Index(None, "company", "claim"),
    Index(None, "company", "batch"),
)

cards = Table(
    "cards",
    metadata,
    tenant(),
    words("card"),
    words("claim"),
    moment("delivered_at"),
    Column("place", Integer, nullable=False),
    words("document"),
    PrimaryKeyConstraint("company", "card"),
    Index(None, "company", "claim"),
)

card_codes = Table(
    "card_codes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    tenant(),
    words("card"),
    words("code"),
    Index(None, "company", "card"),
    sqlite_autoincrement=True,
)

dialogs = Table(
    "dialogs",
    metadata,
    tenant(),
    words("person"),
    words("document"),
    PrimaryKeyConstraint("company", "person"),
)

audit = Table(
    "audit",
    metadata,
    tenant(),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    moment("at"),
    words("actor"),
    words("action"),
    words("subject"),
    words("source"),
    words("fields"),
    words("hash"),
    PrimaryKeyConstraint("company", "seq"),
    CheckConstraint("source <> ''", name="source"),
    Index(None, "company", "subject", "seq"),
)

spend_facts = Table(
    "spend_facts",
    metadata,
    tenant(),
    words("claim"),
    Column("place", Integer, nullable=False),
    words("month"),
    words("department"),
    words("category"),
    words("project"),
    words("employee"),
    words("supplier"),
    fen("amount_fen"),
    Column("lines", Integer, nullable=False),
    PrimaryKeyConstraint("company", "claim", "place"),
    Index(None, "company", "month"),
)

spend_sums = Table(
    "spend_sums",
    metadata,
    tenant(),
    words("grain"),
    words("month"),
    words("one"),
    words("two"),
    fen("amount_fen"),
    Column("lines", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "grain", "month", "one", "two"),
)


def _queue(name: str, payload: str, arrived: str) -> Table:
    """Make a table whose rows are leased, oldest first in each lane."""
    unfinished = text("state = 'waiting'")
    return Table(
        name,
        metadata,
        tenant(),
        Column("id", BigInteger, nullable=False, autoincrement=False),
        words("key"),
        words("lane"),
        words(payload),
        moment(arrived),
        words("state", default="waiting"),
        moment("due_at", null=True),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("fence", BigInteger, nullable=False, server_default="0"),
        moment("lease_until", null=True),
        moment("finished_at", null=True),
        words("error", default=""),
        PrimaryKeyConstraint("company", "id"),
        UniqueConstraint("company", "key"),
        CheckConstraint("state in ('waiting', 'done', 'dead')", name="state"),
        Index(
            f"ix_{name}_unfinished",
            "company",
            "lane",
            "id",
            sqlite_where=unfinished,
            postgresql_where=unfinished,
        ),
        _where_there(f"ix_{name}_finished", "finished_at"),
    )


inbox = _queue("inbox", "body", "received_at")
outbox = _queue("outbox", "notice", "created_at")
