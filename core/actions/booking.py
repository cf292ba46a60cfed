"""Bookkeeping: which vouchers follow from a change, and what becomes of them afterwards.

Nobody who approves, pays or voids thinks of the books: the vouchers are derived from what the
change makes true and from what has been booked of its claims before, and they are committed with
it. The revision of the claim makes sure that nothing has been booked meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.actions.basics import Cause, audit_of, outgoing
from core.change import Change, Outgoing
from core.claim import Claim, State
from core.company import Company, Person
from core.errors import Refused
from core.notices import CallSystem, Say
from core.payment import Payment
from core.voucher import PEOPLE, Voucher
from core.voucher_building import (
    Occasion,
    approval_id,
    build_approval,
    build_payment,
    build_return,
    build_reversal,
    is_booked,
)

_OWED = frozenset({State.APPROVED, State.PAYING, State.PAID})
_LIVE = frozenset({"open", "refused", "exported", "posted"})
_IN_BOOKS = frozenset({"exported", "posted"})


@dataclass(slots=True)
class _Book:
    """The vouchers of one claim while a change is being booked."""

    occasion: Occasion
    vouchers: dict[str, Voucher]
    made: dict[str, Voucher]

    def add(self, voucher: Voucher) -> None:
        """Put a voucher in, a new one or one that has changed."""
        self.vouchers[voucher.id] = self.made[voucher.id] = voucher

    def live(self) -> list[Voucher]:
        """Give the vouchers that stand, newest first."""
        taken_back = {v.reverses for v in self.vouchers.values() if v.reverses}
        found = (v for v in self.vouchers.values() if v.kind != "reversal" and v.state in _LIVE)
        return [v for v in reversed(list(found)) if v.id not in taken_back]

    def take_back(self, voucher: Voucher) -> None:
        """Undo a voucher: by a red one, where the books have it already."""
        if voucher.state in _IN_BOOKS:
            self.add(build_reversal(voucher, self.occasion.day, self.occasion.at))
        else:
            self.add(replace(voucher, state="void"))


def keeps_books(company: Company) -> bool:
    """Whether a company has its vouchers made here: one without any account keeps its own books."""
    return any(category.account or category.accounts for category in company.categories)


def concerns_books(change: Change) -> bool:
    """Whether vouchers may follow from a change; none do while money is only on its way."""
    if change.claims and all(c.state is State.PAYING for c in change.claims):
        return any(p.state != "exported" or p.paid_fen for p in change.payments)
    states = {*_OWED, State.VOID}
    return bool(change.payments) or any(c.state in states for c in change.claims)


def booked(change: Change, company: Company, before: Iterable[Voucher], day: date) -> Change:
    """Add to a change the vouchers that follow from it.

    `before` are those of its claims so far, `day` the date that new ones get. A voucher that
    cannot be made is kept as refused, and finance is told why.
    """
    known: dict[str, list[Voucher]] = {}
    for voucher in before:
        known.setdefault(voucher.claim, []).append(voucher)
    made: list[Voucher] = []
    for claim in change.claims:
        occasion = Occasion(company, claim, day, change.at)
        book = _Book(occasion, {v.id: v for v in known.get(claim.number, [])}, {})
        _book_claim(book, [p for p in change.payments if p.claim == claim.number])
        made += book.made.values()
    told = tuple(_tell(company, made))
    return replace(change, vouchers=(*change.vouchers, *made), outbox=(*change.outbox, *told))


def _book_claim(book: _Book, payments: Sequence[Payment]) -> None:
    """Make the vouchers of one claim agree with where it is now."""
    claim = book.occasion.claim
    if claim.state not in _OWED:
        for voucher in book.live():
            book.take_back(voucher)
        return
    if not any(v.kind == "approval" for v in book.live()) and _is_owed(claim, payments):
        name = approval_id(claim)
        again = sum(v.id.startswith(name) and v.kind == "approval" for v in book.vouchers.values())
        made = build_approval(book.occasion, payments)
        book.add(replace(made, id=f"{name}.{again + 1}") if again else made)
    for payment in payments:
        _book_payment(book, payment)
    if claim.advance:
        _book_returns(book, claim)


def _is_owed(claim: Claim, payments: Sequence[Payment]) -> bool:
    """Whether a change is the one that approves a claim: it says what is owed or cleared for it."""
    return is_booked(claim, payments) and bool(payments or claim.clears)


def _book_payment(book: _Book, payment: Payment) -> None:
    """Make the vouchers of a payment agree with what of it has arrived."""
    arrived = payment.amount_fen if payment.state == "paid" else payment.paid_fen
    standing = [v for v in book.live() if v.kind == "payment" and v.payment == payment.id]
    noted = sum(v.amount_fen for v in standing)
    while noted > arrived and standing:
        voucher = standing.pop(0)
        book.take_back(voucher)
        noted -= voucher.amount_fen
    if noted < arrived and book.occasion.company.vouchers.at_payment:
        count = sum(v.kind == "payment" and v.payment == payment.id for v in book.vouchers.values())
        name = f"V-{payment.id}-{count + 1}"
        book.add(build_payment(book.occasion, payment, arrived - noted, name))


def _book_returns(book: _Book, claim: Claim) -> None:
    """Make a voucher of each part of an advance that came back."""
    if not claim.advance or not book.occasion.company.vouchers.at_payment:
        return
    parts = [s for s in claim.advance.settled if s.how == "return"]
    for count, part in enumerate(parts, 1):
        name = f"V-{claim.number}-T{count}"
        if name not in book.vouchers:
            book.add(build_return(book.occasion, part.amount_fen, name))


def rebuilt(
    voucher: Voucher, claim: Claim, payments: Sequence[Payment], company: Company
) -> Voucher:
    """Try once more to make a refused voucher, with the accounts that the company has now."""
    occasion = Occasion(company, claim, voucher.day, voucher.created_at)
    payment = next((p for p in payments if p.id == voucher.payment), None)
    if voucher.kind == "approval":
        made = build_approval(occasion, payments)
    elif voucher.kind == "payment" and payment:
        made = build_payment(occasion, payment, voucher.amount_fen, voucher.id)
    elif voucher.kind == "return":
        made = build_return(occasion, voucher.amount_fen, voucher.id)
    else:
        return voucher
    return replace(made, id=voucher.id, revision=voucher.revision)


def export_vouchers(vouchers: Sequence[Voucher], batch: str, cause: Cause) -> Change:
    """Note that vouchers went out in a file; Refused `wrong_voucher_state` for one that may not."""
    for voucher in vouchers:
        if voucher.state != "open":
            raise Refused("wrong_voucher_state", voucher=voucher.id, state=voucher.state)
    return Change(
        at=cause.at,
        vouchers=tuple(replace(v, state="exported", batch=batch) for v in vouchers),
        audit=(audit_of(cause, "export_vouchers", batch, count=str(len(vouchers))),),
    )


def take(voucher: Voucher, system: str, cause: Cause) -> Change | None:
    """Note that a connected system posts a voucher; None when that is known.

    From now on no file takes it. Refused `wrong_voucher_state` when it has gone out already, or
    belongs to another system.
    """
    if voucher.state != "open" or voucher.taken_by not in {"", PEOPLE, system}:
        raise Refused("wrong_voucher_state", voucher=voucher.id, state=voucher.state)
    if voucher.taken_by == system:
        return None
    return Change(at=cause.at, vouchers=(replace(voucher, taken_by=system),))


def leave_to_people(voucher: Voucher | None, cause: Cause) -> Change:
    """Note that a voucher is not posted by its system any more: files may take it."""
    if voucher is None or voucher.state != "open":
        return Change(at=cause.at)
    entry = audit_of(cause, "leave_voucher", voucher.id, system=voucher.taken_by)
    return Change(at=cause.at, vouchers=(replace(voucher, taken_by=PEOPLE),), audit=(entry,))


def note_unposted(
    company: Company,
    order: CallSystem,
    state: str,
    words: Callable[[Person], str],
    cause: Cause,
) -> Change:
    """Tell finance and administrators what a system did not post; `words` say why to each."""
    entry = audit_of(cause, "voucher_not_posted", order.key, system=order.system, state=state)
    fields = (
        ("number", order.subject),
        ("voucher", order.key),
        ("system", order.system),
    )
    people = {p.id: p for r in ("finance", "admin") for p in company.with_role(r)}
    code = f"voucher_not_posted_{state}"
    told = [Say(p.id, code, (*fields, ("reason", words(p)))) for p in people.values()]
    return Change(at=cause.at, audit=(entry,), outbox=outgoing(cause, told))


def post(voucher: Voucher, number: str, cause: Cause, day: date) -> Change | None:
    """Note the number that the books gave a voucher; None when it is known already.

    One that was taken back meanwhile gets its red voucher at once. Refused `other_number` when the
    books are said to know it by another one, `wrong_voucher_state` when it has never gone out.
    """
    if voucher.number:
        if voucher.number == number:
            return None
        raise Refused("other_number", voucher=voucher.id, number=voucher.number)
    if voucher.state == "refused":
        raise Refused("wrong_voucher_state", voucher=voucher.id, state=voucher.state)
    posted = replace(voucher, state="posted", number=number)
    red = (build_reversal(posted, day, cause.at),) if voucher.state == "void" else ()
    return Change(
        at=cause.at,
        vouchers=(posted, *red),
        audit=(audit_of(cause, "post_voucher", voucher.id, number=number, claim=voucher.claim),),
    )


def renumber(voucher: Voucher, number: str, cause: Cause, day: date) -> Change | None:
    """Note the number of a voucher in books that were numbered anew; None when it is known.

    Refused `wrong_voucher_state` as `post` for one that has never gone out.
    """
    if not voucher.number:
        return post(voucher, number, cause, day)
    if voucher.number == number:
        return None
    facts = {"number": number, "was": voucher.number, "claim": voucher.claim}
    return Change(
        at=cause.at,
        vouchers=(replace(voucher, number=number),),
        audit=(audit_of(cause, "renumber_voucher", voucher.id, **facts),),
    )


def redate(vouchers: Sequence[Voucher], day: date, cause: Cause) -> Change:
    """Move vouchers that have not gone out to another day; all or none.

    Refused `wrong_voucher_state`.
    """
    for voucher in vouchers:
        if voucher.state not in {"open", "refused"}:
            raise Refused("wrong_voucher_state", voucher=voucher.id, state=voucher.state)
    told = day.isoformat()
    return Change(
        at=cause.at,
        vouchers=tuple(replace(v, day=day) for v in vouchers),
        audit=tuple(
            audit_of(cause, "redate_voucher", v.id, day=told, was=v.day.isoformat(), claim=v.claim)
            for v in vouchers
        ),
    )


def _tell(company: Company, vouchers: Iterable[Voucher]) -> Iterator[Outgoing]:
    """Tell finance why vouchers cannot be made: each reason once, not once a claim.

    A company that gives no category an account keeps its books without us.
    """
    if not keeps_books(company):
        return
    for voucher in (v for v in vouchers if v.state == "refused"):
        about = ":".join(value for _, value in voucher.facts)
        fields = (("number", voucher.claim), *voucher.facts)
        for person in company.with_role("finance"):
            key = f"voucher:{voucher.reason}:{about}#{person.id}"
            yield Outgoing(key, person.id, Say(person.id, f"voucher_{voucher.reason}", fields))
