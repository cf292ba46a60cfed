"""Tax ids: their check digits, and what the check digit allows to mend."""

import re
from typing import Literal

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_ID_DIGITS = "10X98765432"
_UNIFIED = 18
_ALIKE = str.maketrans("OISZV", "01527")
_SHAPE = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{17}|[0-9A-Z]{18}|[0-9A-Z]{20}")

Verdict = Literal["proven", "unproven", "wrong"]


def is_taxid(text: str) -> bool:
    """Whether a text has the shape of a tax id (15, 17, 18 or 20 letters and digits)."""
    return bool(_SHAPE.fullmatch(text)) and sum(c.isdigit() for c in text) >= 6  # noqa: PLR2004


def verdict(taxid: str) -> Verdict:
    """Judge by the check digit: GB 32100 (mod 31), or GB 11643 for a person's own number.

    Ids of 15, 17 and 20 places have none and stay unproven.
    """
    if len(taxid) != _UNIFIED:
        return "unproven"
    return "proven" if _unified(taxid) or _personal(taxid) else "wrong"


def mend(taxid: str) -> str:
    """Put back letters that the alphabet has not (O is 0, I is 1, …) where the digit proves it."""
    if verdict(taxid) != "wrong":
        return taxid
    mended = taxid.translate(_ALIKE)
    return mended if verdict(mended) == "proven" else taxid


def _unified(taxid: str) -> bool:
    if any(c not in _ALPHABET for c in taxid):
        return False
    total = sum(_ALPHABET.index(c) * w for c, w in zip(taxid, _WEIGHTS, strict=False))
    return _ALPHABET[-total % 31] == taxid[-1]


def _personal(taxid: str) -> bool:
    if not taxid[:-1].isdigit():
        return False
    total = sum(int(c) * w for c, w in zip(taxid, _ID_WEIGHTS, strict=False))
    return _ID_DIGITS[total % 11] == taxid[-1]
