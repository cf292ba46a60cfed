"""What makes two vouchers look alike: their pictures in any quarter turn, or date and total."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.invoice import Reading, identity

SIDE = 8
"""A picture's hash has a bit for each of the 8 by 8 lowest waves along both sides."""
MAX_DISTANCE = 6
"""Bits by which the hashes of one picture may differ after resizing or compressing it again."""
BANDS = 4
BAND_BITS = SIDE * SIDE // BANDS
"""Of four parts, one differs by a single bit at most when all differ by six (pigeonhole)."""
_DIGITS = SIDE * SIDE // 4
_Day = date
"""The type, where a field of the same name hides it."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a voucher's like is looked for by.

    `sure` says that its number tells it from every other voucher that has one: alike pictures
    of two such vouchers mean nothing, since a printed form looks the same on every invoice.
    """

    date: _Day | None = None
    total_fen: int | None = None
    picture: str | None = None
    sure: bool = False


def likeness_of(reading: Reading) -> Likeness:
    """Give what a reading is found by."""
    doubted = {field for finding in reading.findings for field in finding.fields}
    sure = identity(reading) is not None and not doubted & {"number", "code"}
    return Likeness(reading.date, reading.total_fen, reading.picture_hash, sure)


def write_hash(bits: Iterator[bool]) -> str:
    """Write a hash: 64 bits by rows, the first the highest, as 16 hex digits."""
    number = 0
    for bit in bits:
        number = number << 1 | bit
    return f"{number:0{_DIGITS}x}"


def near(one: str, other: str) -> bool:
    """Whether two pictures are one, whichever way they are turned."""
    return bool(find_near((one,), (other,)))


def find_near(wanted: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Give those of many pictures that are one of the wanted ones, however turned."""
    numbers = [int(turned, 16) for picture in set(wanted) for turned in turns(picture)]
    return frozenset(other for other in set(others) if _is_near(int(other, 16), numbers))


def _is_near(number: int, others: Iterable[int]) -> bool:
    return any((number ^ other).bit_count() <= MAX_DISTANCE for other in others)


def distance(one: str, other: str) -> int:
    """Count the bits in which two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def turns(picture: str) -> tuple[str, ...]:
    """Give the hashes of a picture turned by no, one, two and three quarters.

    The bits are signs of a cosine transform: turning swaps its axes, and the sign of a wave
    changes with its direction when it is an odd one.
    """
    number = int(picture, 16)
    waves = [[bool(number >> _place(row, column) & 1) for column in _SIDES] for row in _SIDES]
    quarter = [[waves[c][r] != _odd(c) for c in _SIDES] for r in _SIDES]
    half = [[waves[r][c] != (_odd(r) != _odd(c)) for c in _SIDES] for r in _SIDES]
    three = [[waves[c][r] != _odd(r) for c in _SIDES] for r in _SIDES]
    turned = (write_hash(bit for row in rows for bit in row) for rows in (quarter, half, three))
    return (picture, *turned)


_SIDES = range(SIDE)


def _place(row: int, column: int) -> int:
    return SIDE * SIDE - 1 - (row * SIDE + column)


def _odd(index: int) -> bool:
    """Whether a wave is an odd one: the first has one half turn."""
    return index % 2 == 0


def bands(picture: str) -> tuple[int, ...]:
    """Cut a hash into the four keys under which it is kept: place and 16 bits."""
    number = int(picture, 16)
    mask = (1 << BAND_BITS) - 1
    return tuple(
        place << BAND_BITS | number >> (BANDS - 1 - place) * BAND_BITS & mask
        for place in range(BANDS)
    )


def near_bands(picture: str) -> frozenset[int]:
    """Give every key under which a picture within `MAX_DISTANCE` must be kept, in any turn."""
    flips = (0, *(1 << bit for bit in range(BAND_BITS)))
    return frozenset(
        key ^ flip for turned in turns(picture) for key in bands(turned) for flip in flips
    )
