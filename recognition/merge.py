"""Evidence of several sources on one voucher, joined into one reading with every doubt."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from core.invoice import Reading, ReadingFinding, Source
from core.money import format_yuan
from recognition.checks import check
from recognition.evidence import FIELDS, TRUST, Document, Evidence, flat
from recognition.texts import finding

_TRUST = {source: rank for rank, source in enumerate(TRUST)}
_WEIGHT: dict[Source, float] = {
    "xml": 1.0, "xbrl": 1.0, "ofd": 0.98, "pdf": 0.95, "qr": 0.97, "ocr": 0.85,
}  # fmt: skip
_DOUBTED = 0.5
"""What is left of the confidence of a field that a finding names."""
_NAMES: dict[Source, str] = {
    "xml": "XML", "xbrl": "XBRL", "ofd": "OFD", "pdf": "PDF", "qr": "QR", "ocr": "OCR",
}  # fmt: skip
_NOT_COMPARED = frozenset({"items"})
_FIGURES = frozenset({"amount", "tax", "total"})


def join(file: str, document: Document) -> Reading:
    """Join all evidence on one voucher: the most trusted source of each field wins.

    A lesser source never overwrites; where it says something else with certainty, that is a
    finding for a person.
    """
    ranked = sorted(document.evidence, key=lambda e: _TRUST[e.source])
    chosen: dict[str, tuple[object, Evidence]] = {}
    for evidence in ranked:
        for name in FIELDS:
            value = getattr(evidence.facts, FIELDS[name])
            if value not in {None, ()} and name not in chosen:
                chosen[name] = (value, evidence)
    _drop_code(chosen)
    doubts = [d for e in ranked for d in e.doubts] + document.doubts
    doubts += _disagreements(chosen, ranked)
    values = {FIELDS[name]: value for name, (value, _) in chosen.items()}
    reading = Reading(
        file=file,
        ok=True,
        picture_hash=document.look,
        paper=any(e.paper for e in ranked),
        source=tuple((name, evidence.source) for name, (_, evidence) in chosen.items()),
        **values,  # type: ignore[arg-type]  # FIELDS names attributes that Facts and Reading share
    )
    findings = _once([*doubts, *check(reading, ranked)])
    return _finished(reading, findings)


def _drop_code(chosen: dict[str, tuple[object, Evidence]]) -> None:
    """A 20-digit number stands alone (contract §6)."""
    number = chosen.get("number")
    if number and len(str(number[0])) == 20:  # noqa: PLR2004
        chosen.pop("code", None)


def _disagreements(
    chosen: dict[str, tuple[object, Evidence]], ranked: list[Evidence]
) -> Iterable[ReadingFinding]:
    for name, (value, better) in chosen.items():
        if name in _NOT_COMPARED:
            continue
        for evidence in ranked:
            other = getattr(evidence.facts, FIELDS[name])
            if evidence is better or other is None or name in evidence.weak or evidence.coarse:
                continue
            if _folded(other) != _folded(value):
                yield finding(
                    "sources_disagree",
                    name,
                    better_name=_NAMES[better.source],
                    better=_shown(name, value),
                    worse_name=_NAMES[evidence.source],
                    worse=_shown(name, other),
                )


def _folded(value: object) -> object:
    return flat(value) if isinstance(value, str) else value


def _shown(name: str, value: object) -> str:
    if isinstance(value, int) and name in _FIGURES:
        return format_yuan(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _once(findings: Iterable[ReadingFinding]) -> tuple[ReadingFinding, ...]:
    """Keep one finding for each code and fields."""
    return tuple({(f.code, f.fields): f for f in findings}.values())


def _finished(reading: Reading, findings: tuple[ReadingFinding, ...]) -> Reading:
    doubted = {field for f in findings for field in f.fields}
    weights = [
        _WEIGHT[source] * (_DOUBTED if name in doubted else 1.0) for name, source in reading.source
    ]
    confidence = sum(weights) / len(weights) if weights else 0.0
    return replace(reading, findings=findings, confidence=confidence)


def same_voucher(one: Document, other: Document) -> bool:
    """Whether two documents carry the same identity: number, and code where both have one."""
    first, second = identity(one), identity(other)
    if first is None or second is None or first[1] != second[1]:
        return False
    return first[0] is None or second[0] is None or first[0] == second[0]


def identity(document: Document) -> tuple[str | None, str] | None:
    """Give code and number by the most trusted source that has a number."""
    for evidence in sorted(document.evidence, key=lambda e: _TRUST[e.source]):
        if evidence.facts.number:
            return evidence.facts.code, evidence.facts.number
    return None
