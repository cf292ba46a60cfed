"""The archive: a month's claims as one package, and originals deleted after their time."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, tzinfo
from pathlib import Path
from typing import BinaryIO

from bot.desk.package import Entry, Package, suffix_of
from bot.desk.records import (
    HEADER,
    MONEY,
    Cell,
    Dossier,
    Json,
    Original,
    dossier_json,
    rows_of,
)
from core.actions.archiving import note_export, purge
from core.actions.basics import Cause
from core.archive import CLOSED, is_of_month, require_past_retention, settled_at
from core.change import Tombstone
from core.claim import Claim, StoredFile
from core.company import ROOT, Company
from core.errors import Refused
from core.ports import ClaimQuery, Clock, Files, Page, Store

WriteTable = Callable[[BinaryIO, Sequence[str], Iterable[Sequence[Cell]], Sequence[int]], None]
"""Writes a table of any length into a file: header, rows, and which columns are money."""
FORMAT = "chit-archive/1"
ADMINISTRATOR = "administrator"
PAGE = 500
BATCH = 500
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Exported:
    """What a package holds; `missing` are originals that were not there or not whole."""

    claims: int
    files: int
    manifest: str
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Box:
    """A package in the making, with what its manifest will say beside the entries."""

    package: Package
    records: BinaryIO
    rows: BinaryIO
    placed: dict[str, Entry] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    purged: dict[str, Tombstone] = field(default_factory=dict)
    claims: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """What is archived, from where; days are those of `zone`."""

    store: Store
    files: Files
    clock: Clock
    zone: tzinfo

    async def export(
        self, month: str, out: Path, write_table: WriteTable, company: str | None = None
    ) -> Exported:
        """Write the package of a month, of one legal entity or of all.

        Refused `month_unclear` or `no_such_company`. The same records give the same bytes. It lies
        complete in `OUT.tmp` before it takes its name; its making is on the record.
        """
        found = _MONTH.fullmatch(month)
        if not found:
            raise Refused("month_unclear", text=month)
        known = await self.store.company()
        if company not in {None, ROOT, *(c.id for c in known.companies)}:
            raise Refused("no_such_company", text=str(company))
        numbers = await self._numbers(int(found[1]), int(found[2]), company)
        draft = out.with_name(out.name + ".tmp")
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "w+b") as file,
            tempfile.TemporaryFile() as records,
            tempfile.TemporaryFile() as rows,
        ):
            box = _Box(Package(file), records, rows)
            for number in numbers:
                await self._add(box, known, number)
            manifest = _finish(box, month, company, str(self.zone), write_table)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
        done = Exported(box.claims, len(box.placed), manifest.sha256, (*box.missing, *box.damaged))
        await self._note(month, company, done)
        return done

    async def _note(self, month: str, company: str | None, done: Exported) -> None:
        source = f"archive:{month}:{company or 'all'}:{done.manifest}"
        facts = {
            "company": company or "all",
            "claims": str(done.claims),
            "files": str(done.files),
            "manifest": done.manifest,
            "missing": str(len(done.missing)),
        }
        cause = Cause(ADMINISTRATOR, self.clock(), source)
        await self.store.commit(note_export(month, cause, facts))

    async def _numbers(self, year: int, month: int, company: str | None) -> list[str]:
        return sorted(
            [
                claim.number
                async for claim in self._claims()
                if is_of_month(claim, year, month, self.zone, company)
            ]
        )

    async def _claims(self) -> AsyncIterator[Claim]:
        page = await self.store.claims(ClaimQuery(), Page(limit=PAGE))
        while True:
            for claim in page.items:
                yield claim
            if page.next is None:
                return
            page = await self.store.claims(ClaimQuery(), Page(page.next, PAGE))

    async def _add(self, box: _Box, company: Company, number: str) -> None:
        """Put one claim into the package: its originals at once, its records for the end."""
        claim = await self.store.claim(number)
        if claim is None:
            return
        tombs = await self.store.tombstones([f.sha256 for f in claim.files])
        box.purged |= {t.sha256: t for t in tombs}
        originals = [await self._original(box, f) for f in claim.files]
        invoices = await self.store.invoices_of(number)
        keys = sorted({v.identity for v in invoices if v.identity})
        dossier = Dossier(
            claim=claim,
            company=company,
            originals=tuple(originals),
            invoices=invoices,
            verified=await self.store.verified(keys) if keys else {},
            payment=await self.store.payment(f"P-{number}"),
            books=await self.store.vouchers_of([number]),
        )
        box.claims += 1
        box.records.write(_line(dossier_json(dossier)))
        for row in rows_of(dossier):
            box.rows.write(_line(row))

    async def _original(self, box: _Box, file: StoredFile) -> Original:
        """Put the bytes of a file in once; what is not whole is named, never packed."""
        entry = box.placed.get(file.sha256) or await self._place(box, file.sha256)
        tomb = None if entry else box.purged.get(file.sha256)
        if entry is None:
            return Original(file.sha256, file.name, "", 0, tomb)
        return Original(file.sha256, file.name, entry.path, entry.size)

    async def _place(self, box: _Box, sha256: str) -> Entry | None:
        try:
            data = await self.files.get(sha256)
        except FileNotFoundError:
            if sha256 not in {*box.purged, *box.missing}:
                box.missing.append(sha256)
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            if sha256 not in box.damaged:
                box.damaged.append(sha256)
            return None
        path = f"files/{sha256[:2]}/{sha256}{suffix_of(data)}"
        box.placed[sha256] = box.package.add(path, data)
        return box.placed[sha256]

    async def due(self, before: date, keep_years: int) -> dict[str, str]:
        """Find originals that may be deleted: their SHA-256 with a claim that had them.

        All claims that have one are closed and older; Refused `inside_retention`.
        """
        today = self.clock().astimezone(self.zone).date()
        require_past_retention(before, today, keep_years)
        old: dict[str, str] = {}
        async for claim in self._claims():
            if self._is_past(claim, before):
                old |= {f.sha256: claim.number for f in claim.files}
        kept = (c async for c in self._claims() if old and not self._is_past(c, before))
        async for claim in kept:
            for file in claim.files:
                old.pop(file.sha256, None)
        return dict(sorted(old.items()))

    def _is_past(self, claim: Claim, before: date) -> bool:
        return claim.state in CLOSED and settled_at(claim).astimezone(self.zone).date() < before

    async def delete(self, hashes: Sequence[str], before: date) -> int:
        """Delete originals: first the tombstones are true, then the bytes go; gives how many.

        What a crash has left between the two goes the next time.
        """
        gone = 0
        for start in range(0, len(hashes), BATCH):
            batch = hashes[start : start + BATCH]
            known = {t.sha256 for t in await self.store.tombstones(batch)}
            fresh = [name for name in batch if name not in known]
            if fresh:
                at = self.clock()
                cause = Cause(ADMINISTRATOR, at, f"purge:{before.isoformat()}:{fresh[0]}")
                await self.store.commit(purge(fresh, before, cause))
            for name in batch:
                await self.files.drop(name)
            gone += len(fresh)
        return gone


def _line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _finish(
    box: _Box, month: str, company: str | None, zone: str, write_table: WriteTable
) -> Entry:
    """Add both indexes and the manifest of everything; gives the manifest's own entry."""
    about: Json = {"format": FORMAT, "month": month, "company": company, "timezone": zone}
    with tempfile.TemporaryFile() as index:
        head = json.dumps(about, ensure_ascii=False)[:-1]
        index.write(f'{head}, "claims": ['.encode())
        for i, record in enumerate(_lines(box.records)):
            index.write((b",\n" if i else b"\n") + record.rstrip(b"\n"))
        index.write(b"\n]}\n")
        index.seek(0)
        box.package.add_stream("index.json", index)
    with tempfile.TemporaryFile() as table:
        write_table(table, HEADER, map(json.loads, _lines(box.rows)), MONEY)
        table.seek(0)
        box.package.add_stream("index.xlsx", table)
    manifest = about | {
        "claims": box.claims,
        "entries": [asdict(entry) for entry in sorted(box.package.entries, key=lambda e: e.path)],
        "missing": sorted(box.missing),
        "damaged": sorted(box.damaged),
        "purged": [
            {"sha256": t.sha256, "at": t.at.isoformat(), "by": t.actor}
            for name, t in sorted(box.purged.items())
            if name not in box.placed
        ],
    }
    with tempfile.TemporaryFile() as text:
        text.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
        text.seek(0)
        entry = box.package.add_stream("manifest.json", text)
    box.package.close()
    return entry


def _lines(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file
