"""A budget drawn in a few characters: what others use, what this claim takes, what is left."""

from core.alerts import percent_used
from core.budget import Balance

CELLS = 10
SMALL = 5
"""Cells where a client gives a value only thirty characters."""
_USED, _OWN, _FREE = "█▓░"


def bar(balance: Balance, amount_fen: int, *, held: bool, cells: int = CELLS) -> str:
    """Draw a budget with this claim in it, and the percentage used then: █▓░░░░░░░░ 13%.

    A claim that is `held` is inside the balance already. What takes anything gets a cell.
    """
    own_fen = max(0, amount_fen)
    others_fen = balance.used_fen - (amount_fen if held else 0)
    limit_fen = balance.reach_fen
    percent = percent_used(others_fen + amount_fen, limit_fen)
    if limit_fen <= 0:
        return f"{_OWN * cells} {percent}%"
    used = min(cells, _cells(others_fen, limit_fen, cells))
    own = min(_cells(own_fen, limit_fen, cells), cells - used)
    if own_fen and not own:
        used, own = cells - 1, 1
    return f"{_USED * used}{_OWN * own}{_FREE * (cells - used - own)} {percent}%"


def _cells(part_fen: int, whole_fen: int, cells: int) -> int:
    """Give how many cells a part takes: at least one for anything."""
    if part_fen <= 0:
        return 0
    return max(1, (part_fen * cells + whole_fen // 2) // whole_fen)
