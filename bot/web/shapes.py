"""Records as JSON of contract §4: money as decimal strings, times ISO 8601."""

from collections.abc import Iterable

from core.budget import Balance
from core.change import StoredInvoice
from core.claim import Claim, Finding, Line
from core.invoice import to_json
from core.money import format_yuan
from core.payment import Payment, mask_account
from core.ports import AuditRecord, BudgetEntry

Json = dict[str, object]


def claim_json(claim: Claim, messages: Iterable[tuple[Finding, str]], budgets: list[Json]) -> Json:
    """Write a claim; `messages` pairs its findings with their texts."""
    return {
        "number": claim.number,
        "kind": claim.kind,
        "state": claim.state.value,
        "employee": claim.employee,
        "department": claim.department,
        "project": claim.project,
        "total": format_yuan(claim.total_fen),
        "currency": claim.currency,
        "version": claim.version,
        "created_at": claim.created_at.isoformat(),
        "submitted_at": claim.submitted_at.isoformat() if claim.submitted_at else None,
        "lines": [_line(line) for line in claim.lines],
        "findings": [
            {"code": f.code, "severity": f.severity, "message": text, "line": f.line}
            for f, text in messages
        ],
        "approvals": _approvals(claim),
        "budgets": budgets,
    }


def _line(line: Line) -> Json:
    invoice = line.invoice
    return {
        "category": line.category,
        "amount": format_yuan(line.amount_fen),
        "date": line.date.isoformat(),
        "description": line.description,
        "project": line.project,
        "invoice": invoice
        and {
            "kind": invoice.kind,
            "code": invoice.code,
            "number": invoice.number,
            "date": invoice.date.isoformat() if invoice.date else None,
            "seller": invoice.seller,
            "total": None if invoice.total_fen is None else format_yuan(invoice.total_fen),
        },
    }


def _approvals(claim: Claim) -> list[Json]:
    """List every decision, then those whose turn it is with neither decision nor time."""
    plan = claim.plan
    if plan is None:
        return []
    decided: list[Json] = [
        {
            "step": step.name,
            "approver": d.approver,
            "decision": d.decision,
            "reason": d.reason,
            "at": d.at.isoformat(),
        }
        for step in plan.steps
        for d in step.decisions
    ]
    name = "" if plan.done else plan.steps[plan.current].name
    waiting: list[Json] = [
        {"step": name, "approver": p, "decision": None, "reason": "", "at": None}
        for p in plan.waiting()
        if claim.state.value == "in_review"
    ]
    return decided + waiting


def budget_json(balance: Balance) -> Json:
    """Write a budget with its counters."""
    budget = balance.budget
    return {
        "id": budget.id,
        "department": budget.department,
        "project": budget.project,
        "category": budget.category,
        "period": budget.period.text,
        "limit": format_yuan(budget.limit_fen),
        "reserved": format_yuan(balance.reserved_fen),
        "consumed": format_yuan(balance.consumed_fen),
        "available": format_yuan(balance.available_fen),
        "control": budget.control,
        "frozen": balance.frozen,
    }


def entry_json(entry: BudgetEntry) -> Json:
    """Write a line of a budget's journal."""
    return {
        "id": str(entry.id),
        "claim": entry.claim,
        "kind": entry.kind,
        "amount": format_yuan(entry.amount_fen),
        "at": entry.at.isoformat(),
    }


def payment_json(payment: Payment) -> Json:
    """Write a payment; the account only masked."""
    return {
        "id": payment.id,
        "claim": payment.claim,
        "payee": payment.payee,
        "amount": format_yuan(payment.amount_fen),
        "account_masked": mask_account(payment.account),
        "bank": payment.bank,
        "state": payment.state,
        "batch": payment.batch,
        "reason": payment.reason,
    }


def invoice_json(invoice: StoredInvoice) -> Json:
    """Write a voucher as read, with the claim that it is on."""
    return {
        **to_json(invoice.reading),
        "id": invoice.id,
        "claim": invoice.claim,
        "sha256": invoice.sha256,
        "received_at": invoice.received_at.isoformat(),
    }


def audit_json(record: AuditRecord) -> Json:
    """Write a line of the audit trail."""
    return {
        "seq": record.seq,
        "at": record.at.isoformat(),
        "actor": record.actor,
        "action": record.action,
        "subject": record.subject,
        "source": record.source,
        "fields": dict(record.fields),
        "hash": record.hash,
    }
