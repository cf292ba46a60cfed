"""Policy: rules are functions from data to findings; they never raise and never decide."""

from collections.abc import Iterator

from core.claim import Claim, Finding
from core.policies import habits, limits, papers
from core.policies.book import PolicyBook, Rule, concerns

__all__ = ["RULES", "PolicyBook", "check_policies"]


def check_policies(claim: Claim, book: PolicyBook) -> tuple[Finding, ...]:
    """Apply every policy of the company, then what holds for every company."""
    found = [
        finding
        for policy in book.company.policies
        if concerns(policy, claim, book)
        for finding in RULES[policy.kind](claim, policy, book)
    ]
    return (*found, *_check_receipts(claim, book), *_check_lines(claim, book))


RULES: dict[str, Rule] = {
    "amount_limit": limits.amount_limit,
    "travel_standard": limits.amount_limit,
    "per_diem": limits.per_diem,
    "mileage": limits.mileage,
    "invoice_age": papers.invoice_age,
    "cross_year": papers.cross_year,
    "claim_deadline": papers.claim_deadline,
    "buyer_title": papers.buyer_title,
    "receipt_required": papers.receipt_required,
    "proof_above": papers.proof_above,
    "duplicate": habits.duplicate,
    "weekend": habits.weekend,
    "frequency": habits.frequency,
    "split": habits.split,
    "private_words": habits.private_words,
}
"""The rule of each kind of policy."""


def _check_receipts(claim: Claim, book: PolicyBook) -> Iterator[Finding]:
    """A category that requires an invoice blocks a line without one, but for an allowance."""
    if claim.kind != "reimbursement":
        return
    for i, line in enumerate(claim.lines):
        category = book.company.category(line.category) if line.category else None
        needs = category is not None and category.requires_invoice and not line.allowance
        if category and needs and line.invoice is None:
            yield Finding("invoice_missing", "block", i, (("category", category.name),))


def _check_trip(claim: Claim, book: PolicyBook) -> Iterator[Finding]:
    """Allowances are owed for days that have been."""
    owed = any(line.allowance for line in claim.lines)
    if owed and claim.trip and claim.trip.end > book.today:
        yield Finding("trip_not_over", "warn", fields=(("date", claim.trip.end.isoformat()),))


def _check_lines(claim: Claim, book: PolicyBook) -> Iterator[Finding]:
    """What every claim needs before it can be submitted."""
    if not claim.lines:
        yield Finding("no_lines", "block")
    yield from _check_trip(claim, book)
    for i, line in enumerate(claim.lines):
        if line.category is None and claim.kind == "reimbursement":
            yield Finding("category_missing", "block", i)
        if line.amount_fen == 0 and not (line.foreign and not line.foreign.rate):
            yield Finding("amount_missing", "block", i)
        late = line.date > book.today and not line.allowance
        if late and claim.kind == "reimbursement":
            yield Finding("date_in_future", "warn", i, (("date", line.date.isoformat()),))
        yield from (Finding("doubt", "warn", i, (("field", d),)) for d in line.doubts)
