"""A whole claim at once, as another system enters it for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.actions.basics import Cause
from core.actions.drafts import (
    Voucher,
    doubts_of,
    guess_category,
    identities_of,
    line_invoice,
    new_claim,
    settled,
    stored_voucher,
    with_file,
)
from core.change import StoredInvoice
from core.claim import Claim, Kind, Line
from core.company import Company, Person
from core.currency import ForeignAmount
from core.errors import Refused
from core.exchange import foreign_total, is_foreign, spent
from core.invoice import Reading, identity
from core.money import format_yuan


@dataclass(frozen=True, slots=True)
class Entry:
    """One expense as it was handed over, with the voucher behind it if there is one.

    One in another currency is `foreign`, at a `rate` if one was handed over; its `amount_fen` is
    what it was settled for, 0 where that is not said.
    """

    category: str | None
    amount_fen: int
    day: date
    description: str = ""
    project: str | None = None
    voucher: Voucher | None = None
    foreign: ForeignAmount | None = None
    rate: str | None = None


def enter(
    company: Company,
    person: Person,
    number: str,
    kind: Kind,
    entries: Sequence[Entry],
    cause: Cause,
) -> tuple[Claim, tuple[StoredInvoice, ...]]:
    """Make a draft of all its lines, and the records of its vouchers.

    Refused, naming the `line` from 0: `unknown_category`, `unknown_project`, `project_closed`,
    `above_invoice`, `invoice_twice`, `rate_far`, `no_rate`.
    """
    claim = new_claim(company, person, number, cause, kind)
    records: list[StoredInvoice] = []
    for place, entry in enumerate(entries):
        _check(company, claim, entry, str(place))
        claim = replace(claim, lines=(*claim.lines, _line(company, person, entry, str(place))))
        if entry.voucher:
            claim = with_file(claim, entry.voucher)
            records.append(stored_voucher(entry.voucher, claim, cause))
    return claim, tuple(records)


def _check(company: Company, claim: Claim, entry: Entry, place: str) -> None:
    if entry.category is not None and company.category(entry.category) is None:
        raise Refused("unknown_category", line=place, category=entry.category)
    if entry.project is not None:
        project = company.project(entry.project)
        if project is None or not project.active:
            code = "project_closed" if project else "unknown_project"
            raise Refused(code, line=place, project=entry.project)
    if entry.voucher is None:
        return
    reading = entry.voucher.reading
    if _is_above(entry, reading):
        raise Refused("above_invoice", line=place, total=format_yuan(reading.total_fen or 0))
    key = identity(reading)
    if key and key in identities_of(claim):
        raise Refused("invoice_twice", line=place, invoice=key)


def _is_above(entry: Entry, reading: Reading) -> bool:
    """Whether more is claimed than a voucher says, where both are in one currency."""
    if reading.total_fen is None:
        return False
    if entry.foreign:
        total = foreign_total(reading)
        same = total is not None and total.currency == entry.foreign.currency
        return same and total is not None and entry.foreign.minor > total.minor
    return not is_foreign(reading) and entry.amount_fen > reading.total_fen


def _line(company: Company, person: Person, entry: Entry, place: str) -> Line:
    """Make a line; amount and date were given, so what was doubtful about them is settled."""
    line = Line(entry.category, entry.amount_fen, entry.day, entry.description, entry.project)
    line = _exchanged(company, person, entry, line, place)
    if entry.voucher is None:
        return line
    reading = entry.voucher.reading
    known = settled({"amount_fen": 0}) | settled({"date": 0})
    return replace(
        line,
        category=entry.category or guess_category(company, reading),
        invoice=line_invoice(entry.voucher),
        doubts=tuple(d for d in doubts_of(reading) if d not in known),
    )


def _exchanged(company: Company, person: Person, entry: Entry, line: Line, place: str) -> Line:
    """Convert a line in another currency; an amount in yuan on a foreign receipt was settled."""
    amount = entry.foreign
    if amount is None and entry.voucher:
        amount = foreign_total(entry.voucher.reading)
    if amount is None:
        return line
    fen = entry.amount_fen
    changed = spent(company, line, amount, person.id, rate=entry.rate, settled_fen=fen)
    if changed.foreign is not None and not changed.foreign.rate:
        raise Refused("no_rate", line=place, currency=amount.currency, date=line.date.isoformat())
    return changed
