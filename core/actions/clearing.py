"""Money given in advance: claims clear it instead of being paid, and what is left comes back.

An approved advance goes on holding its budget until claims take its place (docs/adr/0016).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.actions.basics import Cause
from core.budget import Charge, Hold
from core.change import Move, Release, Reserve
from core.claim import Claim, State
from core.dealings import AdvanceBook, Clearing, Figures, Settled

CLEARS = frozenset({"reimbursement"})
"""Kinds that clear their employee's advances."""


NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Taken:
    """An advance after something was taken of it, and what its hold does."""

    advance: Claim
    moves: tuple[Move, ...]


def figures_of(charges: Iterable[Charge]) -> Figures:
    """Write charges as a claim keeps them."""
    return tuple((c.budget, c.amount_fen) for c in charges)


def charges_in(figures: Figures) -> tuple[Charge, ...]:
    """Read charges that a claim keeps."""
    return tuple(Charge(budget, fen) for budget, fen in figures)


def moved_on(figures: Figures, following: Mapping[str, str]) -> Figures:
    """Put the next period's budgets in the place of closed ones."""
    sums: dict[str, int] = {}
    for budget, fen in figures:
        name = following.get(budget, budget)
        sums[name] = sums.get(name, 0) + fen
    return tuple((budget, sums[budget]) for budget in sorted(sums))


def open_advances(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Give the advances that later claims clear, the oldest first; petty cash stays."""
    found = (c for c in claims if c.kind == "advance" and not c.standing and c.open_fen > 0)
    return tuple(sorted(found, key=lambda c: (c.created_at, c.number)))


def reckon(
    claim: Claim, charges: Sequence[Charge], advances: Iterable[Claim], others: Iterable[Claim]
) -> tuple[Clearing, ...]:
    """Reckon what a claim takes of open advances; `others` in review have taken theirs before."""
    if claim.kind not in CLEARS or claim.supplier is not None:
        return ()
    waiting = [c for o in others if o.state is State.IN_REVIEW for c in o.clears]
    found: list[Clearing] = []
    left = claim.total_fen
    free = {c.budget: max(0, c.amount_fen) for c in charges}
    for advance in open_advances(advances):
        pending = [c for c in waiting if c.advance == advance.number]
        amount = min(left, advance.open_fen - sum(c.amount_fen for c in pending))
        if amount > 0:
            backed = _backed(advance, amount, pending, free)
            found.append(Clearing(advance.number, amount, backed))
            left -= amount
    return tuple(found)


def moved_with(claim: Claim, advances: Sequence[Claim], others: Sequence[Claim]) -> Claim:
    """Give a claim that goes where the commitments of the advances that it clears have gone."""
    taken = {c.advance for c in reckon(claim, (), advances, others)}
    moved = [pair for a in advances if a.number in taken for pair in a.moved]
    return replace(claim, moved=tuple({**dict(moved), **dict(claim.moved)}.items()))


def _backed(
    advance: Claim, amount_fen: int, pending: Sequence[Clearing], free: dict[str, int]
) -> Figures:
    """Let the advance's hold stand for as much of each budget's charge as it can."""
    held = dict(advance.advance.held) if advance.advance else {}
    for clearing in pending:
        for budget, fen in clearing.backed:
            held[budget] = held.get(budget, 0) - fen
    parts = {b: min(amount_fen, fen, free.get(b, 0)) for b, fen in held.items()}
    found = tuple((b, fen) for b, fen in sorted(parts.items()) if fen > 0)
    for budget, fen in found:
        free[budget] -= fen
    return found


def without_backed(charges: Iterable[Charge], clears: Iterable[Clearing]) -> tuple[Charge, ...]:
    """Give what a claim must hold itself: its charges less what advances hold for it."""
    backed: dict[str, int] = {}
    for clearing in clears:
        for budget, fen in clearing.backed:
            backed[budget] = backed.get(budget, 0) + fen
    rest = (Charge(c.budget, c.amount_fen - backed.get(c.budget, 0)) for c in charges)
    return tuple(c for c in rest if c.amount_fen)


def opened(claim: Claim) -> AdvanceBook:
    """Give the book of an advance that is approved now; petty cash holds nothing."""
    return AdvanceBook(None if claim.standing else claim.hold, () if claim.standing else claim.held)


def take(advance: Claim, part: Settled) -> Taken:
    """Take something of an open advance: its hold goes on under a new name for what is left."""
    book = advance.advance or AdvanceBook(None)
    book = replace(book, settled=(*book.settled, part))
    left = _left_of(advance, book)
    held = tuple((b, min(fen, left)) for b, fen in book.held if min(fen, left) > 0)
    return _held_anew(advance, book, held)


def give_back(advance: Claim, number: str, following: Mapping[str, str] = NOTHING) -> Taken:
    """Undo what a claim took of an advance: as much is owed and held again as without it.

    `Claim.held` is what the advance held at its approval, of which claims have taken since. What
    would come back to a budget that has been closed meanwhile is held on the one `following` it.
    """
    if advance.advance and not advance.advance.held:
        moved = tuple({**dict(advance.moved), **following}.items())
        advance = replace(advance, held=moved_on(advance.held, following), moved=moved)
    book = advance.advance or AdvanceBook(None)
    kept = tuple(s for s in book.settled if not (s.how == "claim" and s.by == number))
    back = replace(book, settled=kept)
    sums = dict(book.held)
    for budget, fen in () if advance.standing else advance.held:
        freed = min(fen, _left_of(advance, back)) - min(fen, _left_of(advance, book))
        sums[budget] = sums.get(budget, 0) + freed
    held = tuple((budget, fen) for budget, fen in sorted(sums.items()) if fen > 0)
    return _held_anew(advance, back, held)


def _left_of(advance: Claim, book: AdvanceBook) -> int:
    return max(0, advance.total_fen - book.settled_fen)


def _held_anew(advance: Claim, book: AdvanceBook, held: Figures) -> Taken:
    moves: list[Move] = [Release(book.hold)] if book.hold else []
    name = f"{advance.hold}.{book.holds}" if held else None
    if name:
        moves.append(Reserve(Hold(name, advance.number, charges_in(held)), sure=True))
    book = replace(book, hold=name, held=held, holds=book.holds + 1)
    return Taken(replace(advance, advance=book), tuple(moves))


def cleared(
    claim: Claim, advances: Mapping[str, Claim], cause: Cause
) -> tuple[tuple[Clearing, ...], tuple[Taken, ...]]:
    """Make true at approval what was reckoned at submission, as far as it is still owed."""
    clears: list[Clearing] = []
    taken: list[Taken] = []
    for clearing in claim.clears:
        advance = advances.get(clearing.advance)
        amount = min(clearing.amount_fen, advance.open_fen) if advance else 0
        if advance and amount > 0:
            clears.append(replace(clearing, amount_fen=amount))
            part = Settled(amount, cause.at, claim.number, "claim")
            taken.append(take(advance, part))
    return tuple(clears), tuple(taken)


def fitted(
    clears: Iterable[Clearing], total_fen: int, charges: Iterable[Charge]
) -> tuple[Clearing, ...]:
    """Shrink what was reckoned to a claim that has become smaller, the first advance first."""
    free = {c.budget: max(0, c.amount_fen) for c in charges}
    found: list[Clearing] = []
    for clearing in clears:
        amount = min(clearing.amount_fen, total_fen)
        if amount <= 0:
            continue
        backed = tuple(
            (b, part) for b, fen in clearing.backed if (part := min(fen, amount, free.get(b, 0)))
        )
        for budget, fen in backed:
            free[budget] -= fen
        total_fen -= amount
        found.append(replace(clearing, amount_fen=amount, backed=backed))
    return tuple(found)


def without(clears: Iterable[Clearing], taken: Iterable[Clearing]) -> tuple[Clearing, ...]:
    """Give what is left of clearings after some of them was taken by another claim."""
    amounts = {c.advance: c.amount_fen for c in taken}
    backed = {c.advance: dict(c.backed) for c in taken}
    rest = (
        Clearing(
            c.advance,
            c.amount_fen - amounts.get(c.advance, 0),
            tuple((b, fen - backed.get(c.advance, {}).get(b, 0)) for b, fen in c.backed),
        )
        for c in clears
    )
    return tuple(c for c in rest if c.amount_fen > 0)
