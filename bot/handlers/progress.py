"""进度: where a claim is, whose turn it is, since when, and what comes next."""

from collections.abc import Sequence
from datetime import datetime

from bot.handlers.finding import claim_named
from bot.handlers.listing import OPEN, claim_row, tell
from bot.handlers.work import Work
from bot.texts.names import person_name
from bot.texts.queries import row
from core.approval import Step
from core.claim import EDITABLE, Claim, State
from core.money import format_cny
from core.pace import hours_between, usual_hours, waiting_since
from core.phrases.intents import Progress
from core.ports import ClaimQuery, Page

RECENT = Page(limit=20)
DECIDED = (State.PAID, State.APPROVED)


async def on_progress(command: Progress, work: Work) -> None:
    """Say where a claim is, or where all open ones are."""
    if command.number is None:
        found = await work.store.claims(ClaimQuery(employee=work.person.id), RECENT)
        rows = [claim_row(work, c) for c in found.items if c.state in OPEN]
        await tell(work, "my_claims", rows)
        return
    claim = await claim_named(work, command.number)
    steps = claim.plan.steps if claim.plan else ()
    chain = [_step(work, claim, i, step) for i, step in enumerate(steps)]
    rows = [*chain, *await _outlook(work, claim)]
    await work.answer("progress", row=claim_row(work, claim), chain="\n".join(rows))


def _step(work: Work, claim: Claim, index: int, step: Step) -> str:
    language = work.person.language
    current = claim.plan.current if claim.plan else 0
    if index < current:
        return row("step_done", language, step=step.name, people=_decided(work, step))
    code = "step_now" if index == current and claim.state is State.IN_REVIEW else "step_next"
    asked = step.waiting() if code == "step_now" else step.approvers
    return row(code, language, step=step.name, people=people_of(work, step, asked))


def _decided(work: Work, step: Step) -> str:
    said = [
        f"{person_name(work.company, d.approver)} {at_text(work, d.at)}" for d in step.decisions
    ]
    return "、".join(dict.fromkeys(said)) or people_of(work, step, step.approvers)


def people_of(work: Work, step: Step, ids: Sequence[str]) -> str:
    """Name those of a step, or the system that decides it."""
    if step.system:
        return row("system", work.person.language, system=step.system)
    names = [person_name(work.company, i) for i in ids]
    return ("、" if work.person.language == "zh" else ", ").join(names)


def at_text(work: Work, moment: datetime) -> str:
    """Write a moment in the company's time: 11-25 09:30."""
    return f"{moment.astimezone(work.rooms.settings.zone):%m-%d %H:%M}"


async def _outlook(work: Work, claim: Claim) -> list[str]:
    """Say what comes next, and when."""
    language = work.person.language
    if claim.state is State.IN_REVIEW:
        return await _waiting(work, claim)
    if claim.state in EDITABLE:
        return [row("next_submit", language, number=claim.number)]
    if claim.open_fen:
        return [row("next_settle", language, amount=format_cny(claim.open_fen))]
    if claim.state is State.PAID:
        return [row("next_paid", language)]
    owes = await work.store.payment(f"P-{claim.number}")
    return [row("next_pay", language)] if owes else []


async def _waiting(work: Work, claim: Claim) -> list[str]:
    language, since = work.person.language, waiting_since(claim)
    step = claim.plan.step if claim.plan else None
    rows = []
    if since:
        hours = hours_between(since, work.now)
        code = "since" if hours else "since_now"
        rows.append(row(code, language, at=at_text(work, since), hours=str(hours)))
    if step and step.due:
        rows.append(row("due", language, at=at_text(work, step.due)))
    else:
        usual = usual_hours(await _decided_before(work, claim))
        rows += [row("usual", language, hours=str(usual))] if usual else []
    after = claim.plan.steps[claim.plan.current + 1 :][:1] if claim.plan else ()
    rows += [
        row("after", language, step=s.name, people=people_of(work, s, s.approvers)) for s in after
    ]
    return rows


async def _decided_before(work: Work, claim: Claim) -> list[Claim]:
    found: list[Claim] = []
    for state in DECIDED:
        query = ClaimQuery(state=state, employee=claim.employee, kind=claim.kind)
        found += (await work.store.claims(query, RECENT)).items
    return found
