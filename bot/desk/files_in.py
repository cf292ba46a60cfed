"""Files that come in by a watched folder: each is taken once, or lies apart with its reason."""

import asyncio
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.desk.imports import import_budgets, import_people
from bot.desk.results import ResultDesk
from bot.texts.refusals import refusal_text
from connectors.filedrop.arrivals import (
    ARRIVALS,
    Arrival,
    ClaimRows,
    Table,
    arrival_of,
    check_control,
    claims_in,
)
from connectors.filedrop.reading import MAX_BYTES, read_table
from connectors.filedrop.watch import CONTROL, Basket, End, Seen, is_good, kept_name
from core.actions.basics import Cause, Settings, outgoing
from core.change import Change
from core.company import Company
from core.company_file import CompanyFileError
from core.errors import Refused
from core.notices import Say
from core.ports import Clock, Store

SHOWN = 20
"""Reasons that a message tells; the file beside has them all."""
TOLD = ("finance", "admin")


class ClaimsTaker(Protocol):
    """Enters claims by the rules of `POST /claims`."""

    async def find_fault(self, body: bytes) -> Refused | None:
        """Say what stands against a claim; nothing is kept."""
        ...

    async def take(self, body: bytes, key: str, by: str) -> tuple[str, bool]:
        """Enter a claim once for each key; gives its number, and if it is new."""
        ...


@dataclass(frozen=True, slots=True)
class RowSaid:
    """What became of something in a file: `done` is `new` or `known`, or `zh` and `en` say why."""

    rows: tuple[int, ...]
    about: str = ""
    done: str = ""
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class FileDone:
    """How a file has ended, under which name."""

    name: str
    end: End
    kept: str
    said: tuple[RowSaid, ...]


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A file that was judged: what lies beside it, by the ending of the name."""

    done: FileDone
    kind: Arrival | None
    data: bytes
    beside: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class FilesIn:
    """Takes files of one connected folder; `takes` says which kinds, `control` if each has one."""

    name: str
    store: Store
    claims: ClaimsTaker
    clock: Clock
    settings: Settings
    takes: Collection[Arrival] = ARRIVALS
    control: bool = False

    async def take(
        self, basket: Basket, seen: Seen, others: Collection[str] = ()
    ) -> FileDone | None:
        """Take one file; None while it waits for its control file.

        What it says is noted before it is moved, and the same again changes nothing. Errors of the
        folder or the database leave it where it is.
        """
        control = seen.name + CONTROL
        announced = control in others
        if self.control and not announced and seen.plain:
            return None
        arrived = await self._arrived(basket, seen, control if announced else None)
        done = arrived.done
        beside = {**arrived.beside, **self._receipt(arrived)}
        if done.end == "quarantine":
            await self._tell(done)
        named = {done.kept + ending: content for ending, content in beside.items()}
        await basket.end(seen.name, done.end, done.kept, named)
        if announced:
            await basket.drop(control)
        return done

    async def _arrived(self, basket: Basket, seen: Seen, control: str | None) -> "_Arrived":
        """Read a file and note what it says, or say why not."""
        data, told = b"", b""
        kind: Arrival | None = None
        try:
            _require_readable(seen)
            data = await basket.read(seen.name)
            told = await basket.read(control) if control else b""
            table = await asyncio.to_thread(read_table, data)
            if control:
                check_control(told, data, table)
            kind = arrival_of(seen.name, table)
            said = await self._said(kind, table, data, seen.name)
        except Refused as refused:
            said = (_because(refused, ()),)
        except CompanyFileError as error:
            said = tuple(RowSaid((e.line,), e.key, "", e.message, e.message) for e in error.errors)
        beside = {CONTROL: told} if control else {}
        return _Arrived(_done(seen.name, data, said), kind, data, beside)

    async def _said(
        self, kind: Arrival, table: Table, data: bytes, name: str
    ) -> tuple[RowSaid, ...]:
        if kind not in self.takes:
            raise Refused("file_not_taken", kind=kind)
        if kind == "claims":
            return await self._claims(claims_in(table), data)
        if kind == "results":
            noted = await ResultDesk(self.store, self.clock, self.settings).note(table, data)
            return tuple(
                _because(row.refusal, (row.number,), row.payment)
                if row.refusal
                else RowSaid((row.number,), row.payment, "new" if row.noted else "known")
                for row in noted
            )
        act = import_budgets if kind == "budgets" else import_people
        applied = await act(self.store, table, name, self.clock, dry_run=False)
        return tuple(RowSaid((), line, "new") for line in applied.lines)

    async def _claims(self, found: Sequence[ClaimRows], data: bytes) -> tuple[RowSaid, ...]:
        """Enter all claims of a file, or none where one of them has a fault."""
        faults = [fault for claim in found if (fault := await self._fault(claim))]
        if faults:
            return tuple(faults)
        digest = hashlib.sha256(data).hexdigest()[:20]
        return tuple([await self._claim(claim, digest) for claim in found])

    async def _fault(self, claim: ClaimRows) -> RowSaid | None:
        try:
            refused = await self.claims.find_fault(claim.body())
        except Refused as error:
            refused = error
        return _because(refused, claim.rows, claim.key) if refused else None

    async def _claim(self, claim: ClaimRows, digest: str) -> RowSaid:
        own = f"k:{claim.key}" if claim.key else f"{digest}:{claim.rows[0]}"
        key, by = f"file:{self.name}:{own}", f"file:{self.name}"
        try:
            number, new = await self.claims.take(claim.body(), key, by)
        except Refused as refused:
            return _because(refused, claim.rows, claim.key)
        return RowSaid(tuple(claim.rows), number, "new" if new else "known")

    def _receipt(self, arrived: "_Arrived") -> dict[str, bytes]:
        """Write what became of a file for programs, and why it lies apart for people."""
        done = arrived.done
        facts = {
            "file": done.name,
            "sha256": hashlib.sha256(arrived.data).hexdigest(),
            "kind": arrived.kind,
            "end": done.end,
            "at": self.clock().isoformat(timespec="seconds"),
            "rows": [
                {"rows": s.rows, "about": s.about, "done": s.done, "zh": s.zh, "en": s.en}
                for s in done.said
            ],
        }
        text = json.dumps(facts, ensure_ascii=True, indent=1)
        beside = {".receipt.json": f"{text}\n".encode()}
        if done.end == "quarantine":
            beside[".reason.txt"] = ("\ufeff" + "\r\n".join(reasons(done.said)) + "\r\n").encode()
        return beside

    async def _tell(self, done: FileDone) -> None:
        """Tell those who answer for it, once for each file."""
        company = await self.store.company()
        people = {p.id: p for role in TOLD for p in company.with_role(role)}
        rows = "\n".join(list(reasons(done.said))[:SHOWN])
        told = [Say(p, "file_quarantined", (("file", done.name), ("rows", rows))) for p in people]
        now = self.clock()
        cause = Cause("system", now, f"quarantine:{self.name}:{done.kept}")
        await self.store.commit(Change(at=now, outbox=outgoing(cause, told)))


def reasons(said: Iterable[RowSaid]) -> Iterable[str]:
    """Write what was refused and, where only some was, what was not."""
    listed = list(said)
    for one in listed:
        if not one.done:
            rows = ", ".join(map(str, one.rows))
            where = f"第 {rows} 行 · row {rows} " if rows else ""
            both = one.zh if one.zh == one.en else f"{one.zh} · {one.en}"
            yield f"{where}{one.about}: {both}" if one.about else f"{where}{both}"
    good = sum(bool(one.done) for one in listed)
    if good:
        yield f"其余 {good} 项已登记，不必再交 · the other {good} are noted and need not come again"


def _require_readable(seen: Seen) -> None:
    if not seen.plain:
        raise Refused("file_not_plain", file=seen.name[:60])
    if not is_good(seen.name):
        raise Refused("file_name", file=seen.name[:60])
    if seen.size > MAX_BYTES:
        raise Refused("file_too_large", file=seen.name[:60])


def _because(refused: Refused, rows: Sequence[int], about: str = "") -> RowSaid:
    place = str(refused.fields.get("line", ""))
    at = tuple(rows)
    if place.isdigit() and int(place) < len(rows):
        at = (rows[int(place)],)
    zh, en = (refusal_text(refused, language, Company()) for language in ("zh", "en"))
    return RowSaid(at, about, "", zh, en)


def _done(name: str, data: bytes, said: tuple[RowSaid, ...]) -> FileDone:
    end: End = "done" if all(one.done for one in said) else "quarantine"
    return FileDone(name, end, kept_name(name, data), said)
