"""A claim as other systems read it: the REST Claim (contract §4), its files, names beside ids."""

from collections.abc import Iterable, Sequence

from core.actions.clearing import without_backed
from core.actions.following import with_own_hold
from core.budget import Balance, charges_on_record
from core.claim import EDITABLE, Claim, Finding, Line, LineInvoice
from core.company import Company
from core.currency import BASE, Foreign
from core.dealings import Supplier, Trip
from core.money import format_yuan
from core.outside import Json
from core.payment import mask_account
from core.routing import Chain, chain_of

Object = dict[str, Json]


def claim_json(
    claim: Claim,
    messages: Iterable[tuple[Finding, str]],
    budgets: list[Object],
    foreseen: Chain | None = None,
) -> Object:
    """Write a claim; `messages` pairs its findings with their texts.

    `foreseen` is whom a draft would ask and tell; in review the plan says it.
    """
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
        **_chain(foreseen or (chain_of(claim.plan) if claim.plan else Chain())),
        "budgets": budgets,
        **_dealings(claim),
    }


def _chain(chain: Chain) -> Object:
    """Say whom a claim asks, in order, and who is told."""
    steps: list[Object] = [
        {
            "step": s.name,
            "people": list(s.people),
            "mode": s.mode,
            "system": s.system,
            "cc": list(s.cc),
        }
        for s in chain.steps
    ]
    return {"chain": steps, "cc": list(chain.cc)}


def _dealings(claim: Claim) -> Object:
    """Give what is special about a claim; what it has not is left out."""
    special: Object = {
        "purpose": claim.purpose,
        "standing": claim.standing,
        "urgent": claim.urgent,
        "filed_by": claim.filed_by,
        "origin": claim.origin,
        "approved": None if claim.approved_fen is None else format_yuan(claim.approved_fen),
        "split_from": claim.split_from,
        "supplier": _supplier(claim.supplier) if claim.supplier else None,
        "trip": _trip(claim.trip) if claim.trip else None,
        "clears": [
            {"advance": c.advance, "amount": format_yuan(c.amount_fen)} for c in claim.clears
        ],
        "open": format_yuan(claim.open_fen) if claim.advance else None,
    }
    return {name: value for name, value in special.items() if value}


def _supplier(supplier: Supplier) -> Object:
    masked = mask_account(supplier.account)
    return {"name": supplier.name, "account_masked": masked, "bank": supplier.bank}


def _trip(trip: Trip) -> Object:
    return {"city": trip.city, "start": trip.start.isoformat(), "end": trip.end.isoformat()}


def _line(line: Line) -> Object:
    return {
        "category": line.category,
        "amount": format_yuan(line.amount_fen),
        "date": line.date.isoformat(),
        "description": line.description,
        "project": line.project,
        "invoice": _invoice(line.invoice) if line.invoice else None,
        **({"department": line.department} if line.department else {}),
        **({"foreign": _foreign(line.foreign)} if line.foreign else {}),
        **({"asked": format_yuan(line.asked_fen)} if line.asked_fen is not None else {}),
        **({"more_invoices": [_invoice(i) for i in line.more]} if line.more else {}),
    }


def _foreign(foreign: Foreign) -> Object:
    """Say what a line was spent in; `rate` is the yuan of one unit, null while there is none."""
    return {
        "currency": foreign.currency,
        "amount": foreign.amount.text,
        "rate": foreign.rate or None,
        "rate_date": foreign.rate_date.isoformat() if foreign.rate_date else None,
        "rate_source": foreign.source,
        "rate_by": foreign.by,
    }


def _invoice(invoice: LineInvoice) -> Object:
    return {
        "kind": invoice.kind,
        "code": invoice.code,
        "number": invoice.number,
        "date": invoice.date.isoformat() if invoice.date else None,
        "seller": invoice.seller,
        "total": None if invoice.total_fen is None else format_yuan(invoice.total_fen),
        **({"currency": invoice.currency} if invoice.currency != BASE else {}),
    }


def _approvals(claim: Claim) -> list[Object]:
    """List every decision, then those whose turn it is with neither decision nor time."""
    plan = claim.plan
    if plan is None:
        return []
    decided: list[Object] = [
        {
            "step": step.name,
            "approver": d.approver,
            "decision": d.decision,
            "reason": d.reason,
            "at": d.at.isoformat(),
            **({"on_behalf_of": d.on_behalf_of} if d.on_behalf_of else {}),
        }
        for step in plan.steps
        for d in step.decisions
    ]
    name = "" if plan.done else plan.steps[plan.current].name
    waiting: list[Object] = [
        {"step": name, "approver": p, "decision": None, "reason": "", "at": None}
        for p in plan.waiting()
        if claim.state.value == "in_review"
    ]
    return decided + waiting


def charges_json(company: Company, claim: Claim, balances: Sequence[Balance]) -> list[Object]:
    """Say what the claim's budgets have left with it: a draft holds nothing yet."""
    found = charges_on_record(company, claim)
    charges = {c.budget: c.amount_fen for c in found}
    own = {c.budget: c.amount_fen for c in without_backed(found, claim.clears)}
    pending = claim.state in EDITABLE
    balances = with_own_hold(balances, claim)
    return [
        {
            "id": b.budget.id,
            "amount": format_yuan(charges[b.budget.id]),
            "available_after": format_yuan(
                b.available_fen - (own.get(b.budget.id, 0) if pending else 0)
            ),
        }
        for b in balances
        if b.budget.id in charges
    ]


def document_of(
    claim: Claim,
    company: Company,
    messages: Iterable[tuple[Finding, str]],
    balances: Sequence[Balance],
    link: str,
) -> Object:
    """Write what mappings read: the REST Claim, its files, and names and fen beside it."""
    written = claim_json(claim, messages, charges_json(company, claim, balances))
    department = company.department(claim.department)
    person = company.person(claim.employee)
    entity = company.entity_of(claim.department)
    project = company.project(claim.project) if claim.project else None
    return {
        **written,
        "lines": [_full_line(company, line, n) for n, line in enumerate(claim.lines, 1)],
        "files": [{"name": f.name, "sha256": f.sha256} for f in claim.files],
        "purpose": claim.purpose,
        "total_fen": claim.total_fen,
        "employee_name": person.name if person else claim.employee,
        "department_name": department.name if department else claim.department,
        "project_name": project.name if project else None,
        "company": entity.id if entity else None,
        "company_name": entity.name if entity else None,
        "origin": claim.origin,
        "link": link,
    }


def _full_line(company: Company, line: Line, number: int) -> Object:
    category = company.category(line.category) if line.category else None
    project = company.project(line.project) if line.project else None
    return {
        **_line(line),
        "number": number,
        "amount_fen": line.amount_fen,
        "category_name": category.name if category else None,
        "account": category.account if category else None,
        "project_name": project.name if project else None,
    }
