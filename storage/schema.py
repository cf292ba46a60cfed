"""What all tables are made with: the tenant, moments, amounts, words."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    MetaData,
    String,
    Text,
    TypeDecorator,
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


_BYTES = "C"
"""PostgreSQL compares keys as SQLite does, by their bytes: twice as fast as in the order of a
language, and no index breaks when the system's next version orders that language otherwise."""


def tenant() -> Column[str]:
    """Give the column that every key begins with."""
    return Column("company", _by_bytes(String(64)), nullable=False, server_default=TENANT)


def _by_bytes(kind: String) -> String:
    """Give a type of text that is compared by its bytes on every database."""
    return kind.with_variant(type(kind)(kind.length, collation=_BYTES), "postgresql")


def fen(name: str, **more: str) -> Column[int]:
    """Give a column of an amount."""
    return Column(name, BigInteger, nullable=False, server_default=more.get("default"))


def moment(name: str, *, null: bool = False) -> Column[datetime]:
    """Give a column of a point in time."""
    return Column(name, Moment, nullable=null)


def words(name: str, *, null: bool = False, default: str | None = None) -> Column[str]:
    """Give a column of text."""
    return Column(name, _by_bytes(Text()), nullable=null, server_default=default)
