"""Changes of budgets: who may ask, who must agree, what moves, and what the record keeps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from core_house import NOW, TODAY, by, claim_of, company_of, taxi

from core.actions.budgets.asking import Wanted, ask, take_back
from core.actions.budgets.closing import (
    budgets_of,
    carry_over,
    close,
    find_carried,
    following,
    lives_on,
    reopen,
)
from core.actions.budgets.deciding import decide
from core.actions.budgets.expiring import expire, is_forgotten
from core.actions.clearing import give_back
from core.budget import (
    Balance,
    BudgetChange,
    Charge,
    charges_of,
    charges_on_record,
    successor_of,
)
from core.budget.changes import change_number, is_change_number, may_ask, second_people
from core.budget.sight import (
    budgets_named,
    children_of,
    may_see,
    names_near,
    own_budgets,
    the_one,
)
from core.change import Bar, Change, Rebook, Release, ShiftLimit
from core.claim import State
from core.company import Company
from core.dealings import AdvanceBook, Clearing, Settled, Trip
from core.errors import Refused
from core.notices import Say, ShowCard
from core.ports import LiveHold

NUMBER = "YS-20261125-0001"
COMPANY = company_of("""\
departments:
  - {id: sales, name: 市场部, head: boss}
  - {id: east, name: 华东组, parent: sales}
  - {id: lab, name: 实验室}
people:
  - {id: boss, name: 赵总}
  - {id: wang, name: 王芳, department: sales}
  - {id: sun, name: 孙洋, department: sales}
  - {id: zhang, name: 张三, department: east}
  - {id: li, name: 李雷, department: lab}
  - {id: adm, name: 预算员, roles: [budget_admin]}
  - {id: fin, name: 财务, roles: [finance]}
  - {id: gone, name: 走了, roles: [budget_admin], active: false}
categories: [{id: meal, name: 餐饮}]
projects: [{id: apollo, name: 阿波罗, owner: li}]
budgets:
  - {id: q4, department: sales, period: 2026-Q4, limit: "100", owners: [wang, sun]}
  - {id: year, department: sales, period: 2026, limit: "400", owners: [wang]}
  - {id: meals, department: sales, category: meal, period: 2026-Q4, limit: "50", owners: [wang]}
  - {id: east-q4, department: east, period: 2026-Q4, limit: "30", owners: [wang]}
  - {id: apollo, project: apollo, period: 2026, limit: "90"}
  - {id: mine, person: zhang, period: 2026, limit: "9"}
  - {id: next, department: sales, period: 2027, limit: "400", owners: [wang]}
""")


def balances(**used: int) -> dict[str, Balance]:
    return {b.id: Balance(b, reserved_fen=used.get(b.id, 0)) for b in COMPANY.budgets}


def asked(wanted: Wanted, person: str = "wang", **used: int) -> Change:
    return ask(NUMBER, wanted, COMPANY, balances(**used), by(person))


def wish(**values: object) -> BudgetChange:
    made = BudgetChange(
        NUMBER, "request", "q4", "wang", NOW, "活动", 5000, asked=("adm",), revision=1
    )
    return replace(made, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("person", "budget", "may"),
    [
        ("wang", "q4", True),
        ("boss", "east-q4", True),
        ("li", "apollo", True),
        ("adm", "mine", True),
        ("fin", "q4", True),
        ("zhang", "q4", False),
        ("zhang", "mine", False),
        ("li", "q4", False),
        ("gone", "q4", False),
    ],
)
def test_those_who_answer_for_a_budget_may_ask(person: str, budget: str, *, may: bool) -> None:
    found, row = COMPANY.person(person), COMPANY.budget(budget)
    assert found is not None
    assert row is not None

    assert may_ask(COMPANY, found, [row]) is may


def test_a_second_person_is_never_the_one_who_asks() -> None:
    row = COMPANY.budget("q4")
    assert row is not None

    assert [p.id for p in second_people(COMPANY, row, "wang")] == ["adm", "sun", "fin"]
    assert [p.id for p in second_people(COMPANY, row, "adm")] == ["wang", "sun", "fin"]


def test_a_wish_is_shown_to_those_who_may_agree() -> None:
    change = asked(Wanted("request", "q4", " 年底活动 ", 5000))

    (made,) = change.budget_changes
    assert (made.number, made.reason, made.asked) == (NUMBER, "年底活动", ("adm", "sun", "fin"))
    assert change.moves == ()
    assert [o.notice for o in change.outbox] == [
        ShowCard("wang", NUMBER, "claim"),
        *(ShowCard(p, NUMBER, "approval", fresh=True) for p in made.asked),
    ]
    (line,) = change.audit
    assert (line.action, line.subject) == ("ask_budget_change", NUMBER)
    assert dict(line.fields)["amount"] == "50.00"


@pytest.mark.parametrize(
    ("wanted", "person", "code"),
    [
        (Wanted("request", "q4", "x", 5000), "zhang", "not_allowed"),
        (Wanted("request", "q4", "x", 5000), "gone", "not_allowed"),
        (Wanted("request", "q4", "x", 5000), "nobody", "not_allowed"),
        (Wanted("request", "nowhere", "x", 5000), "wang", "no_such_budget"),
        (Wanted("request", "q4", "  ", 5000), "wang", "change_reason_missing"),
        (Wanted("request", "q4", "x", 0), "wang", "change_amount"),
        (Wanted("request", "q4", "x", -1), "wang", "change_amount"),
        (Wanted("adjust", "q4", "x", 0), "wang", "change_nothing"),
        (Wanted("adjust", "q4", "x", -10001), "wang", "change_too_much"),
        (Wanted("transfer", "q4", "x", 10001, "meals"), "wang", "change_too_much"),
        (Wanted("transfer", "q4", "x", 1, "q4"), "wang", "change_nothing"),
        (Wanted("unfreeze", "q4", "x"), "wang", "change_nothing"),
        (Wanted("request", "q4", "x", 10**14), "wang", "change_amount"),
    ],
)
def test_what_cannot_be_is_refused_before_anybody_is_asked(
    wanted: Wanted, person: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        asked(wanted, person)


def test_without_a_second_person_nothing_is_asked() -> None:
    alone = COMPANY.model_copy(
        update={"people": tuple(p for p in COMPANY.people if p.id in {"wang", "boss"})}
    )

    with pytest.raises(Refused, match="no_second_person"):
        ask(NUMBER, Wanted("request", "year", "x", 1), alone, balances(), by("wang"))


@pytest.mark.parametrize(
    ("values", "moves"),
    [
        ({}, (ShiftLimit("q4", 5000, "request", NUMBER, "adm"),)),
        (
            {"kind": "adjust", "amount_fen": -700},
            (ShiftLimit("q4", -700, "adjust", NUMBER, "adm"),),
        ),
        (
            {"kind": "transfer", "to": "meals"},
            (
                ShiftLimit("q4", -5000, "transfer", NUMBER, "adm"),
                ShiftLimit("meals", 5000, "transfer", NUMBER, "adm"),
            ),
        ),
        ({"kind": "freeze", "amount_fen": 0}, (Bar("q4", frozen=True),)),
        ({"kind": "unfreeze", "amount_fen": 0}, (Bar("q4", frozen=False),)),
    ],
)
def test_an_agreement_moves_limits_with_its_record(
    values: dict[str, object], moves: tuple[object, ...]
) -> None:
    change = decide(wish(**values), COMPANY, by("adm"), "approve", "")

    assert change.moves == moves
    (done,) = change.budget_changes
    assert (done.state, done.decider, done.revision) == ("approved", "adm", 1)
    assert [line.action for line in change.audit] == ["approve_budget_change"]
    said = [o.notice for o in change.outbox if isinstance(o.notice, Say)]
    assert ("wang", "change_approved") in [(s.person, s.code) for s in said]
    assert ("sun", "change_in_force") in [(s.person, s.code) for s in said]


def test_a_no_needs_a_reason_and_moves_nothing() -> None:
    with pytest.raises(Refused, match="reason_missing"):
        decide(wish(), COMPANY, by("adm"), "reject", " ")

    change = decide(wish(), COMPANY, by("fin"), "reject", "太多")

    assert change.moves == ()
    assert change.budget_changes[0].state == "rejected"


@pytest.mark.parametrize(
    ("values", "person", "code"),
    [
        ({}, "wang", "own_change"),
        ({"requester": "adm"}, "adm", "own_change"),
        ({}, "zhang", "not_allowed"),
        ({}, "boss", "not_allowed"),
        ({}, "gone", "not_allowed"),
        ({"state": "approved"}, "adm", "change_decided"),
        ({"state": "withdrawn"}, "adm", "change_decided"),
        ({"budget": "vanished"}, "adm", "no_such_budget"),
        ({"kind": "transfer", "to": "vanished"}, "adm", "no_such_budget"),
    ],
)
def test_nobody_else_decides_and_only_once(
    values: dict[str, object], person: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        decide(wish(**values), COMPANY, by(person), "approve", "")


def test_a_wish_is_taken_back_by_its_own_person_while_it_waits() -> None:
    change = take_back(wish(), by("wang"))

    assert change.budget_changes[0].state == "withdrawn"
    with pytest.raises(Refused, match="not_yours"):
        take_back(wish(), by("adm"))
    with pytest.raises(Refused, match="change_decided"):
        take_back(wish(state="approved"), by("wang"))


def test_numbers_of_wishes_are_told_from_claims() -> None:
    assert change_number(TODAY, 7) == "YS-20261125-0007"
    assert is_change_number("YS-20261125-0007")
    assert not is_change_number("BX-20261125-0007")
    assert not is_change_number(None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市场部", ["q4"]),
        ("sales", ["q4"]),
        ("YEAR", ["year"]),
        ("「阿波罗」", ["apollo"]),
        ("餐饮", ["meals"]),
        ("张三", ["mine"]),
        ("不存在", []),
    ],
)
def test_a_word_means_the_likeliest_budget(text: str, expected: list[str]) -> None:
    assert [b.id for b in the_one(budgets_named(COMPANY, text), TODAY)] == expected


def test_two_budgets_alike_stay_doubtful() -> None:
    twin = COMPANY.budgets[0].model_copy(update={"id": "q4b"})
    company = COMPANY.model_copy(update={"budgets": (*COMPANY.budgets, twin)})

    assert [b.id for b in the_one(budgets_named(company, "市场部"), TODAY)] == ["q4", "q4b"]


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("zhang", {"q4", "year", "meals", "east-q4", "apollo", "mine", "next"}),
        ("wang", {"q4", "year", "meals", "east-q4", "apollo", "next"}),
        ("li", {"apollo"}),
        ("fin", {"q4", "year", "meals", "east-q4", "apollo", "mine", "next"}),
    ],
)
def test_people_see_what_binds_them_and_what_they_answer_for(person: str, seen: set[str]) -> None:
    found = COMPANY.person(person)
    assert found is not None

    assert {b.id for b in COMPANY.budgets if may_see(COMPANY, found, b)} == seen
    assert {b.id for b in own_budgets(COMPANY, found)} <= seen


def test_the_budgets_right_below_are_found() -> None:
    assert [b.id for b in children_of(COMPANY, COMPANY.budgets[0])] == ["east-q4"]


def test_a_period_closes_and_opens_again() -> None:
    budgets = budgets_of(COMPANY, "2026-Q4")

    assert {b.id for b in budgets} == {"q4", "meals", "east-q4"}
    assert Bar("q4", closed=True) in close(budgets, by("adm")).moves
    assert Bar("q4", closed=False) in reopen(budgets, by("adm")).moves
    assert [b.id for b in budgets_of(COMPANY, "year")] == ["year"]
    with pytest.raises(Refused, match="no_such_budget"):
        budgets_of(COMPANY, "2031")


def test_what_is_held_moves_to_the_next_period_with_the_claims_memory_of_it() -> None:
    hold = LiveHold("BX-1/1", "BX-1", (Charge("q4", 5), Charge("year", 5)), NOW)
    other = LiveHold("BX-2/1", "BX-2", (Charge("q4", 5),), NOW)
    (carried,) = find_carried(COMPANY, budgets_of(COMPANY, "2026"), [hold, other])

    change = carry_over(carried, claim_of(held=(("q4", 5), ("year", 5))), COMPANY, by("adm"))
    own = claim_of(number="BX-1", held=(("q4", 5), ("year", 5)))
    mine = carry_over(carried, own, COMPANY, by("adm"))

    charges = (Charge("next", 5), Charge("q4", 5))
    assert carried.charges == charges
    assert change.moves == (Rebook("BX-1/1", charges),)
    assert change.claims[0].held == (("q4", 5), ("year", 5))
    assert mine.claims[0].held == (("next", 5), ("q4", 5))


def test_what_a_claim_gives_back_is_held_where_the_rest_of_its_advance_is_held() -> None:
    hold = LiveHold("JK-1/1.0", "JK-1", (Charge("year", 60),), NOW)
    (carried,) = find_carried(COMPANY, budgets_of(COMPANY, "2026"), [hold])
    book = AdvanceBook("JK-1/1.0", (("year", 60),), 1, (Settled(4400, NOW, "BX-1", "claim"),))
    advance = claim_of(
        replace(taxi(1), amount_fen=4460),
        number="JK-1", kind="advance", state=State.PAID, held=(("year", 100),), advance=book,
    )  # fmt: skip

    (moved,) = carry_over(carried, advance, COMPANY, by("adm")).claims
    back = give_back(moved, "BX-1").advance

    assert moved.held == (("next", 100),)
    assert back.advance
    assert back.advance.held == (("next", 100),)


@pytest.mark.parametrize(
    ("days_later", "values", "forgotten"),
    [
        (31, {}, True),
        (30, {}, False),
        (31, {"trip": Trip("上海", TODAY, TODAY + timedelta(days=10))}, False),
        (41, {"trip": Trip("上海", TODAY, TODAY + timedelta(days=10))}, True),
        (99, {"state": State.IN_REVIEW}, False),
        (99, {"kind": "reimbursement"}, False),
        (99, {"version": 2}, False),
    ],
)
def test_a_permission_is_forgotten_after_its_days(
    days_later: int, values: dict[str, object], *, forgotten: bool
) -> None:
    made = {"number": "CC-1", "kind": "travel_request", "state": State.APPROVED, **values}
    request = claim_of(taxi(9, date(2026, 11, 20)), **made)
    hold = LiveHold("CC-1/1", "CC-1", (Charge("q4", 900),), NOW)

    assert is_forgotten(hold, request, TODAY + timedelta(days=days_later), 30) is forgotten


def test_a_forgotten_hold_is_released_and_its_draft_stays() -> None:
    hold = LiveHold("CC-1/1", "CC-1", (Charge("q4", 900),), NOW)
    request = claim_of(number="CC-1", kind="travel_request", state=State.APPROVED)
    draft = claim_of(number="BX-9", carries="CC-1/1")

    change = expire(hold, request, draft, by("schedule"))
    alone = expire(hold, request, None, by("schedule"))

    assert change.moves == (Release("CC-1/1"),)
    assert [(c.number, c.state, c.carries) for c in change.claims] == [("BX-9", State.DRAFT, None)]
    assert alone.claims == ()
    fields = (("number", "CC-1"), ("claim", "BX-9"))
    assert [o.notice for o in change.outbox] == [Say("zhang", "hold_expired", fields)]


def test_an_empty_company_names_no_budgets() -> None:
    assert budgets_named(Company(), "市场部") == ()


def test_a_word_for_a_period_with_several_meanings_is_asked_back() -> None:
    fiscal = COMPANY.budgets[1].model_copy(update={"id": "fy"})
    fiscal = fiscal.model_validate({**fiscal.model_dump(by_alias=True), "fiscal_start": 4})
    company = COMPANY.model_copy(update={"budgets": (*COMPANY.budgets, fiscal)})

    with pytest.raises(Refused, match="which_period") as refused:
        budgets_of(company, "2026")

    assert refused.value.fields["rows"] == "2026-01-01/2026-12-31 2026-04-01/2027-03-31"
    assert [b.id for b in budgets_of(company, "2026-04-01/2027-03-31")] == ["fy"]


def test_the_next_budget_is_as_long_as_the_one_that_ends_and_still_open() -> None:
    extra = [
        COMPANY.budgets[0].model_validate(
            {"id": name, "department": "sales", "period": period, "limit": "9"}
        )
        for name, period in (("q1", "2027-Q1"), ("q2", "2027-Q2"))
    ]
    company = COMPANY.model_copy(update={"budgets": (*COMPANY.budgets, *extra)})
    quarter, year = COMPANY.budgets[0], COMPANY.budgets[1]

    assert getattr(successor_of(company, quarter), "id", None) == "q1"
    assert getattr(successor_of(company, year), "id", None) == "next"
    assert getattr(successor_of(company, quarter, {"q1"}), "id", None) == "q2"
    assert successor_of(company, quarter, {"q1", "q2"}) is None


def test_a_quarter_and_its_year_never_meet_in_one_budget() -> None:
    hold = LiveHold("BX-1/1", "BX-1", (Charge("q4", 5), Charge("year", 8)), NOW)
    (carried,) = find_carried(COMPANY, [COMPANY.budgets[0], COMPANY.budgets[1]], [hold])
    quarters = tuple(b for b in COMPANY.budgets if b.id != "year")

    assert carried.charges == (Charge("next", 8), Charge("q4", 5))
    alone = COMPANY.model_copy(update={"budgets": quarters})
    assert getattr(successor_of(alone, COMPANY.budgets[0]), "id", None) == "next"


def test_a_claim_in_review_spends_what_backs_it_where_that_has_gone() -> None:
    hold = LiveHold("JK-1/1", "JK-1", (Charge("year", 40),), NOW)
    (carried,) = find_carried(COMPANY, budgets_of(COMPANY, "2026"), [hold])
    advance = claim_of(number="JK-1", kind="advance", state=State.PAID, held=(("year", 40),))
    clearing = Clearing("JK-1", 40, (("year", 40),))
    other = claim_of(taxi(40), number="BX-2", state=State.IN_REVIEW, clears=(clearing,))

    assert lives_on(other, carried)
    assert not lives_on(replace(other, clears=()), carried)
    _, moved = carry_over(carried, advance, COMPANY, by("adm"), [other]).claims

    assert charges_on_record(COMPANY, moved) == (Charge("next", 40),)


def test_a_draft_that_follows_a_request_goes_where_its_commitment_has_gone() -> None:
    hold = LiveHold("CC-1/1", "CC-1", (Charge("year", 900),), NOW)
    (carried,) = find_carried(COMPANY, budgets_of(COMPANY, "2026"), [hold])
    request = claim_of(number="CC-1", kind="travel_request", state=State.APPROVED)
    draft = claim_of(taxi(9), number="BX-2", carries="CC-1/1", carried=(("year", 900),))

    assert lives_on(draft, carried)
    _, moved = carry_over(carried, request, COMPANY, by("adm"), [draft]).claims

    assert moved.carried == (("next", 900),)
    assert "year" not in {c.budget for c in charges_of(COMPANY, moved)}
    assert "next" in {c.budget for c in charges_of(COMPANY, moved)}


def test_what_comes_back_of_a_cleared_advance_is_held_after_the_closed_period() -> None:
    book = AdvanceBook(None, (), 2, (Settled(4400, NOW, "BX-1", "claim"),))
    advance = claim_of(
        replace(taxi(1), amount_fen=4400),
        number="JK-1", kind="advance", state=State.PAID, held=(("year", 4400),), advance=book,
    )  # fmt: skip
    closed = [Balance(COMPANY.budgets[1], closed=True)]

    back = give_back(advance, "BX-1", following(COMPANY, closed)).advance

    assert back.advance
    assert back.advance.held == (("next", 4400),)
    assert back.moved == (("year", "next"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市场部 餐饮", ["meals"]),
        ("市场部 2026", ["year"]),
        ("市场部 2027", ["next"]),
        ("市场部 不存在", []),
        ("市场部本级", ["own"]),
        ("市场部", ["q4"]),
    ],
)
def test_several_words_mean_what_binds_them_all(text: str, expected: list[str]) -> None:
    own = COMPANY.budgets[0].model_copy(update={"id": "own", "own_level": True})
    company = COMPANY.model_copy(update={"budgets": (own, *COMPANY.budgets)})

    assert [b.id for b in the_one(budgets_named(company, text), TODAY)] == expected


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("市场", ("市场部",)),
        ("市场布", ("市场部",)),
        ("阿波萝", ("阿波罗",)),
        ("saless", ("市场部",)),
        ("财务", ()),
        ("", ()),
    ],
)
def test_a_slip_of_the_keyboard_is_answered_with_what_is_near(
    text: str, near: tuple[str, ...]
) -> None:
    assert names_near(COMPANY, COMPANY.budgets, text) == near


def test_a_budget_of_another_legal_entity_is_not_seen() -> None:
    company = company_of("""\
companies: [{id: hq, name: 总部}, {id: hk, name: 香港}]
departments: [{id: sales, name: 市场部, company: hq}, {id: intl, name: 国际部, company: hk}]
people: [{id: zhang, name: 张三, department: sales}, {id: he, name: 何, department: intl}]
budgets: [{id: hk-2026, company: hk, period: 2026, limit: "7"}]
""")
    zhang, he = company.people
    watcher = zhang.model_copy(update={"roles": ("finance",)})

    assert own_budgets(company, zhang) == own_budgets(company, watcher) == ()
    assert may_see(company, watcher, company.budgets[0])
    assert [b.id for b in own_budgets(company, he)] == ["hk-2026"]
