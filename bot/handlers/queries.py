"""Questions: where a claim is, what waits, what a budget has left, and why."""

from collections.abc import Sequence

from bot.handlers.budgets import waiting_rows
from bot.handlers.finding import FEW, claim_named, may_see, own_claim
from bot.handlers.work import Work
from bot.texts import finding_text, state_text
from core.actions.basics import audit_of
from core.change import Change
from core.claim import EDITABLE, Claim, State
from core.money import format_cny
from core.phrases.intents import (
    ClaimsOf,
    Feedback,
    Help,
    MyClaims,
    Progress,
    Todo,
    Upload,
    Why,
)
from core.ports import ClaimQuery, Page

OPEN = (State.IN_REVIEW, State.APPROVED, State.PAYING, *sorted(EDITABLE))
WATCHERS = frozenset({"finance", "budget_admin", "auditor", "admin"})


async def on_help(_: Help, work: Work) -> None:
    """Say what can be done here."""
    await work.answer("help", name=work.person.name, upload=work.rooms.upload_url)


async def on_upload(_: Upload, work: Work) -> None:
    """Tell where files can be uploaded."""
    await work.answer("upload", upload=work.rooms.upload_url)


async def on_my_claims(_: MyClaims, work: Work) -> None:
    """List the person's newest claims."""
    found = await work.store.claims(ClaimQuery(employee=work.person.id), Page(limit=10))
    await _list(work, "my_claims", found.items)


async def on_todo(_: Todo, work: Work) -> None:
    """List what waits for the person, the urgent first."""
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
    found = await work.store.claims(query, FEW)
    waiting = sorted(found.items, key=lambda c: not c.urgent)
    await _tell(work, "todo", [*(_row(work, c) for c in waiting), *await waiting_rows(work)])


async def _list(work: Work, code: str, claims: Sequence[Claim]) -> None:
    await _tell(work, code, [_row(work, c) for c in claims])


async def _tell(work: Work, code: str, rows: Sequence[str]) -> None:
    if not rows:
        await work.answer(f"{code}_empty")
        return
    await work.answer(code, rows="\n".join(rows))


def _row(work: Work, claim: Claim) -> str:
    person = work.company.person(claim.employee)
    state = state_text(claim.state, work.person.language)
    name = person.name if person else claim.employee
    mark = "【加急】" if claim.urgent else ""
    return f"{mark}{claim.number} · {name} · {format_cny(claim.total_fen)} · {state}"


async def on_progress(command: Progress, work: Work) -> None:
    """Say where a claim is, or where all open ones are."""
    if command.number is None:
        found = await work.store.claims(ClaimQuery(employee=work.person.id), FEW)
        await _list(work, "my_claims", [c for c in found.items if c.state in OPEN])
        return
    claim = await claim_named(work, command.number)
    steps = claim.plan.steps if claim.plan else ()
    current = claim.plan.current if claim.plan else 0
    chain = "\n".join(
        f"{'✓' if i < current else '•'} {step.name}: {_people(work, step.approvers)}"
        for i, step in enumerate(steps)
    )
    await work.answer("progress", row=_row(work, claim), chain=chain)


def _people(work: Work, ids: Sequence[str]) -> str:
    return "、".join(p.name if (p := work.company.person(i)) else i for i in ids)


async def on_why(command: Why, work: Work) -> None:
    """Answer from the record: every finding with its rule, and every decision with its reason."""
    claim = (
        await claim_named(work, command.number)
        if command.number
        else await own_claim(work, None, OPEN)
    )
    language = work.person.language
    insider = claim.employee != work.person.id
    lines = [finding_text(f, language, work.company, insider=insider) for f in claim.findings]
    for step in claim.plan.steps if claim.plan else ():
        lines += [
            f"{step.name} · {_people(work, (d.approver,))} · {d.decision} · {d.reason}".rstrip(" ·")
            for d in step.decisions
        ]
    row = _row(work, claim)
    if not lines:
        await work.answer("why_clean", row=row)
        return
    await work.answer("why", row=row, reasons="\n".join(f"· {line}" for line in lines))


async def on_claims_of(command: ClaimsOf, work: Work) -> None:
    """Show a colleague's claims to those who look after all; refuse and record for others."""
    found = work.company.people_named(command.person_text.strip())
    claims: list[Claim] = []
    for person in found:
        page = await work.store.claims(ClaimQuery(employee=person.id), FEW)
        claims += [c for c in page.items if may_see(work, c)]
    if not claims or not WATCHERS.intersection(work.person.roles):
        await _refuse_recorded(work, "view_claims_of", command.person_text)
        return
    await _list(work, "claims_of", claims)


async def _refuse_recorded(work: Work, action: str, what: str) -> None:
    entry = audit_of(work.cause, f"refused_{action}", work.person.id, what=what[:200])
    said = work.reply("not_allowed", action=action)
    await work.commit(Change(at=work.now, audit=(entry,), outbox=work.outgoing((said,))))


async def on_feedback(command: Feedback, work: Work) -> None:
    """Keep what a person has to say about Chit on the record."""
    entry = audit_of(work.cause, "feedback", work.person.id, text=command.text[:500])
    said = work.reply("feedback_noted")
    await work.commit(Change(at=work.now, audit=(entry,), outbox=work.outgoing((said,))))
