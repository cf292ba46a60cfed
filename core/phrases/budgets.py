"""Changes of budgets in words: 申请追加 市场部 5000 理由, 预算 调拨 A B 500 理由."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.phrases.amounts import find_amounts, parse_amount
from core.phrases.intents import BudgetHistory, ChangeBudget, SubmitAsException
from core.phrases.numbers import NUMBER, find_numbers
from core.phrases.results import Ambiguous, Problem
from core.phrases.said import reason_of

Result = ChangeBudget | BudgetHistory | SubmitAsException | Problem

WORD = "预算"

_REQUEST = (
    r"申请追加(?:预算)?|追加预算|预算\s?(?:申请)?追加|申请增加预算"
    r"|(?:budget\srequest|request\sbudget)\b"
)
_TRANSFER = r"预算\s?(?:调拨|划转|转移)|(?:调拨|划转)预算|budget\stransfer\b|transfer\sbudget\b"
_FREEZE = r"预算\s?(?:冻结|暂停)|冻结预算|暂停(?:报销|预算)|budget\sfreeze\b|freeze\sbudget\b"
_THAW = r"预算\s?(?:解冻|恢复)|(?:解冻|恢复)(?:预算|报销)|budget\sunfreeze\b|unfreeze\sbudget\b"
_HISTORY = r"预算\s?(?:历史|流水|变动记录|变更记录)|budget\shistory\b"
_EXCEPTION = r"(?:按)?例外提交|特批提交|submit\s(?:as|by)\s(?:an\s)?exception\b"

_SIGN = re.compile(r"(?P<sign>[+\-−]|增加|追加|调增|减少|扣减|调减|加|减)\s?(?=\S)")
_LOSES = frozenset({"-", "−", "减少", "扣减", "调减", "减"})
_TO = re.compile(r"(?:^从\s?|^from\s)|\s?(?:→|->|到|给|至|\sto\s)\s?", re.IGNORECASE)
_NUMBER_FIRST = re.compile(rf"\s?(?P<number>{NUMBER})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sum:
    """What stands before an amount, the amount in fen with its sign, and the words behind it."""

    before: str
    amount_fen: int
    signed: bool
    after: str


def read_budget_change(line: str) -> Result | None:
    """Read a cleaned line that begins with the words of a change; None when it does not."""
    for pattern, read in _READERS.items():
        found = re.match(rf"(?:请|帮我|我要|我想)?\s?(?:{pattern})[\s,::]*", line, re.IGNORECASE)
        if found:
            return read(line[found.end() :].strip())
    return None


def read_sum(text: str) -> Sum | Problem:
    """Find the amount among the words of a change: 市场部 +5000 理由, 市场部5000元 理由."""
    words = text.split()
    for i, word in enumerate(words):
        sign = _SIGN.match(word)
        bare = word[sign.end() :] if sign else word
        value = parse_amount(bare) if i else None
        if value is None:
            continue
        if isinstance(value, Problem):
            return Problem(value.code, word, WORD)
        if isinstance(value, Ambiguous):
            return Problem("amount_unclear", word, WORD)
        loses = bool(sign and sign["sign"] in _LOSES)
        rest = reason_of(" ".join(words[i + 1 :]))
        return Sum(" ".join(words[:i]), -value if loses else value, bool(sign), rest)
    return _glued(text)


def _glued(text: str) -> Sum | Problem:
    """Read 市场部5000元 理由: the amount runs on from the name."""
    spans = [s for s in find_amounts(text) if s.start > 0 and isinstance(s.value, int)]
    name = text[: spans[0].start].strip() if spans else ""
    if not spans or not name or not isinstance(spans[0].value, int):
        return Problem("budget_change_unclear", text, WORD)
    return Sum(name, spans[0].value, signed=False, after=reason_of(text[spans[0].end :]))


def _request(rest: str) -> Result:
    read = read_sum(rest)
    if isinstance(read, Problem):
        return read
    return ChangeBudget("request", read.before, read.amount_fen, reason=read.after)


def read_adjustment(rest: str) -> ChangeBudget | Problem:
    """Read 市场部 20000 理由, the new limit, or 市场部 -5000 理由, the difference."""
    read = read_sum(rest)
    if isinstance(read, Problem):
        return read
    return ChangeBudget(
        "adjust", read.before, read.amount_fen, absolute=not read.signed, reason=read.after
    )


def _transfer(rest: str) -> Result:
    read = read_sum(rest)
    if isinstance(read, Problem):
        return read
    names = [n.strip() for n in _TO.split(read.before) if n.strip()]
    if len(names) == 1:
        names = names[0].split()
    if len(names) != 2:  # noqa: PLR2004 the one that gives and the one that gets
        return Problem("budget_change_unclear", rest, WORD)
    return ChangeBudget("transfer", names[0], read.amount_fen, to_text=names[1], reason=read.after)


def _barring(kind: str) -> Callable[[str], Result]:
    def read(rest: str) -> Result:
        target, _, reason = rest.partition(" ")
        if not target:
            return Problem("budget_change_unclear", rest, WORD)
        freezes = kind == "freeze"
        return ChangeBudget("freeze" if freezes else "unfreeze", target, reason=reason_of(reason))

    return read


def _history(rest: str) -> Result:
    return BudgetHistory(rest) if rest else Problem("budget_change_unclear", rest, WORD)


def _exception(rest: str) -> Result:
    found = _NUMBER_FIRST.match(rest)
    number = find_numbers(found["number"])[0].number if found else None
    reason = reason_of(rest[found.end() :] if found else rest)
    return SubmitAsException(number, reason)


_READERS: Mapping[str, Callable[[str], Result]] = {
    _REQUEST: _request,
    _TRANSFER: _transfer,
    _FREEZE: _barring("freeze"),
    _THAW: _barring("unfreeze"),
    _HISTORY: _history,
    _EXCEPTION: _exception,
}
