"""Vouchers as files have them: one a claim, or those of a day summed up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from core.voucher import Voucher, VoucherLine


@dataclass(frozen=True, slots=True)
class Sheet:
    """One voucher of a file; `number` counts from 1 within it, `of` are the vouchers in it."""

    id: str
    number: int
    day: date
    company: str
    attachments: int
    lines: tuple[VoucherLine, ...]
    of: tuple[Voucher, ...]


@dataclass(frozen=True, slots=True)
class SheetList:
    """What goes into one file."""

    batch: str
    made_at: datetime
    word: str
    sheets: tuple[Sheet, ...]

    @property
    def count(self) -> int:
        """How many vouchers the file has."""
        return len(self.sheets)

    @property
    def total_fen(self) -> int:
        """The sum of all debits."""
        return sum(line.debit_fen for sheet in self.sheets for line in sheet.lines)


def one_each(vouchers: Sequence[Voucher]) -> tuple[Sheet, ...]:
    """Give a sheet a voucher."""
    return tuple(
        Sheet(v.id, number, v.day, v.company, v.attachments, v.lines, (v,))
        for number, v in enumerate(vouchers, 1)
    )


def by_day(vouchers: Sequence[Voucher], batch: str) -> tuple[Sheet, ...]:
    """Sum vouchers up by day, legal entity and kind.

    What has the same account and dimensions becomes one entry; the sums are those of the vouchers
    to the fen.
    """
    listed = sorted(vouchers, key=_group)
    found: list[Sheet] = []
    for (day, company, _), group in groupby(listed, key=_group):
        members = tuple(group)
        lines = tuple(_summed(line for v in members for line in v.lines))
        attachments = sum(v.attachments for v in members)
        name = f"{batch}-{len(found) + 1:03d}"
        found.append(Sheet(name, len(found) + 1, day, company, attachments, lines, members))
    return tuple(found)


def _group(voucher: Voucher) -> tuple[date, str, str]:
    return voucher.day, voucher.company, voucher.kind


def _summed(lines: Iterable[VoucherLine]) -> Iterator[VoucherLine]:
    """Join entries that differ only in their summaries and amounts; debits and credits apart."""
    sums: dict[VoucherLine, VoucherLine] = {}
    counts: dict[VoucherLine, int] = {}
    for line in lines:
        credit = bool(line.credit_fen)
        key = replace(
            line,
            summary="credit" if credit else "debit",
            debit_fen=0,
            credit_fen=0,
            original_fen=None if line.original_fen is None else 0,
        )
        before = sums.get(key)
        counts[key] = counts.get(key, 0) + 1
        sums[key] = line if before is None else _plus(before, line)
    for key, line in sums.items():
        more = counts[key] - 1
        summary = f"{line.summary[:50]} 等 {counts[key]} 笔" if more else line.summary
        if line.debit_fen or line.credit_fen:
            yield replace(line, summary=summary)


def _plus(one: VoucherLine, other: VoucherLine) -> VoucherLine:
    originals = (one.original_fen or 0) + (other.original_fen or 0)
    return replace(
        one,
        debit_fen=one.debit_fen + other.debit_fen,
        credit_fen=one.credit_fen + other.credit_fen,
        original_fen=None if one.original_fen is None else originals,
    )
