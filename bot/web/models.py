"""The shapes of the REST API's answers (contract §4), from which `/api/openapi.json` is drawn.

Money is a decimal string in yuan, times are ISO 8601, what is absent is null.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from core.claim import Kind, State
from core.company import Control
from core.invoice import InvoiceKind
from core.payment import PaymentState
from core.voucher import VoucherKind, VoucherState

Money = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class InvoiceOnLine(TypedDict):
    """The voucher behind a line; `total` is in `currency` where that is not the yuan."""

    kind: str
    code: str | None
    number: str | None
    date: Day | None
    seller: str | None
    total: Money | None
    currency: NotRequired[str]


class SupplierModel(TypedDict):
    """Whom the company pays for a purchase; the account only masked."""

    name: str
    account_masked: str
    bank: str


class TripModel(TypedDict):
    """Where a travel request goes, and from which day until which."""

    city: str
    start: Day
    end: Day


class ClearingModel(TypedDict):
    """What a claim takes of an advance instead of being paid."""

    advance: str
    amount: Money


class ForeignModel(TypedDict):
    """What a line was spent in: `amount` in the currency's own units.

    `rate` is the yuan of one unit, null while nobody has said one: the `company`'s of `rate_date`,
    `entered` by the person `rate_by`, or what the amount that they `settled` in yuan comes to.
    """

    currency: str
    amount: str
    rate: str | None
    rate_date: Day | None
    rate_source: Literal["company", "entered", "settled"] | None
    rate_by: str


class LineModel(TypedDict):
    """One expense.

    `department` bears it where that is not the claim's; `asked` is what it was before an approver
    reduced it; `foreign` says what it was spent in where that is not the yuan; `more_invoices` are
    further ones of the same expense.
    """

    category: str | None
    amount: Money
    date: Day
    description: str
    project: str | None
    invoice: InvoiceOnLine | None
    department: NotRequired[str]
    asked: NotRequired[Money]
    foreign: NotRequired[ForeignModel]
    more_invoices: NotRequired[list[InvoiceOnLine]]


class FindingModel(TypedDict):
    """What a check has to say; `line` counts from 0, null is the whole claim."""

    code: str
    severity: Literal["info", "warn", "block"]
    message: str
    line: int | None


class ApprovalModel(TypedDict):
    """A decision, or somebody whose turn it is (`decision` and `at` are null)."""

    step: str
    approver: str
    decision: str | None
    reason: str
    at: Moment | None


class ChainModel(TypedDict):
    """A step of the approval: those asked, or the system that decides; `cc` are told afterwards."""

    step: str
    people: list[str]
    mode: str
    system: str | None
    cc: list[str]


class BudgetUse(TypedDict):
    """What a claim takes of a budget, and what is left with it."""

    id: str
    amount: Money
    available_after: Money


class ClaimModel(TypedDict):
    """A claim; what is special about it is only there where it is so.

    `chain` is whom it asks, or would ask, in order, `cc` everybody who is told and decides nothing.
    `purpose` is what a request is for, `standing` makes an advance petty cash, `urgent` is why it
    cannot wait, `filed_by` who wrote it for its employee, `origin` the request
    that it follows, `approved` what that was approved for, `split_from` the claim that it was a
    line of, `open` what is owed of an advance.
    """

    number: str
    kind: Kind
    state: State
    employee: str
    department: str
    project: str | None
    total: Money
    currency: str
    version: int
    created_at: Moment
    submitted_at: Moment | None
    lines: list[LineModel]
    findings: list[FindingModel]
    approvals: list[ApprovalModel]
    chain: list[ChainModel]
    cc: list[str]
    budgets: list[BudgetUse]
    purpose: NotRequired[str]
    standing: NotRequired[bool]
    urgent: NotRequired[str]
    filed_by: NotRequired[str]
    origin: NotRequired[str]
    approved: NotRequired[Money]
    split_from: NotRequired[str]
    supplier: NotRequired[SupplierModel]
    trip: NotRequired[TripModel]
    clears: NotRequired[list[ClearingModel]]
    open: NotRequired[Money]


class BudgetModel(TypedDict):
    """A budget with its counters: available = limit − reserved − consumed."""

    id: str
    department: str | None
    project: str | None
    category: str | None
    period: str
    limit: Money
    reserved: Money
    consumed: Money
    available: Money
    control: Control
    frozen: bool
    closed: bool
    person: str | None
    company: str | None
    own_level: bool
    cumulative: bool
    carried: Money
    usable: Money
    changed: Money
    owners: list[str]


class VerdictModel(TypedDict):
    """Whether an amount would pass; nothing is reserved."""

    decision: Literal["allow", "warn", "block"]
    budgets: list[BudgetModel]


class EntryModel(TypedDict):
    """A line of a budget's journal."""

    id: str
    claim: str
    kind: Literal["reserve", "release", "consume"]
    amount: Money
    at: Moment


class LimitModel(TypedDict):
    """A limit that a budget has had."""

    version: int
    limit: Money
    kind: str
    source: str
    actor: str
    at: Moment


class ItemModel(TypedDict):
    """One item of a voucher, as printed."""

    name: str
    spec: str | None
    unit: str | None
    quantity: str | None
    price: str | None
    amount: Money | None
    rate: str | None
    tax: Money | None


class DoubtModel(TypedDict):
    """A doubt about a voucher; `fields` are those in doubt, none for the whole of it."""

    code: str
    message: str
    fields: list[str]


class InvoiceModel(TypedDict):
    """A voucher as read, with the claim that it is on."""

    file: str
    ok: bool
    kind: InvoiceKind | None
    code: str | None
    number: str | None
    date: Day | None
    amount: Money | None
    tax: Money | None
    total: Money | None
    buyer: str | None
    buyer_taxid: str | None
    seller: str | None
    seller_taxid: str | None
    check_code: str | None
    items: list[ItemModel]
    confidence: float
    source: dict[str, str]
    findings: list[DoubtModel]
    reason: NotRequired[str | None]
    id: str
    claim: str
    sha256: str
    received_at: Moment


class PaymentModel(TypedDict):
    """A payment; the account only masked."""

    id: str
    claim: str
    payee: str
    amount: Money
    account_masked: str
    bank: str
    state: PaymentState
    batch: str | None
    reason: str
    paid: NotRequired[Money]


class VoucherLineModel(TypedDict):
    """One entry of an accounting voucher."""

    account: str
    summary: str
    debit: Money
    credit: Money
    department: str | None
    project: str | None
    person: str | None
    supplier: str | None
    category: str | None
    currency: str
    original: Money | None
    rate: str | None


class VoucherModel(TypedDict):
    """An accounting voucher; a refused one has no lines but a reason."""

    id: str
    kind: VoucherKind
    state: VoucherState
    claim: str
    payment: str | None
    company: str
    date: Day
    created_at: Moment
    total: Money
    attachments: int
    number: str | None
    batch: str | None
    reverses: str | None
    reason: str
    facts: dict[str, str]
    lines: list[VoucherLineModel]


class AuditModel(TypedDict):
    """A line of the audit trail; `hash` chains it to the one before."""

    seq: int
    at: Moment
    actor: str
    action: str
    subject: str
    source: str
    fields: dict[str, str]
    hash: str


class SpendModel(TypedDict):
    """A sum; it has those keys that `by` names."""

    month: NotRequired[str | None]
    department: NotRequired[str | None]
    category: NotRequired[str | None]
    project: NotRequired[str | None]
    employee: NotRequired[str | None]
    supplier: NotRequired[str | None]
    amount: Money
    lines: int


class FaultModel(TypedDict):
    """What is wrong with one field of a body; `field` is a path like `lines.0.amount`."""

    field: str
    code: str
    message: str


class ProblemModel(TypedDict):
    """What went wrong (RFC 9457).

    `code` is stable; `detail` and the messages are Chinese, or English by `Accept-Language`.
    `errors` names every fault of a body. The other members are the facts behind the code.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: NotRequired[list[FaultModel]]
    fields: NotRequired[dict[str, str | int]]
    allowed: NotRequired[list[str]]
    limit: NotRequired[int]
    maximum: NotRequired[int]
    seconds: NotRequired[int]
    scope: NotRequired[str]
    claim: NotRequired[str]
    given: NotRequired[str]
