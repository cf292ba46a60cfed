"""The input tax of lines: each voucher's once, to the fen, whoever shares it."""

from dataclasses import replace

from core_house import claim_of, company_of, invoice, taxi
from hypothesis import given
from hypothesis import strategies as st

from core.claim import LineInvoice
from core.line_taxes import line_taxes
from core.shares import Share, merge_lines, split_line

COMPANY = company_of()
MEAL_BARRED = COMPANY.model_copy(
    update={
        "categories": tuple(
            c.model_copy(update={"input_tax": c.id != "meal"}) for c in COMPANY.categories
        )
    }
)


def special(tax: int, total: int, name: str = "25312000000012345678") -> LineInvoice:
    return invoice(name, kind="digital_special", tax_fen=tax, total_fen=total)


@given(
    st.integers(100, 10_000_000),
    st.integers(0, 50),
    st.lists(st.integers(1, 9), min_size=2, max_size=12),
)
def test_shares_come_to_the_tax_of_their_voucher(
    total: int, percent: int, weights: list[int]
) -> None:
    tax = total * percent // 100
    line = replace(taxi(), amount_fen=total, invoice=special(tax, total))
    lines = split_line(line, [Share(w) for w in weights])

    taxes = line_taxes(COMPANY, claim_of(*lines))

    assert sum(taxes.values()) == tax


def test_a_fen_is_not_made_by_rounding_each_share_for_itself() -> None:
    lines = split_line(taxi(invoice=special(131, 4500)), [Share(1), Share(1), Share(1)])

    assert list(line_taxes(COMPANY, claim_of(*lines)).values()) == [44, 44, 43]


def test_what_is_not_claimed_of_a_voucher_keeps_its_tax() -> None:
    lines = split_line(taxi(30, invoice=special(131, 4500)), [Share(1), Share(2)])

    assert list(line_taxes(COMPANY, claim_of(*lines)).values()) == [29, 58]


def test_the_share_of_a_category_that_may_not_deduct_stays_in_its_cost() -> None:
    lines = split_line(taxi(invoice=special(131, 4500)), [Share(1), Share(1, category="meal")])

    assert line_taxes(MEAL_BARRED, claim_of(*lines)) == {0: 66}


def test_vouchers_of_one_expense_count_together() -> None:
    first = taxi(invoice=special(131, 4500))
    second = taxi(invoice=special(260, 4500, "25312000000012345679"))

    assert line_taxes(COMPANY, claim_of(merge_lines(first, second))) == {0: 391}


def test_lines_apart_keep_their_own() -> None:
    lines = (taxi(invoice=special(131, 4500)), taxi(), taxi(invoice=special(7, 4500, "2")))

    assert line_taxes(COMPANY, claim_of(*lines)) == {0: 131, 2: 7}
