"""Lists of claims: one's own by state, what waits for a decision, what was never submitted."""

from collections.abc import Iterable, Mapping, Sequence

from bot.handlers.batch import is_clean
from bot.handlers.budgets import waiting_rows
from bot.handlers.finding import may_see
from bot.handlers.work import Work
from bot.texts import kind_text, state_text
from bot.texts.queries import row
from core.actions.basics import audit_of
from core.change import Change
from core.claim import EDITABLE, Claim, Kind, State
from core.money import format_cny
from core.notices import Notice, show_todo
from core.pace import hours_between, waiting_since
from core.phrases.intents import ClaimsOf, MyClaims, Todo, Unsubmitted
from core.policies.book import EXPENSES
from core.ports import ClaimQuery, Page

OPEN = (State.IN_REVIEW, State.APPROVED, State.PAYING, *sorted(EDITABLE))
ORDER = (
    State.RETURNED,
    State.DRAFT,
    State.WITHDRAWN,
    State.REJECTED,
    State.IN_REVIEW,
    State.APPROVED,
    State.PAYING,
    State.PAID,
)
"""What wants something of its owner comes first."""
SECTIONS: Mapping[str, frozenset[Kind]] = {
    "section_claims": EXPENSES,
    "section_requests": frozenset({"travel_request", "purchase_request"}),
    "section_advances": frozenset({"advance"}),
}
WATCHERS = frozenset({"finance", "budget_admin", "auditor", "admin"})
NEWEST = Page(limit=100)
EACH = 5
"""Claims that are named of each state; the rest is counted."""
MANY = Page(limit=50)


async def on_my_claims(_: MyClaims, work: Work) -> None:
    """List the person's claims by state, with sums, the newest first.

    A request and the claim that follows it are the same money: they are never summed together.
    """
    found = (await work.store.claims(ClaimQuery(employee=work.person.id), NEWEST)).items
    groups = {code: [c for c in found if c.kind in kinds] for code, kinds in SECTIONS.items()}
    known = {code: claims for code, claims in groups.items() if claims}
    rows: list[str] = []
    for code, claims in known.items():
        titled = len(known) > 1 or code != "section_claims"
        rows += [row(code, work.person.language)] if titled else []
        rows += _grouped(work, claims)
    await tell(work, "my_claims", rows)


def _grouped(work: Work, claims: Sequence[Claim]) -> list[str]:
    language, rows = work.person.language, list[str]()
    for state in ORDER:
        mine = [c for c in claims if c.state is state]
        if not mine:
            continue
        head = {"state": state_text(state, language), "count": str(len(mine))}
        rows.append(row("group", language, amount=_sum(mine), **head))
        rows += [f"· {brief(work, c)}" for c in mine[:EACH]]
        if len(mine) > EACH:
            rows.append(row("more", language, count=str(len(mine) - EACH)))
    return rows


def _sum(claims: Iterable[Claim]) -> str:
    return format_cny(sum(c.total_fen for c in claims))


def brief(work: Work, claim: Claim) -> str:
    """Name one's own claim: number, how much, what for."""
    what = claim.purpose or next((x.description for x in claim.lines if x.description), "")
    kind = "" if claim.kind == "reimbursement" else kind_text(claim.kind, work.person.language)
    parts = (f"{claim.number}", format_cny(claim.total_fen), kind, what[:20])
    return " · ".join(p for p in parts if p)


async def on_todo(_: Todo, work: Work) -> None:
    """List what waits for the person: the urgent first, then the oldest; clean ones are marked."""
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
    found = (await work.store.claims(query, MANY)).items
    waiting = sorted(
        found, key=lambda c: (not c.urgent, waiting_since(c) or c.created_at, c.number)
    )
    rows = [_waiting(work, c) for c in waiting]
    cards: tuple[Notice, ...] = ()
    if rows:
        language = work.person.language
        rows.append(row("todo_total", language, count=str(len(found)), amount=_sum(found)))
        clean = sum(is_clean(c, work.person.id, work.rooms.settings) for c in found)
        rows += [row("todo_approve_all", language, count=str(clean))] if clean > 1 else []
        cards = (show_todo(work.person.id, fresh=True),) if clean > 1 else ()
    await tell(work, "todo", [*rows, *await waiting_rows(work)], *cards)


def _waiting(work: Work, claim: Claim) -> str:
    language = work.person.language
    serious = sum(f.severity != "info" for f in claim.findings)
    found = (
        row("todo_findings", language, count=str(serious))
        if serious
        else row("todo_clean", language)
    )
    hours = hours_between(waiting_since(claim), work.now)
    waits = row("waits", language, hours=str(hours)) if hours else ""
    mark = f"【{row('urgent', language)}】" if claim.urgent else ""
    parts = (claim.number, _name(work, claim), format_cny(claim.total_fen), found, waits)
    return mark + " · ".join(p for p in parts if p)


def _name(work: Work, claim: Claim) -> str:
    person = work.company.person(claim.employee)
    return person.name if person else claim.employee


async def on_unsubmitted(_: Unsubmitted, work: Work) -> None:
    """List what the person has begun, or got back, and not submitted."""
    rows: list[str] = []
    for state in ORDER:
        if state not in EDITABLE:
            continue
        query = ClaimQuery(state=state, employee=work.person.id)
        found = (await work.store.claims(query, MANY)).items
        named = state_text(state, work.person.language)
        rows += [f"· {brief(work, c)} · {named}" for c in found]
    await tell(work, "unsubmitted", rows)


async def on_claims_of(command: ClaimsOf, work: Work) -> None:
    """Show a colleague's claims to those who look after all; refuse and record for others."""
    found = work.company.people_named(command.person_text.strip())
    if [p.id for p in found] == [work.person.id]:
        await on_my_claims(MyClaims(), work)
        return
    claims: list[Claim] = []
    for person in found:
        page = await work.store.claims(ClaimQuery(employee=person.id), MANY)
        claims += [c for c in page.items if may_see(work, c)]
    if not claims or not WATCHERS.intersection(work.person.roles):
        await _refuse_recorded(work, "view_claims_of", command.person_text)
        return
    await tell(work, "claims_of", [claim_row(work, c) for c in claims])


async def _refuse_recorded(work: Work, action: str, what: str) -> None:
    entry = audit_of(work.cause, f"refused_{action}", work.person.id, what=what[:200])
    said = work.reply("not_allowed", action=action)
    await work.commit(Change(at=work.now, audit=(entry,), outbox=work.outgoing((said,))))


async def tell(work: Work, code: str, rows: Sequence[str], *cards: Notice) -> None:
    """Answer with a list and its card, or with what is said of an empty one."""
    if not rows:
        await work.answer(f"{code}_empty")
        return
    await work.tell(work.reply(code, rows="\n".join(rows)), *cards)


def claim_row(work: Work, claim: Claim) -> str:
    """Write one claim: number, whose it is, how much, its state."""
    language = work.person.language
    mark = f"【{row('urgent', language)}】" if claim.urgent else ""
    state = state_text(claim.state, language)
    return f"{mark}{claim.number} · {_name(work, claim)} · {format_cny(claim.total_fen)} · {state}"
