"""Numbers as people write and say them: 35, 三十五, 一百二, 1.2万, 1万2, 壹仟."""

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇", "一壹", "二两兩贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "w": 10**4, "亿": 10**8, "億": 10**8}

DIGIT = "".join(_DIGITS)
"""Chinese digits, for a character class."""
SCALE = "十拾百佰千仟万萬亿億"
"""Chinese scales, for a character class."""

_TOKEN = re.compile(rf"\d+(?:\.\d+)?|[{DIGIT}]|[{SCALE}kw]")
_TEN = 10


@dataclass(slots=True)
class _Sum:
    """A number under construction; `scale` is the last one named, and 0 after a spoken zero."""

    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    digit: Decimal | None = None
    scale: int = 1
    section_scale: int = 10**5
    large_scale: int = 10**12

    def add_number(self, value: Decimal) -> bool:
        if self.digit is not None:
            return False
        self.digit = value
        return True

    def add_small(self, scale: int) -> bool:
        if scale >= self.section_scale or (self.digit is None and scale != _TEN):
            return False
        self.section += (Decimal(1) if self.digit is None else self.digit) * scale
        self.digit, self.scale, self.section_scale = None, scale, scale
        return True

    def add_large(self, scale: int) -> bool:
        section = self.section + (self.digit or 0)
        if scale >= self.large_scale or section == 0:
            return False
        self.total += section * scale
        self.section, self.digit, self.section_scale = Decimal(0), None, 10**5
        self.scale, self.large_scale = scale, scale
        return True

    def result(self) -> Decimal | None:
        if self.digit is None:
            return self.total + self.section
        if self.scale <= _TEN or self.digit >= _TEN:
            return self.total + self.section + self.digit
        if self.digit != int(self.digit) or (self.total + self.section) % self.scale:
            return None
        return self.total + self.section + self.digit * (self.scale // _TEN)


def _add(state: _Sum, token: str) -> bool:
    if token in "零〇":  # noqa: S105 a token of the number, no secret
        fits = state.digit is None
        state.scale = 1
        return fits
    if token in _DIGITS:
        return state.add_number(Decimal(_DIGITS[token]))
    if token in _SMALL:
        return state.add_small(_SMALL[token])
    if token in _LARGE:
        return state.add_large(_LARGE[token])
    return state.add_number(Decimal(token))


def read_number(text: str) -> Decimal | None:
    """Read a non-negative number; None when the signs do not make one.

    A last digit after 百, 千 or 万 counts in the next lower place, as people say it: 一百二 is
    120, 1万2 is 12000, but 一百零二 is 102.
    """
    lowered = text.lower()
    tokens = _TOKEN.findall(lowered)
    if not tokens or "".join(tokens) != lowered:
        return None
    if set(tokens) <= {"零", "〇"}:
        return Decimal(0) if len(tokens) == 1 else None
    state = _Sum()
    return state.result() if all(_add(state, token) for token in tokens) else None
