"""Reading the commands that shape a claim: 分摊, 核减, 暂缓, 加急, 供应商, 归还 and their like."""

import re
from decimal import Decimal

from core.phrases.amounts import AmountSpan, find_amounts
from core.phrases.claim_intents import (
    CopyClaim,
    FileFor,
    HoldLine,
    MergeLines,
    Reduce,
    Repay,
    SetSupplier,
    SplitLine,
    Urgent,
    VoidClaim,
)
from core.phrases.numerals import read_number
from core.phrases.results import Problem
from core.phrases.said import Said, misplaced_number, reason_of, take_anywhere
from core.phrases.vocabulary import match_person

_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_LINE = re.compile(
    rf"(?:第\s?(?P<nth>{_N})\s?(?:行|条|笔|项|个)(?:明细)?|line\s?(?P<line>\d{{1,3}})\b)",
    re.IGNORECASE,
)
_LINE_BEFORE_SUM = re.compile(r"^(\d{1,2})\s+(?=\d+(?:\.\d+)?(?:\s|[元块]|$))")
"""A bare number before an amount is its line, as in 修改 1 金额 45, and never the amount."""
_BARE_LINES = re.compile(r"^\s*(\d{1,2})\s*(?:和|与|到|入|,|\s)\s*(\d{1,2})\s*$")
_BARE_LINE = re.compile(r"^(\d{1,3})\s(?=\D)")
_SHARE = re.compile(
    r"(?P<name>[^\s\d,。;:、%][^\s,。;:、%]*?)\s?[::]?\s?(?P<weight>\d{1,6}(?:\.\d{1,2})?)\s?[%份]?(?=[\s,。;、]|$)"
)
_ACCOUNT = re.compile(
    r"(?:银行)?(?:账号|帐号|账户|帐户|卡号|account)\s?[::]?\s?(?P<account>\d[\d\s-]{4,40}\d)",
    re.IGNORECASE,
)
_BANK = re.compile(
    r"(?:开户银?行|bank)\s?[::]?\s?(?P<bank>[^\d,。;]{2,60}?)(?=\s*(?:银行?账号|账号|帐号|卡号|account)|[,。;]|\s*$)",
    re.IGNORECASE,
)
_SUPPLIER = re.compile(r"[\s,]*(?:供应商|supplier)\s?[::]?\s?", re.IGNORECASE)
_TO = re.compile(r"^\s*(?:到|至|为|成|剩|给|to\b)\s*", re.IGNORECASE)
_EXPENSE_WORD = re.compile(r"^\s*(?:报销|报|提交|填|录)(?=\s)\s*")
MAX_NAME = 60


def read_line(text: str) -> tuple[int | None, str]:
    """Take the line that a text names, counted from 1; gives it and the rest of the text."""
    found = _LINE.search(text)
    if not found:
        return None, text
    value = read_number(found["nth"] or found["line"])
    return int(value or 0), f"{text[: found.start()]} {text[found.end() :]}".strip()


def read_split(said: Said) -> SplitLine | Problem:
    """Read who bears how much: 第1行 市场部 60 研发部 40; weights with two decimals at most."""
    line_no, rest = read_line(_BARE_LINE.sub(r"line \1 ", said.rest))
    shares = tuple(
        (found["name"], int(Decimal(found["weight"]) * 100)) for found in _SHARE.finditer(rest)
    )
    left = _SHARE.sub("", rest).strip(" ,。;:、")
    if len(shares) < 2 or left:  # noqa: PLR2004 one bearer shares nothing
        return Problem("shares_unclear", said.rest, said.word)
    return SplitLine(said.number, line_no, shares)


def read_merge(said: Said) -> MergeLines | Problem:
    """Read two lines: 第1行 第2行, or 1 2."""
    first, rest = read_line(said.rest)
    second, rest = read_line(rest)
    bare = _BARE_LINES.match(said.rest)
    if bare:
        first, second = int(bare[1]), int(bare[2])
    if not first or not second or first == second:
        return Problem("line_unclear", said.rest, said.word)
    return MergeLines(said.number, first, second)


def read_reduce(said: Said) -> Reduce | Problem:
    """Read the line, what is to be paid of it, and why."""
    stray = misplaced_number(said)
    if stray:
        return stray
    line_no, rest = read_line(_LINE_BEFORE_SUM.sub(r"line \1 ", said.rest))
    rest = _TO.sub("", rest)
    nothing = _zero(said, line_no, rest)
    if nothing:
        return nothing
    spans = find_amounts(rest)
    value = spans[0].value if spans else None
    if isinstance(value, Problem):
        return Problem(value.code, value.text, said.word)
    if not isinstance(value, int):
        return Problem("amount_missing", rest, said.word)
    return Reduce(said.number, line_no, value, reason_of(without(rest, spans[0])))


def _zero(said: Said, line_no: int | None, rest: str) -> Reduce | None:
    """Nothing at all may be paid of a line: 核减 单号 第2行 0 理由."""
    found = re.match(r"0(?:\.0{1,2})?\s?[元块]?(?=\s|$)", rest)
    return Reduce(said.number, line_no, 0, reason_of(rest[found.end() :])) if found else None


def without(text: str, span: AmountSpan) -> str:
    """Take an amount out of a text."""
    return f"{text[: span.start]} {text[span.end :]}".strip()


def read_hold(said: Said) -> HoldLine | Problem:
    """Read the line that is to wait, and why."""
    stray = misplaced_number(said)
    if stray:
        return stray
    line_no, rest = read_line(_BARE_LINE.sub(r"line \1 ", said.rest))
    return HoldLine(said.number, line_no, reason_of(rest))


def read_urgent(said: Said) -> Urgent | Problem:
    """Read why a claim cannot wait."""
    return misplaced_number(said) or Urgent(said.number, reason_of(said.rest))


def read_void(said: Said) -> VoidClaim | None:
    """Read 作废 with a claim and a reason; without these it throws a draft away."""
    reason = reason_of(said.rest)
    return VoidClaim(said.number, reason) if said.number and reason else None


def read_copy(said: Said) -> CopyClaim | Problem:
    """Read the claim that is to be copied."""
    placed = take_anywhere(said)
    return placed if isinstance(placed, Problem) else CopyClaim(placed.number)


def read_repay(said: Said) -> Repay | Problem:
    """Read the advance, and how much of it came back."""
    placed = take_anywhere(said)
    if isinstance(placed, Problem):
        return placed
    spans = find_amounts(placed.rest)
    value = spans[0].value if spans else None
    if isinstance(value, Problem):
        return Problem(value.code, value.text, said.word)
    if len(spans) > 1 or (spans and not isinstance(value, int)):
        return Problem("amount_unclear", placed.rest, said.word)
    return Repay(placed.number, value if isinstance(value, int) else None)


def read_for(said: Said) -> FileFor | None:
    """Read for whom, and the expense; a word that no colleague is called begins no command."""
    name = match_person(said.rest, said.vocabulary)
    if not name:
        return None
    return FileFor(name, _EXPENSE_WORD.sub("", said.rest[len(name) :]).strip(" ,。:;的"))


def read_supplier(said: Said) -> SetSupplier | Problem:
    """Read who is paid: name, account, bank."""
    name, account, bank = supplier_in(said.rest)
    if not (name or account or bank):
        return Problem("supplier_missing", "", said.word)
    return SetSupplier(said.number, name, account, bank)


def supplier_in(text: str) -> tuple[str, str, str]:
    """Find name, account (digits) and bank in what follows 供应商; "" for what is not said."""
    account, bank = _ACCOUNT.search(text), _BANK.search(text)
    starts = [found.start() for found in (account, bank) if found]
    name = text[: min(starts, default=len(text))].strip(" ,。:;、")
    digits = re.sub(r"\D", "", account["account"]) if account else ""
    return name[:MAX_NAME], digits, bank["bank"].strip()[:MAX_NAME] if bank else ""


def split_supplier(text: str) -> tuple[str, str]:
    """Cut a request where 供应商 begins: gives what is bought, and the words about who is paid."""
    found = _SUPPLIER.search(text)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")
