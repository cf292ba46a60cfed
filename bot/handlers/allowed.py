"""能报吗: answered from the rules and budgets of whoever asks; and 自驾, worth its kilometres."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.handlers.drafts import put_line
from bot.handlers.finding import surroundings_of
from bot.handlers.work import Work
from bot.texts import finding_text
from bot.texts.names import budget_name, category_name
from bot.texts.queries import row
from bot.texts.rules import period_text, policy_name
from core.actions.drafts import add_line, new_claim
from core.allowed import MEASURED, Need, Weighed, weigh
from core.claim import Claim, Finding, Line
from core.company import Policy
from core.currency import at_company_rate
from core.errors import Refused
from core.mileage import mileage_fen
from core.money import format_cny
from core.phrases.asking import Asked, read_asked
from core.phrases.intents import MayClaim, Mileage
from core.phrases.results import Problem
from core.phrases.vocabulary import vocabulary_of
from core.policies.limits import Measure
from core.policy import PolicyBook, check_policies

MAX_OPTIONS = 12
_FIRST_LINE = re.compile(r"^(?:第 1 行：|Line 1: )")
PER: Mapping[str, str] = {"per_diem": "day", "mileage": "km"}
"""What the kinds that give a rate give it for."""


async def on_may_claim(command: MayClaim, work: Work) -> None:
    """Say whether an expense may be claimed, by how much it is above, and what it needs."""
    asked = read_asked(command.text, work.today, vocabulary_of(work.company))
    if isinstance(asked, Problem):
        raise Refused(asked.code, text=asked.text)
    asked = _in_yuan(work, asked)
    if len(asked.categories) != 1:
        if private := _private(work, asked):
            await work.answer("may_claim", row=private, rows=_found_rows(work, asked))
            return
        ids = asked.categories or tuple(c.id for c in work.company.categories)
        language = work.person.language
        names = [category_name(work.company, i, language) for i in ids[:MAX_OPTIONS]]
        await work.answer("may_unclear", text=command.text[:40], options="、".join(names))
        return
    claim = _supposed(work, asked)
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    weighed = weigh(claim, around)
    rows = [
        *_against(work, asked, weighed),
        *_limits(work, asked, weighed),
        *_budgets(work, asked, weighed),
        *_needs(work, claim, weighed),
    ]
    await work.answer("may_claim", row=_verdict(work, asked, weighed), rows="\n".join(rows))


def _in_yuan(work: Work, asked: Asked) -> Asked:
    """Convert an amount in another currency at the company's rate.

    Refused `no_rate`, `amount_too_large`.
    """
    if asked.foreign is None:
        return asked
    day = asked.day or work.today
    converted = at_company_rate(asked.foreign, work.company.currencies, day)
    if not converted.rate:
        raise Refused("no_rate", currency=asked.foreign.currency, date=day.isoformat())
    try:
        return replace(asked, amount_fen=converted.fen)
    except ValueError:
        text = f"{converted.currency} {converted.amount.text}"
        raise Refused("amount_too_large", text=text) from None


def _supposed(work: Work, asked: Asked) -> Claim:
    """Make the claim that would be: one line in nobody's drafts."""
    line = Line(
        category=asked.categories[0],
        amount_fen=asked.amount_fen or 0,
        date=asked.day or work.today,
        description=asked.words,
        project=asked.project,
    )
    return add_line(new_claim(work.company, work.person, "", work.cause), line)


def _private(work: Work, asked: Asked) -> str:
    """Say that words of private consumption, which name no category, are no expense of work."""
    if not _privately(work, asked):
        return ""
    return row("may_private", work.person.language, what=asked.words[:40])


def _privately(work: Work, asked: Asked) -> tuple[Finding, ...]:
    book = PolicyBook(work.company, work.today)
    line = Line(None, asked.amount_fen or 0, work.today, asked.words)
    claim = add_line(new_claim(work.company, work.person, "", work.cause), line)
    return tuple(f for f in check_policies(claim, book) if f.code == "private_words")


def _found_rows(work: Work, asked: Asked) -> str:
    language = work.person.language
    return "\n".join(
        f"· {policy_name(work.company, f.field('policy'), language)}："
        + _plain(finding_text(f, language, work.company))
        for f in _privately(work, asked)
    )


def _verdict(work: Work, asked: Asked, weighed: Weighed) -> str:
    language = work.person.language
    name = category_name(work.company, asked.categories[0], language)
    if asked.amount_fen is None:
        return row("may_standards", language, what=name)
    what = f"{name} {format_cny(asked.amount_fen)}"
    return row(f"may_{weighed.verdict}", language, what=what)


def _against(work: Work, asked: Asked, weighed: Weighed) -> list[str]:
    """Say what stands against it, but for what the rows of limits say themselves."""
    if asked.amount_fen is None:
        return []
    language = work.person.language
    told = {m.policy.id for m in weighed.limits if m.policy.kind in MEASURED}
    left = [f for f in weighed.against if f.field("policy") not in told]
    return [f"· {_plain(finding_text(f, language, work.company))}" for f in left]


def _plain(text: str) -> str:
    """Leave out which line it is: there is only one."""
    return _FIRST_LINE.sub("", text)


def _limits(work: Work, asked: Asked, weighed: Weighed) -> list[str]:
    language = work.person.language
    rows = [_limit(work, asked, measure) for measure in weighed.limits]
    return rows or [row("no_standard", language)]


def _limit(work: Work, asked: Asked, measure: Measure) -> str:
    language, policy = work.person.language, measure.policy
    who = " ".join(w for w in (measure.city, measure.grade) if w)
    named = policy_name(work.company, policy.id, language)
    facts = {"policy": named, "limit": format_cny(measure.limit_fen)}
    facts["per"] = period_text(PER.get(policy.kind, policy.per), language)
    text = (
        row("standard_of", language, who=who, **facts)
        if who
        else row("standard", language, **facts)
    )
    if policy.kind in PER:
        return text
    if measure.nights > 1:
        allowed = format_cny(measure.allowed_fen)
        text += row("standard_nights", language, nights=str(measure.nights), allowed=allowed)
    used, over = (
        measure.amount_fen - (asked.amount_fen or 0),
        measure.amount_fen - measure.allowed_fen,
    )
    if used > 0:
        text += row("standard_used", language, used=format_cny(used))
    if over > 0:
        text += row("standard_over", language, over=format_cny(over))
    return text


def _budgets(work: Work, asked: Asked, weighed: Weighed) -> list[str]:
    language, rows = work.person.language, list[str]()
    told = {f.field("budget") for f in weighed.against} if asked.amount_fen is not None else set()
    for balance, amount in weighed.budgets:
        if balance.budget.id in told:
            continue
        facts = {
            "budget": budget_name(work.company, balance.budget.id, language),
            "before": format_cny(balance.available_fen),
        }
        after = format_cny(balance.available_fen - amount)
        rows.append(
            row("budget_now", language, **facts)
            if asked.amount_fen is None
            else row("budget_left", language, after=after, **facts)
        )
    return rows or ([] if told - {""} else [row("budget_none", language)])


def _needs(work: Work, claim: Claim, weighed: Weighed) -> list[str]:
    rows = [_need(work, claim, need) for need in weighed.needs]
    return rows or [row("need_nothing", work.person.language)]


def _need(work: Work, claim: Claim, need: Need) -> str:
    language = work.person.language
    entity = work.company.entity_of(claim.department)
    if need.paper == "invoice" and entity and entity.tax_id:
        return row("need_invoice", language, name=entity.name, taxid=entity.tax_id)
    if need.paper == "invoice":
        return row("need_invoice_only", language)
    if need.paper == "km":
        return row("need_km", language)
    return (
        row("need_proof", language, proof=need.proof)
        if need.proof
        else row("need_proof_any", language)
    )


async def on_mileage(command: Mileage, work: Work) -> None:
    """Put a drive on the draft: its kilometres times the company's rate."""
    policy = _rate_of(work)
    if policy is None or policy.rate_fen is None:
        raise Refused("mileage_off")
    amount = mileage_fen(command.km, policy.rate_fen)
    line = Line(
        category=policy.category,
        amount_fen=amount,
        date=command.day,
        description=command.description,
        project=command.project_id,
    )
    await put_line(work, line)


def _rate_of(work: Work) -> Policy | None:
    """Find the rate that holds for the person: the first of their grade."""
    for policy in work.company.policies:
        grades = {*policy.grades, *((policy.grade,) if policy.grade else ())}
        if policy.kind == "mileage" and (not grades or work.person.grade in grades):
            return policy
    return None
