"""Making vouchers: from a claim and the company's accounts to balanced entries, or a refusal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.claim import Claim, Line
from core.company import Category, Company
from core.currency import in_hundredths
from core.exchange import shown_rate
from core.line_taxes import line_taxes
from core.payment import Payment
from core.voucher import Voucher, VoucherKind, VoucherLine, is_sound

MAX_SUMMARY = 60
"""Characters of a summary: what 用友 U8 takes."""

PERMISSIONS = frozenset({"travel_request", "purchase_request"})
"""Kinds that spend nothing by themselves: they have a voucher only when they owe somebody."""


class _CannotBook(Exception):
    """Why a voucher cannot be made yet."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = tuple(facts.items())


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a voucher is made for: the claim, under which company's accounts, on which day."""

    company: Company
    claim: Claim
    day: date
    at: datetime

    def head(self, kind: VoucherKind, name: str, amount_fen: int) -> Voucher:
        """Give a voucher without its lines."""
        claim = self.claim
        return Voucher(
            id=name,
            kind=kind,
            claim=claim.number,
            company=claim.company,
            day=self.day,
            created_at=self.at,
            amount_fen=amount_fen,
            attachments=len(claim.files) if kind == "approval" else 0,
        )


def is_booked(claim: Claim, payments: Sequence[Payment]) -> bool:
    """Whether the approval of a claim is something that the books are told of."""
    return claim.kind not in PERMISSIONS or bool(payments)


def approval_id(claim: Claim) -> str:
    """Name the voucher of an approval: one for each approved version."""
    return f"V-{claim.number}-{claim.version}"


def build_approval(occasion: Occasion, payments: Sequence[Payment]) -> Voucher:
    """Make the voucher of an approved claim.

    Debit by category with its dimensions and the input tax apart; credit what is owed to people
    and suppliers, and the advances that it clears. A voucher that cannot be made comes back
    `refused` with its reason: `account_missing`, `category_missing`, `nothing_to_book`,
    `unbalanced`.
    """
    company, claim = occasion.company, occasion.claim
    head = occasion.head("approval", approval_id(claim), claim.total_fen)
    return _with_lines(
        head,
        lambda: [*_debits(company, claim), *_credits(company, claim, payments)],
    )


def build_payment(occasion: Occasion, payment: Payment, paid_fen: int, name: str) -> Voucher:
    """Make the voucher of money that went out: debit what was owed, credit the bank."""
    summary = _cut(f"付款 {payment.payee_name} {payment.claim}")
    head = replace(occasion.head("payment", name, paid_fen), payment=payment.id)

    def lines() -> list[VoucherLine]:
        owed = _owed(occasion.company, occasion.claim, payment, paid_fen, summary)
        bank = _account(occasion.company.accounts.bank, "bank")
        return [
            replace(owed, debit_fen=paid_fen, credit_fen=0),
            VoucherLine(bank, summary, credit_fen=paid_fen),
        ]

    return _with_lines(head, lines)


def build_return(occasion: Occasion, amount_fen: int, name: str) -> Voucher:
    """Make the voucher of what was left of an advance and came back: debit the bank."""
    company, claim = occasion.company, occasion.claim
    summary = _summary("还借款", company, claim, "")

    def lines() -> list[VoucherLine]:
        bank = _account(company.accounts.bank, "bank")
        cleared = _cleared(company, claim, amount_fen, summary)
        return [VoucherLine(bank, summary, debit_fen=amount_fen), cleared]

    return _with_lines(occasion.head("return", name, amount_fen), lines)


def build_reversal(voucher: Voucher, day: date, at: datetime) -> Voucher:
    """Make the red voucher that takes another one back: the same entries, negative."""
    return Voucher(
        id=f"{voucher.id}-R",
        kind="reversal",
        claim=voucher.claim,
        company=voucher.company,
        day=day,
        created_at=at,
        amount_fen=-voucher.amount_fen,
        payment=voucher.payment,
        reverses=voucher.id,
        lines=tuple(_red(line) for line in voucher.lines),
    )


def _red(line: VoucherLine) -> VoucherLine:
    original = line.original_fen
    return replace(
        line,
        summary=_cut(f"冲销 {line.summary}"),
        debit_fen=-line.debit_fen,
        credit_fen=-line.credit_fen,
        original_fen=None if original is None else -original,
    )


def _with_lines(head: Voucher, make: Callable[[], list[VoucherLine]]) -> Voucher:
    """Give a voucher its lines, or the reason why it has none."""
    try:
        lines = tuple(make())
    except _CannotBook as refusal:
        return replace(head, state="refused", reason=refusal.code, facts=refusal.facts)
    if not lines:
        return replace(head, state="refused", reason="nothing_to_book")
    if not is_sound(lines):
        return replace(head, state="refused", reason="unbalanced")
    return replace(head, lines=lines)


def _account(account: str, name: str) -> str:
    if not account:
        raise _CannotBook("account_missing", account=name)
    return account


def _debits(company: Company, claim: Claim) -> Iterator[VoucherLine]:
    if not any(line.amount_fen for line in claim.lines):
        raise _CannotBook("nothing_to_book")
    taxes = line_taxes(company, claim)
    for i, line in enumerate(claim.lines):
        if claim.kind == "advance" and line.amount_fen:
            yield _advance_given(company, claim, line)
        elif line.amount_fen:
            yield from _spent(company, claim, line, taxes.get(i, 0))


def _advance_given(company: Company, claim: Claim, line: Line) -> VoucherLine:
    return VoucherLine(
        _account(company.accounts.advance, "advance"),
        _summary("借款", company, claim, line.description),
        debit_fen=line.amount_fen,
        department=line.department or claim.department,
        project=line.project or claim.project,
        person=claim.employee,
    )


def _spent(company: Company, claim: Claim, line: Line, tax: int) -> Iterator[VoucherLine]:
    """Debit a line: what it cost without the deductible tax, and the tax."""
    category = company.category(line.category) if line.category else None
    if category is None:
        raise _CannotBook("category_missing", category=line.category or "")
    department = line.department or claim.department
    project = line.project or claim.project
    summary = _summary(category.name, company, claim, _words(line))
    spent = VoucherLine(
        account_of(company, category, department, project),
        summary,
        debit_fen=line.amount_fen - tax,
        department=department,
        project=project,
        person=claim.employee,
        category=category.id,
    )
    yield _with_original(spent, line) if company.vouchers.originals and not tax else spent
    if tax:
        yield VoucherLine(
            _account(company.accounts.input_tax, "input_tax"),
            _cut(f"进项税 {_numbers(line)} {summary}"),
            debit_fen=tax,
            department=department,
            project=project,
            category=category.id,
        )


def _with_original(entry: VoucherLine, line: Line) -> VoucherLine:
    """Keep what was spent in another currency, where all of it was."""
    foreign = line.foreign
    if foreign is None or line.asked_fen is not None or not foreign.rate:
        return entry
    hundredths = in_hundredths(foreign.amount)
    if hundredths is None:
        return entry
    return replace(
        entry, currency=foreign.currency, original_fen=hundredths, rate=shown_rate(foreign)
    )


def _words(line: Line) -> str:
    """Say what a line was for, and what in its own currency at which rate."""
    foreign = line.foreign
    if foreign is None:
        return line.description
    original = f"{foreign.currency} {foreign.amount.text}*{shown_rate(foreign)}"
    return f"{original} {line.description}"


def _numbers(line: Line) -> str:
    return " ".join(i.number for i in line.invoices if i.number)


def account_of(company: Company, category: Category, department: str, project: str | None) -> str:
    """Find the account of a category: its project's, its department's, the category's own.

    Of departments the nearest above that has an account for the category counts.
    """
    charged = company.project(project) if project else None
    own = (category.accounts.get(step) for step in company.ancestry(department))
    named = (charged.accounts.get(category.id) if charged else None, *own)
    account = next((a for a in named if a), category.account)
    if not account:
        raise _CannotBook("account_missing", category=category.id)
    return account


def _credits(company: Company, claim: Claim, payments: Sequence[Payment]) -> Iterator[VoucherLine]:
    """Credit what is owed to each payee, and to the advances that are cleared."""
    for payment in payments:
        summary = _cut(f"应付 {payment.payee_name} {claim.number}")
        yield _owed(company, claim, payment, payment.amount_fen, summary)
    for clearing in claim.clears:
        summary = _summary("冲借款", company, claim, clearing.advance)
        yield _cleared(company, claim, clearing.amount_fen, summary)


def _owed(company: Company, claim: Claim, payment: Payment, fen: int, summary: str) -> VoucherLine:
    accounts = company.accounts
    line = VoucherLine("", summary, credit_fen=fen, department=claim.department)
    if payment.to == "supplier":
        account = _account(accounts.supplier_payable, "supplier_payable")
        return replace(line, account=account, supplier=payment.payee_name)
    account = _account(accounts.employee_payable, "employee_payable")
    return replace(line, account=account, person=payment.payee)


def _cleared(company: Company, claim: Claim, fen: int, summary: str) -> VoucherLine:
    return VoucherLine(
        _account(company.accounts.advance, "advance"),
        summary,
        credit_fen=fen,
        department=claim.department,
        person=claim.employee,
    )


def _summary(what: str, company: Company, claim: Claim, description: str) -> str:
    person = company.person(claim.employee)
    name = person.name if person else claim.employee
    return _cut(" ".join(part for part in (what, name, claim.number, description) if part))


def _cut(text: str) -> str:
    """Keep a summary on one line and within what accounting systems take."""
    return " ".join(text.split())[:MAX_SUMMARY].rstrip()
