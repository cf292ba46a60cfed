"""进度: where a claim is, whose turn it is, since when, and what comes next."""

from collections.abc import Sequence
from datetime import datetime

from bot.handlers.finding import claim_named
from bot.handlers.listing import OPEN, brief, claim_row, tell
from bot.handlers.work import Work
from bot.texts import state_text
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
    """Say where a claim is, or where all open ones are; the only open one is told in full."""
    if command.number is not None:
        await _tell_of(work, await claim_named(work, command.number))
        return
    found = await work.store.claims(ClaimQuery(employee=work.person.id), RECENT)
    under_way = [c for state in OPEN for c in found.items if c.state is state]
    claims = [c for c in under_way if c.state is not State.APPROVED or await _owes(work, c)]
    if len(claims) == 1:
        await _tell_of(work, claims[0])
    elif claims or found.items:
        await tell(work, "under_way", [_short(work, c) for c in claims])
    else:
        await work.answer("my_claims_empty")


async def _tell_of(work: Work, claim: Claim) -> None:
    steps = claim.plan.steps if claim.plan else ()
    chain = [_step(work, claim, i, step) for i, step in enumerate(steps)]
    rows = [*chain, *await _outlook(work, claim)]
    await work.answer("progress", row=claim_row(work, claim), chain="\n".join(rows))


def _short(work: Work, claim: Claim) -> str:
    """Write one of several: how far it is, and while it is asked about, whom it waits for."""
    language = work.person.language
    line = f"{brief(work, claim)} · {state_text(claim.state, language)}"
    plan, since = claim.plan, waiting_since(claim)
    if claim.state is not State.IN_REVIEW or plan is None or plan.step is None:
        return line
    now = _step(work, claim, plan.current, plan.step)
    hours = hours_between(since, work.now) if since else 0
    return f"{line}\n  {now}" + (f" · {row('waits', language, hours=str(hours))}" if hours else "")


async def _owes(work: Work, claim: Claim) -> bool:
    return await work.store.payment(f"P-{claim.number}") is not None


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
    booked = await _booked(work, claim)
    if claim.state is State.PAID:
        return [row("next_paid", language), *booked]
    return [*([row("next_pay", language)] if await _owes(work, claim) else []), *booked]


async def _booked(work: Work, claim: Claim) -> list[str]:
    """Say under which number the books have the expense."""
    found = await work.store.vouchers_of([claim.number])
    gone = {v.reverses for v in found}
    numbers = [v.number for v in found if v.kind == "approval" and v.number and v.id not in gone]
    return [row("booked", work.person.language, number=n) for n in numbers]


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
