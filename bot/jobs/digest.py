"""The weekly digest: for each who decides or answers for money, what waits and how it stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.jobs.reminders import every
from bot.jobs.running import Counts, Office, Run
from bot.texts.names import budget_scope, category_name
from bot.texts.preferences import row
from core.actions.alerting import quiet_lane
from core.budget import Balance
from core.change import Change, Outgoing
from core.claim import Claim, State
from core.company import Company, Person
from core.money import format_cny
from core.notices import Say
from core.pace import hours_between, waiting_since
from core.ports import ClaimQuery

WEEK = timedelta(days=7)
MAX_BUDGETS, MOST = 5, 3
COUNTED = frozenset({State.IN_REVIEW, State.APPROVED, State.PAYING, State.PAID})


@dataclass(slots=True)
class Share:
    """What concerns one person: claims that wait for them, their team's weeks, their budgets.

    `team` is the week that ended yesterday, `before` the one before it.
    """

    waiting: list[Claim] = field(default_factory=list)
    team: list[Claim] = field(default_factory=list)
    before: list[Claim] = field(default_factory=list)
    budgets: list[Balance] = field(default_factory=list)


async def digest(run: Run, office: Office) -> Counts:
    """Tell everybody whom something concerns, one text each."""
    company = await office.store.company()
    shares = await _shares(run, office, company)
    told = tuple(
        Outgoing(f"{run.key}:{person.id}", quiet_lane(person.id), said)
        for name, share in sorted(shares.items())
        if (person := company.person(name)) and person.active
        if (said := digest_for(person, share, run, company))
    )
    if told:
        await office.store.commit(Change(at=run.now, outbox=told))
    return {"digests": len(told)}


async def _shares(run: Run, office: Office, company: Company) -> dict[str, Share]:
    shares: dict[str, Share] = {}
    async for claim in every(office.store, ClaimQuery(state=State.IN_REVIEW)):
        for person in claim.plan.waiting() if claim.plan else ():
            shares.setdefault(person, Share()).waiting.append(claim)
    since = run.today - 2 * WEEK
    async for claim in every(office.store, ClaimQuery(submitted_from=since)):
        for head in _heads(company, claim) if claim.state in COUNTED else ():
            _sort(claim, shares.setdefault(head, Share()), run, office.zone)
    for balance in await office.store.balances():
        current = balance.budget.period.covers(run.today)
        for owner in balance.budget.owners if current else ():
            shares.setdefault(owner, Share()).budgets.append(balance)
    return shares


def _sort(claim: Claim, share: Share, run: Run, zone: ZoneInfo) -> None:
    """Put a claim into its week; what was submitted today belongs to the next digest."""
    day = claim.submitted_at.astimezone(zone).date() if claim.submitted_at else run.today
    if run.today - WEEK <= day < run.today:
        share.team.append(claim)
    elif run.today - 2 * WEEK <= day < run.today - WEEK:
        share.before.append(claim)


def _heads(company: Company, claim: Claim) -> tuple[str, ...]:
    """Give the heads of a claim's department and of those above it."""
    rows = (company.department(d) for d in company.ancestry(claim.department))
    return tuple(dict.fromkeys(r.head for r in rows if r and r.head))


def digest_for(person: Person, share: Share, run: Run, company: Company) -> Say | None:
    """Write the digest of one person; None when there is nothing to say."""
    rows = [
        *_waiting(person, share.waiting, run),
        *_team(person, share, company),
        *(_budget(person, b, company) for b in _fullest(share.budgets)),
    ]
    if not rows:
        return None
    return Say(
        person.id, "weekly_digest", (("date", run.today.isoformat()), ("rows", "\n".join(rows)))
    )


def _waiting(person: Person, claims: Sequence[Claim], run: Run) -> list[str]:
    if not claims:
        return []
    total = format_cny(sum(c.total_fen for c in claims))
    oldest = min(claims, key=lambda c: waiting_since(c) or c.created_at)
    hours = str(hours_between(waiting_since(oldest), run.now))
    return [
        row("digest_waiting", person.language, count=str(len(claims)), amount=total),
        row("digest_oldest", person.language, number=oldest.number, hours=hours),
    ]


def _team(person: Person, share: Share, company: Company) -> list[str]:
    """Say what a team has claimed in a week, beside the week before, and mostly for what."""
    if not share.team and not share.before:
        return []
    total, before = (sum(c.total_fen for c in claims) for claims in (share.team, share.before))
    gap = {"before": format_cny(before), "gap": format_cny(abs(total - before))}
    code = "digest_team_more" if total >= before else "digest_team_less"
    said = row("digest_team", person.language, count=str(len(share.team)), amount=format_cny(total))
    rows = [said + row(code, person.language, **gap)] if before else [said]
    tops = [
        f"{category_name(company, category, person.language)} {format_cny(fen)}"
        for category, fen in _most(share.team)
    ]
    comma = "、" if person.language == "zh" else ", "
    return [*rows, row("digest_most", person.language, what=comma.join(tops))] if tops else rows


def _most(claims: Sequence[Claim]) -> list[tuple[str | None, int]]:
    """Give the categories that cost most, the largest first."""
    sums: Counter[str | None] = Counter()
    for line in (line for claim in claims for line in claim.lines):
        sums[line.category] += line.amount_fen
    return sorted(sums.items(), key=lambda found: (-found[1], found[0] or ""))[:MOST]


def _used(balance: Balance) -> int:
    """Give the percentage of the limit that is reserved or consumed."""
    limit = balance.budget.limit_fen
    return (balance.reserved_fen + balance.consumed_fen) * 100 // limit if limit else 100


def _fullest(balances: Sequence[Balance]) -> list[Balance]:
    return sorted(balances, key=_used, reverse=True)[:MAX_BUDGETS]


def _budget(person: Person, balance: Balance, company: Company) -> str:
    return row(
        "digest_budget",
        person.language,
        name=budget_scope(company, balance.budget, person.language),
        percent=str(_used(balance)),
        amount=format_cny(balance.available_fen),
    )
