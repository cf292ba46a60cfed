"""Writes what a batch has changed: one statement a table, however many rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.actions.alerting import announce
from core.alerts import Alert, ThresholdCrossed, loudest
from core.change import Change, Outgoing
from core.company import Company
from core.happenings import threshold_happened
from core.likeness import bands, likeness_of
from core.ports import AuditRecord
from core.spending import Fact
from core.subscriptions import Subscription, orders_for
from storage.accounting import write_accounting
from storage.admission import Books
from storage.budgeting import write_accounts, write_changes, write_holds
from storage.chain import Link, seal
from storage.crossings import find_crossings, keep_new
from storage.delegations import write_delegations
from storage.documents import (
    write,
)
from storage.engine import Database, OnConflict, Row, own
from storage.ledger import Account
from storage.loading import Head, Loaded
from storage.sheets import Sheet, outbox_row
from storage.spending import write_spending
from storage.tables import (
    TENANT,
    audit,
    card_codes,
    claims,
    dialogs,
    entries,
    heads,
    identities,
    inbox,
    invoices,
    outbox,
    payments,
    pictures,
    requests,
    tombstones,
    verifications,
    waiting,
)
from storage.wishes import write_preferences


@dataclass(frozen=True, slots=True)
class Before:
    """The books as they were read, to see what has changed."""

    accounts: dict[str, Account]
    live: frozenset[str]
    known: frozenset[str]
    holders: dict[str, str]
    facts: Mapping[str, tuple[Fact, ...]]
    waiting: Mapping[str, frozenset[tuple[str, datetime | None]]]
    numbers: frozenset[str]
    trusting: bool

    @classmethod
    def of(cls, loaded: Loaded) -> "Before":
        """Remember books before the first change."""
        books = loaded.books
        held = books.ledger.holds
        return cls(
            dict(books.ledger.accounts),
            frozenset(name for name, hold in held.items() if hold.end is None),
            frozenset(held),
            dict(books.holders),
            loaded.facts,
            loaded.waiting,
            frozenset(books.revisions),
            loaded.trusting,
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """The admitted changes of a batch and the books after them."""

    database: Database
    connection: AsyncConnection
    head: Head
    before: Before
    books: Books
    sheets: Sequence[Sheet]
    company: Callable[[AsyncConnection], Awaitable[Company]]
    subscriptions: Sequence[Subscription] = ()

    @property
    def changes(self) -> Sequence[Change]:
        """The changes themselves."""
        return [sheet.change for sheet in self.sheets]

    async def write(self) -> bool:
        """Write everything into the open transaction; says whether people are to be told."""
        await self._claims()
        await self._requests()
        await self._budgets()
        await self._identities()
        await self._documents()
        await self._verifications()
        await write_accounting(self.database, self.connection, self.changes)
        await self._dialogs()
        await write_preferences(self.database, self.connection, self.changes)
        await write_delegations(self.database, self.connection, self.changes)
        await self._codes()
        await self._inbox()
        told = [row for sheet in self.sheets for row in sheet.outbox]
        told += [outbox_row(at, o) for at, o in await self._alerts()]
        await self._head(await self._audit(), await self._entries(), await self._outbox(told))
        return bool(told)

    async def _claims(self) -> None:
        last = {claim.number: claim for sheet in self.sheets for claim in sheet.claims}
        if not last:
            return
        # The books know which claims are new: to look for them again would cost as much as a row.
        known = self.before.numbers
        made = [claim.row for n, claim in last.items() if n not in known]
        changed = [claim.row for n, claim in last.items() if n in known]
        await self.database.insert(self.connection, claims, made)
        await self.database.revise(self.connection, claims, "number", changed)
        await self._waiting({n: claim.waiting for n, claim in last.items()})
        facts = {n: claim.facts for n, claim in last.items()}
        await write_spending(self.database, self.connection, facts, self.before.facts)

    async def _waiting(self, now: Mapping[str, frozenset[tuple[str, datetime | None]]]) -> None:
        """Write whom claims wait for, where that is not whom they waited for."""
        before = self.before.waiting
        changed = [n for n in now if now[n] != before.get(n, frozenset())]
        if gone := [n for n in changed if n in before]:
            ended = delete(waiting).where(own(waiting), self.database.among(waiting.c.claim, gone))
            await self.connection.execute(ended)
        asked: list[Row] = [
            {"person": person, "claim": n, "due_at": due}
            for n in changed
            for person, due in sorted(now[n], key=lambda asked: asked[0])
        ]
        await self.database.insert(self.connection, waiting, asked)

    async def _requests(self) -> None:
        rows: list[Row] = [
            {"key": r.key, "digest": r.digest, "claim": r.claim, "at": change.at}
            for change in self.changes
            if (r := change.request)
        ]
        await self.database.insert(self.connection, requests, rows)

    async def _budgets(self) -> None:
        ledger, before = self.books.ledger, self.before
        await write_accounts(self.database, self.connection, ledger, before.accounts)
        charges = {name: text for sheet in self.sheets for name, text in sheet.charges.items()}
        known = before.known, before.live
        await write_holds(self.database, self.connection, ledger.holds, *known, charges)
        await write_changes(self.database, self.connection, self.changes)

    async def _identities(self) -> None:
        now = self.books.holders
        before = self.before.holders
        changed = {i for i in now if now[i] != before.get(i, "")}
        gone = [i for i in changed if before.get(i)]
        if gone:
            freed = delete(identities).where(
                own(identities), self.database.among(identities.c.identity, gone)
            )
            await self.connection.execute(freed)
        at = self.changes[-1].at
        taken = [{"identity": i, "claim": now[i], "at": at} for i in sorted(changed) if now[i]]
        await self.database.insert(self.connection, identities, taken)

    async def _documents(self) -> None:
        vouchers: dict[str, Row] = {
            v.id: {
                "id": v.id,
                "number": v.reading.number,
                "identity": v.identity,
                "claim": v.claim,
                "received_at": v.received_at,
                "document": write(v),
                "issued": v.reading.date,
                "total_fen": v.reading.total_fen,
            }
            for change in self.changes
            for v in change.invoices
        }
        owed: dict[str, Row] = {
            p.id: {
                "id": p.id,
                "claim": p.claim,
                "state": p.state,
                "created_at": change.at,
                "document": write(p),
                "batch": p.batch,
            }
            for change in self.changes
            for p in change.payments
        }
        insert = self.database.insert
        await insert(self.connection, invoices, list(vouchers.values()), "replace")
        await self._originals()
        await insert(
            self.connection, payments, list(owed.values()), "replace", keep=("created_at",)
        )

    async def _verifications(self) -> None:
        last = {v.identity: v for change in self.changes for v in change.verified}
        rows: list[Row] = [
            {
                "identity": v.identity,
                "state": v.verification.state,
                "checked_at": v.at,
                "document": write(v),
            }
            for v in last.values()
        ]
        await self.database.insert(self.connection, verifications, rows, "replace")

    async def _originals(self) -> None:
        """Keep what vouchers look like under four keys, and what stays of deleted originals."""
        last = {v.id: v for change in self.changes for v in change.invoices}
        looks = [(v.id, likeness_of(v.reading)) for v in last.values()]
        seen: list[Row] = [
            {"band": band, "invoice": name, "hash": look.picture, "sure": look.sure}
            for name, look in looks
            if look.picture
            for band in bands(look.picture)
        ]
        buried: dict[str, Row] = {
            t.sha256: {"sha256": t.sha256, "at": t.at, "actor": t.actor}
            for change in self.changes
            for t in change.tombstones
        }
        await self.database.insert(self.connection, pictures, seen, "replace")
        await self.database.insert(self.connection, tombstones, list(buried.values()), "replace")

    async def _dialogs(self) -> None:
        last = {d.person: d for change in self.changes for d in change.dialogs}
        if not last:
            return
        ended = [d.person for d in last.values() if d.expects is None]
        if ended:
            gone = delete(dialogs).where(own(dialogs), self.database.among(dialogs.c.person, ended))
            await self.connection.execute(gone)
        begun = [
            {"person": d.person, "document": write(d)}
            for d in last.values()
            if d.expects is not None
        ]
        await self.database.insert(self.connection, dialogs, begun, "replace")

    async def _codes(self) -> None:
        fresh = [{"card": c.card, "code": c.code} for change in self.changes for c in change.codes]
        await self.database.insert(self.connection, card_codes, fresh)

    async def _inbox(self) -> None:
        done = [(c.inbox.id, c.at) for c in self.changes if c.inbox]
        if done:
            statement = (
                update(inbox)
                .where(own(inbox), self.database.among(inbox.c.id, [i for i, _ in done]))
                .values(state="done", lease_until=None, finished_at=done[-1][1])
            )
            await self.connection.execute(statement)

    async def _audit(self) -> Link:
        link = self.head.chain
        rows: list[Row] = []
        for line in (line for sheet in self.sheets for line in sheet.audit):
            link = seal(link, line.text)
            line.row["seq"], line.row["hash"] = link.seq, link.hash
            rows.append(line.row)
        await self.database.insert(self.connection, audit, rows)
        return link

    async def _entries(self) -> int:
        rows: list[Row] = [
            {
                "id": number,
                "budget": e.budget,
                "hold": e.hold,
                "claim": e.claim,
                "kind": e.kind,
                "amount_fen": e.amount_fen,
                "reserved_fen": e.reserved_fen,
                "consumed_fen": e.consumed_fen,
                "at": e.at,
            }
            for number, e in enumerate(self.books.ledger.entries, self.head.entry_id + 1)
        ]
        await self.database.insert(self.connection, entries, rows)
        return self.head.entry_id + len(rows)

    async def _alerts(self) -> list[tuple[datetime, Outgoing]]:
        """Keep alerts, those of scans and those of money that has just moved; tell of new ones."""
        ledger, at = self.books.ledger, self.changes[-1].at
        found: list[Alert] = [alert for change in self.changes for alert in change.alerts]
        found += await find_crossings(
            self.database,
            self.connection,
            self.before.accounts,
            ledger.accounts,
            ledger.entries,
            at,
        )
        if not found:
            return []
        new = await keep_new(self.database, self.connection, found)
        company = await self.company(self.connection)
        told = [(at, o) for alert in loudest(new) for o in announce(alert, company)]
        events = (threshold_happened(a) for a in new if isinstance(a, ThresholdCrossed))
        return told + [(at, o) for e in events for o in orders_for(e, self.subscriptions)]

    async def _outbox(self, told: Sequence[dict[str, object]]) -> int:
        for number, row in enumerate(told, self.head.outbox_id + 1):
            row["id"] = number
        # A notice that is there already is rare, and to be ready for one costs as much as a row.
        again: OnConflict = "fail" if self.before.trusting else "ignore"
        await self.database.insert(self.connection, outbox, told, again)
        return self.head.outbox_id + len(told)

    async def _head(self, chain: Link, entry_id: int, outbox_id: int) -> None:
        if Head(chain, entry_id, outbox_id) == self.head:
            return
        end: Row = {
            "company": TENANT,
            "audit_seq": chain.seq,
            "audit_hash": chain.hash,
            "entry_id": entry_id,
            "outbox_id": outbox_id,
        }
        await self.database.revise(self.connection, heads, "company", [end])


def audit_row(record: AuditRecord) -> Row:
    """Make the row of a line of the audit trail."""
    return {
        "seq": record.seq,
        "at": record.at,
        "actor": record.actor,
        "action": record.action,
        "subject": record.subject,
        "source": record.source,
        "fields": write(record.fields),
        "hash": record.hash,
    }
