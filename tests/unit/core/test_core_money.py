from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_FEN, format_cny, format_yuan, parse_yuan, percent_of, split_shares


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_reads_back_what_it_writes(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [("0", 0), ("45", 4500), ("45.5", 4550), ("1234.56", 123_456), ("-5.00", -500), (" 1 ", 100)],
)
def test_reads_plain_decimals(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "1e9", "NaN", "Infinity", "0.001", "1,000.50", "¥5", "4５", "--5", "1.", ".5", "1_000"],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_yuan(text)


def test_refuses_a_slip_of_the_keyboard() -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_yuan("9999999999999")


@pytest.mark.parametrize(
    ("fen", "text"),
    [(123_450, "¥1,234.50"), (-5, "-¥0.05"), (0, "¥0.00"), (100_000_000, "¥1,000,000.00")],
)
def test_writes_for_people(fen: int, text: str) -> None:
    assert format_cny(fen) == text


_WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any).map(tuple)


@given(st.integers(-MAX_FEN, MAX_FEN), _WEIGHTS)
def test_shares_sum_exactly_and_stay_within_one_fen(total: int, weights: tuple[int, ...]) -> None:
    parts = split_shares(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_the_remainder_goes_to_the_earlier_of_equals() -> None:
    assert split_shares(100, (1, 1, 1)) == (34, 33, 33)
    assert split_shares(-100, (1, 1, 1)) == (-34, -33, -33)


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1)])
def test_shares_need_weights(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_shares(100, weights)


@pytest.mark.parametrize(
    ("fen", "percent", "expected"),
    [(10000, "10", 1000), (5, "50", 3), (1, "49", 0), (333, "33.3", 111)],
)
def test_percentages_round_half_up(fen: int, percent: str, expected: int) -> None:
    assert percent_of(fen, Decimal(percent)) == expected
