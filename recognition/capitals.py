"""Amounts in Chinese capitals, as invoices print them: 柒仟零壹拾捌圆捌角叁分."""

import re

_DIGITS = {
    c: i
    for i, chars in enumerate(("零〇", "壹", "贰貳", "叁參", "肆", "伍", "陆陸", "柒", "捌", "玖"))
    for c in chars
}
_SMALL = {"拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_GLYPHS = "".join((*_DIGITS, *_SMALL, *_LARGE))

CAPITALS = re.compile(rf"负?[{_GLYPHS}]+[圆元](?:整|正|[{''.join(_DIGITS)}角分]+整?)?")
"""Finds an amount in capitals inside a text."""

_FORM = re.compile(
    rf"(负)?([{_GLYPHS}]+)[圆元](?:零?([{''.join(_DIGITS)}])角)?(?:零?([{''.join(_DIGITS)}])分)?[整正]?"
)


def capitals_fen(text: str) -> int | None:
    """Read an amount in capitals as fen; None unless the whole text is one, well formed."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    yuan = _whole(found[2])
    if yuan is None:
        return None
    fen = yuan * 100 + _DIGITS.get(found[3] or "零", 0) * 10 + _DIGITS.get(found[4] or "零", 0)
    return -fen if found[1] else fen


def _whole(text: str) -> int | None:
    """Add up sections of ten thousand; a place that is named twice or out of order is an error."""
    total, section, digit, last = 0, 0, None, 10**4
    above = 10**12
    for glyph in text:
        if glyph in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[glyph]
        elif glyph in _SMALL:
            scale = _SMALL[glyph]
            if scale >= last or (not digit and scale != 10):  # noqa: PLR2004 拾 alone is ten
                return None
            section, digit, last = section + (digit or 1) * scale, None, scale
        else:
            scale = _LARGE[glyph]
            if scale >= above:
                return None
            total, above = total + (section + (digit or 0)) * scale, scale
            section, digit, last = 0, None, 10**4
    return total + section + (digit or 0)
