"""One expense over several bearers, and several papers of one expense: sums stay exact."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.claim import Claim, Finding, Line, LineInvoice
from core.currency import Foreign, from_hundredths
from core.errors import Refused
from core.exchange import worth_fen
from core.money import format_yuan, split_shares

MAX_SHARES = 50
"""Bearers of one expense; a card shows no more lines."""


@dataclass(frozen=True, slots=True)
class Share:
    """Who bears how much of an expense: what is None stays as it is on the line."""

    weight: int
    department: str | None = None
    project: str | None = None
    category: str | None = None


def split_line(line: Line, shares: Sequence[Share]) -> tuple[Line, ...]:
    """Split a line by weight into one for each bearer, with the largest remainder.

    The parts have the same vouchers and sum to the line, also in its own currency. Refused
    `shares_unclear`.
    """
    weights = tuple(s.weight for s in shares)
    if not 1 < len(shares) <= MAX_SHARES or min(weights) <= 0:
        raise Refused("shares_unclear")
    parts = split_shares(line.amount_fen, weights)
    return tuple(
        replace(
            line,
            amount_fen=part,
            foreign=foreign,
            department=share.department or line.department,
            project=share.project or line.project,
            category=share.category or line.category,
            allowance=line.allowance if share.category in {None, line.category} else "",
        )
        for share, part, foreign in zip(shares, parts, _foreign_parts(line, weights), strict=True)
    )


def _foreign_parts(line: Line, weights: tuple[int, ...]) -> tuple[Foreign | None, ...]:
    foreign = line.foreign
    if foreign is None:
        return (None,) * len(weights)
    return tuple(replace(foreign, minor=part) for part in split_shares(foreign.minor, weights))


def merge_lines(first: Line, second: Line) -> Line:
    """Make one expense of two, with the vouchers of both and the first one's words.

    Refused `currencies_differ` unless both are in one currency at one rate.
    """
    words = dict.fromkeys(w for w in (first.description, second.description) if w)
    known = {key_of(i) for i in first.invoices} - {None}
    papers = (*first.invoices, *(i for i in second.invoices if key_of(i) not in known))
    return replace(
        first,
        amount_fen=first.amount_fen + second.amount_fen,
        foreign=_foreign_sum(first.foreign, second.foreign),
        description=" ".join(words),
        category=first.category or second.category,
        project=first.project or second.project,
        invoice=papers[0] if papers else None,
        more=papers[1:],
        doubts=tuple(dict.fromkeys((*first.doubts, *second.doubts))),
        allowance=first.allowance if first.allowance == second.allowance else "",
    )


def _foreign_sum(first: Foreign | None, second: Foreign | None) -> Foreign | None:
    if first is None and second is None:
        return None
    if first is None or second is None or replace(second, minor=first.minor) != first:
        raise Refused("currencies_differ")
    return replace(first, minor=first.minor + second.minor)


def key_of(invoice: LineInvoice) -> str | None:
    """Name a voucher within its claim; None where nothing tells it from another."""
    return invoice.identity or invoice.voucher


def joined(claim: Claim, index: int) -> frozenset[int]:
    """Find the lines that share vouchers with a line, it among them."""
    found = {index}
    keys = {key_of(i) for i in claim.lines[index].invoices} - {None}
    while True:
        new = {
            i
            for i, line in enumerate(claim.lines)
            if i not in found and keys.intersection(key_of(x) for x in line.invoices)
        }
        if not new:
            return frozenset(found)
        found |= new
        keys |= {key_of(x) for i in new for x in claim.lines[i].invoices} - {None}


def papers_fen(claim: Claim, lines: frozenset[int]) -> int | None:
    """Sum the vouchers of some lines, each once; None when one of them names no amount.

    What was spent in another currency and is covered there is covered in fen, too: lines and
    vouchers are rounded each by itself, and lines of several days have several rates.
    """
    papers = {
        key_of(x) or f"{i}-{n}": (x, worth_fen(claim.lines[i], x))
        for i in lines
        for n, x in enumerate(claim.lines[i].invoices)
    }
    worths = [worth for _, worth in papers.values()]
    if not papers or None in worths:
        return None
    worth = sum(worth or 0 for worth in worths)
    spent = [claim.lines[i] for i in lines]
    if _is_covered(spent, [paper for paper, _ in papers.values()]):
        return max(worth, sum(line.amount_fen for line in spent))
    return worth


def _is_covered(lines: Sequence[Line], papers: Sequence[LineInvoice]) -> bool:
    """Whether vouchers in the one other currency of some lines name what was spent of it."""
    spent = [line.foreign for line in lines if line.foreign]
    currencies = {x.currency for x in spent} | {x.currency for x in papers}
    if len(spent) != len(lines) or len(currencies) != 1:
        return False
    named = [from_hundredths(x.total_fen or 0, x.currency) or 0 for x in papers]
    return sum(named) >= sum(x.minor for x in spent)


def find_above_invoices(claim: Claim) -> Iterator[Finding]:
    """Say where lines that share vouchers claim more than these are worth."""
    seen: set[int] = set()
    for index in range(len(claim.lines)):
        lines = joined(claim, index)
        worth = papers_fen(claim, lines) if index not in seen and _is_shared(claim, lines) else None
        seen |= lines
        amount = sum(claim.lines[i].amount_fen for i in lines)
        if worth is not None and amount > worth:
            facts = (("amount", format_yuan(amount)), ("total", format_yuan(worth)))
            yield Finding("above_invoices", "block", index, facts)


def _is_shared(claim: Claim, lines: frozenset[int]) -> bool:
    return len(lines) > 1 or any(claim.lines[i].more for i in lines)
