"""Submitting, withdrawing and discarding: where money starts and stops being held."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core.actions.basics import (
    Cause,
    Settings,
    audit_of,
    outgoing,
    require,
    require_owner,
)
from core.actions.clearing import figures_of, moved_with, reckon, without_backed
from core.actions.drafts import identities_of
from core.actions.filing import require_submitter
from core.actions.following import find_above_request, let_go, without_carried
from core.actions.planning import Asking, notices_of, passed_by_itself, plan_claim
from core.actions.processes import require_deciders
from core.actions.wallet import lock, unlock
from core.budget import (
    Balance,
    Charge,
    Hold,
    charges_of,
    exempt_of,
    find_overruns,
    find_unmatched,
    sum_charges,
)
from core.change import AuditEntry, Change, FreeIdentities, Rebook, Release, Reserve, TakeIdentity
from core.claim import Claim, Event, Finding
from core.company import Company, Person
from core.delegation import Delegation
from core.duplicates import Earlier, find_similar, find_taken, find_used, with_confirmations
from core.errors import Refused
from core.exchange import find_rates
from core.notices import Notice, Say, ShowCard
from core.pairing import find_unpaired
from core.policy import PolicyBook, check_policies
from core.routing import Applicant, Roster
from core.rules import Facts
from core.shares import find_above_invoices
from core.verification import Checked, find_unverified

OVER_BUDGET = frozenset({"budget_exceeded", "budget_frozen", "budget_closed", "budget_exception"})
"""Findings that make the `over_budget` of a condition true."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check of a claim must know: the company, the person's history, budgets, holders.

    `holders` maps identities of the claim's vouchers to other live claims that have them;
    `origin` is the request that the claim follows; `verified` are the tax bureau's answers by
    identity; `earlier` are vouchers like the claim's own, and claims that came first; `advances`
    those of the person that are still open; `delegations` say who stands in for whom.
    """

    company: Company
    today: date
    history: tuple[Claim, ...]
    balances: tuple[Balance, ...]
    holders: Mapping[str, str]
    settings: Settings
    origin: Claim | None = None
    verified: Mapping[str, Checked] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    advances: tuple[Claim, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    exception: str = ""
    """Why a budget that names the employee as an exception may be exceeded, in their words."""


def check_claim(claim: Claim, around: Surroundings) -> tuple[Finding, ...]:
    """Find everything that is to be said about a claim before it is submitted."""
    carried = around.origin if claim.carries else None
    balances = without_carried(around.balances, around.company, carried)
    claim = reckoned(claim, around)
    charges = without_backed(charges_of(around.company, claim), claim.clears)
    needed, _ = parted(charges, committed(claim, around))
    found = (
        *find_used(claim, around.holders, around.earlier),
        *find_taken(claim),
        *find_similar(claim, around.earlier),
        *find_unpaired(claim, around.company),
        *find_unverified(claim, around.verified),
        *find_above_invoices(claim),
        *find_above_request(claim, around.origin),
        *find_rates(claim, around.company),
        *check_policies(claim, book_of(around)),
        *find_unmatched(around.company, claim, around.settings.unmatched),
        *find_overruns(
            balances,
            needed,
            by=around.company.person(claim.employee),
            exception=around.exception,
        ),
        *_find_supplier(claim),
    )
    return with_confirmations(found, claim.confirmed)


def book_of(around: Surroundings) -> PolicyBook:
    """Give what the rules of the company may look at."""
    return PolicyBook(around.company, around.today, around.history, around.settings.zone)


def reckoned(claim: Claim, around: Surroundings) -> Claim:
    """Give a claim with what it would take of its employee's open advances.

    What they had carried over to the next period binds its budgets, as they do.
    """
    claim = moved_with(claim, around.advances, around.history)
    charges = charges_of(around.company, claim)
    return replace(claim, clears=reckon(claim, charges, around.advances, around.history))


def _find_supplier(claim: Claim) -> Iterator[Finding]:
    """Nobody can be paid without an account."""
    if claim.supplier is not None and not claim.supplier.account:
        yield Finding("supplier_account", "block", fields=(("supplier", claim.supplier.name),))


def is_blocked(findings: tuple[Finding, ...]) -> bool:
    """Whether a finding forbids submission."""
    return any(f.severity == "block" for f in findings)


def submit(claim: Claim, around: Surroundings, cause: Cause) -> Change:
    """Put a claim into review: findings kept, money held, vouchers reserved, approvers asked.

    Refused `not_yours`, `employee_must_submit`, `wrong_state`, `blocked` (field `findings`),
    `no_flow`, `no_approver`, `no_system`. Advances that it clears are written with it, so that of
    two claims at once only one can count on the same money.
    """
    require_submitter(around.company, claim, cause.actor)
    require(claim, Event.SUBMIT)
    before = claim
    findings = check_claim(claim, around)
    if is_blocked(findings):
        raise Refused("blocked", number=claim.number, findings=findings)
    version = claim.version + 1 if claim.submitted_at else claim.version
    claim = replace(claim, version=version, findings=findings, submitted_at=cause.at)
    claim = reckoned(claim, around)
    asking = asking_of(claim, around)
    claim, why = plan_claim(before, claim, asking, cause)
    require_deciders(claim, around.settings)
    charges = without_backed(charges_of(around.company, claim), claim.clears)
    claim = replace(claim.after(Event.SUBMIT), held=figures_of(charges), spent=())
    taken = {c.advance for c in claim.clears}
    advances = tuple(a for a in around.advances if a.number in taken)
    asked = parted(charges, committed(before, around))
    change = _submitted(claim, asked, cause, advances, notices_of(claim, why))
    return passed_by_itself(change, asking, around.settings, cause)


def committed(claim: Claim, around: Surroundings) -> Mapping[str, int]:
    """Give what a claim takes over of its request's hold on budgets that take nothing new.

    What was promised before they were frozen or closed is kept.
    """
    held = around.origin.held if claim.carries and around.origin else ()
    barred = {b.budget.id for b in around.balances if b.frozen or b.closed}
    return {budget: fen for budget, fen in held if budget in barred}


Charges = tuple[Charge, ...]


def parted(charges: Charges, kept: Mapping[str, int]) -> tuple[Charges, Charges]:
    """Divide charges into those that are judged, and those that a commitment covers."""
    covered = tuple(c for c in charges if c.amount_fen <= kept.get(c.budget, 0))
    return tuple(c for c in charges if c not in covered), covered


def _submitted(
    claim: Claim,
    charges: tuple[Charges, Charges],
    cause: Cause,
    advances: tuple[Claim, ...],
    asked: list[Notice],
) -> Change:
    judged, covered = charges
    notices: list[Notice] = [ShowCard(p, claim.number, "claim") for p in sorted(claim.owners)]
    notices += asked
    claim, orders = lock(claim)
    return Change(
        at=cause.at,
        claims=(replace(claim, carries=None), *advances),
        moves=(
            *let_go(claim),
            Reserve(Hold(claim.hold, claim.number, judged), exempt=exempt_of(claim.findings)),
            *((Rebook(claim.hold, sum_charges((*judged, *covered))),) if covered else ()),
        ),
        identities=_identities(claim),
        audit=(
            audit_of(cause, "submit", claim.number, version=str(claim.version)),
            *_exceptions(claim, cause),
        ),
        outbox=outgoing(cause, [*notices, *orders]),
    )


def _exceptions(claim: Claim, cause: Cause) -> Iterator[AuditEntry]:
    """Keep on the record which budgets were exceeded by exception, and why."""
    for found in claim.findings:
        if found.code == "budget_exception":
            yield audit_of(cause, "budget_exception", claim.number, **dict(found.fields))


def _identities(claim: Claim) -> tuple[FreeIdentities | TakeIdentity, ...]:
    """Reserve the claim's vouchers; those that it lost since it was returned become free."""
    taken = tuple(TakeIdentity(i, claim.number) for i in identities_of(claim))
    return (FreeIdentities(claim.number), *taken) if claim.version > 1 else taken


def asking_of(claim: Claim, around: Surroundings) -> Asking:
    """Give what decides who is asked for a claim; Refused `unknown_person`."""
    roster = Roster(around.company, around.delegations, around.settings.zone)
    return Asking(*_plan_facts(claim, around), roster)


def _plan_facts(claim: Claim, around: Surroundings) -> tuple[Applicant, Facts]:
    person = applicant_of(claim, around.company)
    owners = tuple(
        owner
        for charge in charges_of(around.company, claim)
        if (budget := around.company.budget(charge.budget))
        for owner in budget.owners
    )
    project = claim.project or next((x.project for x in claim.lines if x.project), None)
    return Applicant(person, claim.department, project, owners, claim.filed_by), facts_of(
        claim, person
    )


def applicant_of(claim: Claim, company: Company) -> Person:
    """Find the claim's employee; Refused `unknown_person` when the company lost them."""
    person = company.person(claim.employee)
    if person is None:
        raise Refused("unknown_person", person=claim.employee)
    return person


def facts_of(claim: Claim, person: Person) -> Facts:
    """Give the names that `when` conditions may use (contract §3); `total` in yuan."""
    days = {line.date for line in claim.lines}
    return {
        "total": Decimal(claim.total_fen) / 100,
        "kind": claim.kind,
        "department": claim.department,
        "project": claim.project or next((x.project for x in claim.lines if x.project), None),
        "categories": [line.category for line in claim.lines],
        "grade": person.grade,
        "over_budget": any(f.code in OVER_BUDGET for f in claim.findings),
        "findings": len(claim.findings),
        "days": (max(days) - min(days)).days + 1 if days else 0,
    }


def withdraw(claim: Claim, cause: Cause) -> Change:
    """Take a claim back from review: money and vouchers are free again at once.

    Refused `not_yours` or `wrong_state`.
    """
    require_owner(claim, cause)
    require(claim, Event.WITHDRAW)
    asked = claim.plan.people() if claim.plan else frozenset()
    notices: list[Notice] = [ShowCard(p, claim.number, "claim") for p in sorted(claim.owners)]
    notices += [ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)]
    claim, orders = unlock(claim)
    return Change(
        at=cause.at,
        claims=(claim.after(Event.WITHDRAW),),
        moves=(Release(claim.hold),),
        identities=(FreeIdentities(claim.number),),
        audit=(audit_of(cause, "withdraw", claim.number),),
        outbox=outgoing(cause, [*notices, *orders]),
    )


def discard(claim: Claim, cause: Cause) -> Change:
    """Throw a claim away that is not in review; Refused `not_yours` or `wrong_state`."""
    require_owner(claim, cause)
    require(claim, Event.DISCARD)
    notices: list[Notice] = [
        *(ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)),
        Say(cause.actor, "discarded", (("number", claim.number),)),
    ]
    claim, orders = unlock(claim)
    return Change(
        at=cause.at,
        claims=(replace(claim.after(Event.DISCARD), carries=None),),
        moves=let_go(claim),
        identities=(FreeIdentities(claim.number),),
        audit=(audit_of(cause, "discard", claim.number),),
        outbox=outgoing(cause, [*notices, *orders]),
    )
