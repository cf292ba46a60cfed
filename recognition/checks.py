"""What a joined reading must satisfy; each failure is a finding, nothing is mended here."""

from collections.abc import Callable, Iterator, Sequence

from core.invoice import Reading, ReadingFinding
from recognition.evidence import Evidence
from recognition.items import sum_fen
from recognition.kinds import DIGITAL, DOT_MATRIX, VAT, WITH_QR
from recognition.taxid import verdict
from recognition.texts import finding

_WHOLE = 20
_CODED = 8
_NEEDED: dict[str, tuple[str, ...]] = {
    "rail_e": ("number", "date", "total"),
    "rail_paper": ("number", "date", "total"),
    "air_itinerary": ("number", "date", "total"),
    "taxi": ("code", "number", "date", "total"),
    "quota": ("code", "number", "total"),
    "overseas": ("total",),
    "vehicle": ("code", "number", "date", "total", "buyer", "seller"),
    "used_vehicle": ("code", "number", "date", "total", "buyer", "seller"),
}
_FORM = ("number", "date", "amount", "total", "buyer", "seller")

_PRINTED: dict[str, tuple[str, ...]] = {
    "air_itinerary": ("check_code", "amount", "tax", "buyer", "buyer_taxid", "seller"),
    "machine_printed": ("code", "number", "date", "buyer", "buyer_taxid", "seller", "seller_taxid"),
    "vehicle": ("amount", "tax", "buyer_taxid", "seller_taxid"),
    "used_vehicle": ("buyer_taxid", "seller_taxid"),
    "fiscal": ("code", "number", "date", "buyer", "buyer_taxid", "seller", "check_code"),
    "rail_e": ("buyer", "buyer_taxid"),
    "toll": ("code", "number", "date"),
    "bus": ("code", "number", "date"),
}
"""What such a form shows besides what is needed; missing on a poor picture it was not made out."""
_PARTIES = ("tax", "buyer_taxid", "seller_taxid")
_POOR = 2
"""So many needed fields that OCR did not find make a picture a poor one."""

Check = Callable[[Reading, Sequence[Evidence]], Iterator[ReadingFinding]]


def check(reading: Reading, evidence: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    """Give every doubt about a joined reading."""
    for one in _CHECKS:
        yield from one(reading, evidence)


def _outside(evidence: Sequence[Evidence]) -> int:
    return next((e.outside_fen for e in evidence if e.outside_fen), 0)


def adds_up(reading: Reading, evidence: Sequence[Evidence]) -> bool | None:
    """Whether amount, tax and what lies outside give the total; None when one is missing.

    Without a printed tax the amount itself must be the total.
    """
    amount, tax, total = reading.amount_fen, reading.tax_fen, reading.total_fen
    if amount is None or total is None:
        return None
    if tax is None:
        return True if amount == total else None
    return amount + tax + _outside(evidence) == total


def _arithmetic(reading: Reading, evidence: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    if adds_up(reading, evidence) is False:
        yield finding("total_mismatch", "amount", "tax", "total")


def _words(evidence: Sequence[Evidence]) -> set[int]:
    return {e.words_fen for e in evidence if e.words_fen is not None}


def _capitals(reading: Reading, evidence: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    words = _words(evidence)
    if reading.total_fen is not None and words and words != {reading.total_fen}:
        yield finding("capitals_differ", "total")


def _taxids(reading: Reading, _: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    for name in ("buyer_taxid", "seller_taxid"):
        taxid: str | None = getattr(reading, name)
        if taxid and verdict(taxid) == "wrong":
            yield finding("taxid_check", name)


def _shapes(reading: Reading, _: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    number, kind = reading.number, reading.kind
    if number and kind in {*DIGITAL, *VAT}:
        digital = kind in DIGITAL or (kind == "toll" and reading.code is None)
        if len(number) != (_WHOLE if digital else _CODED) and len(number) != _WHOLE:
            yield finding("number_shape", "number")
    lengths = {8} if reading.kind == "fiscal" else {10, 12}
    if reading.code and len(reading.code) not in lengths:
        yield finding("code_shape", "code")


def _year(reading: Reading, _: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    """Announcement 2024/8: the first two digits of a 20-digit number are the year."""
    number, day = reading.number, reading.date
    if number and day and len(number) == _WHOLE and number[:2] != f"{day:%y}":
        yield finding("number_year", "number", "date")


def _items(reading: Reading, _: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    total = sum_fen(reading.items)
    if total is not None and reading.amount_fen is not None and total != reading.amount_fen:
        yield finding("items_differ", "items")


def _missing(reading: Reading, _: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    missing = _not_read(reading)
    if missing:
        yield finding("not_read", *missing)


def _not_read(reading: Reading) -> list[str]:
    """Name the fields that such a voucher must have and that nothing gave."""
    needed = _NEEDED.get(reading.kind or "", _FORM if reading.kind in VAT else ("total",))
    present = {name for name, _ in reading.source}
    missing = [name for name in needed if name not in present]
    if reading.kind in VAT and reading.kind not in DIGITAL and "code" not in present:
        missing += ["code"] if len(reading.number or "") != _WHOLE else []
    return missing


def _unseen(reading: Reading) -> list[str]:
    """Name everything that such a voucher usually shows and that nothing gave."""
    coded = reading.kind in VAT and reading.kind not in DIGITAL
    shown = _PRINTED.get(reading.kind or "", _PARTIES if reading.kind in VAT else ())
    present = {name for name, _ in reading.source}
    missing = [*_not_read(reading), *shown, *(("check_code",) if coded else ())]
    return [name for name in dict.fromkeys(missing) if name not in present]


def _recognised(reading: Reading, evidence: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    """Doubt what only OCR says: unclear characters, an unproven total, an unreadable code."""
    seen = [name for name, source in reading.source if source == "ocr"]
    if "kind" in seen and reading.kind == "other":
        yield finding("unsure_kind", "kind")
    if not seen:
        return
    ocr = next(e for e in evidence if e.source == "ocr")
    if ocr.coarse or len(_not_read(reading)) >= _POOR:
        yield finding("ask_original", *seen, *_unseen(reading))
    proven = _proven(reading, evidence)
    weak = [n for n in seen if n not in proven and (n in ocr.weak or n in _PARTS)]
    if weak:
        yield finding("doubtful_field", *weak)
    if "number" in seen and reading.kind in WITH_QR:
        named = ("code", "number", "date", "check_code", "total")
        yield finding("qr_unreadable", *(n for n in seen if n in named))
    if "total" in seen:
        yield from _total(reading, evidence)


_PARTS = ("amount", "tax")


def _proven(reading: Reading, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Name the amounts that a sum or the capitals bear out, however hard they were to read."""
    if adds_up(reading, evidence):
        return (*_PARTS, "total")
    return ("total",) if reading.total_fen in _words(evidence) else ()


def _total(reading: Reading, evidence: Sequence[Evidence]) -> Iterator[ReadingFinding]:
    if reading.kind in DOT_MATRIX:
        yield finding("confirm_amount", "total")
    elif reading.total_fen not in _words(evidence) and not adds_up(reading, evidence):
        yield finding("unproven_total", "total")


_CHECKS: tuple[Check, ...] = (
    _arithmetic,
    _capitals,
    _taxids,
    _shapes,
    _year,
    _items,
    _missing,
    _recognised,
)
