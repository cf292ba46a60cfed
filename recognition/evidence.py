"""What one source says about one voucher, before the sources are joined."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal

from core.invoice import InvoiceKind, Item, ReadingFinding, Source
from core.money import MAX_FEN
from recognition.texts import finding

TRUST: tuple[Source, ...] = ("xml", "xbrl", "ofd", "pdf", "qr", "ocr")
"""Best first (design §5)."""

_Day = date
_MONEY = re.compile(r"[-+]?\d{1,13}(?:\.\d{1,2})?")
_ISO = re.compile(r"(\d{4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})(?!\d)")
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})(?!\d)\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Facts:
    """The fields of a voucher as one source has them; None where it says nothing."""

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
    currency: str | None = None


FIELDS = {f.name.removesuffix("_fen"): f.name for f in fields(Facts)}
"""The contract's field names and where `Facts` and `Reading` keep them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts of one source with its own doubts.

    `words_fen` is the total in Chinese capitals, `outside_fen` what belongs to the total but not
    to the tax base (the civil aviation fund), `weak` the fields that were hard to read,
    `coarse` marks a picture too bad to be believed, `paper` the paper form of a digital invoice.
    """

    source: Source
    facts: Facts
    doubts: tuple[ReadingFinding, ...] = ()
    words_fen: int | None = None
    outside_fen: int = 0
    weak: frozenset[str] = frozenset()
    coarse: bool = False
    paper: bool = False


@dataclass(slots=True)
class Document:
    """All evidence on one voucher, from whatever files and pages; `look` hashes its picture."""

    evidence: list[Evidence] = field(default_factory=list)
    doubts: list[ReadingFinding] = field(default_factory=list)
    look: str | None = None


def flat(text: str) -> str:
    """Fold full-width forms and drop blanks, for comparing and matching."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def tidy(text: str | None) -> str | None:
    """Trim a text and take out control characters; None when nothing is left."""
    kept = "".join(c for c in text or "" if unicodedata.category(c)[0] != "C" or c == " ").strip()
    return " ".join(kept.split()) or None


def money(text: str | None) -> int | None:
    """Read an amount as fen; None for `***`, 免税 and whatever else is no plain amount."""
    plain = flat(text or "").replace(",", "").replace("¥", "").replace("CNY", "").rstrip("元")
    if not _MONEY.fullmatch(plain):
        return None
    fen = int(Decimal(plain) * 100)
    return fen if abs(fen) <= MAX_FEN else None


def day(text: str | None) -> date | None:
    """Read a date written 2026-03-09, 2026年3月9日 or 20260309, with or without a time after it.

    None when it is none.
    """
    plain = unicodedata.normalize("NFKC", text or "").strip().replace("/", "-").replace(".", "-")
    found = _ISO.match(plain) or _CHINESE.match(plain) or _COMPACT.match(plain)
    return make_day(*found.groups()) if found else None


def make_day(year: str, month: str, number: str) -> date | None:
    """Make a date out of its parts; None when there is no such day."""
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


SURE = 0.95
"""The least confidence of a character at which a recognised text is believed."""


@dataclass(slots=True)
class Draft:
    """Facts being gathered from one page, with what is weak or doubtful about them."""

    facts: Facts = field(default_factory=Facts)
    weak: set[str] = field(default_factory=set)
    doubts: list[ReadingFinding] = field(default_factory=list)
    words_fen: int | None = None
    outside_fen: int = 0
    paper: bool = False

    def put(self, name: str, value: object, sure: float = 1.0) -> None:
        """Set a field by its contract name."""
        self.facts = replace(self.facts, **{FIELDS[name]: value})  # type: ignore[arg-type]
        self.weak.discard(name)
        if sure < SURE:
            self.weak.add(name)

    def choose(self, name: str, found: Sequence[tuple[object, float]]) -> bool:
        """Set a field to the one value found; several different ones set nothing but a doubt.

        Sure values outvote unsure ones. Gives whether the field is set.
        """
        sure = [pair for pair in found if pair[1] >= SURE] or list(found)
        values = {value for value, _ in sure}
        if len(values) > 1:
            self.doubts.append(finding("ambiguous", name))
        if len(values) != 1:
            return False
        self.put(name, values.pop(), max(s for _, s in sure))
        return True
