"""Policy: rules are functions from data to findings; they never raise and never decide."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.claim import Claim, Finding, Line
from core.company import Company, Policy
from core.money import format_yuan


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """What a rule may look at besides the claim: the company, the day, the person's history.

    `history` are the person's other claims that count (in review, approved, paying, paid).
    """

    company: Company
    today: date
    history: tuple[Claim, ...] = ()


Rule = Callable[[Claim, Policy, PolicyBook], Iterable[Finding]]

WEEKEND = 5
DEFAULT_CLAIM_DAYS = 90
DEFAULT_INVOICE_DAYS = 365
DEFAULT_FREQUENCY = 10
DEFAULT_SPLIT = 3
NEAR_PERCENT = 90


def check_policies(claim: Claim, book: PolicyBook) -> tuple[Finding, ...]:
    """Apply every policy of the company, then what holds for every company."""
    found = [
        finding
        for policy in book.company.policies
        if _concerns(policy, claim, book)
        for finding in RULES[policy.kind](claim, policy, book)
    ]
    return (*found, *_check_receipts(claim, book), *_check_lines(claim, book))


def _concerns(policy: Policy, claim: Claim, book: PolicyBook) -> bool:
    person = book.company.person(claim.employee)
    return policy.grade is None or (person is not None and person.grade == policy.grade)


def _lines(claim: Claim, policy: Policy) -> Iterator[tuple[int, Line]]:
    """Give the lines that a policy is about: of its category, and where its city is named.

    Lines have no city of their own; people and vouchers name it in words.
    """
    for i, line in enumerate(claim.lines):
        seller = line.invoice.seller if line.invoice else None
        words = f"{line.description} {claim.purpose} {seller or ''}"
        of_category = policy.category is None or line.category == policy.category
        if of_category and (policy.city is None or policy.city in words):
            yield i, line


def _finding(policy: Policy, line: int | None = None, **fields: str) -> Finding:
    facts = (("policy", policy.id), *fields.items())
    return Finding(policy.kind, policy.action, line, facts)


def _amount_limit(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    limit = policy.limit_fen
    if limit is None:
        return
    sums: dict[str, int] = {}
    for i, line in _lines(claim, policy):
        key = _bucket(policy, line, i)
        sums[key] = sums.get(key, 0) + line.amount_fen
    for key, amount in sums.items():
        total = amount + sum(
            line.amount_fen
            for other in book.history
            for i, line in _lines(other, policy)
            if policy.per in {"day", "night", "month", "year"} and _bucket(policy, line, i) == key
        )
        if total > limit:
            facts = {"limit": format_yuan(limit), "amount": format_yuan(total), "per": key}
            yield _finding(policy, int(key) if policy.per == "line" else None, **facts)


def _bucket(policy: Policy, line: Line, index: int) -> str:
    if policy.per == "line":
        return str(index)
    if policy.per in {"day", "night"}:
        return line.date.isoformat()
    if policy.per == "month":
        return f"{line.date:%Y-%m}"
    return f"{line.date:%Y}" if policy.per == "year" else "claim"


def _invoice_age(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    days = DEFAULT_INVOICE_DAYS if policy.days is None else policy.days
    for i, line in _lines(claim, policy):
        issued = line.invoice.date if line.invoice else None
        if issued and book.today - issued > timedelta(days=days):
            yield _finding(policy, i, date=issued.isoformat(), days=str(days))


def _claim_deadline(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    days = DEFAULT_CLAIM_DAYS if policy.days is None else policy.days
    for i, line in _lines(claim, policy):
        if book.today - line.date > timedelta(days=days):
            yield _finding(policy, i, date=line.date.isoformat(), days=str(days))


def _buyer_title(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    names = {c.name for c in book.company.companies}
    tax_ids = {c.tax_id for c in book.company.companies if c.tax_id}
    for i, line in _lines(claim, policy):
        invoice = line.invoice
        if invoice is None or (invoice.buyer is None and invoice.buyer_taxid is None):
            continue
        if invoice.buyer not in names and invoice.buyer_taxid not in tax_ids:
            yield _finding(policy, i, buyer=invoice.buyer or invoice.buyer_taxid or "")


def _receipt_required(claim: Claim, policy: Policy, _: PolicyBook) -> Iterator[Finding]:
    for i, line in _lines(claim, policy):
        if line.invoice is None and line.amount_fen > (policy.limit_fen or 0):
            limit = format_yuan(policy.limit_fen or 0)
            yield _finding(policy, i, amount=format_yuan(line.amount_fen), limit=limit)


def _duplicate(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Same category, day and amount as a line of another claim; invoices have identities."""
    seen = {
        (line.category, line.date, line.amount_fen): other.number
        for other in book.history
        for line in other.lines
    }
    for i, line in _lines(claim, policy):
        other = seen.get((line.category, line.date, line.amount_fen))
        if other:
            yield _finding(policy, i, claim=other, amount=format_yuan(line.amount_fen))


def _weekend(claim: Claim, policy: Policy, _: PolicyBook) -> Iterator[Finding]:
    for i, line in _lines(claim, policy):
        if line.date.weekday() >= WEEKEND:
            yield _finding(policy, i, date=line.date.isoformat())


def _frequency(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    allowed = DEFAULT_FREQUENCY if policy.count is None else policy.count
    month = f"{book.today:%Y-%m}"
    times = 1 + sum(
        1
        for c in book.history
        if c.submitted_at and f"{c.submitted_at:%Y-%m}" == month and _has_lines(c, policy)
    )
    if _has_lines(claim, policy) and times > allowed:
        yield _finding(policy, None, count=str(times), limit=str(allowed))


def _has_lines(claim: Claim, policy: Policy) -> bool:
    return any(True for _ in _lines(claim, policy))


def _sum(claim: Claim, policy: Policy) -> int:
    return sum(line.amount_fen for _, line in _lines(claim, policy))


def _split(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Several claims of one person within `days`, each just under the threshold."""
    limit = policy.limit_fen
    if limit is None:
        return
    window = timedelta(days=1 if policy.days is None else policy.days)
    near = [
        c.number
        for c in book.history
        if c.submitted_at
        and book.today - c.submitted_at.date() <= window
        and _is_near(_sum(c, policy), limit)
    ]
    if _is_near(_sum(claim, policy), limit) and len(near) + 1 >= (policy.count or DEFAULT_SPLIT):
        yield _finding(policy, None, claims=" ".join(near), limit=format_yuan(limit))


def _is_near(total_fen: int, limit_fen: int) -> bool:
    return limit_fen * NEAR_PERCENT <= total_fen * 100 < limit_fen * 100


RULES: dict[str, Rule] = {
    "amount_limit": _amount_limit,
    "invoice_age": _invoice_age,
    "claim_deadline": _claim_deadline,
    "buyer_title": _buyer_title,
    "receipt_required": _receipt_required,
    "duplicate": _duplicate,
    "weekend": _weekend,
    "frequency": _frequency,
    "split": _split,
}


def _check_receipts(claim: Claim, book: PolicyBook) -> Iterator[Finding]:
    """A category that requires an invoice blocks a reimbursement line without one."""
    if claim.kind != "reimbursement":
        return
    for i, line in enumerate(claim.lines):
        category = book.company.category(line.category) if line.category else None
        if category and category.requires_invoice and line.invoice is None:
            yield Finding("invoice_missing", "block", i, (("category", category.name),))


def _check_lines(claim: Claim, book: PolicyBook) -> Iterator[Finding]:
    """What every claim needs before it can be submitted."""
    if not claim.lines:
        yield Finding("no_lines", "block")
    for i, line in enumerate(claim.lines):
        if line.category is None and claim.kind == "reimbursement":
            yield Finding("category_missing", "block", i)
        if line.amount_fen == 0:
            yield Finding("amount_missing", "block", i)
        if line.date > book.today and claim.kind == "reimbursement":
            yield Finding("date_in_future", "warn", i, (("date", line.date.isoformat()),))
        yield from (Finding("doubt", "warn", i, (("field", d),)) for d in line.doubts)
