"""Words about payment batches."""

import pytest
from phrase_words import TODAY, WORDS

from core.phrases import parse_message
from core.phrases.intents import CancelBatch, ConfirmBatch
from core.phrases.results import Problem

BATCH = "PAY-20261125-0001"


@pytest.mark.parametrize(
    "text",
    [
        f"确认批次 {BATCH}",
        f"复核付款批次{BATCH}",
        "确认批次 pay202611250001",
        f"同意批次 {BATCH}",
        f"confirm batch {BATCH}",
        f"approve the batch {BATCH}",
    ],
)
def test_a_batch_is_agreed_to(text: str) -> None:
    assert parse_message(text, TODAY, WORDS) == ConfirmBatch(BATCH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"取消批次 {BATCH} 金额不对", "金额不对"),
        (f"驳回批次 {BATCH}", ""),
        (f"cancel batch {BATCH} wrong total", "wrong total"),
    ],
)
def test_a_batch_is_turned_down(text: str, reason: str) -> None:
    assert parse_message(text, TODAY, WORDS) == CancelBatch(BATCH, reason)


def test_a_batch_without_its_number_is_asked_for() -> None:
    found = parse_message("确认批次", TODAY, WORDS)

    assert isinstance(found, Problem)
    assert found.code == "batch_missing"
