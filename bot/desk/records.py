"""What the archive says of a claim: one object in index.json, one row a voucher in index.xlsx."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from core.archive import settled_at
from core.change import StoredInvoice, Tombstone
from core.claim import Claim, Finding, Line, LineInvoice
from core.company import Company
from core.invoice import to_json
from core.money import format_yuan
from core.payment import Payment
from core.verification import Checked
from core.voucher import Voucher

Json = dict[str, object]
Cell = str | int | float | None

HEADER = (
    "claim", "company", "employee", "name", "department", "state", "submitted_at", "settled_at",
    "line", "category", "account", "claimed", "date", "description", "project",
    "kind", "invoice_code", "invoice_number", "invoice_date", "seller", "seller_taxid", "buyer",
    "buyer_taxid", "amount", "tax", "total", "file", "sha256", "file_name", "received_at",
    "verified", "verified_at", "doubts", "findings", "confirmed", "payment", "payment_state",
    "batch", "reference", "voucher", "currency", "original", "rate", "rate_date", "rate_source",
)  # fmt: skip
MONEY = tuple(HEADER.index(name) for name in ("claimed", "amount", "tax", "total"))


@dataclass(frozen=True, slots=True)
class Original:
    """A file of a claim in the package; `path` is empty when its bytes are not there."""

    sha256: str
    name: str
    path: str
    size: int
    purged: Tombstone | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is archived of one claim."""

    claim: Claim
    company: Company
    originals: tuple[Original, ...]
    invoices: tuple[StoredInvoice, ...]
    verified: Mapping[str, Checked]
    payment: Payment | None
    books: tuple[Voucher, ...] = ()

    @property
    def voucher(self) -> str | None:
        """What the books call the claim's own voucher; its id until they have given a number."""
        standing = (v for v in self.books if v.kind == "approval" and v.state != "void")
        found = max(standing, key=lambda v: v.created_at, default=None)
        return (found.number or found.id) if found and found.state != "refused" else None

    def path_of(self, sha256: str | None) -> str:
        """Give the place of a file in the package, empty when it is not there."""
        return next((o.path for o in self.originals if o.sha256 == sha256), "")


def dossier_json(dossier: Dossier) -> Json:
    """Write a claim with its lines, vouchers, checks, decisions, payment and files."""
    claim, company = dossier.claim, dossier.company
    person = company.person(claim.employee)
    return {
        "number": claim.number,
        "kind": claim.kind,
        "state": claim.state.value,
        "company": claim.company,
        "employee": claim.employee,
        "name": person.name if person else "",
        "department": claim.department,
        "project": claim.project,
        "purpose": claim.purpose,
        "origin": claim.origin,
        "total": format_yuan(claim.total_fen),
        "currency": claim.currency,
        "version": claim.version,
        "created_at": claim.created_at.isoformat(),
        "submitted_at": claim.submitted_at.isoformat() if claim.submitted_at else None,
        "settled_at": settled_at(claim).isoformat(),
        "approvals": _approvals(claim),
        "findings": [_finding(f) for f in claim.findings],
        "confirmed": [
            {"person": c.person, "at": c.at.isoformat(), "reason": c.reason}
            for c in claim.confirmed
        ],
        "lines": [_line(dossier, line) for line in claim.lines],
        "invoices": [_invoice(dossier, v) for v in dossier.invoices],
        "files": [_file(o) for o in dossier.originals],
        "payment": _payment(dossier.payment),
        "voucher": dossier.voucher,
        "vouchers": [_booked(v) for v in dossier.books],
    }


def _approvals(claim: Claim) -> list[Json]:
    return [
        {
            "step": step.name,
            "approver": d.approver,
            "decision": d.decision,
            "reason": d.reason,
            "at": d.at.isoformat(),
            **({"on_behalf_of": d.on_behalf_of} if d.on_behalf_of else {}),
        }
        for step in (claim.plan.steps if claim.plan else ())
        for d in step.decisions
    ]


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "line": finding.line,
        "fields": dict(finding.fields),
    }


def _line(dossier: Dossier, line: Line) -> Json:
    category = dossier.company.category(line.category) if line.category else None
    invoice = line.invoice
    return {
        "category": line.category,
        "account": category.account if category else "",
        "amount": format_yuan(line.amount_fen),
        "date": line.date.isoformat(),
        "description": line.description,
        "project": line.project,
        **({"foreign": asdict(line.foreign)} if line.foreign else {}),
        "doubts": list(line.doubts),
        "invoice": invoice
        and {
            "identity": invoice.identity,
            "number": invoice.number,
            "sha256": invoice.file,
            "path": dossier.path_of(invoice.file),
            "itinerary": dossier.path_of(invoice.itinerary) or None,
        },
    }


def _invoice(dossier: Dossier, stored: StoredInvoice) -> Json:
    """Write a voucher as it was read; the file's name is the reading's, its place the package's."""
    return {
        **to_json(stored.reading),
        "id": stored.id,
        "identity": stored.identity,
        "sha256": stored.sha256,
        "path": dossier.path_of(stored.sha256),
        "owner": stored.owner,
        "received_at": stored.received_at.isoformat(),
        "verification": _verification(dossier.verified.get(stored.identity or "")),
    }


def _verification(checked: Checked | None) -> Json | None:
    if checked is None:
        return None
    answer = asdict(checked.verification)
    return {**answer, "facts": dict(checked.verification.facts), "at": checked.at.isoformat()}


def _file(original: Original) -> Json:
    gone = original.purged
    return {
        "sha256": original.sha256,
        "name": original.name,
        "path": original.path or None,
        "size": original.size,
        "purged": gone and {"at": gone.at.isoformat(), "by": gone.actor},
    }


def _booked(voucher: Voucher) -> Json:
    return {
        "id": voucher.id,
        "kind": voucher.kind,
        "state": voucher.state,
        "number": voucher.number,
        "date": voucher.day.isoformat(),
        "total": format_yuan(voucher.total_fen),
        "batch": voucher.batch,
        "reverses": voucher.reverses,
    }


def _payment(payment: Payment | None) -> Json | None:
    """Write what was paid; account numbers are not for the archive."""
    if payment is None:
        return None
    return {
        "id": payment.id,
        "amount": format_yuan(payment.amount_fen),
        "payee": payment.payee,
        "state": payment.state,
        "batch": payment.batch,
        "reference": payment.reference,
    }


def rows_of(dossier: Dossier) -> Iterator[list[Cell]]:
    """Give a row for each line, then one for each file that no line has."""
    claim = dossier.claim
    used: set[str | None] = set()
    for i, line in enumerate(claim.lines):
        invoice = line.invoice
        used |= {invoice.file, invoice.itinerary} if invoice else set()
        paid = [*_paid(dossier), *_exchanged(line)]
        yield [*_head(dossier), *_said(dossier, i, line), *_read(dossier, i, line), *paid]
    trips = {x.invoice.itinerary for x in claim.lines if x.invoice and x.invoice.itinerary}
    for original in dossier.originals:
        if original.sha256 not in used or original.sha256 in trips:
            yield _loose(dossier, original, "itinerary" if original.sha256 in trips else "file")


def _head(dossier: Dossier) -> list[Cell]:
    claim = dossier.claim
    person = dossier.company.person(claim.employee)
    return [
        claim.number,
        claim.company,
        claim.employee,
        person.name if person else "",
        claim.department,
        claim.state.value,
        claim.submitted_at.isoformat() if claim.submitted_at else "",
        settled_at(claim).isoformat(),
    ]


def _said(dossier: Dossier, index: int, line: Line) -> list[Cell]:
    category = dossier.company.category(line.category) if line.category else None
    return [
        index + 1,
        line.category,
        category.account if category else "",
        _yuan(line.amount_fen),
        line.date.isoformat(),
        line.description,
        line.project or dossier.claim.project,
    ]


def _read(dossier: Dossier, index: int, line: Line) -> list[Cell]:
    """Give what the voucher of a line says, where it lies, and what was found about it."""
    invoice = line.invoice
    stored = _stored(dossier.invoices, invoice)
    checked = dossier.verified.get(invoice.identity or "") if invoice else None
    notes: list[Cell] = [
        " ".join(line.doubts),
        " ".join(f.code for f in dossier.claim.findings if f.line == index and f.code != "doubt"),
        "; ".join(c.reason for c in dossier.claim.confirmed),
    ]
    if invoice is None:
        return [None] * 17 + notes
    return [
        invoice.kind,
        invoice.code,
        invoice.number,
        invoice.date.isoformat() if invoice.date else "",
        invoice.seller,
        stored.reading.seller_taxid if stored else None,
        invoice.buyer,
        invoice.buyer_taxid,
        _yuan(stored.reading.amount_fen if stored else None),
        _yuan(invoice.tax_fen),
        _yuan(invoice.total_fen),
        dossier.path_of(invoice.file),
        invoice.file,
        next((o.name for o in dossier.originals if o.sha256 == invoice.file), ""),
        stored.received_at.isoformat() if stored else "",
        checked.verification.state if checked else "",
        checked.at.isoformat() if checked else "",
        *notes,
    ]


def _stored(invoices: Sequence[StoredInvoice], invoice: LineInvoice | None) -> StoredInvoice | None:
    if invoice is None:
        return None
    return next(
        (v for v in invoices if (v.sha256, v.identity) == (invoice.file, invoice.identity)), None
    )


def _paid(dossier: Dossier) -> list[Cell]:
    payment = dossier.payment
    if payment is None:
        return [None, None, None, None, dossier.voucher]
    cells: list[Cell] = [payment.id, payment.state, payment.batch, payment.reference]
    return [*cells, dossier.voucher]


def _exchanged(line: Line) -> list[Cell]:
    """Say what a line was spent in, and how it became yuan."""
    foreign = line.foreign
    if foreign is None:
        return [None] * 5
    day = foreign.rate_date.isoformat() if foreign.rate_date else ""
    source = " ".join(part for part in (foreign.source or "", foreign.by) if part)
    return [foreign.currency, foreign.amount.text, foreign.rate, day, source]


def _loose(dossier: Dossier, original: Original, kind: str) -> list[Cell]:
    where: list[Cell] = [original.path, original.sha256, original.name]
    return [
        *_head(dossier),
        *[None] * 7,
        kind,
        *[None] * 10,
        *where,
        *[None] * 6,
        *_paid(dossier),
        *[None] * 5,
    ]


def _yuan(fen: int | None) -> float | None:
    """Give yuan as a number: exact to the fen, since a double holds fifteen digits."""
    return None if fen is None else float(Decimal(fen) / 100)
