"""Amounts as people write them: utterance → fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import format_cny, format_yuan
from core.phrases.amounts import CAP_FEN, find_amounts, parse_amount
from core.phrases.results import Ambiguous, Problem

PLAIN = [
    ("45", 4500),
    ("45块", 4500),
    ("45 块", 4500),
    ("45块钱", 4500),
    ("45元", 4500),
    ("45元整", 4500),
    ("45.5", 4550),
    ("45.50", 4550),
    ("45.05元", 4505),
    ("0.01", 1),
    ("0.5元", 50),
    ("三十五块五", 3550),
    ("三十五块", 3500),
    ("三十五元", 3500),
    ("三块二毛五", 325),
    ("35块5", 3550),
    ("35块05", 3505),
    ("35块5毛", 3550),
    ("35元5角", 3550),
    ("35元5角2分", 3552),
    ("两块半", 250),
    ("十块", 1000),
    ("十五块", 1500),
    ("五毛", 50),
    ("8角", 80),
    ("1.2万", 1_200_000),
    ("1万2", 1_200_000),
    ("一万二", 1_200_000),
    ("一万零二百", 1_020_000),
    ("3万元", 3_000_000),
    ("2k", 200_000),
    ("1.5K", 150_000),
    ("2w", 2_000_000),
    ("一百二", 12000),
    ("一百二十", 12000),
    ("一百零二", 10200),
    ("两百", 20000),
    ("两百五十块", 25000),
    ("一千五", 150_000),
    ("一千五百元", 150_000),
    ("三千", 300_000),
    ("壹仟贰佰元整", 120_000),
    ("¥35.00", 3500),
    ("￥35.00", 3500),
    ("¥ 35", 3500),
    ("¥1,200.50", 120_050),
    ("RMB 45", 4500),
    ("rmb45", 4500),
    ("CNY 45.00", 4500),
    ("人民币45元", 4500),
    ("45 yuan", 4500),
    ("45rmb", 4500),
    ("４５元", 4500),
    ("４５．５０", 4550),
    ("￥１，２００．５０", 120_050),
    ("1,200.50", 120_050),
    ("1,200", 120_000),
    ("12,345,678.90", 1_234_567_890),
    ("45。", 4500),
    (" 45 ", 4500),
    ("4\u200b5", 4500),
    ("45\x00", 4500),
    ("99999999.99", 9_999_999_999),
]
REFUSED = [
    ("1e9", "amount_not_a_number"),
    ("1E9元", "amount_not_a_number"),
    ("NaN", "amount_not_a_number"),
    ("nan元", "amount_not_a_number"),
    ("Infinity", "amount_not_a_number"),
    ("-inf", "amount_not_a_number"),
    ("∞", "amount_not_a_number"),
    ("-5", "amount_not_positive"),
    ("-5元", "amount_not_positive"),
    ("负五块", "amount_not_positive"),
    ("0", "amount_not_positive"),
    ("0元", "amount_not_positive"),
    ("0.00", "amount_not_positive"),
    ("0.001", "amount_too_precise"),
    ("45.678", "amount_too_precise"),
    ("100000000", "amount_too_large"),
    ("1亿", "amount_too_large"),
    ("9999999999999", "amount_too_large"),
    ("1,20,0", "amount_unclear"),
    ("12,34.5", "amount_unclear"),
    ("1.2.3", "amount_unclear"),
    ("45-50", "amount_unclear"),
    ("40多", "amount_unclear"),
    ("$45", "currency_unclear"),
    ("45美元", "currency_not_supported"),
    ("45 USD", "currency_not_supported"),
    ("€30", "currency_not_supported"),
    ("100港币", "currency_not_supported"),
]
NO_AMOUNT = [
    "",
    "打车",
    "3个人",
    "第2次",
    "5天",
    "G123次",
    "2楼",
    "${var}",
    "{{7*7}}",
    "一块去",
    "十分感谢",
    "=1+1",
    "abc",
    "5点30",
    "3折",
    "A4",
]


@pytest.mark.parametrize(("text", "fen"), PLAIN)
def test_reads_an_amount(text: str, fen: int) -> None:
    assert parse_amount(text) == fen


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_asks_again_for_what_cannot_be_an_amount(text: str, code: str) -> None:
    answer = parse_amount(text)

    assert isinstance(answer, Problem)
    assert answer.code == code


def test_asks_which_when_a_comma_may_be_either() -> None:
    assert parse_amount("100,50") == Ambiguous((10050, 1_005_000), "100,50")


@pytest.mark.parametrize("text", NO_AMOUNT)
def test_sees_no_amount_in_other_words(text: str) -> None:
    assert parse_amount(text) is None


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    parse_amount(text)

    for span in find_amounts(text):
        assert 0 <= span.start < span.end <= len(text)


@given(st.integers(1, CAP_FEN - 1))
def test_reads_back_every_amount_that_it_writes(fen: int) -> None:
    assert parse_amount(format_yuan(fen)) == fen
    assert parse_amount(f"{format_yuan(fen)}元") == fen
    assert parse_amount(format_cny(fen)) == fen


@given(st.integers(max_value=0), st.sampled_from(["{}", "{}元", "¥{}"]))
def test_never_takes_a_negative_amount(fen: int, form: str) -> None:
    assert not isinstance(parse_amount(form.format(format_yuan(fen))), int)
