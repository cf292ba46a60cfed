"""Money is integer fen; this is the one place where it meets text and shares."""

import re
from decimal import ROUND_HALF_UP, Decimal

MAX_FEN = 10_000_000_000_00
"""Above ten thousand million yuan an amount is a slip of the keyboard, not an expense."""

_YUAN = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,2})?")


def parse_yuan(text: str) -> int:
    """Read a plain decimal string in yuan ("1234.5") as fen; ValueError for anything else.

    Exponents, NaN, thousands separators and a third decimal are refused: files and APIs carry
    plain decimals, and people's ways of writing are `core.phrases`' business.
    """
    if not _YUAN.fullmatch(text.strip()):
        raise ValueError(f"not an amount in yuan with at most two decimals: {text[:40]!r}")
    fen = int(Decimal(text.strip()) * 100)
    if abs(fen) > MAX_FEN:
        raise ValueError("the amount is too large")
    return fen


def format_yuan(fen: int) -> str:
    """Write fen as the decimal string of files and APIs: 123450 → "1234.50"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def format_cny(fen: int) -> str:
    """Write fen for people: 123450 → "¥1,234.50"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def split_shares(total_fen: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Split by weight so that the parts sum exactly (largest remainder, earlier part first).

    Weights are non-negative with a positive sum, else ValueError. A negative total splits like
    its positive mirror.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("shares need non-negative weights with a positive sum")
    sign = -1 if total_fen < 0 else 1
    total, whole = abs(total_fen), sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(sign * part for part in parts)


def percent_of(fen: int, percent: Decimal) -> int:
    """Give a percentage of an amount, rounded half up to the fen."""
    return int((Decimal(fen) * percent / 100).to_integral_value(ROUND_HALF_UP))


def without_tax(total_fen: int, percent: Decimal) -> tuple[int, int]:
    """Split an amount that includes tax into net and tax; the two sum to it exactly.

    The net amount is rounded half up to the fen. ValueError for a rate of −100 % or below.
    """
    if percent <= -100:  # noqa: PLR2004 per cent
        raise ValueError("the rate leaves no net amount")
    net = int((Decimal(total_fen) * 100 / (100 + percent)).to_integral_value(ROUND_HALF_UP))
    return net, total_fen - net
