"""Vouchers that look like one another side by side, for those who decide: this and the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.texts.names import category_name, person_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.texts.words import state_text
from core.claim import Claim, Finding, Line
from core.company import Company
from core.money import format_cny

SHOWN = 10
"""Pairs on one page; the findings above name all."""


class Around(Protocol):
    """What of a page's scene is needed here."""

    @property
    def company(self) -> Company:
        """The company in force."""
        ...

    @property
    def language(self) -> Language:
        """The reader's language."""
        ...

    @property
    def others(self) -> Mapping[str, Claim]:
        """The claims that the findings name, of which the reader may know."""
        ...

    def moment(self, at: datetime) -> str:
        """Write a moment in the company's time zone."""
        ...


@dataclass(frozen=True, slots=True)
class TwinRow:
    """One fact of both; `same` where they agree."""

    key: str
    mine: str
    theirs: str
    same: bool


@dataclass(frozen=True, slots=True)
class TwinView:
    """A line of this claim beside that of the claim that came first."""

    number: str
    rows: tuple[TwinRow, ...]


def twins_of(claim: Claim, around: Around) -> tuple[TwinView, ...]:
    """Compare each doubted line with its twin; without the other claim there is none."""
    doubts = [f for f in claim.findings if f.code.startswith("duplicate") and f.line is not None]
    pairs = ((f, around.others.get(f.field("claim"))) for f in doubts)
    views = (_view(claim, f, first, around) for f, first in pairs if first is not None)
    return tuple(view for view in views if view)[:SHOWN]


def _view(claim: Claim, finding: Finding, first: Claim, around: Around) -> TwinView | None:
    index = finding.line or 0
    if index >= len(claim.lines):
        return None
    line = claim.lines[index]
    twin = next((x for x in first.lines if _is_twin(finding, line, x)), None)
    if twin is None:
        return None
    mine, theirs = _facts(claim, line, around), _facts(first, twin, around)
    rows = (
        TwinRow(page_text(key, around.language), mine[key], theirs[key], mine[key] == theirs[key])
        for key in mine
        if mine[key] or theirs[key]
    )
    return TwinView(first.number, tuple(rows))


def _is_twin(finding: Finding, line: Line, other: Line) -> bool:
    """Whether a line of the first claim is the one that a finding means."""
    invoice = other.invoice
    if finding.code == "duplicate":
        one, two = (line.category, line.date, line.amount_fen), (other.category, other.date)
        return one == (*two, other.amount_fen)
    if invoice is None:
        return False
    if finding.code == "duplicate_invoice":
        return invoice.identity == finding.field("invoice")
    return invoice.file == finding.field("file")


def _facts(claim: Claim, line: Line, around: Around) -> dict[str, str]:
    invoice = line.invoice
    return {
        "twin_claim": claim.number,
        "twin_person": person_name(around.company, claim.employee),
        "submitted": around.moment(claim.submitted_at) if claim.submitted_at else "",
        "twin_state": state_text(claim.state, around.language),
        "twin_category": category_name(around.company, line.category, around.language),
        "twin_amount": format_cny(line.amount_fen),
        "twin_date": line.date.isoformat(),
        "twin_words": one_line(line.description),
        "seller": one_line(invoice.seller or "") if invoice else "",
        "invoice_number": one_line(invoice.number or "") if invoice else "",
        "invoice_date": invoice.date.isoformat() if invoice and invoice.date else "",
    }
