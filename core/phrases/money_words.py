"""What people call currencies, and how a rate is said."""

import re
from collections.abc import Mapping

from core.currency import BASE, DIGITS, parse_rate

_NAMED: Mapping[str, tuple[str, ...]] = {
    "AED": ("迪拉姆",),
    "AUD": ("澳元", "澳币", "澳大利亚元"),
    "CAD": ("加元", "加币", "加拿大元"),
    "CHF": ("瑞士法郎", "瑞郎"),
    "DKK": ("丹麦克朗",),
    "EUR": ("欧元",),
    "GBP": ("英镑",),
    "HKD": ("港币", "港元", "港纸"),
    "IDR": ("印尼盾", "印尼卢比"),
    "INR": ("印度卢比",),
    "JPY": ("日元", "日币", "日圆"),
    "KRW": ("韩元", "韩币", "韩圆"),
    "MOP": ("澳门元", "澳门币"),
    "MYR": ("马币", "林吉特", "马来西亚令吉", "令吉"),
    "NOK": ("挪威克朗",),
    "NZD": ("新西兰元", "纽币"),
    "PHP": ("菲律宾比索",),
    "RUB": ("卢布",),
    "SEK": ("瑞典克朗",),
    "SGD": ("新加坡元", "新加坡币", "新币", "坡币"),
    "THB": ("泰铢", "泰币"),
    "TWD": ("台币", "新台币"),
    "USD": ("美元", "美金", "美刀"),
    "VND": ("越南盾",),
}
"""Names that mean one currency; 比索, 克朗, 卢比 and a lone $ are several countries'."""

_SIGNED: Mapping[str, str] = {
    "us$": "USD", "hk$": "HKD", "nt$": "TWD", "au$": "AUD", "a$": "AUD", "ca$": "CAD", "c$": "CAD",
    "s$": "SGD", "nz$": "NZD", "€": "EUR", "£": "GBP", "₩": "KRW", "฿": "THB", "円": "JPY",
}  # fmt: skip

_ENGLISH: Mapping[str, str] = {
    "euro": "EUR", "euros": "EUR", "yen": "JPY", "baht": "THB",
}  # fmt: skip
UNCLEAR = r"刀(?!具|片|架|削|叉)|dollars?(?![a-z])|bucks?(?![a-z])|pounds?(?![a-z])"
"""Words that name no country."""

_BY_NAME = {**{name: code for code, names in _NAMED.items() for name in names}, **_ENGLISH}

_WORDS = frozenset({"LAK", "MOP", "RUB", "TRY"})
"""Codes that are everyday words, too: try 45."""

SIGNS = tuple(re.escape(s) for s in sorted(_SIGNED, key=len, reverse=True) if s.endswith("$"))
"""Patterns of signs that end in a dollar, the longest first."""
CODES = "|".join(sorted(code.lower() for code in DIGITS.keys() - {BASE, *_WORDS}))
NAMES = "|".join(
    f"{name}(?![a-z])" if name.isascii() else name
    for name in sorted(_BY_NAME, key=len, reverse=True)
)

_RATE = re.compile(
    r"(?:按照?|以|用)?\s?(?:汇率|牌价|(?:exchange\s)?rate\b)(?:是|为|按|[:=@])?\s?(?P<rate>\d+(?:\.\d+)?)"
    r"(?![\d.,/%])",
    re.IGNORECASE,
)


def currency_of(word: str) -> str | None:
    """Name the currency that a word or sign means; None where it could be several."""
    plain = word.strip().lower()
    if plain.upper() in DIGITS:
        return plain.upper()
    return _SIGNED.get(plain) or _BY_NAME.get(plain)


def find_rate(text: str) -> tuple[int, int, str] | None:
    """Find the one rate that a text says, 汇率 7.12: where it stands, and the rate."""
    found = list(_RATE.finditer(text))
    if len(found) != 1:
        return None
    try:
        rate = parse_rate(found[0]["rate"])
    except ValueError:
        return None
    return found[0].start(), found[0].end(), rate
