"""Cards of WeChat wallets: locked on submission, free after a no, closed once money was paid."""

from collections.abc import Iterable
from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing
from core.change import Change, FreeIdentities, Release
from core.claim import EDITABLE, Claim, Event, Line, State
from core.company import Company
from core.notices import Notice, Say, ShowCard, UpdateWallet
from core.wallet import CardStatus, WalletCard

Orders = tuple[UpdateWallet, ...]


def cards_of(claim: Claim) -> tuple[WalletCard, ...]:
    """Give the cards behind a claim's lines, each once."""
    found = (invoice.card for line in claim.lines for invoice in line.invoices)
    return tuple(dict.fromkeys(card for card in found if card))


def lock(claim: Claim) -> tuple[Claim, Orders]:
    """Lock the cards of a claim that is submitted; those that it lost since become free."""
    mine = cards_of(claim)
    lost = [card for card in claim.wallet if card not in mine]
    new = [card for card in mine if card not in claim.wallet]
    orders = (*_orders(claim, lost, "init"), *_orders(claim, new, "lock"))
    return replace(claim, wallet=mine), orders


def unlock(claim: Claim) -> tuple[Claim, Orders]:
    """Give back the cards of a claim that will not be paid as it is."""
    return replace(claim, wallet=()), _orders(claim, claim.wallet, "init")


def close(claim: Claim) -> Orders:
    """Close the cards of a claim that was paid; this cannot be undone."""
    return _orders(claim, claim.wallet, "closure")


def _orders(claim: Claim, cards: Iterable[WalletCard], to: CardStatus) -> Orders:
    """Make one order for each wallet."""
    by_owner: dict[str, list[WalletCard]] = {}
    for card in cards:
        by_owner.setdefault(card.openid, []).append(card)
    return tuple(
        UpdateWallet(claim.number, openid, tuple(owned), to) for openid, owned in by_owner.items()
    )


def note_refused(
    claim: Claim, company: Company, order: UpdateWallet, taken: tuple[WalletCard, ...], cause: Cause
) -> Change:
    """Let it be known that cards could not be locked, freed or closed.

    A claim in review whose cards somebody else has goes back to its employee: its money and
    vouchers are free, and it cannot be submitted while such a card is on it. Later than that
    finance is told.
    """
    if order.to != "lock" or claim.state not in {State.IN_REVIEW, *EDITABLE}:
        return _told_to_finance(claim, company, order, cause)
    marked = replace(claim, lines=tuple(_marked(line, taken) for line in claim.lines))
    kept = tuple(card for card in claim.wallet if card not in order.cards)
    marked = replace(marked, wallet=kept)
    fields = (("number", claim.number),)
    notices: list[Notice] = [Say(claim.employee, "card_taken", fields)]
    if claim.state is not State.IN_REVIEW:
        notices.append(ShowCard(claim.employee, claim.number, "claim"))
        return _change(cause, marked, "card_taken", notices)
    marked, orders = unlock(marked)
    asked = claim.plan.people() if claim.plan else frozenset[str]()
    notices += [ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)]
    notices.append(ShowCard(claim.employee, claim.number, "claim", fresh=True))
    change = _change(cause, marked.after(Event.WITHDRAW), "card_taken", [*notices, *orders])
    moves = (Release(claim.hold),)
    return replace(change, moves=moves, identities=(FreeIdentities(claim.number),))


def _marked(line: Line, taken: tuple[WalletCard, ...]) -> Line:
    marked = [replace(i, card_taken=True) if i.card in taken else i for i in line.invoices]
    return replace(line, invoice=marked[0], more=tuple(marked[1:])) if marked else line


def _told_to_finance(claim: Claim, company: Company, order: UpdateWallet, cause: Cause) -> Change:
    fields = (("number", claim.number),)
    code = "card_taken_late" if order.to == "lock" else "card_not_settled"
    people = company.with_role("finance")
    told: list[Notice] = [Say(person.id, code, fields) for person in people]
    return Change(
        at=cause.at,
        audit=(audit_of(cause, code, claim.number, to=order.to),),
        outbox=outgoing(cause, told),
    )


def _change(cause: Cause, claim: Claim, action: str, notices: list[Notice]) -> Change:
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, action, claim.number),),
        outbox=outgoing(cause, notices),
    )
