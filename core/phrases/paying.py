"""What a cashier says of payment batches: 确认批次 PAY-20261125-0001, 取消批次 … 原因."""

import re
from collections.abc import Callable

from core.phrases.intents import CancelBatch, ConfirmBatch
from core.phrases.results import Problem
from core.phrases.said import Said, reason_of
from core.phrases.telling import Certainty, Reader, Result, Told, Verb, verb

_BATCH = re.compile(r"\s*(?P<batch>PAY-?\d{8}-?\d{4,6})(?!\d)[\s,,:。]*", re.IGNORECASE)


def _batch(make: Callable[[str, str], Result]) -> Reader:
    """Read a command about a batch: its number comes next, words of the person's own behind it."""

    def read(said: Said) -> Told | None:
        found = _BATCH.match(said.rest)
        if not found:
            return Told(Problem("batch_missing", said.rest, said.word), said.word, Certainty.SURE)
        digits = re.sub(r"\D", "", found["batch"])
        name = f"PAY-{digits[:8]}-{digits[8:]}"
        return Told(make(name, reason_of(said.rest[found.end() :])), said.word, Certainty.SURE)

    return read


PAYING_VERBS: tuple[Verb, ...] = (
    verb(
        "确认批次",
        "(?:确认|复核|同意)(?:付款)?批次",
        r"(?:confirm|approve)\s(?:the\s)?batch",
        _batch(lambda batch, _: ConfirmBatch(batch)),
    ),
    verb(
        "取消批次",
        "(?:取消|驳回|退回)(?:付款)?批次",
        r"(?:cancel|reject)\s(?:the\s)?batch",
        _batch(CancelBatch),
    ),
)
