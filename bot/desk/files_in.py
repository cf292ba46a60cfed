"""Files that come in by a watched folder: each is taken once, or lies apart with its reason."""

import asyncio
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from bot.desk.imports import import_budgets, import_people
from bot.desk.results import ResultDesk, RowDone
from bot.texts.refusals import refusal_text
from bot.texts.template import Language
from connectors.filedrop.arrivals import (
    ARRIVALS,
    Arrival,
    ClaimRows,
    Table,
    arrival_of,
    claims_in,
    read_control,
)
from connectors.filedrop.reading import MAX_BYTES, read_table_apart
from connectors.filedrop.watch import (
    CONTROL,
    Basket,
    End,
    Seen,
    is_cut,
    is_good,
    kept_name,
    shown_name,
)
from core.actions.basics import Cause, Settings, outgoing
from core.change import Change
from core.company import Company
from core.company_file import CompanyFileError
from core.errors import Refused
from core.naming import names_of
from core.notices import Say
from core.ports import Clock, Store
from core.table_columns import COLUMNS
from core.yaml_file import FileError

SHOWN = 20
"""Reasons that a message tells; the file beside has them all."""
TOLD = ("finance", "admin")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
AT_ONCE = 16
PATIENCE_S = 60.0
"""A file that seems to be cut off may still be written to by somebody slow."""
MISSED_S = 3600.0
"""After so long a control file that has not come is missed."""


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
    patience_s: float = PATIENCE_S

    async def take(
        self, basket: Basket, seen: Seen, others: Mapping[str, Seen] | None = None
    ) -> FileDone | None:
        """Take one file; None while it waits for its control file, or for its end.

        What it says is noted before it is moved, and the same again changes nothing. Errors of the
        folder or the database leave it where it is.
        """
        control = (others or {}).get(seen.name + CONTROL)
        if self.control and control is None and seen.plain:
            if seen.quiet_s > MISSED_S:
                await self._tell_missed(seen)
            return None
        arrived = await self._arrived(basket, seen, control)
        if arrived is None:
            return None
        done = arrived.done
        beside = {**arrived.beside, **self._receipt(arrived)}
        if done.end == "quarantine":
            await self._tell(done)
        named = {done.kept + ending: content for ending, content in beside.items()}
        await basket.end(seen, done.end, done.kept, arrived.data, named)
        if control:
            await basket.drop(control.name)
        return done

    async def _arrived(self, basket: Basket, seen: Seen, control: Seen | None) -> "_Arrived | None":
        """Read a file and note what it says, or say why not."""
        data, told = b"", b""
        kind: Arrival | None = None
        try:
            _require_readable(seen)
            data = await basket.read(seen)
            if is_cut(data) and seen.quiet_s < self.patience_s:
                return None
            told = await basket.read(control) if control else b""
            controls = read_control(told) if control else None
            if controls:
                controls.check_bytes(data)
            table = await read_table_apart(data)
            kind = arrival_of(seen.name, table)
            if controls:
                controls.check_table(table, kind)
            said = await self._said(kind, table, data, seen.name)
        except Refused as refused:
            said = _because(refused, ())
        except CompanyFileError as error:
            said = tuple(_of_table(e) for e in sorted(error.errors, key=lambda e: e.line))
        beside = {CONTROL: told} if control else {}
        return _Arrived(_done(seen.name, data, said), kind, data, beside)

    async def _said(
        self, kind: Arrival, table: Table, data: bytes, name: str
    ) -> tuple[RowSaid, ...]:
        if kind not in self.takes:
            raise Refused("file_not_taken", kind=kind)
        if kind == "claims":
            names = names_of(await self.store.company())
            return await self._claims(claims_in(table, names), data)
        if kind == "results":
            noted = await ResultDesk(self.store, self.clock, self.settings).note(table, data)
            return tuple(said for row in noted for said in _of_result(row))
        if kind == "budgets":
            applied = await import_budgets(self.store, table, name, self.clock, dry_run=False)
        else:
            applied = await import_people(
                self.store, table, name, self.clock, dry_run=False, settings=self.settings
            )
        return tuple(RowSaid((), line, "new") for line in applied.lines)

    async def _claims(self, found: Sequence[ClaimRows], data: bytes) -> tuple[RowSaid, ...]:
        """Enter all claims of a file, or none where one of them has a fault."""
        faults = await self._all_faults(found)
        if faults:
            return faults
        digest = hashlib.sha256(data).hexdigest()[:20]
        # One after another: numbers, and what a budget has left, go by the rows of the file.
        return tuple([said for claim in found for said in await self._claim(claim, digest)])

    async def _all_faults(self, found: Sequence[ClaimRows]) -> tuple[RowSaid, ...]:
        """Ask what stands against each claim, some at a time: nothing is kept."""
        said: list[RowSaid] = []
        for start in range(0, len(found), AT_ONCE):
            some = (self._faults(claim) for claim in found[start : start + AT_ONCE])
            for faults in await asyncio.gather(*some):
                said += faults
        return tuple(said)

    async def _faults(self, claim: ClaimRows) -> tuple[RowSaid, ...]:
        try:
            refused = await self.claims.find_fault(claim.body())
        except Refused as error:
            refused = error
        return _because(refused, claim.rows, claim.key) if refused else ()

    async def _claim(self, claim: ClaimRows, digest: str) -> tuple[RowSaid, ...]:
        own = f"k:{claim.key}" if claim.key else f"{digest}:{claim.rows[0]}"
        key, by = f"file:{self.name}:{own}", f"file:{self.name}"
        try:
            number, new = await self.claims.take(claim.body(), key, by)
        except Refused as refused:
            return _because(refused, claim.rows, claim.key)
        return (RowSaid(tuple(claim.rows), number, "new" if new else "known"),)

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
            beside[".reason.txt"] = reason_file(done.said)
        return beside

    async def _tell(self, done: FileDone) -> None:
        """Tell those who answer for it, once for each file."""
        rows = {
            language: "\n".join(islice(reasons(done.said, language), SHOWN))
            for language in LANGUAGES
        }
        once = f"quarantine:{self.name}:{done.kept}"
        await self._say("file_quarantined", done.name, rows, once)

    async def _tell_missed(self, seen: Seen) -> None:
        """Tell them, once for each file, that it waits in vain."""
        once = f"missed:{self.name}:{shown_name(seen.name)}:{seen.size}:{seen.stamp:.0f}"
        await self._say(
            "file_waits", shown_name(seen.name)[:60], dict.fromkeys(LANGUAGES, CONTROL), once
        )

    async def _say(self, text: str, file: str, rows: Mapping[Language, str], once: str) -> None:
        company = await self.store.company()
        people = {p.id: p for role in TOLD for p in company.with_role(role)}
        told = [
            Say(id_, text, (("file", file), ("rows", rows[person.language])))
            for id_, person in people.items()
        ]
        now = self.clock()
        await self.store.commit(Change(at=now, outbox=outgoing(Cause("system", now, once), told)))


def reasons(said: Sequence[RowSaid], language: Language) -> Iterator[str]:
    """Write what was refused and, where only some was, what was not."""
    for one in said:
        if not one.done:
            rows = ", ".join(map(str, one.rows))
            where = (f"第 {rows} 行：" if language == "zh" else f"Row {rows}: ") if rows else ""
            about = f"{one.about}: " if one.about else ""
            yield f"{where}{about}{one.zh if language == 'zh' else one.en}"
    good = sum(bool(one.done) for one in said)
    if good and language == "zh":
        yield f"其余 {good} 项已登记，不必再交。"
    elif good:
        yield f"The other {good} are noted and need not come again."


def reason_file(said: Sequence[RowSaid]) -> bytes:
    """Write the reasons as they lie beside a file: Chinese first, with what Windows needs."""
    both = [*reasons(said, "zh"), "", *reasons(said, "en")]
    return ("\ufeff" + "\r\n".join(both) + "\r\n").encode()


def _require_readable(seen: Seen) -> None:
    if not seen.plain:
        raise Refused("file_not_plain", file=shown_name(seen.name)[:60])
    if not is_good(seen.name):
        raise Refused("file_name", file=shown_name(seen.name)[:60])
    if seen.size > MAX_BYTES:
        raise Refused("file_too_large", file=shown_name(seen.name)[:60])


def _of_result(row: RowDone) -> tuple[RowSaid, ...]:
    if row.refusal:
        return _because(row.refusal, (row.number,), row.payment)
    return (RowSaid((row.number,), row.payment, "new" if row.noted else "known"),)


def _because(refused: Refused, rows: Sequence[int], about: str = "") -> tuple[RowSaid, ...]:
    """Say why, with the row; a body with several faults says each at its own."""
    faults = refused.fields.get("faults")
    if isinstance(faults, tuple) and faults and rows:
        return tuple(_fault(str(p), (str(zh), str(en)), rows, about) for p, zh, en in faults)
    place = str(refused.fields.get("line", ""))
    at = tuple(rows)
    fields = dict(refused.fields)
    if place.isdigit() and int(place) < len(rows):
        at = (rows[int(place)],)
        del fields["line"]
    if str(fields.get("row", "")).isdigit():
        at = (int(str(fields.pop("row"))),)  # told as the row itself, not once more in the text
    plain = Refused(refused.code, **fields)
    zh, en = (refusal_text(plain, language, Company()) for language in ("zh", "en"))
    return (RowSaid(at, about, "", zh, en),)


def _of_table(fault: FileError) -> RowSaid:
    """Take the two languages apart that a fault of a table has."""
    zh, _, en = fault.message.partition(" · ")
    return RowSaid((fault.line,), fault.key, "", zh, en or zh)


def _fault(field: str, said: tuple[str, str], rows: Sequence[int], about: str) -> RowSaid:
    """Say a fault of `lines.2.amount` at the row of the third line, by the title people know."""
    parts = field.split(".")
    in_line = len(parts) > 1 and parts[0] == "lines" and parts[1].isdigit()
    at = (rows[int(parts[1])],) if in_line and int(parts[1]) < len(rows) else tuple(rows[:1])
    name = parts[-1] if not in_line or len(parts) > LINE_FIELD else ""
    title, (zh, en) = COLUMNS["claims"].get(name, (name,))[0], said
    return RowSaid(
        at, about, "", f"{title}：{zh}" if title else zh, f"{name}: {en}" if name else en
    )


LINE_FIELD = 2
"""`lines`, a place, and then the field of the line."""


def _done(name: str, data: bytes, said: tuple[RowSaid, ...]) -> FileDone:
    end: End = "done" if all(one.done for one in said) else "quarantine"
    return FileDone(shown_name(name), end, kept_name(name, data), said)
