"""What is wrong with a company's tax rules: days with two rules for one voucher, or with none."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.company import Company, TaxRule
from core.transport_tax import BUILT_IN, rules_with
from core.yaml_file import Location

_DAY = timedelta(days=1)


def find_tax_faults(company: Company) -> Iterator[tuple[Location, str]]:
    """Give the rules that contradict another one, and those that leave days without any.

    A rule without an end is followed by a later one: that is how a change is written. But of two
    that begin on one day nobody can tell which holds, and one that says when it ends must not
    reach into the next, nor leave a gap before it.
    """
    own = company.tax_rules
    replaced = {rule.id for rule in own}
    rest = tuple(rule for rule in BUILT_IN if rule.id not in replaced)
    for i, rule in enumerate(own):
        for other in (*own[:i], *rest):
            if _same_vouchers(rule, other) and rule.since == other.since:
                yield ("tax_rules", i, "since"), _twice(rule, other, own)
        follower = _next(rule, own)
        if rule.until and follower:
            yield from _seam(i, rule, follower, rules_with(own))


def _same_vouchers(one: TaxRule, other: TaxRule) -> bool:
    forms = one.electronic is None or other.electronic in {None, one.electronic}
    goods = not one.goods or not other.goods or bool({*one.goods} & {*other.goods})
    return one.kind == other.kind and forms and goods


def _twice(rule: TaxRule, other: TaxRule, own: Sequence[TaxRule]) -> str:
    where = f"{rule.id} and {other.id} are about the same {rule.kind} from {rule.since} on"
    if other in own:
        return f"{where}: keep one of them, or give it another day"
    return f"{where}: write id: {other.id} to replace the built-in rule"


def _next(rule: TaxRule, own: Sequence[TaxRule]) -> TaxRule | None:
    later = (r for r in own if r.since > rule.since and _same_vouchers(rule, r))
    return min(later, key=lambda r: r.since, default=None)


def _seam(
    i: int, rule: TaxRule, follower: TaxRule, rules: Sequence[TaxRule]
) -> Iterator[tuple[Location, str]]:
    """Compare the last day of a rule with the first of the next."""
    place: Location = ("tax_rules", i, "until")
    before, first = follower.since - _DAY, (rule.until or date.max) + _DAY
    if first > follower.since:
        said = f"{rule.id} reaches until {rule.until}, but {follower.id} begins on"
        yield place, f"{said} {follower.since}: end it on {before}"
    elif first < follower.since and not _is_covered(rule, first, rules):
        said = f"no rule of {rule.kind} holds from {first} to {before}"
        yield (
            place,
            f"{said}: end {rule.id} on {before}, or add a rule of these days with how: none",
        )


def _is_covered(rule: TaxRule, day: date, rules: Sequence[TaxRule]) -> bool:
    return any(_same_vouchers(rule, r) and r.covers(day) for r in rules)
