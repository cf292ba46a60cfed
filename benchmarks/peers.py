"""What others do with a budget: one transaction for each claim, in SQL and with an ORM."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol

from sqlalchemy import BigInteger, Text, select, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.engine import Database

FEN = 100
DOCUMENT = '{"number":"BX","lines":[{"category":"taxi","amount_fen":100}]}' * 10
CONNECTIONS = 32
Job = Callable[[], Awaitable[object]]


class Peer(Protocol):
    """Somebody else's way to reserve on a budget."""

    name: str

    async def prepare(self, budgets: int) -> None:
        """Make what it needs, with so many budgets."""
        ...

    def job(self, pick: Callable[[], int]) -> Job:
        """Make a job that reserves on a chosen budget."""
        ...

    async def close(self) -> None:
        """Close its connections; the next job opens others."""
        ...


class NaivePeer:
    """One transaction for each claim: lock the budget's row, look, update, write hold and entry.

    The usual design, through the same SQLAlchemy Core, drivers, pool and durability; on SQLite,
    which cannot lock a row, BEGIN IMMEDIATE. It writes neither audit line nor notice.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        lock = " FOR UPDATE" if self._database.postgres else ""
        self.name = f"one transaction a claim, {lock.strip() or 'BEGIN IMMEDIATE'}"
        self._serial = count()
        self._look = text(
            f"SELECT limit_fen, reserved_fen FROM peer_budgets WHERE id = :id{lock}"  # noqa: S608 our own words
        )
        self._update = text(
            "UPDATE peer_budgets SET reserved_fen = reserved_fen + :fen WHERE id = :id"
        )
        self._hold = text("INSERT INTO peer_holds VALUES (:name, :id, :fen)")
        self._entry = text("INSERT INTO peer_entries (hold, budget, fen) VALUES (:name, :id, :fen)")

    async def prepare(self, budgets: int) -> None:
        """Make the tables."""
        big = "BIGSERIAL" if self._database.postgres else "INTEGER"
        async with self._database.writing() as connection:
            for table in (
                "peer_budgets (id TEXT PRIMARY KEY, limit_fen BIGINT, reserved_fen BIGINT)",
                "peer_holds (name TEXT PRIMARY KEY, budget TEXT, fen BIGINT)",
                f"peer_entries (id {big} PRIMARY KEY, hold TEXT, budget TEXT, fen BIGINT)",
            ):
                await connection.execute(text(f"CREATE TABLE {table}"))
            row = text("INSERT INTO peer_budgets VALUES (:id, 100000000000, 0)")
            await connection.execute(row, [{"id": f"b{i}"} for i in range(budgets)])

    def job(self, pick: Callable[[], int]) -> Job:
        """Make a job that reserves on a chosen budget."""

        async def reserve() -> None:
            row = {"name": f"h{next(self._serial)}", "id": f"b{pick()}", "fen": FEN}
            async with self._database.writing() as connection:
                await self._reserve(connection, row)

        return reserve

    async def _reserve(self, connection: AsyncConnection, row: dict[str, object]) -> None:
        limit, reserved = (await connection.execute(self._look, {"id": row["id"]})).one()
        if reserved + FEN > limit:
            raise ValueError("the budget is used up")
        await connection.execute(self._update, {"id": row["id"], "fen": FEN})
        await connection.execute(self._hold, row)
        await connection.execute(self._entry, row)

    async def close(self) -> None:
        """Close the connections; the next job opens others."""
        await self._database.close()


class Base(DeclarativeBase):
    """The tables of the ORM peer."""


class OrmBudget(Base):
    """A budget."""

    __tablename__ = "orm_budgets"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    limit_fen: Mapped[int] = mapped_column(BigInteger)
    reserved_fen: Mapped[int] = mapped_column(BigInteger)


class OrmClaim(Base):
    """A claim."""

    __tablename__ = "orm_claims"
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)


class OrmEntry(Base):
    """A line of the journal."""

    __tablename__ = "orm_entries"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    budget: Mapped[str] = mapped_column(Text)
    hold: Mapped[str] = mapped_column(Text)
    fen: Mapped[int] = mapped_column(BigInteger)


class OrmNote(Base):
    """A line of the record, or a notice to send."""

    __tablename__ = "orm_notes"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)


class OrmPeer(NaivePeer):
    """A session for each claim: the budget FOR UPDATE, then claim, entry, audit line and notice."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.name = "SQLAlchemy ORM, six rows, FOR UPDATE"
        self._engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def prepare(self, budgets: int) -> None:
        """Make the tables."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with self._sessions.begin() as session:
            session.add_all(
                OrmBudget(id=f"b{i}", limit_fen=10**11, reserved_fen=0) for i in range(budgets)
            )

    def job(self, pick: Callable[[], int]) -> Job:
        """Make a job that submits a claim on a chosen budget."""

        async def submit() -> None:
            async with self._sessions.begin() as session:
                await self._submit(session, f"b{pick()}", f"c{next(self._serial)}")

        return submit

    async def _submit(self, session: AsyncSession, budget: str, number: str) -> None:
        wanted = select(OrmBudget).where(OrmBudget.id == budget).with_for_update()
        row = (await session.scalars(wanted)).one()
        if row.reserved_fen + FEN > row.limit_fen:
            raise ValueError("the budget is used up")
        row.reserved_fen += FEN
        session.add(OrmClaim(number=number, state="in_review", document=DOCUMENT))
        session.add(OrmEntry(budget=budget, hold=f"{number}/1", fen=FEN))
        session.add_all(OrmNote(kind=kind, about=number) for kind in ("audit", "notice", "notice"))

    async def close(self) -> None:
        """Close the connections."""
        await super().close()
        await self._engine.dispose()
