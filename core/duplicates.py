"""Duplicates: claims that have a voucher already, and vouchers that look like one another."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.change import StoredInvoice
from core.claim import Claim, Confirmation, Finding, Line, LineInvoice, State
from core.likeness import Likeness, likeness_of, near
from core.money import format_yuan

CONFIRMABLE = frozenset({"duplicate", "duplicate_similar"})
"""What a person may say is none: alike expenses and vouchers. One invoice stays one invoice."""
LIVE = frozenset({State.IN_REVIEW, State.RETURNED, State.APPROVED, State.PAYING, State.PAID})
"""States in which a claim counts as having come first; its vouchers are reserved for it."""
PERSONAL = frozenset({"rail_e", "rail_paper", "air_itinerary", "bus"})
"""Tickets of one seat: two people who travel together have alike ones."""
Why = Literal["facts", "picture"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of vouchers like a claim's own, and of the claims that have them.

    `claims` also has the claims that hold one of the very same vouchers.
    """

    vouchers: tuple[StoredInvoice, ...] = ()
    claims: Mapping[str, Claim] | None = None

    def claim(self, number: str) -> Claim | None:
        """Find one of the claims."""
        return (self.claims or {}).get(number)


def wanted_likes(claim: Claim) -> tuple[Likeness, ...]:
    """Give what the like of a claim's vouchers are found by."""
    return tuple(_likeness(i, line) for line in claim.lines for i in line.invoices)


def _likeness(invoice: LineInvoice, line: Line) -> Likeness:
    sure = invoice.identity is not None and not {"number", "code"} & set(line.doubts)
    return Likeness(invoice.date, invoice.total_fen, invoice.picture, sure)


def find_used(claim: Claim, holders: Mapping[str, str], earlier: Earlier) -> Iterator[Finding]:
    """Say which vouchers other live claims have; `holders` gives their claims by identity."""
    for i, line in enumerate(claim.lines):
        for key in (x.identity for x in line.invoices if x.identity):
            holder = holders.get(key, claim.number)
            if holder != claim.number:
                facts = (("invoice", key), ("claim", holder), *_came_first(earlier.claim(holder)))
                yield Finding("duplicate_invoice", "block", i, facts)


def find_taken(claim: Claim) -> Iterator[Finding]:
    """Say which cards of WeChat wallets somebody else is reimbursing: another company, perhaps."""
    for i, line in enumerate(claim.lines):
        for invoice in line.invoices:
            if invoice.card_taken:
                yield Finding("duplicate_card", "block", i, (("invoice", invoice.number or ""),))


def _came_first(claim: Claim | None) -> tuple[tuple[str, str], ...]:
    """Give who claimed when and how far it has come; who is only for those who may know."""
    if claim is None:
        return ()
    at = claim.submitted_at or claim.created_at
    return (("when", at.isoformat()), ("state", claim.state.value), ("employee", claim.employee))


def find_similar(claim: Claim, earlier: Earlier) -> Iterator[Finding]:
    """Say which vouchers look like one of another claim, or of another line of this one."""
    for i, line in enumerate(claim.lines):
        for invoice in line.invoices:
            yield from _like_others(claim, i, line, invoice, earlier)
            yield from _like_own(claim, i, invoice)


def _like_others(
    claim: Claim, index: int, line: Line, invoice: LineInvoice, earlier: Earlier
) -> Iterator[Finding]:
    """Find one voucher of each other claim that has one alike."""
    seen: set[str] = set()
    for other in earlier.vouchers:
        first = earlier.claim(other.claim)
        if other.claim in {claim.number, *seen} or first is None or not _counts(first, other):
            continue
        why = _likes(invoice, _likeness(invoice, line), other)
        if why and not _of_two_travellers(invoice, claim.employee, other, first.employee):
            seen.add(other.claim)
            yield Finding("duplicate_similar", "warn", index, _facts(why, invoice, other, first))


def _counts(first: Claim, voucher: StoredInvoice) -> bool:
    """Whether a claim is live and still has the voucher on one of its lines."""
    mine = (x for line in first.lines for x in line.invoices)
    return first.state in LIVE and any(
        (i.file == voucher.sha256 and i.identity == voucher.identity)
        or i.itinerary == voucher.sha256
        for i in mine
    )


def _likes(invoice: LineInvoice, own: Likeness, other: StoredInvoice) -> Why | None:
    """Say what makes two vouchers alike, None when they are not, or are one by identity."""
    reading = other.reading
    if invoice.identity is not None and invoice.identity == other.identity:
        return None
    if "ride_itinerary" in {invoice.kind, reading.kind} and invoice.kind != reading.kind:
        return None
    days = {invoice.date, reading.date}
    totals = {invoice.total_fen, reading.total_fen}
    sellers = {fold(invoice.seller), fold(reading.seller)}
    if len(days) == len(totals) == len(sellers) == 1 and None not in days | totals | sellers:
        return "facts"
    theirs = likeness_of(reading)
    if not own.picture or not theirs.picture or not near(own.picture, theirs.picture):
        return None
    said = [pair for pair in (days, totals) if None not in pair]
    apart = own.sure and theirs.sure
    return "picture" if not apart and (not said or any(len(s) == 1 for s in said)) else None


def _of_two_travellers(
    invoice: LineInvoice, employee: str, other: StoredInvoice, first: str
) -> bool:
    return invoice.kind in PERSONAL and employee != first and invoice.identity != other.identity


def _facts(
    why: Why, invoice: LineInvoice, other: StoredInvoice, first: Claim
) -> tuple[tuple[str, str], ...]:
    reading = other.reading
    known = (
        ("why", why),
        ("claim", first.number),
        *_came_first(first),
        ("seller", reading.seller or ""),
        ("date", reading.date.isoformat() if reading.date else ""),
        ("amount", "" if reading.total_fen is None else format_yuan(reading.total_fen)),
        ("invoice", reading.number or ""),
        ("file", other.sha256),
        ("own", _key(invoice)),
    )
    return tuple((name, value) for name, value in known if value)


def _like_own(claim: Claim, index: int, invoice: LineInvoice) -> Iterator[Finding]:
    """Find an earlier line of the same claim with the same seller, date and total."""
    mine = (fold(invoice.seller), invoice.date, invoice.total_fen)
    for i, line in enumerate(claim.lines[:index]):
        other = line.invoice
        if other is None or None in mine or other.kind != invoice.kind or _is_one(invoice, other):
            continue
        if mine == (fold(other.seller), other.date, other.total_fen):
            facts = (("why", "facts"), ("other_line", str(i + 1)), ("own", _key(invoice)))
            yield Finding("duplicate_similar", "warn", index, facts)
            return


def _is_one(invoice: LineInvoice, other: LineInvoice) -> bool:
    """Whether two lines share this very voucher, as the shares of one expense do."""
    same = invoice.identity is not None and invoice.identity == other.identity
    return same or (invoice.voucher is not None and invoice.voucher == other.voucher)


def _key(invoice: LineInvoice) -> str:
    return invoice.identity or (invoice.file or "")[:12]


def fold(text: str | None) -> str | None:
    """Fold a name for comparing: full-width forms, case, blanks and what cannot be seen."""
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(c for c in plain if not c.isspace() and unicodedata.category(c)[0] != "C")
    return shown or None


def key_of(finding: Finding) -> str:
    """Name what a confirmation is about: it stays while lines come and go."""
    parts = ("claim", "own", "amount", "other_line")
    return "|".join((finding.code, *(finding.field(name) for name in parts)))


def open_doubts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings that somebody may still say are none."""
    return tuple(f for f in findings if f.code in CONFIRMABLE and f.severity != "info")


def with_confirmations(
    findings: Iterable[Finding], confirmed: Sequence[Confirmation]
) -> tuple[Finding, ...]:
    """Let findings that somebody has explained only inform, with who, when and why."""
    words = {key: word for word in confirmed for key in word.about}
    return tuple(
        _explained(f, words[key_of(f)])
        if f.code in CONFIRMABLE and f.severity != "info" and key_of(f) in words
        else f
        for f in findings
    )


def _explained(finding: Finding, word: Confirmation) -> Finding:
    said = (("by", word.person), ("at", word.at.isoformat()), ("reason", word.reason))
    return replace(finding, severity="info", fields=(*finding.fields, *said))
