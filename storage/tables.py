"""The tables: what the database itself guarantees, whatever the code does.

Every table starts its keys with `company`, the tenant, so that it can be partitioned by it later;
today there is one, "main".
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

TENANT = "main"
"""The one tenant of an installation."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A point in time: `timestamptz` on PostgreSQL, sortable text in UTC on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone; SQLite keeps UTC without writing it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _tenant() -> Column[str]:
    return Column("company", String(64), nullable=False, server_default=TENANT)


def _fen(name: str, **more: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=more.get("default"))


def _moment(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=null)


def _text(name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=null, server_default=default)


companies = Table(
    "companies",
    metadata,
    _tenant(),
    Column("version", Integer, nullable=False),
    _text("document"),
    _moment("applied_at"),
    _text("actor"),
    PrimaryKeyConstraint("company", "version"),
)

heads = Table(
    "heads",
    metadata,
    _tenant(),
    Column("audit_seq", BigInteger, nullable=False),
    _text("audit_hash"),
    Column("entry_id", BigInteger, nullable=False),
    Column("outbox_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company"),
)

counters = Table(
    "counters",
    metadata,
    _tenant(),
    _text("name"),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "name"),
)

budgets = Table(
    "budgets",
    metadata,
    _tenant(),
    _text("id"),
    _text("document"),
    _fen("limit_fen"),
    _fen("ceiling_fen"),
    _text("control"),
    Column("active", Boolean, nullable=False),
    Column("frozen", Boolean, nullable=False, server_default=text("false")),
    _fen("reserved_fen", default="0"),
    _fen("consumed_fen", default="0"),
    _fen("base_fen", default="0"),
    _text("tolerance", default="0"),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    _text("rolls", null=True),
    Column("starts", Date, nullable=True),
    Column("limit_version", Integer, nullable=False, server_default="0"),
    Column("ends", Date, nullable=True),
    _text("period", default=""),
    _text("alert_at", default=""),
    Column("alert_from", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("company", "id"),
    CheckConstraint("reserved_fen >= 0", name="reserved"),
    CheckConstraint("consumed_fen >= 0", name="consumed"),
)

holds = Table(
    "holds",
    metadata,
    _tenant(),
    _text("name"),
    _text("claim"),
    _text("charges"),
    _moment("at"),
    PrimaryKeyConstraint("company", "name"),
)

hold_ends = Table(
    "hold_ends",
    metadata,
    _tenant(),
    _text("hold"),
    _text("kind"),
    _moment("at"),
    _text("charges", null=True),
    PrimaryKeyConstraint("company", "hold"),
)

limits = Table(
    "limits",
    metadata,
    _tenant(),
    _text("budget"),
    Column("version", Integer, nullable=False, autoincrement=False),
    _fen("limit_fen"),
    _text("kind"),
    _text("source"),
    _text("actor"),
    _moment("at"),
    PrimaryKeyConstraint("company", "budget", "version"),
)

budget_changes = Table(
    "budget_changes",
    metadata,
    _tenant(),
    _text("number"),
    Column("revision", Integer, nullable=False),
    _text("state"),
    _text("budget"),
    _moment("created_at"),
    _text("document"),
    PrimaryKeyConstraint("company", "number"),
    Index(None, "company", "state", "created_at", "number"),
)

entries = Table(
    "entries",
    metadata,
    _tenant(),
    Column("id", BigInteger, nullable=False, autoincrement=False),
    _text("budget"),
    _text("hold"),
    _text("claim"),
    _text("kind"),
    _fen("amount_fen"),
    _fen("reserved_fen"),
    _fen("consumed_fen"),
    _moment("at"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "budget", "id"),
)

identities = Table(
    "identities",
    metadata,
    _tenant(),
    _text("identity"),
    _text("claim"),
    _moment("at"),
    PrimaryKeyConstraint("company", "identity"),
    Index(None, "company", "claim"),
)

claims = Table(
    "claims",
    metadata,
    _tenant(),
    _text("number"),
    Column("revision", Integer, nullable=False),
    _text("state"),
    _text("kind"),
    _text("employee"),
    _moment("created_at"),
    _moment("submitted_at", null=True),
    _text("document"),
    PrimaryKeyConstraint("company", "number"),
    Index(None, "company", "created_at", "number"),
    Index(None, "company", "employee", "created_at", "number"),
    Index(None, "company", "state", "created_at", "number"),
)

requests = Table(
    "requests",
    metadata,
    _tenant(),
    _text("key"),
    _text("digest"),
    _text("claim"),
    _moment("at"),
    PrimaryKeyConstraint("company", "key"),
)

waiting = Table(
    "waiting",
    metadata,
    _tenant(),
    _text("person"),
    _text("claim"),
    _moment("due_at", null=True),
    PrimaryKeyConstraint("company", "person", "claim"),
    Index(None, "company", "claim"),
    Index(None, "company", "due_at"),
)

invoices = Table(
    "invoices",
    metadata,
    _tenant(),
    _text("id"),
    _text("number", null=True),
    _text("identity", null=True),
    _text("claim"),
    _moment("received_at"),
    _text("document"),
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
    _tenant(),
    Column("band", Integer, nullable=False),
    _text("invoice"),
    _text("hash"),
    Column("sure", Boolean, nullable=False),
    PrimaryKeyConstraint("company", "band", "invoice"),
)

tombstones = Table(
    "tombstones",
    metadata,
    _tenant(),
    _text("sha256"),
    _moment("at"),
    _text("actor"),
    PrimaryKeyConstraint("company", "sha256"),
)

payments = Table(
    "payments",
    metadata,
    _tenant(),
    _text("id"),
    _text("claim"),
    _text("state"),
    _moment("created_at"),
    _text("document"),
    _text("batch", null=True),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
    Index(None, "company", "state", "created_at", "id"),
    Index(None, "company", "batch"),
)

payment_batches = Table(
    "payment_batches",
    metadata,
    _tenant(),
    _text("id"),
    Column("revision", Integer, nullable=False),
    _text("state"),
    _moment("created_at"),
    _text("document"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
)

vouchers = Table(
    "vouchers",
    metadata,
    _tenant(),
    _text("id"),
    Column("revision", Integer, nullable=False),
    _text("state"),
    _text("claim"),
    _text("entity"),
    _text("batch", null=True),
    _moment("created_at"),
    _text("document"),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "created_at", "id"),
    Index(None, "company", "state", "created_at", "id"),
    Index(None, "company", "claim"),
    Index(None, "company", "batch"),
)

cards = Table(
    "cards",
    metadata,
    _tenant(),
    _text("card"),
    _text("claim"),
    _moment("delivered_at"),
    Column("place", Integer, nullable=False),
    _text("document"),
    PrimaryKeyConstraint("company", "card"),
    Index(None, "company", "claim"),
)

card_codes = Table(
    "card_codes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _tenant(),
    _text("card"),
    _text("code"),
    Index(None, "company", "card"),
    sqlite_autoincrement=True,
)

dialogs = Table(
    "dialogs",
    metadata,
    _tenant(),
    _text("person"),
    _text("document"),
    PrimaryKeyConstraint("company", "person"),
)

audit = Table(
    "audit",
    metadata,
    _tenant(),
    Column("seq", BigInteger, nullable=False, autoincrement=False),
    _moment("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("source"),
    _text("fields"),
    _text("hash"),
    PrimaryKeyConstraint("company", "seq"),
    CheckConstraint("source <> ''", name="source"),
)

slots = Table(
    "slots",
    metadata,
    _tenant(),
    _text("job"),
    _moment("slot"),
    _moment("taken_at"),
    Column("asked", Boolean, nullable=False, server_default=text("false")),
    _moment("finished_at", null=True),
    _text("said", default=""),
    PrimaryKeyConstraint("company", "job", "slot"),
)

alerts = Table(
    "alerts",
    metadata,
    _tenant(),
    _text("key"),
    _text("budget"),
    _text("period"),
    Column("threshold", Integer, nullable=False),
    Column("beyond", Integer, nullable=False),
    Column("runs_out", Date, nullable=True),
    _fen("limit_fen"),
    _fen("reserved_fen"),
    _fen("consumed_fen"),
    _text("claim", default=""),
    _moment("at"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "budget", "period", "threshold"),
)

sessions = Table(
    "sessions",
    metadata,
    _tenant(),
    _text("key"),
    _text("person"),
    _moment("opened_at"),
    _moment("until"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "until"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _tenant(),
    _text("key"),
    _text("browser"),
    _text("channel"),
    _text("target"),
    _moment("until"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "until"),
)

leases = Table(
    "leases",
    metadata,
    _tenant(),
    _text("name"),
    _text("holder"),
    _moment("until"),
    Column("fence", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "name"),
)

verifications = Table(
    "verifications",
    metadata,
    _tenant(),
    _text("identity"),
    _text("state"),
    _moment("checked_at"),
    _text("document"),
    PrimaryKeyConstraint("company", "identity"),
)

verify_tries = Table(
    "verify_tries",
    metadata,
    _tenant(),
    _text("identity"),
    Column("day", Date, nullable=False),
    Column("tries", Integer, nullable=False),
    PrimaryKeyConstraint("company", "identity"),
    CheckConstraint("tries >= 0", name="tries"),
)


links = Table(
    "links",
    metadata,
    _tenant(),
    _text("system"),
    _text("key"),
    _text("subject"),
    _text("purpose"),
    _text("state"),
    _text("ref_kind", null=True),
    _text("ref_id", null=True),
    _moment("at"),
    _text("document"),
    PrimaryKeyConstraint("company", "system", "key"),
    UniqueConstraint("company", "system", "ref_kind", "ref_id"),
    Index(None, "company", "subject"),
    Index(None, "company", "system", "state", "purpose", "key"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _tenant(),
    _text("system"),
    _moment("at"),
    _text("document"),
    Index(None, "company", "system", "id"),
    sqlite_autoincrement=True,
)

memories = Table(
    "memories",
    metadata,
    _tenant(),
    _text("system"),
    _text("name"),
    _text("value"),
    PrimaryKeyConstraint("company", "system", "name"),
)


spend_facts = Table(
    "spend_facts",
    metadata,
    _tenant(),
    _text("claim"),
    Column("place", Integer, nullable=False),
    _text("month"),
    _text("department"),
    _text("category"),
    _text("project"),
    _text("employee"),
    _text("supplier"),
    _fen("amount_fen"),
    Column("lines", Integer, nullable=False),
    PrimaryKeyConstraint("company", "claim", "place"),
    Index(None, "company", "month"),
)

spend_sums = Table(
    "spend_sums",
    metadata,
    _tenant(),
    _text("grain"),
    _text("month"),
    _text("one"),
    _text("two"),
    _fen("amount_fen"),
    Column("lines", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "grain", "month", "one", "two"),
)


def _queue(name: str, payload: str, arrived: str) -> Table:
    """Make a table whose rows are leased, oldest first in each lane."""
    unfinished = text("state = 'waiting'")
    return Table(
        name,
        metadata,
        _tenant(),
        Column("id", BigInteger, nullable=False, autoincrement=False),
        _text("key"),
        _text("lane"),
        _text(payload),
        _moment(arrived),
        _text("state", default="waiting"),
        _moment("due_at", null=True),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("fence", BigInteger, nullable=False, server_default="0"),
        _moment("lease_until", null=True),
        _moment("finished_at", null=True),
        _text("error", default=""),
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
        Index(f"ix_{name}_finished", "company", "finished_at"),
    )


inbox = _queue("inbox", "body", "received_at")
outbox = _queue("outbox", "notice", "created_at")
