"""Accounting vouchers: made by what a change makes true, always balanced, or refused and why."""

from dataclasses import replace
from datetime import date

import pytest
from core_house import NOW, NUMBER, TODAY, by, claim_of, company_of, invoice, taxi

from core.actions.basics import Settings
from core.actions.booking import booked, post, rebuilt
from core.actions.bouncing import bounce
from core.actions.outcome import payments_of
from core.actions.settlement import pay
from core.change import Change
from core.claim import Claim, Line, State
from core.company import Company, VoucherRules
from core.currency import ForeignAmount
from core.dealings import AdvanceBook, Clearing, Settled, Supplier
from core.errors import Refused
from core.exchange import spent
from core.payment import Payment
from core.voucher import Voucher, imbalance_fen, is_sound
from core.voucher_building import MAX_SUMMARY
from core.voucher_sheet import by_day, one_each

ACCOUNTS = {"taxi": "6601.03", "hotel": "6601.05", "meal": "6601.07"}


def books(**changes: object) -> Company:
    """Give the sample company accounts for its categories."""
    company = company_of()
    categories = tuple(c.model_copy(update={"account": ACCOUNTS[c.id]}) for c in company.categories)
    return company.model_copy(update={"categories": categories, **changes})


def approved(*lines: Line, **changes: object) -> Claim:
    return claim_of(*lines, **{"state": State.APPROVED, **changes})


def approval(claim: Claim, company: Company | None = None) -> Voucher:
    known = company or books()
    change = Change(at=NOW, claims=(claim,), payments=payments_of(claim, known))
    (voucher,) = booked(change, known, (), TODAY).vouchers
    return voucher


def entries(voucher: Voucher) -> list[tuple[str, int, int]]:
    return [(x.account, x.debit_fen, x.credit_fen) for x in voucher.lines]


def hotel(tax: int = 5660, total: int = 100000, claimed: int | None = None, **more: object) -> Line:
    paper = invoice(kind="digital_special", tax_fen=tax, total_fen=total, **more)
    return Line("hotel", claimed or total, TODAY, "", None, paper)


def test_an_approved_claim_is_an_expense_owed_to_its_employee() -> None:
    voucher = approval(approved())

    assert entries(voucher) == [("6601.03", 4500, 0), ("2241", 0, 4500)]
    assert (voucher.lines[0].department, voucher.lines[0].category) == ("east", "taxi")
    assert voucher.lines[1].person == "zhang"
    assert (voucher.state, voucher.claim, voucher.company, voucher.day) == (
        "open",
        NUMBER,
        "hq",
        TODAY,
    )


def test_deductible_tax_stands_apart() -> None:
    voucher = approval(approved(hotel()))

    assert entries(voucher) == [
        ("6601.05", 94340, 0),
        ("2221.01.01", 5660, 0),
        ("2241", 0, 100000),
    ]


def test_of_a_voucher_claimed_in_part_that_part_of_the_tax_counts() -> None:
    voucher = approval(approved(hotel(claimed=50000)))

    assert entries(voucher)[:2] == [("6601.05", 47170, 0), ("2221.01.01", 2830, 0)]


def test_the_tax_of_several_vouchers_of_a_line_counts() -> None:
    line = replace(
        hotel(total=60000, tax=3396, claimed=100000),
        more=(invoice("2", kind="digital_special", tax_fen=2264, total_fen=40000),),
    )

    assert ("2221.01.01", 5660, 0) in entries(approval(approved(line)))


@pytest.mark.parametrize(
    "line",
    [
        replace(hotel(), category="meal"),
        replace(hotel(), invoice=invoice(kind="digital_general", tax_fen=5660, total_fen=100000)),
        replace(hotel(), invoice=None),
        replace(hotel(), invoice=invoice(kind="digital_special", tax_fen=None, total_fen=100000)),
    ],
    ids=["welfare and entertainment", "general invoice", "no voucher", "no tax printed"],
)
def test_tax_that_may_not_be_deducted_is_part_of_the_expense(line: Line) -> None:
    company = books()
    meal = company.category("meal")
    assert meal
    rest = tuple(c for c in company.categories if c.id != "meal")
    barred = (*rest, meal.model_copy(update={"input_tax": False}))

    voucher = approval(approved(line), company.model_copy(update={"categories": barred}))

    assert len(voucher.lines) == 2
    assert voucher.lines[0].debit_fen == 100000


def test_a_paper_ticket_counts_only_while_the_rule_holds() -> None:
    ticket = invoice(kind="rail_paper", total_fen=54500, date=date(2025, 9, 30))
    day_after = replace(ticket, date=date(2025, 10, 1))

    within = approval(approved(Line("taxi", 54500, TODAY, "", None, ticket)))
    after = approval(approved(Line("taxi", 54500, TODAY, "", None, day_after)))

    assert ("2221.01.01", 4500, 0) in entries(within)
    assert len(after.lines) == 2


def test_a_department_may_have_an_account_of_its_own() -> None:
    company = books()
    own = tuple(
        c.model_copy(update={"accounts": {"sales": "6601.33", "lab": "5301.01"}})
        for c in company.categories
    )
    company = company.model_copy(update={"categories": own})
    shared = approved(taxi(10), taxi(20, department="lab", project="apollo"))

    voucher = approval(shared, company)

    assert entries(voucher)[:2] == [("6601.33", 1000, 0), ("5301.01", 2000, 0)]
    assert (voucher.lines[1].department, voucher.lines[1].project) == ("lab", "apollo")


def test_a_project_may_have_an_account_of_its_own_before_its_department() -> None:
    company = books()
    own = tuple(c.model_copy(update={"accounts": {"lab": "5301.01"}}) for c in company.categories)
    projects = tuple(p.model_copy(update={"accounts": {"taxi": "1604"}}) for p in company.projects)
    company = company.model_copy(update={"categories": own, "projects": projects})
    shared = approved(
        taxi(10, department="lab", project="apollo"),
        taxi(20, department="lab"),
        Line("meal", 3000, TODAY, "", "apollo"),
    )

    voucher = approval(shared, company)

    assert entries(voucher)[:3] == [("1604", 1000, 0), ("5301.01", 2000, 0), ("6601.07", 3000, 0)]


def test_advances_are_cleared_before_anything_is_owed() -> None:
    claim = approved(taxi(100), clears=(Clearing("JK-20261101-0001", 6000),))

    voucher = approval(claim)

    assert entries(voucher)[1:] == [("2241", 0, 4000), ("1221", 0, 6000)]


def test_what_an_advance_covers_wholly_is_owed_to_nobody() -> None:
    claim = approved(taxi(60), clears=(Clearing("JK-20261101-0001", 6000),), state=State.PAID)

    assert entries(approval(claim)) == [("6601.03", 6000, 0), ("1221", 0, 6000)]


def test_an_advance_is_owed_by_its_employee() -> None:
    voucher = approval(approved(taxi(1000), kind="advance"))

    assert entries(voucher) == [("1221", 100000, 0), ("2241", 0, 100000)]


def test_what_is_left_of_an_advance_comes_back_to_the_bank() -> None:
    company = books()
    claim = approved(taxi(1000), kind="advance", state=State.PAID)
    known = approval(approved(taxi(1000), kind="advance"))
    part = Settled(38066, NOW, "cash", "return")
    claim = replace(claim, advance=AdvanceBook(None, settled=(part,), paid_at=NOW))

    change = booked(Change(at=NOW, claims=(claim,)), company, (known,), TODAY)
    again = booked(Change(at=NOW, claims=(claim,)), company, (known, *change.vouchers), TODAY)

    assert [entries(v) for v in change.vouchers] == [[("1002", 38066, 0), ("1221", 0, 38066)]]
    assert again.vouchers == ()


def test_a_supplier_is_owed_on_an_account_of_its_own() -> None:
    claim = approved(taxi(100), supplier=Supplier("文具公司", "955", "工行"))

    voucher = approval(claim)

    assert entries(voucher)[1] == ("2202", 0, 10000)
    assert (voucher.lines[1].supplier, voucher.lines[1].person) == ("文具公司", None)


def test_a_permission_is_nothing_for_the_books() -> None:
    claim = approved(taxi(100), kind="travel_request")

    assert booked(Change(at=NOW, claims=(claim,)), books(), (), TODAY).vouchers == ()


@pytest.mark.parametrize(
    ("claim", "company", "reason", "facts"),
    [
        (approved(), company_of(), "account_missing", {"category": "taxi"}),
        (
            approved(replace(taxi(), category=None)),
            books(),
            "category_missing",
            {"category": ""},
        ),
        (
            approved(),
            books(accounts=books().accounts.model_copy(update={"employee_payable": ""})),
            "account_missing",
            {"account": "employee_payable"},
        ),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_reason(
    claim: Claim, company: Company, reason: str, facts: dict[str, str]
) -> None:
    voucher = approval(claim, company)

    assert (voucher.state, voucher.reason, dict(voucher.facts)) == ("refused", reason, facts)
    assert voucher.lines == ()


def test_finance_hears_of_a_missing_account_once() -> None:
    company = books()
    bare = tuple(
        c.model_copy(update={"account": ""}) if c.id == "taxi" else c for c in company.categories
    )
    company = company.model_copy(update={"categories": bare})

    keys = set()
    for number in ("BX-20261125-0001", "BX-20261125-0002"):
        claim = approved(number=number)
        change = Change(at=NOW, claims=(claim,), payments=payments_of(claim, company))
        keys |= {o.key for o in booked(change, company, (), TODAY).outbox}

    assert keys == {"voucher:account_missing:taxi#fin1", "voucher:account_missing:taxi#fin2"}


def test_a_refused_voucher_is_made_once_its_account_is_there() -> None:
    claim = approved()
    refused = approval(claim, company_of())

    made = rebuilt(refused, claim, payments_of(claim, books()), books())

    assert (made.id, made.state, made.reason) == (refused.id, "open", "")
    assert entries(made) == [("6601.03", 4500, 0), ("2241", 0, 4500)]


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        (VoucherRules(originals=True), ("JPY", 300000, "0.0463")),
        (VoucherRules(), ("CNY", None, None)),
    ],
)
def test_another_currency_is_kept_where_its_accounts_are(
    rules: VoucherRules, kept: tuple[str, int | None, str | None]
) -> None:
    company = books(vouchers=rules)
    line = spent(company, taxi(0), ForeignAmount("JPY", 3000), "zhang", rate="0.0463")

    voucher = approval(approved(line, taxi(34)), company)

    first = voucher.lines[0]
    assert (first.currency, first.original_fen, first.rate) == kept
    assert (first.debit_fen, imbalance_fen(voucher.lines)) == (13890, 0)
    assert "JPY 3000*0.0463" in first.summary


def paid(claim: Claim, payment: Payment, known: tuple[Voucher, ...]) -> Change:
    change = pay(claim, payment, by("cash"), Settings())
    assert change
    return booked(change, books(), known, TODAY)


def test_a_payment_takes_what_was_owed_to_the_bank_once() -> None:
    claim = approved()
    (payment,) = payments_of(claim, books())

    (voucher,) = paid(claim, payment, (approval(claim),)).vouchers

    assert entries(voucher) == [("2241", 4500, 0), ("1002", 0, 4500)]
    assert (voucher.kind, voucher.payment) == ("payment", payment.id)


def test_parts_of_a_payment_have_vouchers_that_add_up() -> None:
    claim = approved(taxi(350))
    (payment,) = payments_of(claim, books())
    known = [approval(claim)]
    for amount in (10000, None):
        change = pay(claim, payment, by("cash"), Settings(), amount_fen=amount)
        assert change
        made = booked(change, books(), known, TODAY)
        known += made.vouchers
        claim, payment = change.claims[0], change.payments[0]

    assert [v.amount_fen for v in known[1:]] == [10000, 25000]
    assert [v.id for v in known[1:]] == [f"V-P-{NUMBER}-1", f"V-P-{NUMBER}-2"]


def test_no_payment_voucher_where_the_company_wants_none() -> None:
    claim = approved()
    (payment,) = payments_of(claim, books())
    change = pay(claim, payment, by("cash"), Settings())
    assert change
    company = books(vouchers=VoucherRules(at_payment=False))

    assert booked(change, company, (approval(claim),), TODAY).vouchers == ()


def test_money_that_came_back_turns_its_voucher_red_and_is_booked_again_later() -> None:
    claim = approved()
    (payment,) = payments_of(claim, books())
    first = paid(claim, payment, (approval(claim),))
    exported = replace(first.vouchers[0], state="exported")
    known = (approval(claim), exported)

    back = bounce(first.claims[0], first.payments[0], books(), by("bank"), "退票")
    change = booked(back, books(), known, TODAY)
    again = paid(back.claims[0], back.payments[0], (*known, *change.vouchers))

    (red,) = change.vouchers
    assert (red.kind, red.reverses, red.total_fen) == ("reversal", exported.id, -4500)
    assert is_sound(red.lines)
    assert (back.claims[0].state, back.payments[0].state) == (State.APPROVED, "failed")
    assert [v.id for v in again.vouchers] == [f"V-P-{NUMBER}-2"]


def test_a_void_claim_leaves_nothing_in_the_books() -> None:
    known = approval(approved())
    void = Change(at=NOW, claims=(approved(state=State.VOID),))

    unseen = booked(void, books(), (known,), TODAY).vouchers
    seen = booked(void, books(), (replace(known, state="posted", number="记-7"),), TODAY).vouchers

    assert [(v.id, v.state) for v in unseen] == [(known.id, "void")]
    assert [(v.kind, v.total_fen) for v in seen] == [("reversal", -4500)]
    gone = booked(void, books(), (replace(known, state="posted"), *seen), TODAY)
    assert gone.vouchers == ()


def test_a_second_approval_after_one_was_taken_back_has_a_voucher_of_its_own() -> None:
    claim = approved()
    known = approval(claim)
    back = booked(
        Change(
            at=NOW, claims=(approved(state=State.IN_REVIEW),), payments=payments_of(claim, books())
        ),
        books(),
        (known,),
        TODAY,
    )

    change = Change(at=NOW, claims=(claim,), payments=payments_of(claim, books()))
    (again,) = booked(change, books(), back.vouchers, TODAY).vouchers

    assert back.vouchers[0].state == "void"
    assert again.id == f"{known.id}.2"


def test_a_repeated_change_books_nothing_twice() -> None:
    claim = approved()
    change = Change(at=NOW, claims=(claim,), payments=payments_of(claim, books()))

    assert booked(change, books(), (approval(claim),), TODAY).vouchers == ()


def test_the_books_number_is_noted_once() -> None:
    exported = replace(approval(approved()), state="exported")

    change = post(exported, "记-7", by("books"), TODAY)

    assert change
    (posted,) = change.vouchers
    assert (posted.state, posted.number) == ("posted", "记-7")
    assert post(posted, "记-7", by("books"), TODAY) is None
    with pytest.raises(Refused, match="other_number"):
        post(posted, "记-8", by("books"), TODAY)
    with pytest.raises(Refused, match="wrong_voucher_state"):
        post(approval(approved(), company_of()), "记-8", by("books"), TODAY)


def test_a_voucher_that_was_taken_back_while_it_was_posted_turns_red() -> None:
    void = replace(approval(approved()), state="void")

    change = post(void, "记-7", by("books"), TODAY)

    assert change
    assert [v.kind for v in change.vouchers] == ["approval", "reversal"]


def test_summaries_stay_on_one_line_and_short() -> None:
    line = taxi(description="去客户\n现场" + "长" * 200)

    voucher = approval(approved(line))

    assert all(len(x.summary) <= MAX_SUMMARY and "\n" not in x.summary for x in voucher.lines)


def test_the_vouchers_of_a_day_sum_up() -> None:
    vouchers = [approval(approved(taxi(n), number=f"BX-20261125-{n:04d}")) for n in (1, 2, 3)]

    (sheet,) = by_day(vouchers, "VD-20261125-0001")

    assert [(x.account, x.debit_fen, x.credit_fen) for x in sheet.lines] == [
        ("6601.03", 600, 0),
        ("2241", 0, 600),
    ]
    assert sheet.of == tuple(vouchers)
    assert sheet.lines[0].summary.endswith("等 3 笔")
    assert [s.number for s in one_each(vouchers)] == [1, 2, 3]
