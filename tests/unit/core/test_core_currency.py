"""Other currencies: their units, dated rates, one rounding, and what budget and books see."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from core_house import COMPANY_YAML, NOW, TODAY, around, by, claim_of, company_of, taxi

from core.actions.basics import Cause
from core.actions.drafts import Voucher, add_vouchers
from core.actions.entering import Entry, enter
from core.actions.submission import check_claim, facts_of, submit
from core.change import Reserve
from core.claim import Line, LineInvoice
from core.company import Company
from core.company_file import CompanyFileError, load_company
from core.currency import (
    ForeignAmount,
    as_settled,
    convert,
    format_minor,
    from_hundredths,
    parse_minor,
    parse_rate,
)
from core.errors import Refused
from core.exchange import on_day, spent
from core.happenings import ClaimFacts, happened
from core.invoice import Reading, ReadingFinding
from core.money import MAX_FEN
from core.payment import Payment
from core.shares import Share, find_above_invoices, merge_lines, papers_fen, split_line
from core.voucher_building import Occasion, build_approval

CURRENCIES = """\
currencies:
  - id: USD
    source: 人民银行中间价
    rates: {2026-10-01: "7.0000", 2026-11-01: "7.1093"}
  - {id: JPY, per: 100, rates: {2026-11-02: "4.6537"}}
"""
USD30 = ForeignAmount("USD", 3000)


def firm(more: str = CURRENCIES) -> Company:
    return company_of(COMPANY_YAML + more)


def in_usd(day: date = TODAY, minor: int = 3000) -> Line:
    return spent(firm(), taxi(0, day), ForeignAmount("USD", minor), "zhang")


@pytest.mark.parametrize(
    ("amount", "rate", "fen"),
    [
        (USD30, "7.1093", 21328),
        (ForeignAmount("USD", 1), "0.5", 1),
        (ForeignAmount("USD", 1), "0.49", 0),
        (ForeignAmount("JPY", 3000), "0.046537", 13961),
        (ForeignAmount("KWD", 1500), "23.5", 3525),
    ],
)
def test_one_rounding_half_up_in_the_units_of_each_currency(
    amount: ForeignAmount, rate: str, fen: int
) -> None:
    assert convert(amount, Decimal(rate)) == fen


def test_units_are_read_and_written_as_the_currency_has_them() -> None:
    assert (parse_minor("30.5", "USD"), parse_minor("3000", "JPY")) == (3050, 3000)
    assert (format_minor(3050, "USD"), format_minor(3000, "JPY")) == ("30.50", "3000")
    assert (from_hundredths(300000, "JPY"), from_hundredths(300050, "JPY")) == (3000, None)
    assert from_hundredths(1050, "KWD") == 10500


@pytest.mark.parametrize(
    ("text", "currency"),
    [("30.5", "JPY"), ("0", "USD"), ("-1", "USD"), ("1e3", "USD"), ("1.234", "USD")],
)
def test_parts_of_a_unit_and_odd_figures_are_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|plain"):
        parse_minor(text, currency)


@pytest.mark.parametrize("text", ["0", "-7", "NaN", "1e9", "seven", "20000", "7" * 30])
def test_what_cannot_be_a_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate|number"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("day", "rate", "since"),
    [
        (date(2026, 10, 31), "7", date(2026, 10, 1)),
        (date(2026, 11, 1), "7.1093", date(2026, 11, 1)),
        (TODAY, "7.1093", date(2026, 11, 1)),
    ],
)
def test_a_rate_holds_from_its_day_until_the_next(day: date, rate: str, since: date) -> None:
    foreign = in_usd(day).foreign

    assert foreign is not None
    assert (foreign.rate, foreign.rate_date, foreign.source) == (rate, since, "company")
    assert foreign.by == "人民银行中间价"


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 12, 2)])
def test_before_the_first_rate_and_after_its_days_there_is_none(day: date) -> None:
    line = in_usd(day)

    assert line.amount_fen == 0
    (found,) = [f for f in check_claim(claim_of(line), around(firm())) if f.code == "rate_missing"]
    assert (found.severity, found.field("currency"), found.field("original")) == (
        "block", "USD", "30.00",
    )  # fmt: skip


def test_a_claim_without_a_rate_is_not_submitted() -> None:
    line = spent(firm(), taxi(0), ForeignAmount("EUR", 3000), "zhang")

    with pytest.raises(Refused, match="blocked"):
        submit(claim_of(line), around(firm()), by("zhang"))


def test_budgets_rules_and_conditions_see_the_base_currency() -> None:
    claim = claim_of(in_usd())
    cap = 'policies: [{id: cap, kind: amount_limit, category: taxi, per: line, limit: "200"}]\n'
    company = firm(cap + CURRENCIES)

    change = submit(claim, around(company), by("zhang"))

    (reserve,) = [m for m in change.moves if isinstance(m, Reserve)]
    assert {c.amount_fen for c in reserve.hold.charges} == {21328}
    assert "amount_limit" in {f.code for f in change.claims[0].findings}
    (told,) = [h.facts for h in happened(change) if isinstance(h.facts, ClaimFacts)]
    (line,) = told.lines
    assert (told.total, line.currency, line.original, line.rate) == (
        "213.28", "USD", "30.00", "7.1093",
    )  # fmt: skip
    person = company.person("zhang")
    assert person is not None
    assert facts_of(claim, person)["total"] == Decimal("213.28")


def test_a_persons_rate_goes_before_the_companys_and_is_shown_beside_it() -> None:
    line = spent(firm(), taxi(0), USD30, "zhang", rate="7.2")

    assert line.amount_fen == 21600
    (found,) = [f for f in check_claim(claim_of(line), around(firm())) if f.code == "rate_entered"]
    facts = (found.severity, found.field("at_rate"), found.field("known"), found.field("person"))
    assert facts == ("warn", "7.2", "7.1093", "zhang")


def test_the_rate_of_a_hundred_units_is_a_slip() -> None:
    with pytest.raises(Refused, match="rate_far"):
        spent(firm(), taxi(0), USD30, "zhang", rate="711.09")


@pytest.mark.parametrize(("minor", "fen"), [(3000, 21511), (1, 7), (7, 3), (3, 100)])
def test_a_settled_amount_comes_back_to_the_fen(minor: int, fen: int) -> None:
    assert as_settled(ForeignAmount("USD", minor), fen, TODAY, "zhang").fen == fen


def test_another_day_has_another_rate_unless_a_person_has_said_one() -> None:
    moved = on_day(firm(), in_usd(), date(2026, 10, 15))
    said = on_day(firm(), spent(firm(), taxi(0), USD30, "zhang", rate="7.2"), date(2026, 10, 15))

    assert (moved.amount_fen, said.amount_fen) == (21000, 21600)


def test_shares_and_joins_keep_both_sums() -> None:
    line = in_usd(minor=1000)
    parts = split_line(line, (Share(1, "lab"), Share(1, "east"), Share(1, "sales")))

    assert sum(p.amount_fen for p in parts) == line.amount_fen == 7109
    assert [p.foreign.minor for p in parts if p.foreign] == [334, 333, 333]
    joined = merge_lines(merge_lines(parts[0], parts[1]), parts[2])
    assert (joined.amount_fen, joined.foreign) == (line.amount_fen, line.foreign)
    with pytest.raises(Refused, match="currencies_differ"):
        merge_lines(line, taxi(30))


def test_receipts_that_cover_an_expense_cover_it_in_fen_too() -> None:
    day = date(2026, 11, 20)
    receipts = [
        LineInvoice(n, n, None, "overseas", None, None, day, 1505, currency="USD") for n in "ab"
    ]
    one, two = (replace(in_usd(day, 1505), invoice=receipt) for receipt in receipts)

    moved = on_day(firm(), merge_lines(one, two), date(2026, 11, 21))
    dear = replace(moved, foreign=replace(moved.foreign or one.foreign, minor=3011))

    assert (one.amount_fen, moved.amount_fen) == (10699, 21399)
    assert not list(find_above_invoices(claim_of(moved)))
    assert papers_fen(claim_of(moved), frozenset({0})) == 21399
    assert [f.code for f in find_above_invoices(claim_of(dear))] == ["above_invoices"]
    misread = replace(one, invoice=replace(receipts[0], total_fen=MAX_FEN))
    assert papers_fen(claim_of(misread), frozenset({0})) == MAX_FEN


def reading(currency: str | None, fen: int, code: str = "foreign_currency") -> Reading:
    doubt = ReadingFinding(code, "…", ("total",))
    return Reading(
        "r.jpg", ok=True, kind="overseas", date=TODAY, total_fen=fen, seller="Cafe",
        currency=currency, findings=(doubt,),
    )  # fmt: skip


def with_receipt(currency: str | None, fen: int) -> Line:
    voucher = Voucher("v1", "a" * 64, "r.jpg", reading(currency, fen))
    added = add_vouchers(firm(), replace(claim_of(), lines=()), (voucher,), by("zhang"), TODAY)
    return added.claim.lines[0]


def test_a_receipt_is_converted_at_the_companys_rate() -> None:
    line = with_receipt("USD", 3000)

    assert (line.amount_fen, line.doubts) == (21328, ())
    assert line.invoice is not None
    assert line.invoice.currency == "USD"
    assert papers_fen(claim_of(line), frozenset({0})) == 21328


@pytest.mark.parametrize(
    ("currency", "fen", "doubts"),
    [("EUR", 3000, ("rate",)), (None, 3000, ("total",)), ("JPY", 300050, ())],
)
def test_a_receipt_that_cannot_be_converted_claims_nothing_yet(
    currency: str | None, fen: int, doubts: tuple[str, ...]
) -> None:
    line = with_receipt(currency, fen)

    assert (line.amount_fen, line.doubts) == (0, doubts)


def test_a_typed_line_finds_its_receipt_by_its_own_currency() -> None:
    voucher = Voucher("v1", "a" * 64, "r.jpg", reading("USD", 3000))
    claim = claim_of(taxi(30), in_usd())

    added = add_vouchers(firm(), claim, (voucher,), by("zhang"), TODAY)

    assert [line.invoice is not None for line in added.claim.lines] == [False, True]


@pytest.mark.parametrize(("currency", "fen"), [(None, 3000), ("JPY", 3050)])
def test_a_line_in_yuan_is_not_about_a_receipt_in_another_currency(
    currency: str | None, fen: int
) -> None:
    voucher = Voucher("v1", "a" * 64, "r.jpg", reading(currency, fen))
    typed = claim_of(replace(taxi(1), amount_fen=fen))

    added = add_vouchers(firm(), typed, (voucher,), by("zhang"), TODAY).claim

    assert [(line.amount_fen, bool(line.invoice)) for line in added.lines] == [
        (fen, False), (0, True),
    ]  # fmt: skip


def entered(entry: Entry) -> Line:
    company = firm()
    person = company.person("zhang")
    assert person is not None
    claim, _ = enter(company, person, "BX-1", "reimbursement", (entry,), Cause("zhang", NOW, "api"))
    return claim.lines[0]


def test_another_system_enters_other_currencies() -> None:
    assert entered(Entry("taxi", 0, TODAY, foreign=USD30)).amount_fen == 21328
    assert entered(Entry("taxi", 0, TODAY, foreign=USD30, rate="7.2")).amount_fen == 21600
    receipt = Voucher("v1", "a" * 64, "r.jpg", reading("USD", 3000))
    settled = entered(Entry("taxi", 21500, TODAY, voucher=receipt))
    assert settled.foreign is not None
    assert (settled.amount_fen, settled.foreign.source) == (21500, "settled")
    with pytest.raises(Refused, match="above_invoice"):
        entered(Entry("taxi", 0, TODAY, foreign=ForeignAmount("USD", 3001), voucher=receipt))
    with pytest.raises(Refused, match="no_rate"):
        entered(Entry("taxi", 0, TODAY, foreign=ForeignAmount("EUR", 3000)))


def test_the_books_are_in_yuan_and_name_the_original() -> None:
    text = COMPANY_YAML.replace("{id: taxi,", '{id: taxi, account: "6601.03",') + CURRENCIES
    claim = claim_of(in_usd())

    owed = Payment("P1", claim.number, "zhang", "张三", claim.total_fen, "6222", "招商银行")

    voucher = build_approval(Occasion(company_of(text), claim, TODAY, NOW), (owed,))

    (debit,) = [line for line in voucher.lines if line.debit_fen]
    assert (voucher.state, debit.debit_fen, debit.currency) == ("open", 21328, "CNY")
    assert "USD 30.00*7.1093" in debit.summary


@pytest.mark.parametrize(
    "section",
    [
        "currencies: [{id: XXX, rates: {2026-11-01: '7'}}]",
        "currencies: [{id: CNY, rates: {2026-11-01: '1'}}]",
        "currencies: [{id: USD, rates: {}}]",
        "currencies: [{id: USD, rates: {2026-11-31: '7'}}]",
        "currencies: [{id: USD, rates: {2026-11-01: 7.1}}]",
        "currencies: [{id: USD, rates: {2026-11-01: '-7'}}]",
        "currencies: [{id: USD, rates: {2026-11-01: '7'}, per: 7}]",
    ],
)
def test_a_currency_that_cannot_be_is_refused_at_its_line(section: str) -> None:
    with pytest.raises(CompanyFileError) as refusal:
        load_company(COMPANY_YAML + section, "company.yaml")

    where = len(COMPANY_YAML.splitlines()) + 1
    assert str(refusal.value).startswith(f"company.yaml:{where}")
