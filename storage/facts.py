"""Facts of claims as rows, and back."""

from collections.abc import Iterable, Sequence

from core.spending import Cell, Fact
from storage.asking import Answer, Question
from storage.engine import Row
from storage.tables import spend_facts

CELL = Cell._fields
"""The columns of a fact that say what it is about."""
FACTS = Question(
    spend_facts.c.claim,
    (
        spend_facts.c.claim,
        spend_facts.c.place,
        *(spend_facts.c[name] for name in CELL),
        spend_facts.c.amount_fen,
        spend_facts.c.lines,
    ),
)
"""The facts of claims."""


def read_facts(rows: Iterable[Answer]) -> dict[str, tuple[Fact, ...]]:
    """Give the facts of each claim, in the order of their places."""
    known: dict[str, tuple[Fact, ...]] = {}
    for claim, _, *cell, amount_fen, lines in sorted(rows, key=lambda row: (row[0], row[1])):
        known[claim] = (*known.get(claim, ()), Fact(Cell(*cell), amount_fen, lines))
    return known


def fact_rows(facts: Iterable[tuple[str, Sequence[Fact]]]) -> list[Row]:
    """Make the rows of claims' facts."""
    return [
        {
            "claim": number,
            "place": place,
            **fact.cell._asdict(),
            "amount_fen": fact.amount_fen,
            "lines": fact.lines,
        }
        for number, found in facts
        for place, fact in enumerate(found)
    ]
