"""An accounting voucher as mappings read it: `claim.voucher`, with names beside ids."""

from decimal import Decimal

from bot.handlers.document import Object
from core.company import Company
from core.outside import Json
from core.voucher import Voucher, VoucherLine


def voucher_document(voucher: Voucher, company: Company) -> Object:
    """Write a voucher. Amounts are decimals in yuan.

    `debit` and `credit` of a line are negative in red vouchers; `positive_debit` and
    `positive_credit` say the same for systems without red ink: a negative debit is a credit there.
    """
    entity = next((c for c in company.companies if c.id == voucher.company), None)
    return {
        "id": voucher.id,
        "kind": voucher.kind,
        "claim": voucher.claim,
        "payment": voucher.payment,
        "company": voucher.company,
        "company_name": entity.name if entity else voucher.company,
        "date": voucher.day.isoformat(),
        "year": voucher.day.year,
        "month": voucher.day.month,
        "period": f"{voucher.day:%Y-%m}",
        "total": _yuan(voucher.total_fen),
        "attachments": voucher.attachments,
        "reverses": voucher.reverses,
        "summary": voucher.lines[0].summary if voucher.lines else "",
        "lines": [_line(line, n, company) for n, line in enumerate(voucher.lines, 1)],
    }


def _line(line: VoucherLine, number: int, company: Company) -> Object:
    return {
        "number": number,
        "account": line.account,
        "summary": line.summary,
        "debit": _yuan(line.debit_fen),
        "credit": _yuan(line.credit_fen),
        "positive_debit": _yuan(max(line.debit_fen, 0) + max(-line.credit_fen, 0)),
        "positive_credit": _yuan(max(line.credit_fen, 0) + max(-line.debit_fen, 0)),
        "currency": line.currency,
        "original": _yuan(_original(line)),
        "rate": line.rate,
        "supplier": line.supplier,
        **_dimensions(line, company),
    }


def _dimensions(line: VoucherLine, company: Company) -> Object:
    department = company.department(line.department) if line.department else None
    project = company.project(line.project) if line.project else None
    person = company.person(line.person) if line.person else None
    category = company.category(line.category) if line.category else None
    return {
        "department": line.department,
        "department_name": department.name if department else line.department,
        "project": line.project,
        "project_name": project.name if project else line.project,
        "person": line.person,
        "person_name": person.name if person else line.person,
        "category": line.category,
        "category_name": category.name if category else line.category,
    }


def _original(line: VoucherLine) -> int:
    """Give the amount in its own currency: the same one where that is the yuan."""
    return line.debit_fen or line.credit_fen if line.original_fen is None else line.original_fen


def _yuan(fen: int) -> Json:
    return Decimal(fen) / 100
