"""Rules on what proves an expense: whose invoice, how old, and what goes with it."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from core.claim import Claim, Finding, Line, LineInvoice
from core.company import Policy
from core.money import format_yuan
from core.policies.book import EXPENSES, PolicyBook, finding, lines_of

DEFAULT_CLAIM_DAYS = 90
DEFAULT_INVOICE_DAYS = 365


def invoice_age(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find invoices that are older than so many days; the last of them is still good."""
    days = DEFAULT_INVOICE_DAYS if policy.days is None else policy.days
    for i, line in lines_of(claim, policy, book.company):
        for invoice in line.invoices:
            if invoice.date and book.today - invoice.date > timedelta(days=days):
                yield finding(policy, i, date=invoice.date.isoformat(), days=str(days))


def cross_year(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find invoices of an earlier year; those of the last year are good until `until`."""
    for i, line in lines_of(claim, policy, book.company):
        for invoice in line.invoices:
            if invoice.date is None or invoice.date.year >= book.today.year:
                continue
            last_year = invoice.date.year == book.today.year - 1
            if last_year and policy.until and f"{book.today:%m-%d}" <= policy.until:
                continue
            facts = {"date": invoice.date.isoformat(), "until": policy.until or ""}
            yield finding(policy, i, today=book.today.isoformat(), **facts)


def claim_deadline(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find expenses that are claimed too late; the last day is still in time."""
    if claim.kind not in EXPENSES:
        return
    days = DEFAULT_CLAIM_DAYS if policy.days is None else policy.days
    for i, line in lines_of(claim, policy, book.company):
        if book.today - line.date > timedelta(days=days):
            yield finding(policy, i, date=line.date.isoformat(), days=str(days))


def buyer_title(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find invoices that are made out to somebody else, by name and tax number.

    Either proves the company where the other is missing or misread; the name of one entity with
    the tax number of nobody does not.
    """
    for i, line in lines_of(claim, policy, book.company):
        for invoice in line.invoices:
            if not _is_ours(invoice, book):
                buyer = invoice.buyer or invoice.buyer_taxid or ""
                yield finding(policy, i, buyer=buyer, taxid=invoice.buyer_taxid or "")


def _is_ours(invoice: LineInvoice, book: PolicyBook) -> bool:
    if not invoice.buyer and not invoice.buyer_taxid:
        return True
    taxid = _plain(invoice.buyer_taxid)
    if taxid and taxid in {_plain(c.tax_id) for c in book.company.companies if c.tax_id}:
        return True
    named = [c for c in book.company.companies if _plain(c.name) == _plain(invoice.buyer)]
    return any(not taxid or not c.tax_id for c in named)


def _plain(text: str | None) -> str:
    """Write a name so that full-width brackets, spaces and letters' case make no difference."""
    return "".join(unicodedata.normalize("NFKC", text or "").split()).upper()


def receipt_required(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find expenses above a limit without any invoice; at the limit none is needed."""
    if claim.kind not in EXPENSES:
        return
    free = policy.limit_fen or 0
    for i, line in lines_of(claim, policy, book.company):
        if not line.invoices and not line.allowance and line.amount_fen > free:
            facts = {"amount": format_yuan(line.amount_fen), "limit": format_yuan(free)}
            yield finding(policy, i, **facts)


def proof_above(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find amounts above a limit with too few files beside the invoices: a list, a contract."""
    if policy.limit_fen is None or claim.kind == "advance":
        return
    have, need = proofs_of(claim), policy.count or 1
    if have >= need:
        return
    amounts = [(i, line.amount_fen) for i, line in lines_of(claim, policy, book.company)]
    if policy.per == "claim":
        amounts = [(-1, sum(fen for _, fen in amounts))]
    for i, amount in amounts:
        if amount > policy.limit_fen:
            yield finding(
                policy,
                i if i >= 0 else None,
                amount=format_yuan(amount),
                limit=format_yuan(policy.limit_fen),
                proof=policy.proof,
                have=str(have),
                need=str(need),
            )


def proofs_of(claim: Claim) -> int:
    """Count a claim's files that are no voucher of a line."""
    vouchers = {file for line in claim.lines for file in _files_of(line)}
    return sum(1 for file in claim.files if file.sha256 not in vouchers)


def _files_of(line: Line) -> tuple[str | None, ...]:
    return tuple(f for invoice in line.invoices for f in (invoice.file, invoice.itinerary))
