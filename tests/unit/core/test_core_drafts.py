"""Drafts: vouchers join, lines are typed, changed and taken out."""

from dataclasses import replace
from datetime import date

import pytest
from core_house import COMPANY_YAML, NUMBER, TODAY, by, claim_of, company_of, invoice, taxi

from core.actions.drafts import (
    Voucher,
    add_line,
    add_vouchers,
    edit_line,
    guess_category,
    identities_of,
    new_claim,
    pick_line,
    remove_line,
)
from core.claim import State, StoredFile
from core.errors import Refused
from core.invoice import Item, Reading, ReadingFinding

TWENTY = "12345678901234567890"
EDITABLE = [State.DRAFT, State.RETURNED, State.WITHDRAWN, State.REJECTED]
CLOSED = [s for s in State if s not in EDITABLE]


def reading(number: str | None = TWENTY, **values: object) -> Reading:
    made = Reading(
        "a.pdf",
        ok=True,
        kind="digital_general",
        number=number,
        date=date(2026, 11, 20),
        total_fen=4500,
        seller="某某出租公司",
        items=(Item("*运输服务*客运服务费"),),
    )
    return replace(made, **values)  # type: ignore[arg-type]


def voucher(read: Reading | None = None, sha: str = "aa", name: str = "a.pdf") -> Voucher:
    return Voucher(f"v-{sha}", sha, name, read or reading())


def test_a_new_claim_belongs_to_the_person_and_their_legal_entity() -> None:
    company = company_of()
    li = company.person("li")
    assert li is not None

    claim = new_claim(company, li, NUMBER, by("li"))

    assert (claim.employee, claim.department, claim.company) == ("li", "lab", "sz")
    assert (claim.state, claim.version, claim.revision, claim.lines) == (State.DRAFT, 1, 0, ())


def test_a_voucher_becomes_a_line_with_its_file() -> None:
    added = add_vouchers(company_of(), claim_of(lines=()), (voucher(),), by("zhang"), TODAY)

    (line,) = added.claim.lines
    assert (line.category, line.amount_fen, line.date) == ("taxi", 4500, date(2026, 11, 20))
    assert line.description == "运输服务 客运服务费"
    assert line.doubts == ()
    assert line.invoice is not None
    assert (line.invoice.identity, line.invoice.file) == (TWENTY, "aa")
    assert added.claim.files == (StoredFile("aa", "a.pdf"),)
    (stored,) = added.invoices
    assert (stored.identity, stored.owner, stored.claim) == (TWENTY, "zhang", NUMBER)


def test_a_voucher_joins_the_line_that_waits_for_it() -> None:
    typed = claim_of(taxi(45), taxi(20))

    added = add_vouchers(company_of(), typed, (voucher(),), by("zhang"), TODAY)

    assert len(added.claim.lines) == 2
    joined = added.claim.lines[0]
    assert joined.invoice is not None
    assert (joined.description, joined.date) == ("去客户现场", TODAY)


def test_an_invoice_finds_the_purchase_that_it_bills_at_what_it_came_to() -> None:
    bought = taxi(50, TODAY, description="班车")
    draft = replace(claim_of(bought), origin="CG-20261120-0001")

    joined = add_vouchers(company_of(), draft, (voucher(),), by("zhang"), TODAY).claim
    plain = add_vouchers(
        company_of(), replace(draft, origin=None), (voucher(),), by("zhang"), TODAY
    ).claim

    (line,) = joined.lines
    assert (line.amount_fen, line.description) == (reading().total_fen, "班车")
    assert line.invoice is not None
    assert len(plain.lines) == 2


def test_two_lines_of_the_same_amount_make_the_voucher_a_line_of_its_own() -> None:
    added = add_vouchers(
        company_of(), claim_of(taxi(45), taxi(45)), (voucher(),), by("zhang"), TODAY
    )

    assert len(added.claim.lines) == 3


def test_the_same_invoice_twice_is_one_line() -> None:
    both = (voucher(), voucher(sha="bb", name="photo.jpg"))

    added = add_vouchers(company_of(), claim_of(lines=()), both, by("zhang"), TODAY)

    assert len(added.claim.lines) == 1
    assert added.repeated == (TWENTY,)
    assert [f.sha256 for f in added.claim.files] == ["aa", "bb"]


def test_the_same_photo_of_what_nothing_identifies_is_one_line() -> None:
    ticket = voucher(reading(None, kind="quota"), sha="cc", name="quota.jpg")
    first = add_vouchers(company_of(), claim_of(lines=()), (ticket,), by("zhang"), TODAY)

    again = add_vouchers(company_of(), first.claim, (ticket,), by("zhang"), TODAY)

    assert len(again.claim.lines) == 1
    assert again.repeated == ("quota.jpg",)


def test_several_tickets_on_one_photo_are_a_line_each() -> None:
    tickets = tuple(
        voucher(reading(None, kind="quota", total_fen=fen), sha="cc") for fen in (500, 500, 1000)
    )

    added = add_vouchers(company_of(), claim_of(lines=()), tickets, by("zhang"), TODAY)

    assert [line.amount_fen for line in added.claim.lines] == [500, 500, 1000]
    assert len(added.claim.files) == 1


def test_what_could_not_be_read_is_kept_as_a_file_and_told() -> None:
    cat = voucher(Reading("cat.jpg", ok=False, reason="not an invoice"), sha="dd", name="cat.jpg")

    added = add_vouchers(company_of(), claim_of(lines=()), (cat,), by("zhang"), TODAY)

    assert added.claim.lines == ()
    assert [r.reason for r in added.unread] == ["not an invoice"]
    assert added.claim.files == (StoredFile("dd", "cat.jpg"),)


def test_doubts_of_the_reading_become_doubts_of_the_line() -> None:
    doubtful = reading(
        findings=(
            ReadingFinding("unproven_total", "…", ("total",)),
            ReadingFinding("blurred", "…"),
        )
    )

    added = add_vouchers(company_of(), claim_of(lines=()), (voucher(doubtful),), by("zhang"), TODAY)

    assert added.claim.lines[0].doubts == ("total", "blurred")


def test_the_amount_of_a_foreign_receipt_is_left_to_a_person() -> None:
    abroad = reading(
        None, kind="overseas", findings=(ReadingFinding("foreign_currency", "…", ("total",)),)
    )

    added = add_vouchers(company_of(), claim_of(lines=()), (voucher(abroad),), by("zhang"), TODAY)

    (line,) = added.claim.lines
    assert (line.amount_fen, line.doubts) == (0, ("total",))


def test_a_day_that_is_not_printed_is_doubtful_and_an_amount_is_not_guessed() -> None:
    bare = reading(date=None, total_fen=None)

    added = add_vouchers(company_of(), claim_of(lines=()), (voucher(bare),), by("zhang"), TODAY)

    line = added.claim.lines[0]
    assert (line.amount_fen, line.date, line.doubts) == (0, TODAY, ("date",))


@pytest.mark.parametrize("state", CLOSED)
def test_a_claim_that_is_under_way_takes_nothing_more(state: State) -> None:
    claim = claim_of(state=state)

    for act in (
        lambda: add_line(claim, taxi()),
        lambda: add_vouchers(company_of(), claim, (voucher(),), by("zhang"), TODAY),
        lambda: edit_line(claim, 0, by("zhang"), amount_fen=1),
        lambda: remove_line(claim, 0, by("zhang")),
    ):
        with pytest.raises(Refused, match="wrong_state"):
            act()


@pytest.mark.parametrize("state", EDITABLE)
def test_a_claim_that_came_back_can_be_changed(state: State) -> None:
    claim = add_line(claim_of(state=state), taxi(20))

    changed, entry = edit_line(claim, 1, by("zhang"), amount_fen=3000, description="机场")

    assert (changed.lines[1].amount_fen, changed.lines[1].description) == (3000, "机场")
    assert dict(entry.fields) == {"line": "2", "fields": "amount_fen description"}


def test_only_the_owner_changes_a_claim() -> None:
    for act in (edit_line, remove_line):
        with pytest.raises(Refused, match="not_yours"):
            act(claim_of(), 0, by("wang"))


def test_an_amount_may_be_less_than_its_vouchers_and_never_more() -> None:
    claim = claim_of(taxi(45, invoice=invoice(total_fen=4500)))

    changed, _ = edit_line(claim, 0, by("zhang"), amount_fen=4500)
    assert changed.lines[0].amount_fen == 4500
    with pytest.raises(Refused) as refusal:
        edit_line(claim, 0, by("zhang"), amount_fen=4501)

    assert (refusal.value.code, refusal.value.fields) == ("above_invoice", {"total": "45.00"})


def test_what_a_person_has_set_is_no_longer_doubtful() -> None:
    claim = claim_of(taxi(45, doubts=("total", "date", "seller")))

    amount, _ = edit_line(claim, 0, by("zhang"), amount_fen=4500)
    day, _ = edit_line(amount, 0, by("zhang"), date=TODAY)

    assert amount.lines[0].doubts == ("date", "seller")
    assert day.lines[0].doubts == ("seller",)


def test_a_line_goes_away() -> None:
    changed, entry = remove_line(claim_of(taxi(1), taxi(2)), 0, by("zhang"))

    assert [line.amount_fen for line in changed.lines] == [200]
    assert (entry.action, entry.fields) == ("remove_line", (("line", "1"),))


@pytest.mark.parametrize(("number", "index"), [(1, 0), (2, 1)])
def test_lines_are_counted_from_one(number: int, index: int) -> None:
    assert pick_line(claim_of(taxi(), taxi()), number) == index


def test_without_a_number_the_only_line_is_meant() -> None:
    assert pick_line(claim_of(), None) == 0

    with pytest.raises(Refused, match="which_line"):
        pick_line(claim_of(taxi(), taxi()), None)
    with pytest.raises(Refused, match="which_line"):
        pick_line(claim_of(lines=()), None)


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_line_that_is_not_there(number: int) -> None:
    with pytest.raises(Refused, match="no_such_line"):
        pick_line(claim_of(taxi(), taxi()), number)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (reading(), "taxi"),
        (reading(items=(Item("*住宿服务*住宿费"),)), "hotel"),
        (reading(items=(Item("*餐饮服务*餐费"),)), "meal"),
        (reading(items=(), kind="taxi"), "taxi"),
        (reading(items=(), seller="某某酒店"), "hotel"),
        (reading(items=(), seller="某某科技"), None),
        (reading(items=(Item("住宿 打车"),), seller=None), None),
        (reading(items=(Item("*住宿服务*住宿费"), Item("*餐饮服务*餐费"))), None),
    ],
)
def test_guesses_a_category_only_when_one_is_meant(read: Reading, expected: str | None) -> None:
    assert guess_category(company_of(), read) == expected


def test_a_word_of_two_categories_points_to_none() -> None:
    both = COMPANY_YAML.replace("keywords: [住宿, 酒店]", "keywords: [住宿, 酒店, 打车]")

    assert guess_category(company_of(both), reading(items=(), seller="打车公司")) is None


def test_identities_are_those_of_the_lines() -> None:
    assert identities_of(claim_of(taxi(), taxi(invoice=invoice(TWENTY)))) == (TWENTY,)


def test_a_refused_file_is_told_and_left_out() -> None:
    program = Reading("virus.pdf", ok=False, reason="type", refused=True)
    letter = Reading("letter.pdf", ok=False, reason="no invoice")

    added = add_vouchers(
        company_of(),
        claim_of(lines=()),
        (replace(voucher(program), sha256="aa"), replace(voucher(letter), sha256="bb")),
        by("zhang"),
        TODAY,
    )

    assert [f.sha256 for f in added.claim.files] == ["bb"]
    assert [r.file for r in added.unread] == ["virus.pdf", "letter.pdf"]
