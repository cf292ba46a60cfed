"""What the last approval sets going: money spent, owed, cleared, or kept for a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.actions.basics import Cause, Settings
from core.actions.clearing import Taken, cleared, figures_of, opened
from core.actions.following import follow_up, follows
from core.actions.wallet import close
from core.budget import charges_of, charges_on_record
from core.change import Consume, Move, Release
from core.claim import Claim, Event
from core.company import Company
from core.money import format_yuan
from core.notices import Notice, Say, ShowCard
from core.payment import Payment

NO_ADVANCES: Mapping[str, Claim] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The claim after its approval, and everything that follows from it."""

    claim: Claim
    others: tuple[Claim, ...] = ()
    moves: tuple[Move, ...] = ()
    payments: tuple[Payment, ...] = ()
    notices: tuple[Notice, ...] = ()


def outcome_of(
    claim: Claim,
    company: Company,
    cause: Cause,
    rules: Settings,
    next_number: str | None,
    advances: Mapping[str, Claim] = NO_ADVANCES,
) -> Outcome:
    """Work out what an agreed claim in review leads to.

    A permission keeps its hold for the draft that follows it under `next_number`, an advance for
    the claims that clear it; anything else is spent and owed. `advances` are those that the claim
    clears, by number.
    """
    if claim.kind == "advance":
        return _advanced(claim, company)
    if follows(claim) and next_number is not None:
        return _permitted(claim, company, cause, next_number)
    return _spent(claim, company, cause, rules, advances)


def _advanced(claim: Claim, company: Company) -> Outcome:
    held = claim.held or figures_of(charges_of(company, claim))
    claim = replace(claim, held=held)
    claim = replace(claim.after(Event.APPROVE), advance=opened(claim))
    moves: tuple[Move, ...] = (Release(claim.hold),) if claim.standing else ()
    return Outcome(claim, moves=moves, payments=payments_of(claim, company))


def _permitted(claim: Claim, company: Company, cause: Cause, number: str) -> Outcome:
    draft = follow_up(claim, number, cause, company)
    fields = (("number", number), ("claim", claim.number))
    said = Say(draft.employee, "bring_invoices", fields)
    return Outcome(
        claim.after(Event.APPROVE),
        others=(draft,),
        notices=(ShowCard(draft.employee, number, "claim"), said),
    )


def _spent(
    claim: Claim,
    company: Company,
    cause: Cause,
    rules: Settings,
    advances: Mapping[str, Claim],
) -> Outcome:
    """Spend the hold, now or at payment; what clears an advance has been paid out already."""
    clears, taken = cleared(claim, advances, cause)
    whole = charges_on_record(company, claim)
    backed = bool(claim.clears)
    claim = replace(claim, clears=clears)
    payments = payments_of(claim, company)
    claim = claim.after(Event.APPROVE)
    moves = [move for t in taken for move in t.moves]
    if backed or rules.consume_on == "approved":
        claim = replace(claim, spent=figures_of(whole))
        moves.append(Consume(claim.hold, whole, sure=True) if backed else Consume(claim.hold))
    notices = _told(claim, taken)
    if clears and not payments:
        claim = claim.after(Event.PAY)
        notices += close(claim)
    return Outcome(claim, tuple(t.advance for t in taken), tuple(moves), payments, tuple(notices))


def _told(claim: Claim, taken: tuple[Taken, ...]) -> list[Notice]:
    """Tell the employee what was set off, and what of an advance is still to come back."""
    by_number = {c.advance: c.amount_fen for c in claim.clears}
    return [
        Say(
            claim.employee,
            "advance_cleared",
            (
                ("number", claim.number),
                ("advance", t.advance.number),
                ("amount", format_yuan(by_number[t.advance.number])),
                ("available", format_yuan(t.advance.open_fen)),
            ),
        )
        for t in taken
    ]


def payments_of(claim: Claim, company: Company) -> tuple[Payment, ...]:
    """Make what an approved claim owes: to its supplier, else to its employee.

    What it clears of advances is not paid again; permissions owe nothing yet.
    """
    owed = claim.total_fen - claim.cleared_fen
    if owed <= 0 or follows(claim):
        return ()
    supplier = claim.supplier
    if supplier is not None:
        to_supplier = Payment(
            id=f"P-{claim.number}",
            claim=claim.number,
            payee=supplier.name,
            payee_name=supplier.name,
            amount_fen=owed,
            account=supplier.account,
            bank=supplier.bank,
            to="supplier",
        )
        return (to_supplier,)
    person = company.person(claim.employee)
    payment = Payment(
        id=f"P-{claim.number}",
        claim=claim.number,
        payee=claim.employee,
        payee_name=person.name if person else claim.employee,
        amount_fen=owed,
        account=(person.bank_account or "") if person else "",
        bank=(person.bank or "") if person else "",
    )
    return (payment,)
