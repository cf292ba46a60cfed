"""An approved travel request: its draft, and the money that moves over once."""

from dataclasses import replace

from core_house import around, by, claim_of, company_of, taxi

from core.actions.basics import Settings
from core.actions.decision import approve
from core.actions.following import follow_up, with_own_hold, without_carried
from core.actions.submission import check_claim, discard, submit
from core.approval import Plan, Step
from core.budget import Balance
from core.change import Consume, Rebook, Release, Reserve
from core.claim import Claim, State
from core.notices import Say

NUMBER = "BX-20261125-0099"


def request() -> Claim:
    plan = Plan((Step("主管", "any", ("wang",)),))
    return replace(claim_of(taxi(150)), kind="travel_request", state=State.IN_REVIEW, plan=plan)


def test_approval_keeps_the_hold_and_drafts_the_claim() -> None:
    change = approve(request(), company_of(), by("wang"), "", Settings(), next_number=NUMBER)

    approved, draft = change.claims
    assert approved.state is State.APPROVED
    assert (draft.number, draft.state, draft.kind) == (NUMBER, State.DRAFT, "reimbursement")
    assert (draft.origin, draft.carries) == (approved.number, approved.hold)
    assert change.moves == ()
    assert change.payments == ()
    said = [o.notice.code for o in change.outbox if isinstance(o.notice, Say)]
    assert "approved_unpaid" in said, "nobody waits for money after a request"
    assert "approved" not in said


def test_a_reimbursement_is_spent_at_approval_as_before() -> None:
    claim = replace(request(), kind="reimbursement")

    change = approve(claim, company_of(), by("wang"), "", Settings(), next_number=NUMBER)

    assert change.moves == (Consume(claim.hold),)
    assert len(change.claims) == 1


def test_the_first_submission_takes_the_hold_over() -> None:
    draft = replace(follow_up(request(), NUMBER, by("wang")), lines=(taxi(120),))

    change = submit(draft, around(), by("zhang"))

    assert [type(m) for m in change.moves] == [Release, Reserve]
    assert change.moves[0] == Release(request().hold)
    assert change.claims[0].carries is None


def test_a_draft_that_is_thrown_away_frees_the_request() -> None:
    draft = follow_up(request(), NUMBER, by("wang"))

    change = discard(draft, by("zhang"))

    assert change.moves == (Release(request().hold),)
    assert change.claims[0].carries is None


def test_a_draft_shows_budgets_as_they_are_once_the_hold_has_moved_over() -> None:
    company = company_of()
    asked = replace(request(), held=(("taxi-nov", 150_00),))
    draft = follow_up(asked, NUMBER, by("wang"))
    budget = next(b for b in company.budgets if b.id == "taxi-nov")
    full = Balance(budget, reserved_fen=160_00)

    assert draft.approved_fen == asked.total_fen
    assert with_own_hold([full], draft)[0].reserved_fen == 10_00
    assert with_own_hold([full], replace(draft, carries=None)) == (full,)


def test_what_the_request_holds_counts_as_free_for_its_claim() -> None:
    company = company_of()
    budget = next(b for b in company.budgets if b.id == "taxi-nov")
    held = Balance(budget, reserved_fen=150_00)

    (seen,) = without_carried((held,), company, request())

    assert seen.reserved_fen == 0
    assert without_carried((held,), company, None) == (held,)


def test_what_was_promised_before_a_budget_closed_is_kept_up_to_its_amount() -> None:
    asked = replace(request(), state=State.APPROVED, held=(("sales-q4", 150_00), ("all", 150_00)))
    draft = replace(follow_up(asked, NUMBER, by("wang")), lines=(taxi(120),))
    company = company_of()
    held = dict(asked.held)
    closed = [Balance(b, held.get(b.id, 0), closed=b.id == "sales-q4") for b in company.budgets]
    surroundings = replace(around(), origin=asked, balances=tuple(closed))

    change = submit(draft, surroundings, by("zhang"))
    above = check_claim(replace(draft, lines=(taxi(151),)), surroundings)
    without = check_claim(replace(draft, carries=None), surroundings)

    _, judged, whole = change.moves
    assert isinstance(judged, Reserve)
    assert isinstance(whole, Rebook)
    assert "sales-q4" not in {c.budget for c in judged.hold.charges}
    assert {c.budget for c in whole.charges} == {"all", "sales-q4", "taxi-nov"}
    assert change.claims[0].held == tuple((c.budget, c.amount_fen) for c in whole.charges)
    assert "budget_closed" in {f.code for f in above}
    assert "budget_closed" in {f.code for f in without}
