"""The input tax of each line: what vouchers give, shared by the lines that share them."""

from collections.abc import Mapping, Sequence

from core.claim import Claim, Line
from core.company import Company, TaxRule
from core.exchange import worth_fen
from core.money import split_shares
from core.shares import joined, key_of
from core.transport_tax import deductible_fen, rules_with


def line_taxes(company: Company, claim: Claim) -> Mapping[int, int]:
    """Give the deductible tax of lines in fen, by their indexes; a line without any is left out.

    Lines that share vouchers take of their tax by what each claims, so that the parts come to it
    to the fen; what nobody claims of a voucher keeps its own. The part of a line whose category
    may not deduct stays in its cost.
    """
    rules = rules_with(company.tax_rules)
    parts: dict[int, int] = {}
    for index, line in enumerate(claim.lines):
        if index not in parts and line.invoices:
            group = sorted(joined(claim, index))
            found = _parts([claim.lines[i] for i in group], rules)
            parts |= zip(group, found, strict=True)
    barred = {c.id for c in company.categories if not c.input_tax}
    taxes = {i: min(fen, claim.lines[i].amount_fen - 1) for i, fen in parts.items()}
    return {i: t for i, t in taxes.items() if t > 0 and claim.lines[i].category not in barred}


def _parts(lines: Sequence[Line], rules: Sequence[TaxRule]) -> tuple[int, ...]:
    """Split the tax of the vouchers of some lines, each voucher once."""
    papers = {
        key_of(x) or f"{i}-{n}": (x, worth_fen(line, x) or 0)
        for i, line in enumerate(lines)
        for n, x in enumerate(line.invoices)
    }
    tax = sum(max(0, deductible_fen(x, rules) or 0) for x, _ in papers.values())
    claimed = tuple(max(0, line.amount_fen) for line in lines)
    rest = max(0, sum(worth for _, worth in papers.values()) - sum(claimed))
    if not tax or not any(claimed):
        return (0,) * len(lines)
    return split_shares(tax, (*claimed, rest))[:-1]
