"""Changes in review: who may, what stays on the record, and that nothing is lost or doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from core_house import TODAY, around, by, claim_of, company_of, invoice, taxi, with_policy
from hypothesis import given
from hypothesis import strategies as st

from core.actions.amending import amend_line, hold_line, reduce_line
from core.actions.submission import submit
from core.approval import Plan, Step
from core.budget import charges_of
from core.change import Change, Release, Reserve
from core.claim import Claim, Line, State
from core.company import Company
from core.currency import Foreign
from core.errors import Refused
from core.notices import Say, ShowCard
from core.wallet import WalletCard

COMPANY = company_of()
AROUND = around()
CHILD = "BX-20261125-0099"


def in_review(*lines: Line, may_change: tuple[str, ...] | None = None) -> Claim:
    change = submit(claim_of(*lines), around(), by("zhang"))
    step = Step("主管", "any", ("wang", "fin1"), may_change=may_change)  # type: ignore[arg-type]
    return replace(change.claims[0], plan=Plan((step,)))


def reserved(change: Change) -> dict[str, int]:
    """Sum what the holds of a change set aside, by budget."""
    sums: dict[str, int] = {}
    for move in change.moves:
        if isinstance(move, Reserve):
            for charge in move.hold.charges:
                sums[charge.budget] = sums.get(charge.budget, 0) + charge.amount_fen
    return sums


def test_a_reduction_keeps_what_was_asked_and_why() -> None:
    claim = in_review(taxi(45), taxi(20))

    change = reduce_line(claim, AROUND, by("wang"), 0, 4000, "超标")

    (after,) = change.claims
    line = after.lines[0]
    assert (line.amount_fen, line.asked_fen, line.cut) == (4000, 4500, "超标")
    assert (after.version, after.state) == (claim.version + 1, State.IN_REVIEW)
    assert change.moves[0] == Release(claim.hold)
    assert isinstance(change.moves[1], Reserve)
    assert change.moves[1].sure
    assert reserved(change) == {c.budget: c.amount_fen for c in charges_of(COMPANY, after)}
    assert dict(change.audit[0].fields)["before"] == "45.00"


def test_a_second_reduction_remembers_the_first_amount() -> None:
    once = reduce_line(in_review(taxi(45)), AROUND, by("wang"), 0, 4000, "超标").claims[0]

    twice = reduce_line(once, AROUND, by("wang"), 0, 3000, "还是超标").claims[0]

    assert (twice.lines[0].asked_fen, twice.lines[0].amount_fen) == (4500, 3000)


def test_everybody_sees_a_reduction() -> None:
    change = reduce_line(in_review(taxi(45)), AROUND, by("wang"), 0, 4000, "超标")

    notices = [o.notice for o in change.outbox]
    cards = {(n.person, n.purpose, n.fresh) for n in notices if isinstance(n, ShowCard)}
    assert {("wang", "approval", True), ("fin1", "approval", True)} <= cards
    assert ("zhang", "claim", False) in cards
    assert [n.code for n in notices if isinstance(n, Say)] == ["line_reduced"]


@pytest.mark.parametrize(
    ("who", "to_fen", "reason", "code"),
    [
        ("zhang", 4000, "超标", "own_claim"),
        ("li", 4000, "超标", "not_your_turn"),
        ("wang", 4500, "超标", "not_less"),
        ("wang", -1, "超标", "not_less"),
        ("wang", 4000, "  ", "reason_missing"),
        ("wang", 0, "超标", "nothing_left"),
    ],
)
def test_reductions_that_are_refused(who: str, to_fen: int, reason: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        reduce_line(in_review(taxi(45)), AROUND, by(who), 0, to_fen, reason)


def test_a_step_may_not_be_allowed_to_reduce() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        reduce_line(in_review(taxi(45), may_change=()), AROUND, by("wang"), 0, 4000, "超标")


def test_only_a_claim_in_review_is_reduced() -> None:
    claim = replace(in_review(taxi(45)), state=State.RETURNED)

    with pytest.raises(Refused, match="wrong_state"):
        reduce_line(claim, AROUND, by("wang"), 0, 4000, "超标")


def test_a_correction_asks_the_budgets_again() -> None:
    claim = in_review(taxi(45), may_change=("category", "project"))

    change = amend_line(claim, AROUND, by("wang"), 0, {"project": "apollo"})

    (after,) = change.claims
    assert after.lines[0].project == "apollo"
    assert after.version == claim.version + 1
    assert reserved(change)["apollo-y"] == 4500
    assert not any(m.sure for m in change.moves if isinstance(m, Reserve))
    assert "apollo" in dict(change.audit[0].fields)["project"]


@pytest.mark.parametrize(("rate", "fen", "asked"), [("7.2", 10000, 21600), ("3", 9000, 9000)])
def test_another_rate_gives_back_nothing_of_what_was_reduced(
    rate: str, fen: int, asked: int
) -> None:
    usd = Foreign("USD", 3000, "7", TODAY, "company")
    claim = in_review(replace(taxi(210), foreign=usd), may_change=("amount", "rate"))
    less = reduce_line(claim, AROUND, by("wang"), 0, 10000, "超标").claims[0]
    moved = replace(usd, rate=rate, source="entered", by="fin1")

    values = {"foreign": moved, "amount_fen": moved.fen}
    change = amend_line(less, AROUND, by("fin1"), 0, values)

    line = change.claims[0].lines[0]
    assert (line.amount_fen, line.asked_fen, line.cut) == (fen, asked, "超标")
    assert reserved(change) == {c.budget: fen for c in charges_of(COMPANY, less)}


@pytest.mark.parametrize("field", ["amount_fen", "description", "invoice"])
def test_a_correction_needs_its_right(field: str) -> None:
    claim = in_review(taxi(45), may_change=("category",))

    with pytest.raises(Refused, match="not_allowed"):
        amend_line(claim, AROUND, by("wang"), 0, {field: None})


def test_nobody_corrects_their_own_claim() -> None:
    with pytest.raises(Refused, match="own_claim"):
        amend_line(in_review(taxi(45)), AROUND, by("zhang"), 0, {"category": "meal"})


def test_a_held_line_takes_what_is_its_own() -> None:
    card = WalletCard("card-2", "code-2", "openid")
    papers = invoice("A", file="f1"), invoice("B", file="f2", card=card)
    claim = in_review(taxi(45, invoice=papers[0]), taxi(20, invoice=papers[1]))

    change = hold_line(claim, AROUND, by("wang"), 1, "等发票", CHILD)

    rest, apart = change.claims
    assert (rest.total_fen, apart.total_fen) == (4500, 2000)
    assert (apart.number, apart.revision, apart.split_from) == (CHILD, 0, claim.number)
    assert apart.paused == "等发票"
    assert (rest.wallet, apart.wallet) == ((), (card,))
    assert apart.plan == claim.plan
    assert apart.findings == tuple(f for f in apart.findings if f.line in {None, 0})


def test_lines_of_one_voucher_stay_together() -> None:
    paper = invoice("A")
    lines = taxi(20, invoice=paper), taxi(45), taxi(25, invoice=paper)
    claim = in_review(*lines)

    rest, apart = hold_line(claim, AROUND, by("wang"), 0, "核对", CHILD).claims

    assert [x.amount_fen for x in rest.lines] == [4500]
    assert [x.amount_fen for x in apart.lines] == [2000, 2500]


def test_the_only_line_cannot_be_held() -> None:
    with pytest.raises(Refused, match="only_line"):
        hold_line(in_review(taxi(45)), AROUND, by("wang"), 0, "核对", CHILD)


@given(
    st.lists(st.integers(1, 20), min_size=2, max_size=6),
    st.integers(0, 5),
    st.sampled_from([COMPANY]),
)
def test_holding_a_line_keeps_every_budgets_sum(
    amounts: list[int], place: int, company: Company
) -> None:
    claim = in_review(*(taxi(yuan) for yuan in amounts))

    change = hold_line(claim, around(company), by("wang"), place % len(amounts), "核对", CHILD)

    rest, apart = change.claims
    assert rest.total_fen + apart.total_fen == claim.total_fen
    assert reserved(change) == dict(claim.held)


LIMITED = with_policy(
    '{id: ride, kind: amount_limit, category: taxi, per: line, limit: "40.00", action: warn}'
)


def judged(*lines: Line, company: Company = LIMITED) -> Claim:
    """Submit a claim that the rules have something to say about; it waits for the manager."""
    return submit(claim_of(*lines), around(company), by("zhang")).claims[0]


def said(claim: Claim) -> list[tuple[str, int | None, str]]:
    return [(f.code, f.line, f.field("amount")) for f in claim.findings]


@pytest.mark.parametrize(("to_fen", "left"), [(4000, []), (4400, [("amount_limit", 0, "44.00")])])
def test_what_a_reduction_settles_is_said_no_more(
    to_fen: int, left: list[tuple[str, int, str]]
) -> None:
    claim = judged(taxi(45))

    after = reduce_line(claim, around(LIMITED), by("wang"), 0, to_fen, "超标").claims[0]

    assert said(after) == left
    assert [(p.version, p.by, p.findings) for p in after.past] == [(1, "wang", claim.findings)]


def test_less_is_never_worse() -> None:
    """A part that others took since, a rule that is new, days that passed: nothing is held anew."""
    claim = judged(taxi(45), taxi(20))
    busy = around(LIMITED, today=TODAY + timedelta(days=200))
    budgets = tuple(replace(b, reserved_fen=10**9) for b in busy.balances)
    late = with_policy("{id: late, kind: claim_deadline, days: 1, action: block}")

    after = reduce_line(claim, replace(busy, balances=budgets), by("wang"), 1, 1000, "超标").claims[
        0
    ]
    other = reduce_line(claim, replace(busy, company=late), by("wang"), 1, 1000, "超标").claims[0]

    assert said(after) == [("amount_limit", 0, "45.00")]
    assert after.past == ()
    assert said(other) == []


def test_held_lines_are_judged_by_themselves() -> None:
    daily = with_policy('{id: day, kind: amount_limit, category: taxi, per: day, limit: "60.00"}')
    claim = judged(taxi(45), taxi(20), company=daily)
    assert said(claim) == [("amount_limit", None, "65.00")]

    rest, apart = hold_line(claim, around(daily), by("wang"), 1, "等发票", CHILD).claims

    assert said(rest) == []
    assert said(apart) == [("amount_limit", None, "65.00")], "together they are above it still"
    assert [p.findings for p in (*rest.past, *apart.past)] == [claim.findings]


def test_a_line_keeps_what_is_said_of_it_wherever_it_goes() -> None:
    claim = judged(taxi(20), taxi(45), taxi(30))

    rest, apart = hold_line(claim, around(LIMITED), by("wang"), 1, "等发票", CHILD).claims
    other, own = hold_line(claim, around(LIMITED), by("wang"), 0, "等发票", CHILD).claims

    assert (said(rest), said(apart)) == ([], [("amount_limit", 0, "45.00")])
    assert (said(other), said(own)) == ([("amount_limit", 0, "45.00")], [])


def test_what_has_come_up_meanwhile_does_not_stop_a_correction() -> None:
    claim = replace(judged(taxi(45)), plan=in_review(taxi(45), may_change=("description",)).plan)
    strict = with_policy(
        '{id: ride, kind: amount_limit, category: taxi, per: line, limit: "40.00", action: block}'
    )

    after = amend_line(claim, around(strict), by("wang"), 0, {"description": "去机场"}).claims[0]

    assert [(f.code, f.severity) for f in after.findings] == [("amount_limit", "block")]


def test_a_correction_is_judged_by_every_rule() -> None:
    claim = replace(judged(taxi(45)), plan=in_review(taxi(45), may_change=("category",)).plan)
    meal = amend_line(claim, around(LIMITED), by("wang"), 0, {"category": "meal"}).claims[0]

    assert said(meal) == []
    assert meal.past[0].findings == claim.findings
    with pytest.raises(Refused, match="amend_blocked"):
        amend_line(claim, around(LIMITED), by("wang"), 0, {"category": "hotel"})


def test_what_a_claim_holds_itself_is_not_held_against_it() -> None:
    claim = judged(taxi(190))
    held = tuple(
        replace(b, reserved_fen=dict(claim.held).get(b.budget.id, 0))
        for b in around(LIMITED).balances
    )
    full = around(LIMITED, balances=held)

    corrected = amend_line(
        replace(claim, plan=in_review(taxi(45), may_change=("description",)).plan),
        full,
        by("wang"),
        0,
        {"description": "去机场"},
    ).claims[0]

    assert [c for c, _, _ in said(corrected)] == ["amount_limit"]
