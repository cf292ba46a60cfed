"""Tables beside the business: the clock, alerts, browsers, leases, the systems outside."""

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

from storage.schema import fen, metadata, moment, tenant, words

slots = Table(
    "slots",
    metadata,
    tenant(),
    words("job"),
    moment("slot"),
    moment("taken_at"),
    Column("asked", Boolean, nullable=False, server_default=text("false")),
    moment("finished_at", null=True),
    words("said", default=""),
    PrimaryKeyConstraint("company", "job", "slot"),
)

alerts = Table(
    "alerts",
    metadata,
    tenant(),
    words("key"),
    words("budget"),
    words("period"),
    Column("threshold", Integer, nullable=False),
    Column("beyond", Integer, nullable=False),
    Column("runs_out", Date, nullable=True),
    fen("limit_fen"),
    fen("reserved_fen"),
    fen("consumed_fen"),
    words("claim", default=""),
    moment("at"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "budget", "period", "threshold"),
)

sessions = Table(
    "sessions",
    metadata,
    tenant(),
    words("key"),
    words("person"),
    moment("opened_at"),
    moment("until"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "until"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    tenant(),
    words("key"),
    words("browser"),
    words("channel"),
    words("target"),
    moment("until"),
    PrimaryKeyConstraint("company", "key"),
    Index(None, "company", "until"),
)

leases = Table(
    "leases",
    metadata,
    tenant(),
    words("name"),
    words("holder"),
    moment("until"),
    Column("fence", BigInteger, nullable=False),
    PrimaryKeyConstraint("company", "name"),
)

verifications = Table(
    "verifications",
    metadata,
    tenant(),
    words("identity"),
    words("state"),
    moment("checked_at"),
    words("document"),
    PrimaryKeyConstraint("company", "identity"),
)

verify_tries = Table(
    "verify_tries",
    metadata,
    tenant(),
    words("identity"),
    Column("day", Date, nullable=False),
    Column("tries", Integer, nullable=False),
    PrimaryKeyConstraint("company", "identity"),
    CheckConstraint("tries >= 0", name="tries"),
)


links = Table(
    "links",
    metadata,
    tenant(),
    words("system"),
    words("key"),
    words("subject"),
    words("purpose"),
    words("state"),
    words("ref_kind", null=True),
    words("ref_id", null=True),
    moment("at"),
    words("document"),
    PrimaryKeyConstraint("company", "system", "key"),
    UniqueConstraint("company", "system", "ref_kind", "ref_id"),
    Index(None, "company", "subject"),
    Index(None, "company", "system", "state", "purpose", "key"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    tenant(),
    words("system"),
    moment("at"),
    words("document"),
    Index(None, "company", "system", "id"),
    sqlite_autoincrement=True,
)

memories = Table(
    "memories",
    metadata,
    tenant(),
    words("system"),
    words("name"),
    words("value"),
    PrimaryKeyConstraint("company", "system", "name"),
)
