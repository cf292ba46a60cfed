"""The company's own names and tax ids: what a photo's buyer is checked against and mended by."""

from collections.abc import Sequence
from dataclasses import replace

from core.company import LegalEntity
from core.invoice import Reading, ReadingFinding
from recognition.evidence import flat
from recognition.taxid import verdict
from recognition.texts import finding

_NEAR = 2
"""Characters by which a text that was hard to read may differ from what it stands for."""
_RESTATED = frozenset({"doubtful_field", "ask_original", "taxid_check", "not_read"})
"""Findings that say nothing but the names of their fields."""


def checked(reading: Reading, companies: Sequence[LegalEntity]) -> Reading:
    """Mend a buyer that OCR read nearly right; one that is nobody of ours gets a finding.

    Only what OCR alone says is touched: files and codes say what they say. A tax id is mended
    where the one that was read breaks its check digit and ours does not.
    """
    seen = {name for name, source in reading.source if source == "ocr"}
    named = seen & {"buyer", "buyer_taxid"}
    if not reading.ok or not companies or not named:
        return reading
    doubted = {field for f in reading.findings for field in f.fields}
    ours = [c for c in companies if _is(reading, c, named, doubted)]
    exact = [c for c in ours if flat(c.name) == flat(reading.buyer or "")]
    if len(exact or ours) != 1:
        fields = sorted(named)
        return replace(reading, findings=(*reading.findings, finding("buyer_not_ours", *fields)))
    return _mended(reading, (exact or ours)[0], named)


def _is(reading: Reading, company: LegalEntity, named: set[str], doubted: set[str]) -> bool:
    """Whether everything that was read of the buyer is ours or nearly so.

    Two cities differ by two characters: a name that was clear to read is near only if the tax id
    says the same.
    """
    taxid = reading.buyer_taxid or ""
    same_id = "buyer_taxid" in named and taxid == company.tax_id
    near_id = "buyer_taxid" in named and verdict(taxid) != "proven" and _near(taxid, company.tax_id)
    if "buyer_taxid" in named and company.tax_id and not (same_id or near_id):
        return False
    name = reading.buyer or ""
    if "buyer" not in named or flat(name) == flat(company.name):
        return True
    return _near(name, company.name) and (same_id or near_id or "buyer" in doubted)


def _mended(reading: Reading, company: LegalEntity, named: set[str]) -> Reading:
    sure = set[str]()
    if "buyer" in named:
        reading = replace(reading, buyer=company.name)
        sure.add("buyer")
    if "buyer_taxid" in named and verdict(company.tax_id) == "proven":
        reading = replace(reading, buyer_taxid=company.tax_id)
        sure.add("buyer_taxid")
    left = (_without(f, sure) for f in reading.findings)
    return replace(reading, findings=tuple(f for f in left if f))


def _without(one: ReadingFinding, sure: set[str]) -> ReadingFinding | None:
    """Take fields that are sure now out of a finding; None when nothing is left of it."""
    if one.code not in _RESTATED or not sure & set(one.fields):
        return one
    fields = [f for f in one.fields if f not in sure]
    return finding(one.code, *fields) if fields else None


def _near(text: str, other: str) -> bool:
    """Whether two texts differ by at most two characters put in, left out or exchanged."""
    one, two = flat(text), flat(other)
    if abs(len(one) - len(two)) > _NEAR:
        return False
    row = list(range(len(two) + 1))
    for i, char in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, wanted in enumerate(two, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (char != wanted))
    return row[-1] <= _NEAR
