"""May this be claimed? Rules, budgets and papers for an expense that is only asked about."""

from dataclasses import dataclass
from typing import Literal

from core.actions.submission import Surroundings, book_of, check_claim
from core.budget import Balance, charges_of
from core.claim import Claim, Finding
from core.policies.book import concerns
from core.policies.limits import Measure, measures, rates

Verdict = Literal["yes", "above", "no"]
Paper = Literal["invoice", "proof", "km"]

MEASURED = frozenset({"amount_limit", "travel_standard"})
RATED = frozenset({"per_diem", "mileage"})
"""Kinds of policies that give so much for each day or kilometre."""
PAPERS: dict[str, Paper] = {
    "invoice_missing": "invoice",
    "receipt_required": "invoice",
    "proof_above": "proof",
    "mileage_unknown": "km",
}
"""Findings that only ask for something to be added."""
_OF_DRAFTS = frozenset(
    {"no_lines", "amount_missing", "category_missing", "date_in_future", "doubt"}
)
_OVER = frozenset({"budget_exceeded", "budget_frozen", "budget_closed"})


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be handed in: an invoice, `proof` of a kind, the kilometres."""

    paper: Paper
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The answer: what stands against it, which limits hold, what the budgets have, what it needs.

    `budgets` are balances with what the expense would take of each.
    """

    verdict: Verdict
    against: tuple[Finding, ...]
    limits: tuple[Measure, ...]
    budgets: tuple[tuple[Balance, int], ...]
    needs: tuple[Need, ...]


def weigh(claim: Claim, around: Surroundings) -> Weighed:
    """Judge a claim that does not exist, as if it were to be submitted."""
    found = check_claim(claim, around)
    against = tuple(f for f in found if f.code not in PAPERS and f.code not in _OF_DRAFTS)
    charges = {c.budget: c.amount_fen for c in charges_of(around.company, claim)}
    return Weighed(
        _verdict(against),
        against,
        _limits(claim, around),
        tuple((b, charges.get(b.budget.id, 0)) for b in around.balances),
        _needs(found),
    )


def _verdict(against: tuple[Finding, ...]) -> Verdict:
    if any(f.severity == "block" for f in against):
        return "no"
    above = MEASURED | RATED | _OVER
    return "above" if any(f.code in above for f in against) else "yes"


def _limits(claim: Claim, around: Surroundings) -> tuple[Measure, ...]:
    book = book_of(around)
    known = [p for p in around.company.policies if concerns(p, claim, book)]
    found = (measures(claim, p, book) for p in known if p.kind in MEASURED)
    rated = (rates(claim, p, book) for p in known if p.kind in RATED)
    return tuple(measure for rows in (*found, *rated) for measure in rows)


def _needs(found: tuple[Finding, ...]) -> tuple[Need, ...]:
    needs = (Need(PAPERS[f.code], f.field("proof")) for f in found if f.code in PAPERS)
    return tuple(dict.fromkeys(needs))
