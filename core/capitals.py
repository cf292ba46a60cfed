"""Amounts in Chinese capitals, as cheques and vouchers want them: 壹仟陆佰捌拾元叁角贰分."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_SECTIONS = ("亿", "万", "")
_SECTION = 10**4


def in_capitals(fen: int) -> str:
    """Write an amount in capitals: 168032 → 壹仟陆佰捌拾元叁角贰分.

    A zero between digits is written once, one before the jiao is left out where the yuan end in
    zeros, and whole yuan end in 整 (正确填写票据和结算凭证的基本规定). ValueError from 万亿 on.
    """
    if abs(fen) >= 10**14:
        raise ValueError("the amount is too large to be written in capitals")
    yuan, rest = divmod(abs(fen), 100)
    sign = "负" if fen < 0 else ""
    if not fen:
        return "零元整"
    whole = f"{_whole(yuan)}元" if yuan else ""
    return f"{sign}{whole}{_rest(rest, begins=not yuan)}"


def _whole(yuan: int) -> str:
    """Write the yuan by sections of ten thousand."""
    text, gap = "", False
    for place, name in zip((2, 1, 0), _SECTIONS, strict=True):
        section = yuan // _SECTION**place % _SECTION
        if not section:
            gap = bool(text)
            continue
        zero = bool(text) and (gap or section < _SECTION // 10)
        text += ("零" if zero else "") + _section(section) + name
        gap = False
    return text


def _section(value: int) -> str:
    text, gap = "", False
    for digit, place in zip(f"{value:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text


def _rest(fen: int, *, begins: bool) -> str:
    """Write jiao and fen; a missing jiao between yuan and fen is a zero."""
    if not fen:
        return "整"
    jiao, last = divmod(fen, 10)
    text = f"{_DIGITS[jiao]}角" if jiao else ("" if begins else "零")
    return text + (f"{_DIGITS[last]}分" if last else "整")
