"""为什么: the record behind a claim: each rule with its inputs, the way it takes, the budgets."""

from dataclasses import replace

from bot.handlers.finding import claim_named, own_claim, waiting_claim, with_findings
from bot.handlers.listing import OPEN, claim_row
from bot.handlers.progress import at_text, people_of
from bot.handlers.work import Work
from bot.texts import finding_text
from bot.texts.names import budget_name, person_name
from bot.texts.queries import VERDICTS, inputs_text, row
from bot.texts.rules import approver_text, flow_name, policy_name, when_text
from core.approval import Plan, Step, hidden_parts
from core.budget import charges_on_record
from core.claim import EDITABLE, Claim, Finding, State
from core.errors import Refused
from core.flows import FlowStep
from core.last_check import was_refused
from core.money import format_cny
from core.phrases.intents import Why
from core.ports import ClaimQuery, Page

ALWAYS = "true"
ONE = Page(limit=1)
MAX_PAST = 3
"""Earlier checks that are told of a claim; its page has the whole record."""


async def on_why(command: Why, work: Work) -> None:
    """Answer from the record; of a claim that is not submitted, from the last or a new check."""
    claim = await _meant(work, command.number)
    hidden = hidden_parts(claim.plan, work.person.id) if claim.plan else frozenset()
    checks = [] if "findings" in hidden else await _checks(work, claim)
    budgets = [] if "budgets" in hidden else await _budgets(work, claim)
    routing = _routing(work, claim.plan) if claim.plan else []
    if not checks and not routing:
        await work.answer("why_clean", row=claim_row(work, claim))
        return
    language = work.person.language
    parts = (("checks", checks), ("routing", routing), ("budgets", budgets))
    rows = [line for code, rows in parts if rows for line in (row(code, language), *rows)]
    await work.answer("why", row=claim_row(work, claim), reasons="\n".join(rows))


async def _meant(work: Work, number: str | None) -> Claim:
    """Find the claim that is asked about: of one's own, else the one that waits for a decision."""
    if number:
        return await claim_named(work, number)
    try:
        return await own_claim(work, None, OPEN)
    except Refused as refused:
        waiting = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
        if refused.code != "no_claim_here" or not (await work.store.claims(waiting, ONE)).items:
            raise
        return await waiting_claim(work, None)


async def _checks(work: Work, claim: Claim) -> list[str]:
    """Give every finding with its rule, what it has looked at, and the threshold."""
    if claim.state not in EDITABLE:
        return _with_past(work, claim)
    now = await with_findings(work.store, work.company, claim, work.today, work.rooms.settings)
    if not was_refused(claim) or now.findings == claim.findings:
        return _findings(work, now)
    language = work.person.language
    kept = [row("last_check", language), *_findings(work, claim)]
    return [*kept, row("new_check", language), *(_findings(work, now) or ["· ✓"])]


def _with_past(work: Work, claim: Claim) -> list[str]:
    """Give what holds now, then what was said before somebody changed the claim in review."""
    if not claim.past:
        return _findings(work, claim)
    language = work.person.language
    rows = [row("check_of", language, version=str(claim.version))]
    rows += _findings(work, claim) or ["· ✓"]
    for past in claim.past[: -MAX_PAST - 1 : -1]:
        by = person_name(work.company, past.by)
        rows.append(
            row(
                "check_before",
                language,
                version=str(past.version),
                by=by,
                at=at_text(work, past.at),
            )
        )
        rows += _findings(work, replace(claim, findings=past.findings)) or ["· ✓"]
    return rows


def _findings(work: Work, claim: Claim) -> list[str]:
    language, insider = work.person.language, claim.employee != work.person.id
    rows: list[str] = []
    for finding in claim.findings:
        rows.append(f"· {finding_text(finding, language, work.company, insider=insider)}")
        rows += _facts(work, finding)
    return rows


def _facts(work: Work, finding: Finding) -> list[str]:
    language = work.person.language
    inputs = inputs_text(dict(finding.fields), language, work.company)
    policy = finding.field("policy")
    if not inputs:
        return []
    if policy:
        named = policy_name(work.company, policy, language)
        return [row("rule", language, policy=named, inputs=inputs)]
    return [row("inputs", language, inputs=inputs)]


def _routing(work: Work, plan: Plan) -> list[str]:
    """Say why each step asks whom it asks, and what was decided."""
    rows: list[str] = []
    for i, step in enumerate(plan.steps):
        if i >= plan.current:
            rows.append(f"· {_route(work, plan, step)}")
        rows += [f"· {line}" for line in _decisions(work, step)]
    return rows


def _route(work: Work, plan: Plan, step: Step) -> str:
    language, company = work.person.language, work.company
    written = _written(work, plan, step)
    people = people_of(work, step, step.approvers)
    rules = [approver_text(r, company, language) for r in written.approvers] if written else []
    rule = ("、" if language == "zh" else ", ").join(rules) or step.system or step.name
    flow = flow_name(company, plan.flow, language) or "-"
    text = row("route", language, step=step.name, people=people, flow=flow, rule=rule)
    if written and written.when != ALWAYS:
        text += row("route_when", language, when=when_text(written.when, company, language))
    for stand_in in step.stand_ins:
        names = {"by": person_name(company, stand_in.by)}
        text += row("stand_in", language, person=person_name(company, stand_in.person), **names)
    return text


def _written(work: Work, plan: Plan, step: Step) -> FlowStep | None:
    """Find a step in the company's flow of today, by its name."""
    flow = next((f for f in work.company.flows if f.id == plan.flow), None)
    name = step.name.rstrip(" ↑")
    return next((s for s in flow.steps if s.name == name), None) if flow else None


def _decisions(work: Work, step: Step) -> list[str]:
    language, rows = work.person.language, list[str]()
    for d in step.decisions:
        verdict = VERDICTS[d.decision].plain(language) if d.decision in VERDICTS else d.decision
        person = person_name(work.company, d.approver)
        at = at_text(work, d.at)
        text = row("decided", language, step=step.name, person=person, decision=verdict, at=at)
        rows.append(f"{text} · {d.reason}" if d.reason else text)
    return rows


async def _budgets(work: Work, claim: Claim) -> list[str]:
    """Give the figures of the budgets that the claim is charged to, as they are now."""
    charges = {c.budget: c.amount_fen for c in charges_on_record(work.company, claim)}
    balances = await work.store.balances(list(charges)) if charges else ()
    return [
        "· "
        + row(
            "budget",
            work.person.language,
            budget=budget_name(work.company, b.budget.id, work.person.language),
            limit=format_cny(b.budget.limit_fen),
            reserved=format_cny(b.reserved_fen),
            consumed=format_cny(b.consumed_fen),
            available=format_cny(b.available_fen),
            amount=format_cny(charges[b.budget.id]),
        )
        for b in balances
    ]
