"""What a voucher says: its kinds, a reading of it, and what identifies it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.money import format_yuan

InvoiceKind = Literal[
    "vat_special",
    "vat_general",
    "vat_special_e",
    "vat_general_e",
    "vat_roll",
    "digital_special",
    "digital_general",
    "rail_e",
    "rail_paper",
    "air_itinerary",
    "taxi",
    "quota",
    "machine_printed",
    "toll",
    "ride_hailing",
    "ride_itinerary",
    "bus",
    "vehicle",
    "used_vehicle",
    "fiscal",
    "overseas",
    "other",
]
Source = Literal["xml", "xbrl", "ofd", "pdf", "qr", "ocr"]
_Day = date
"""The type, where a field of the same name hides it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of goods or services; quantity, price and rate as printed."""

    name: str
    spec: str | None = None
    unit: str | None = None
    quantity: str | None = None
    price: str | None = None
    amount_fen: int | None = None
    rate: str | None = None
    tax_fen: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingFinding:
    """A doubt: about `fields`, or about the whole document when there are none."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one voucher; None where nothing is printed or nothing was read.

    `source` pairs each field with where it came from; a field is never guessed, what is
    doubtful has a finding (contract §6). `picture_hash` says what a photo or scan looks like
    (`core.likeness`); it is for finding duplicates and no part of what is written out. A file
    that is `refused` is of a kind that no claim takes, or not safe to open. `paper` marks a fully
    digital invoice in its paper form, which providers of verification tell from the electronic.
    Amounts are hundredths of `currency`: the yuan where it is None; a foreign receipt whose
    currency is not printed has a finding `foreign_currency`.
    """

    file: str
    ok: bool
    kind: InvoiceKind | None = None
    code: str | None = None
    number: str | None = None
    date: _Day | None = None
    amount_fen: int | None = None
    tax_fen: int | None = None
    total_fen: int | None = None
    buyer: str | None = None
    buyer_taxid: str | None = None
    seller: str | None = None
    seller_taxid: str | None = None
    check_code: str | None = None
    items: tuple[Item, ...] = ()
    confidence: float = 0.0
    source: tuple[tuple[str, Source], ...] = ()
    findings: tuple[ReadingFinding, ...] = ()
    reason: str | None = None
    picture_hash: str | None = None
    refused: bool = False
    paper: bool = False
    currency: str | None = None


_WHOLE_NUMBER = 20


def identity_of(
    kind: str | None, code: str | None, number: str | None, day: date | None
) -> str | None:
    """Give what identifies a voucher over all its forms, None where nothing does (design §5).

    A 20-digit number stands alone; a coded invoice is code and number; a paper rail ticket is
    its serial and date.
    """
    if not number:
        return None
    if len(number) == _WHOLE_NUMBER:
        return number
    if code:
        return f"{code}-{number}"
    return f"{number}-{day.isoformat()}" if kind == "rail_paper" and day else None


def identity(reading: Reading) -> str | None:
    """Give the identity of a reading."""
    return identity_of(reading.kind, reading.code, reading.number, reading.date)


def to_json(reading: Reading) -> dict[str, object]:
    """Write a reading as contract §6 has it: money as decimal strings, dates ISO."""
    answer: dict[str, object] = {
        "file": reading.file,
        "ok": reading.ok,
        "kind": reading.kind,
        "code": reading.code,
        "number": reading.number,
        "date": reading.date.isoformat() if reading.date else None,
        "amount": _yuan(reading.amount_fen),
        "tax": _yuan(reading.tax_fen),
        "total": _yuan(reading.total_fen),
        "buyer": reading.buyer,
        "buyer_taxid": reading.buyer_taxid,
        "seller": reading.seller,
        "seller_taxid": reading.seller_taxid,
        "check_code": reading.check_code,
        "items": [_item(item) for item in reading.items],
        "confidence": round(reading.confidence, 3),
        "source": dict(reading.source),
        "findings": [
            {"code": f.code, "message": f.message, "fields": list(f.fields)}
            for f in reading.findings
        ],
    }
    if reading.currency:
        answer["currency"] = reading.currency
    return answer if reading.ok else {**answer, "reason": reading.reason}


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen)


def _item(item: Item) -> dict[str, object]:
    return {
        "name": item.name,
        "spec": item.spec,
        "unit": item.unit,
        "quantity": item.quantity,
        "price": item.price,
        "amount": _yuan(item.amount_fen),
        "rate": item.rate,
        "tax": _yuan(item.tax_fen),
    }
