"""Whom to remind of what, at the boundaries."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from core_house import TODAY, claim_of, invoice, taxi, with_policy

from core.actions.reminding import find_advances, find_drafts, find_expiring, find_waiting
from core.approval import Decision, Plan, Step
from core.calendar import WorkCalendar
from core.claim import Claim, State
from core.dealings import AdvanceBook
from core.pace import hours_between, usual_hours, waiting_since

WEDNESDAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""
FRIDAY_EVENING = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def waiting(since: datetime, **values: object) -> Claim:
    plan = Plan((Step("主管", "any", ("wang", "boss"), since=since),))
    return claim_of(state=State.IN_REVIEW, submitted_at=since, plan=plan, **values)


@pytest.mark.parametrize(
    ("since", "after", "people"),
    [
        (WEDNESDAY, timedelta(hours=8), ["boss", "wang"]),
        (WEDNESDAY, timedelta(hours=7, minutes=59), []),
        (FRIDAY_EVENING, timedelta(days=2), []),
        (FRIDAY_EVENING, timedelta(days=3), ["boss", "wang"]),
    ],
)
def test_only_working_hours_count(since: datetime, after: timedelta, people: list[str]) -> None:
    found = find_waiting([waiting(since)], since + after, 8, WorkCalendar())

    assert sorted(found) == people


def test_what_is_decided_waits_for_nobody() -> None:
    done = replace(waiting(WEDNESDAY), state=State.APPROVED)

    assert find_waiting([done], WEDNESDAY + timedelta(days=9), 8, WorkCalendar()) == {}


@pytest.mark.parametrize(
    ("state", "days", "lines", "found"),
    [
        (State.DRAFT, 3, True, True),
        (State.DRAFT, 2, True, False),
        (State.DRAFT, 3, False, False),
        (State.RETURNED, 3, True, True),
        (State.WITHDRAWN, 3, True, True),
        (State.REJECTED, 3, True, False),
        (State.IN_REVIEW, 3, True, False),
    ],
)
def test_drafts(state: State, days: int, lines: bool, found: bool) -> None:  # noqa: FBT001 a table
    begun = WEDNESDAY - timedelta(days=days)
    claim = replace(claim_of(), state=state, created_at=begun)
    claim = claim if lines else replace(claim, lines=())

    assert bool(find_drafts([claim], WEDNESDAY, 3)) == found


@pytest.mark.parametrize(
    ("policy", "spent", "issued", "last"),
    [
        (
            "{id: a, kind: claim_deadline, days: 30}",
            TODAY - timedelta(16),
            TODAY,
            TODAY + timedelta(14),
        ),
        ("{id: a, kind: claim_deadline, days: 30}", TODAY - timedelta(15), TODAY, None),
        ("{id: a, kind: claim_deadline, days: 30}", TODAY - timedelta(30), TODAY, TODAY),
        ("{id: a, kind: claim_deadline, days: 30}", TODAY - timedelta(31), TODAY, None),
        (
            "{id: a, kind: invoice_age, days: 30}",
            TODAY,
            TODAY - timedelta(20),
            TODAY + timedelta(10),
        ),
        ("{id: a, kind: weekend}", TODAY, TODAY, None),
    ],
)
def test_what_expires(policy: str, spent: date, issued: date, last: date | None) -> None:
    claim = claim_of(taxi(45, spent, invoice=invoice(date=issued)))

    found = find_expiring([claim], with_policy(policy), TODAY, 14)

    assert [e.last for e in found.get("zhang", ())] == ([last] if last else [])


@pytest.mark.parametrize(
    ("days", "standing", "found"), [(30, False, True), (29, False, False), (30, True, False)]
)
def test_open_advances(days: int, standing: bool, found: bool) -> None:  # noqa: FBT001 a table
    book = AdvanceBook(None, paid_at=WEDNESDAY - timedelta(days=days))
    claim = claim_of(kind="advance", state=State.PAID, advance=book, standing=standing)

    assert bool(find_advances([claim], WEDNESDAY, 30)) == found


def test_how_long_it_takes() -> None:
    said = Decision("wang", "approve", "", WEDNESDAY + timedelta(hours=5), "m")
    plan = Plan((Step("主管", "any", ("wang",), (said,)),), current=1)
    done = claim_of(submitted_at=WEDNESDAY, plan=plan)

    assert usual_hours([done, claim_of()]) == 5
    assert usual_hours([]) is None
    assert hours_between(WEDNESDAY, WEDNESDAY + timedelta(minutes=119)) == 1
    assert hours_between(None, WEDNESDAY) == 0
    assert waiting_since(waiting(WEDNESDAY)) == WEDNESDAY
    assert waiting_since(claim_of()) is None
