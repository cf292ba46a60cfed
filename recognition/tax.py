"""Printed tax against the rules of input tax, and papers that are dated after their end."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.company import TaxRule
from core.invoice import Reading, ReadingFinding
from core.money import format_yuan
from core.transport_tax import contradiction, ended_on, facts_of_reading, rules_with
from recognition.texts import finding


def with_tax_doubts(reading: Reading, own: Sequence[TaxRule]) -> Reading:
    """Add what the rules of input tax say against a reading; `own` rules replace built-in ones."""
    if not reading.ok:
        return reading
    doubts = tuple(_doubts(reading, rules_with(own)))
    return replace(reading, findings=(*reading.findings, *doubts)) if doubts else reading


def _doubts(reading: Reading, rules: Sequence[TaxRule]) -> Iterator[ReadingFinding]:
    facts = facts_of_reading(reading)
    broken = contradiction(facts, rules)
    if broken:
        rule, expected = broken
        yield finding(
            "tax_rule",
            "tax",
            rate=f"{rule.rate:f}" if rule.rate else "",
            expected=format_yuan(expected),
            printed=format_yuan(facts.tax_fen or 0),
        )
    ended = ended_on(facts, rules)
    if ended:
        yield finding("form_ended", "date", until=ended.isoformat())
