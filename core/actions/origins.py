"""Requests that another system has approved: taken over with their hold, and a draft follows."""

from dataclasses import dataclass, replace
from datetime import date

from core.actions.basics import Cause, Settings, audit_of, outgoing
from core.actions.clearing import figures_of
from core.actions.drafts import new_claim
from core.actions.outcome import outcome_of
from core.budget import Hold, charges_of
from core.change import Change, Reserve
from core.claim import Line, State
from core.company import Company, Person
from core.notices import Notice, Say, ShowCard
from core.papers import RequestKind


@dataclass(frozen=True, slots=True)
class Approved:
    """A request as another system has approved it; `code` is what its people know it by."""

    system: str
    code: str
    kind: RequestKind
    title: str
    amount_fen: int
    day: date
    category: str | None = None


def take_request(
    company: Company,
    person: Person,
    request: Approved,
    numbers: tuple[str, str],
    cause: Cause,
    rules: Settings,
) -> Change:
    """Keep an approved request with its money held, and draft the claim that follows it.

    `numbers` are those of the request and of the draft. The hold is never judged: whoever approved
    it there has spent the money already. The employee is asked for nothing but invoices.
    """
    line = Line(request.category, request.amount_fen, request.day, request.title)
    asked = replace(
        new_claim(company, person, numbers[0], cause, request.kind),
        state=State.IN_REVIEW,
        purpose=request.title,
        submitted_at=cause.at,
        lines=(line,),
    )
    charges = charges_of(company, asked)
    asked = replace(asked, held=figures_of(charges))
    outcome = outcome_of(asked, company, cause, rules, numbers[1])
    entry = audit_of(
        cause, "take_request", asked.number, system=request.system, request=request.code
    )
    return Change(
        at=cause.at,
        claims=(outcome.claim, *outcome.others),
        moves=(Reserve(Hold(asked.hold, asked.number, charges), sure=True), *outcome.moves),
        audit=(entry,),
        outbox=outgoing(cause, _told(person.id, request.code, numbers[1])),
    )


def _told(person: str, code: str, draft: str) -> list[Notice]:
    fields = (("number", draft), ("claim", code))
    return [ShowCard(person, draft, "claim"), Say(person, "bring_invoices", fields)]


def leave_request(company: Company, system: str, code: str, reason: str, cause: Cause) -> Change:
    """Tell administrators of a request that belongs to nobody here."""
    fields = (("system", system), ("number", code), ("reason", reason))
    told: list[Notice] = [Say(p.id, "request_left", fields) for p in company.with_role("admin")]
    entry = audit_of(cause, "leave_request", code, system=system, reason=reason)
    return Change(at=cause.at, audit=(entry,), outbox=outgoing(cause, told))
