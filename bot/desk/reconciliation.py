"""The comparison of all sides as a workbook and as lines of text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.handlers.reconciling import Reconciliation
from bot.texts.differences import difference_text, sides_of, unnoted_text
from bot.texts.template import Language
from bot.texts.words import state_text
from connectors.filedrop.workbook import Cell, workbook_bytes
from core.bank_results import Unnoted
from core.money import format_yuan
from core.reconciling import Compared

CLAIMS = ("单号", "状态", "OA", "账 · books", "银行 · bank", "单据", "入账", "已付", "差异与处理")
BANK = ("付款", "结果", "金额", "说明与处理")
TOTALS = ("月份", "部门", "单据 · claimed", "入账 · booked", "已付 · paid", "未入账", "未付")


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    money: tuple[int, ...]


def workbook(found: Reconciliation, language: Language = "zh") -> bytes:
    """Write claims (those that differ first) and the three sums by month and department."""
    bank = _Sheet("银行未登记", BANK, (_row(r, language) for r in found.unnoted), (2,))
    claims = _Sheet("对账", CLAIMS, (_claim(c, language) for c in found.claims), (5, 6, 7))
    sums = _Sheet("合计", TOTALS, _totals(found), (2, 3, 4, 5, 6))
    return workbook_bytes((bank, claims, sums) if found.unnoted else (claims, sums))


def _row(row: Unnoted, language: Language) -> tuple[Cell, ...]:
    return (row.payment, row.verdict, row.amount_fen / 100, unnoted_text(row, language))


def _claim(one: Compared, language: Language) -> tuple[Cell, ...]:
    told = "\n".join(difference_text(d, language) for d in one.differences)
    oa, books, bank = sides_of(one, language)
    sums = (one.claimed_fen / 100, one.booked_fen / 100, one.paid_fen / 100)
    return (one.number, state_text(one.state, language), oa, books, bank, *sums, told)


def _totals(found: Reconciliation) -> Iterator[tuple[Cell, ...]]:
    for t in found.totals:
        fen = (t.claimed_fen, t.booked_fen, t.paid_fen)
        open_fen = (t.claimed_fen - t.booked_fen, t.claimed_fen - t.paid_fen)
        yield (
            t.month,
            found.names.get(t.department, t.department),
            *(f / 100 for f in (*fen, *open_fen)),
        )


def lines(found: Reconciliation) -> Iterator[str]:
    """Write what differs, a claim a line, then the three sums, cells apart by tabs."""
    for row in found.unnoted:
        yield "\t".join((row.payment, row.verdict, format_yuan(row.amount_fen), row.code))
    for one in found.differing:
        sums = (format_yuan(f) for f in (one.claimed_fen, one.booked_fen, one.paid_fen))
        yield "\t".join((one.number, one.state.value, *sums, ",".join(one.differences)))
    for t in found.totals:
        sums = (format_yuan(f) for f in (t.claimed_fen, t.booked_fen, t.paid_fen))
        yield "\t".join((t.month, t.department, *sums))
