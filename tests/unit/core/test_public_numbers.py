"""Figures that public test suites of other expense systems expect, each with its source."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from core_house import by, claim_of, company_of, taxi

from core.actions import settlement
from core.actions.basics import Settings
from core.actions.clearing import take
from core.actions.drafts import Voucher, add_vouchers
from core.capitals import in_capitals
from core.claim import Claim, State
from core.dealings import AdvanceBook, Settled, Trip
from core.errors import Refused
from core.invoice import Item, Reading
from core.money import format_yuan, parse_yuan, split_shares, without_tax
from core.pairing import open_question
from core.payment import Payment
from core.travel_standard import trip_between, trip_days
from recognition.capitals import capitals_fen


@pytest.mark.parametrize(
    ("total", "rate", "net", "tax"),
    [
        ("1000.00", "15", "869.57", "130.43"),  # Odoo, hr_expense: test_expense_values
        ("700.00", "10", "636.36", "63.64"),  # Odoo, hr_expense: test_account_entry_multi_currency
        ("0.01", "13", "0.01", "0.00"),
        ("-1000.00", "15", "-869.57", "-130.43"),
    ],
)
def test_tax_inside_an_amount(total: str, rate: str, net: str, tax: str) -> None:
    found = without_tax(parse_yuan(total), Decimal(rate))

    assert tuple(map(format_yuan, found)) == (net, tax)
    assert sum(found) == parse_yuan(total)


def test_a_rate_that_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="no net amount"):
        without_tax(100, Decimal(-100))


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("100.00", (20, 30, 50), ("20.00", "30.00", "50.00")),  # Odoo, hr_expense: split wizard
        ("1000.00", (20, 30, 50), ("200.00", "300.00", "500.00")),  # the same
        ("100.00", (1, 1, 1), ("33.34", "33.33", "33.33")),
        ("0.05", (20, 30, 50), ("0.01", "0.02", "0.02")),
    ],
)
def test_shares_sum_exactly(total: str, weights: tuple[int, ...], parts: tuple[str, ...]) -> None:
    found = split_shares(parse_yuan(total), weights)

    assert tuple(map(format_yuan, found)) == parts
    assert sum(found) == parse_yuan(total)


def paid_advance(yuan: str) -> Claim:
    line = replace(taxi(), amount_fen=parse_yuan(yuan))
    book = AdvanceBook("JK/1", (("sales-q4", parse_yuan(yuan)),))
    return claim_of(line, kind="advance", state=State.PAID, advance=book)


@pytest.mark.parametrize(
    ("advance", "claimed", "approved", "returned"),
    [
        ("1000.00", "650.35", "619.34", "380.66"),  # Frappe HRMS: test_precision
        ("1000.00", "500.00", "500.00", "500.00"),  # …: test_partly_claimed_and_returned_status
        ("1000.00", "1000.00", "1000.00", "0.00"),  # …: test_claimed_status
    ],
)
def test_what_comes_back_of_an_advance(
    advance: str, claimed: str, approved: str, returned: str
) -> None:
    assert parse_yuan(approved) <= parse_yuan(claimed)
    cause = by("wang")
    part = Settled(parse_yuan(approved), cause.at, "BX-1", "claim")

    after = take(paid_advance(advance), part).advance

    assert format_yuan(after.open_fen) == returned
    if after.open_fen:
        with pytest.raises(Refused, match="repaid_too_much"):
            settlement.repay(after, company_of(), by("cash"), after.open_fen + 1)
        change = settlement.repay(after, company_of(), by("cash"), None)
        assert change.claims[0].open_fen == 0


def test_a_payment_in_two_parts() -> None:
    """Odoo, hr_expense: test_expense_sheet_payment_state."""
    claim = claim_of(taxi(350), state=State.APPROVED)
    payment = Payment("P-1", claim.number, "zhang", "张三", 35000, "", "")

    first = settlement.pay(claim, payment, by("cash"), Settings(), amount_fen=10000)
    assert first is not None
    (part,), (partly,) = first.payments, first.claims
    assert (partly.state, part.state, part.paid_fen) == (State.APPROVED, "pending", 10000)

    second = settlement.pay(partly, part, by("cash"), Settings(), amount_fen=25000)
    assert second is not None
    (whole,), (paid,) = second.payments, second.claims
    assert (paid.state, whole.state, whole.owed_fen) == (State.PAID, "paid", 0)


def paper(name: str, kind: str, goods: str, yuan: str) -> Voucher:
    item = (Item(goods),) if goods else ()
    reading = Reading(
        f"{name}.pdf",
        ok=True,
        kind="ride_itinerary" if kind == "itinerary" else "digital_general",
        number=name * 20 if kind == "invoice" else None,
        date=date(2026, 11, 20),
        total_fen=parse_yuan(yuan),
        seller="滴滴出行",
        items=item,
    )
    return Voucher(name, name * 64, f"{name}.pdf", reading)


@pytest.mark.parametrize(
    ("invoices", "itinerary", "lines", "asked"),
    [
        (("12.49", "12.49"), "12.49", 3, True),  # two fit: a person says which, nothing is linked
        (("12.49", "35.00"), "12.49", 2, False),  # one fits: it is linked
        (("12.50", "35.00"), "12.49", 3, False),  # none fits: the itinerary stays alone
    ],
)
def test_an_itinerary_of_one_amount(
    invoices: tuple[str, ...], itinerary: str, lines: int, *, asked: bool
) -> None:
    """The acceptance list of claims: two invoices of 12.49 and one itinerary, asked, not linked."""
    papers = [
        paper(str(n), "invoice", "*运输服务*客运服务费", y) for n, y in enumerate(invoices, 1)
    ]
    papers.append(paper("9", "itinerary", "", itinerary))

    draft = add_vouchers(
        company_of(), claim_of(lines=()), tuple(papers), by("zhang"), date(2026, 11, 25)
    ).claim

    assert len(draft.lines) == lines
    assert (open_question(draft) is not None) is asked
    linked = [i for line in draft.lines for i in line.invoices if i.itinerary]
    assert len(linked) == (lines == 2)


@pytest.mark.parametrize(
    ("leaves", "returns", "days"),
    [
        ("2026-12-01T09:00", "2026-12-01T18:00", "1"),
        ("2026-12-01T12:00", "2026-12-01T18:00", "0.5"),
        ("2026-12-01T09:00", "2026-12-03T18:00", "3"),
        ("2026-12-01T15:00", "2026-12-03T18:00", "2.5"),
        ("2026-12-01T15:00", "2026-12-03T11:00", "2"),
    ],
)
def test_half_days_of_a_trip(leaves: str, returns: str, days: str) -> None:
    """The acceptance list of claims: depart before noon 1 day, after noon 0.5.

    It is the usual rule of allowances in China; back before noon is half of the last day.
    """
    trip = trip_between("上海", datetime.fromisoformat(leaves), datetime.fromisoformat(returns))
    assert trip_days(trip) == Decimal(days)
    assert trip_days(Trip("上海", date(2026, 12, 1), date(2026, 12, 1))) == 1


@pytest.mark.parametrize(
    ("yuan", "capitals", "also"),
    [
        # 中国人民银行《支付结算办法》附一：正确填写票据和结算凭证的基本规定, with or without 零
        ("1409.50", "壹仟肆佰零玖元伍角整", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分", "壹拾万零柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分", "叁佰贰拾伍元零肆分"),
        ("0.56", "伍角陆分", "零元伍角陆分"),
        ("0.05", "伍分", "零元零伍分"),
        ("100000000.00", "壹亿元整", "壹亿元正"),
        ("100010000.00", "壹亿零壹万元整", "壹亿零壹万元整"),
        ("0.00", "零元整", "零元整"),
        ("-45.00", "负肆拾伍元整", "负肆拾伍元整"),
    ],
)
def test_amounts_in_capitals(yuan: str, capitals: str, also: str) -> None:
    assert in_capitals(parse_yuan(yuan)) == capitals
    assert capitals_fen(also) == parse_yuan(yuan)


def test_an_amount_too_large_for_capitals() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_capitals(10**14)
