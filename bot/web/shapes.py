"""Records as JSON of contract §4: money as decimal strings, times ISO 8601."""

from core.budget import Balance, LimitVersion
from core.change import StoredInvoice
from core.invoice import to_json
from core.money import format_yuan
from core.payment import Payment, mask_account
from core.ports import AuditRecord, BudgetEntry

Json = dict[str, object]


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
        "closed": balance.closed,
        "person": budget.person,
        "company": budget.company,
        "own_level": budget.own_level,
        "cumulative": budget.cumulative,
        "carried": format_yuan(balance.carried_fen),
        "usable": format_yuan(balance.usable_fen),
        "changed": format_yuan(balance.changed_fen),
        "owners": list(budget.owners),
    }


def limit_json(version: LimitVersion) -> Json:
    """Write a limit that a budget has had."""
    return {
        "version": version.version,
        "limit": format_yuan(version.limit_fen),
        "kind": version.kind,
        "source": version.source,
        "actor": version.actor,
        "at": version.at.isoformat(),
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
        **({"paid": format_yuan(payment.paid_fen)} if payment.paid_fen else {}),
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
