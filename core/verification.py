"""Asking the tax bureau about an invoice (查验): what is asked, what it answered, what follows."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, Protocol

from core.claim import Claim, Finding, LineInvoice
from core.invoice import identity_of
from core.money import parse_yuan

VerifyState = Literal["normal", "void", "red_lettered", "pending", "mismatch", "unsupported"]
"""pending: the bureau does not know the invoice yet, or may not be asked now; it is not a fake."""
Occasion = Literal["draft", "payment", "after"]
"""When the bureau is asked: as an invoice joins a draft, before its money goes out, and later."""

CHINA = timezone(timedelta(hours=8))
"""The bureau's days (Asia/Shanghai has had no other offset since 1991)."""
TRIES_A_DAY = 5
"""How often the bureau answers about one invoice on one day (reference/invoices.md §1g)."""
CONCLUSIVE = frozenset({"normal", "void", "red_lettered", "mismatch"})
DEAD = frozenset({"void", "red_lettered"})
"""States that no later answer and no better reading takes back."""
VERIFIABLE = frozenset(
    {
        "vat_special",
        "vat_general",
        "vat_special_e",
        "vat_general_e",
        "vat_roll",
        "digital_special",
        "digital_general",
        "rail_e",
        "air_itinerary",
        "toll",
        "ride_hailing",
        "vehicle",
        "used_vehicle",
    }
)
"""Kinds that the bureau keeps a record of."""
VERIFY_CODES = frozenset({"verify_mismatch", "verify_void", "verify_red", "verify_pending"})
DEAD_CODES = frozenset({"verify_void", "verify_red"})
"""Findings about invoices that must not be paid."""

_DIGITAL = 20
_CHECK_DIGITS = 6
_SOON, _DAILY = timedelta(hours=4), timedelta(days=1)
_FRESH_DAYS, _LAST_DAYS = 3, 30
_MORNING = time(8)


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What an invoice says, for whichever provider asks about it; each takes what it needs.

    Amounts are without and with tax, None where they were not read; `check_code_last6` are digits.
    """

    kind: str
    code: str | None
    number: str
    date: date
    amount_excl_fen: int | None = None
    amount_incl_fen: int | None = None
    check_code_last6: str | None = None
    paper: bool = False

    @property
    def identity(self) -> str:
        """What tells the invoice from every other; the number where nothing else does."""
        return identity_of(self.kind, self.code, self.number, self.date) or self.number

    @property
    def form(self) -> str:
        """The kind as providers tell them apart: `toll`, or `toll_digital` with 20 digits.

        A fully digital invoice in its paper form is `digital_special_paper` and the like.
        """
        if self.paper:
            return f"{self.kind}_paper"
        digital = len(self.number) == _DIGITAL and not self.kind.startswith("digital_")
        return f"{self.kind}_digital" if digital else self.kind


@dataclass(frozen=True, slots=True)
class Verification:
    """What the bureau answered through a provider.

    `fields` are those that differ where the provider names them; `facts` what it printed (number,
    date, amount, tax, total, buyer, buyer_taxid, seller, seller_taxid; money as decimal strings).
    `reason` is `tries` when today's questions are used up, `format` when the bureau was not even
    asked because no invoice looks like that, else the provider's own word.
    """

    state: VerifyState
    fields: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    provider: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """The last answer about an invoice, to what was asked, and when it came."""

    identity: str
    request: VerifyRequest
    verification: Verification
    at: datetime

    @property
    def conclusive(self) -> bool:
        """Whether the bureau has spoken."""
        return self.verification.state in CONCLUSIVE

    def fits(self, request: VerifyRequest) -> bool:
        """Whether the answer holds for a reading: the one asked about, or any of a dead invoice."""
        return self.verification.state in DEAD or self.request == request


class VerifyPort(Protocol):
    """A third party through which the tax bureau can be asked."""

    provider: str

    def supports(self, request: VerifyRequest) -> bool:
        """Whether it can ask about such an invoice, with what was read from it."""
        ...

    async def verify(self, request: VerifyRequest) -> Verification:
        """Ask once. Errors of `core.errors`; only ResultUnknown may have cost one of the tries."""
        ...

    async def close(self) -> None:
        """Give the connections back."""


class Tries(Protocol):
    """How often the bureau was asked about each invoice today, over all replicas."""

    async def take(self, identity: str, day: date, limit: int) -> bool:
        """Count a try; false when the day's are used up. Of all who ask, `limit` get one."""
        ...

    async def give_back(self, identity: str, day: date) -> None:
        """Take a try back that never reached the bureau."""


def request_of(invoice: LineInvoice) -> VerifyRequest | None:
    """Make the request about a line's voucher; None where the bureau has no record to compare."""
    if invoice.kind not in VERIFIABLE or not invoice.number or invoice.date is None:
        return None
    if invoice.identity is None:
        return None
    digits = "".join(c for c in invoice.check_code or "" if c.isdecimal())
    return VerifyRequest(
        kind=invoice.kind,
        code=invoice.code,
        number=invoice.number,
        date=invoice.date,
        amount_excl_fen=_amount_excl(invoice),
        amount_incl_fen=invoice.total_fen,
        check_code_last6=digits[-_CHECK_DIGITS:] if len(digits) >= _CHECK_DIGITS else None,
        paper=invoice.paper,
    )


def _amount_excl(invoice: LineInvoice) -> int | None:
    if invoice.amount_fen is not None or invoice.total_fen is None or invoice.tax_fen is None:
        return invoice.amount_fen
    return invoice.total_fen - invoice.tax_fen


def requests_of(claim: Claim) -> tuple[VerifyRequest, ...]:
    """Give the requests about a claim's vouchers, one an invoice, in order of the lines."""
    made = (request_of(invoice) for line in claim.lines for invoice in line.invoices)
    return tuple({r.identity: r for r in made if r}.values())


def find_unverified(claim: Claim, checked: Mapping[str, Checked]) -> tuple[Finding, ...]:
    """Find what the bureau's answers, by identity, say against a claim's vouchers."""
    return tuple(
        finding
        for i, line in enumerate(claim.lines)
        for invoice in line.invoices
        for finding in _of_invoice(i, invoice, checked)
    )


def _of_invoice(
    index: int, invoice: LineInvoice, checked: Mapping[str, Checked]
) -> Iterator[Finding]:
    request = request_of(invoice)
    known = checked.get(request.identity) if request else None
    if request is None or known is None or not known.fits(request):
        return
    answer, number = known.verification, ("invoice", request.number)
    if answer.state in DEAD:
        code = "verify_void" if answer.state == "void" else "verify_red"
        yield Finding(code, "block", index, (number,))
    elif answer.state == "mismatch":
        is_sure = answer.reason != "format"
        about = (number, *_named(answer.fields))
        yield Finding("verify_mismatch", "block" if is_sure else "warn", index, about)
    elif answer.state == "pending":
        yield Finding("verify_pending", "info", index, (number,))
    elif answer.state == "normal":
        yield from _differing(index, invoice, answer)


def _differing(index: int, invoice: LineInvoice, answer: Verification) -> Iterator[Finding]:
    """Compare what the bureau printed with what was read; a name may only be misread."""
    facts = dict(answer.facts)
    read = {
        "buyer": invoice.buyer,
        "buyer_taxid": invoice.buyer_taxid,
        "seller": invoice.seller,
    }
    wrong = [k for k, v in read.items() if v and facts.get(k) and _plain(facts[k]) != _plain(v)]
    total = _fen(facts.get("total", ""))
    is_other_sum = None not in {total, invoice.total_fen} and total != invoice.total_fen
    fields = (*(["total"] if is_other_sum else []), *wrong)
    if fields:
        about = (("invoice", invoice.number or ""), *_named(fields))
        yield Finding("verify_mismatch", "block" if is_other_sum else "warn", index, about)


def _named(fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return (("fields", " ".join(fields)),) if fields else ()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text)
    except ValueError:
        return None


def with_verified(findings: tuple[Finding, ...], fresh: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Put the bureau's newest word in the place of its earlier ones."""
    return (*(f for f in findings if f.code not in VERIFY_CODES), *fresh)


def next_try(request: VerifyRequest, answer: Verification, now: datetime) -> datetime | None:
    """Say when to ask again about an invoice that the bureau does not know yet.

    New ones appear within hours or by the next day; after a month nobody asks any more.
    """
    local = now.astimezone(CHINA)
    if local.date() - request.date > timedelta(days=_LAST_DAYS):
        return None
    if answer.reason == "tries":
        return datetime.combine(local.date() + _DAILY, _MORNING, CHINA)
    is_fresh = local.date() - request.date <= timedelta(days=_FRESH_DAYS)
    return now + (_SOON if is_fresh else _DAILY)
