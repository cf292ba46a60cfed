"""Receipts of other countries: merchant, date, total and its currency, as they are printed."""

import re
from collections.abc import Iterator
from datetime import date

from core.currency import DIGITS
from recognition.evidence import Draft, make_day, tidy
from recognition.texts import finding
from recognition.words import Line, Page, Value

_SIGNS = {
    "US$": "USD", "HK$": "HKD", "S$": "SGD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NT$": "TWD", "€": "EUR", "£": "GBP", "₩": "KRW", "฿": "THB", "RM": "MYR", "円": "JPY",
    "원": "KRW",
}  # fmt: skip
"""A lone $ names no country."""
_CODES = (
    "USD", "EUR", "GBP", "HKD", "SGD", "JPY", "AUD", "CAD", "KRW", "THB", "MYR", "TWD", "MOP",
    "CHF", "NZD", "SEK", "NOK", "DKK", "INR", "IDR", "VND", "PHP", "AED", "RUB", "CNY",
)  # fmt: skip
_SIGN = "|".join(re.escape(s) for s in sorted((*_SIGNS, *_CODES, "$", "¥"), key=len, reverse=True))
_FIGURES = r"\d{1,3}(?:[,. ]\d{3})+(?:[.,]\d{2})?|\d+[.,]\d{2}|\d+"
_AMOUNT = re.compile(rf"({_SIGN})?\s?(?<![\d.,])({_FIGURES})(?![\d.,%])\s?({_SIGN})?")
_GRAND = re.compile(
    r"(?i)grandtotal|total\s?due|amount\s?due|balance\s?due|amount\s?paid|total\s?paid|total\s?amount"
    r"|total\s?charged?|領収金額|お会計|ご請求額|합계"
)
_TOTAL = re.compile(
    r"(?i)(?<![a-z])(?<!sub)(?<!sub-)(?<!sub )total"
    r"(?!\s?(?:tax|vat|gst|items?|savings?|discount))|合計"
)
_SUBTOTAL = re.compile(r"(?i)sub-?\s?total|net\s?amount|小計")
_TAX = re.compile(
    r"(?i)(?<![a-z])(?:sales\s?)?(?:tax|vat|gst|hst)(?!\s?(?:invoice|id|no|reg|number|#))"
)
_MONTH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(
    rf"(?i)(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s./-]?({'|'.join(_MONTH)})[a-z]*[.,]?[\s./-]?(20\d\d)"
)
_NAMED_FIRST = re.compile(
    rf"(?i)({'|'.join(_MONTH)})[a-z]*[.\s]?(\d{{1,2}})(?:st|nd|rd|th)?[,.]?\s?(20\d\d)"
)
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)(?!\d)")
_NO_SHOP = re.compile(r"(?i)invoice|receipt|welcome|customer\s?copy|^tel|^date|領収|영수증")
_HEAD = 0.3
_MONTHS_A_YEAR = 12
_CENTS = 2


def read_overseas(page: Page, draft: Draft) -> None:
    """Put what is read into the draft; the total keeps its own currency, which a finding names."""
    _merchant(page, draft)
    _day(page, draft)
    total = _labelled(page, _GRAND) or _labelled(page, _TOTAL)
    if len({fen for fen, _ in total}) > 1:
        largest = max(fen for fen, _ in total)
        total = [pair for pair in total if pair[0] == largest and _marked(pair[1])] or total
    draft.choose("total", [(fen, value.sure) for fen, value in total])
    fen = draft.facts.total_fen
    if fen is None:
        return
    _parts(page, draft, fen)
    currency = _currency(page, total[0][1])
    if currency != "CNY":
        if currency in DIGITS:
            draft.put("currency", currency)
        shown = f"{fen // 100}.{fen % 100:02}"
        draft.doubts.append(finding("foreign_currency", "total", currency=currency, amount=shown))


def _marked(value: Value) -> bool:
    return any(sign in value.text for sign in (*_SIGNS, *_CODES, "$"))


def _parts(page: Page, draft: Draft, total: int) -> None:
    """Take subtotal and tax where they prove the total; else service and tips lie between."""
    net, tax = _labelled(page, _SUBTOTAL), _labelled(page, _TAX)
    for one, _ in net:
        for other, _ in tax:
            if one + other == total:
                draft.put("amount", one)
                draft.put("tax", other)


def _labelled(page: Page, label: "re.Pattern[str]") -> list[tuple[int, Value]]:
    """List the last amount of each line that has a label."""
    found: list[tuple[int, Value]] = []
    for line in page.lines:
        m = label.search(line.text)
        amounts = list(_amounts(line, m.end())) if m else []
        found += amounts[-1:]
    return found


def _amounts(line: Line, start: int) -> Iterator[tuple[int, Value]]:
    for m in _AMOUNT.finditer(line.text, start):
        fen = _fen(m[2])
        if fen is not None and (m[1] or m[3] or "." in m[2] or "," in m[2]):
            yield fen, line.value(*m.span())


def _fen(figures: str) -> int | None:
    """Read figures whose last mark before two digits is the decimal one, whichever it is."""
    head, mark, tail = figures, "", ""
    place = max(figures.rfind("."), figures.rfind(","))
    if place >= 0 and len(figures) - place - 1 == _CENTS:
        head, mark, tail = figures[:place], figures[place], figures[place + 1 :]
    whole = "".join(c for c in head if c.isdigit())
    return (
        int(whole) * 100 + int(tail if mark else 0)
        if whole and len(whole) < _MONTHS_A_YEAR
        else None
    )


def _currency(page: Page, value: Value) -> str:
    """Name the currency beside the total, else the one that the page names alone."""
    for text in (value.text, page.text):
        codes = {c for c in _CODES if re.search(rf"(?<![A-Z]){c}(?![A-Z])", text)}
        codes |= {code for sign, code in _SIGNS.items() if _has_sign(sign, text)}
        if len(codes) == 1:
            return codes.pop()
    if "¥" in page.text:
        return "JPY" if re.search(r"[ぁ-んァ-ヶ]", page.text) else "CNY"
    return "$" if "$" in page.text else "?"


def _has_sign(sign: str, text: str) -> bool:
    return bool(re.search(rf"(?<![A-Za-z]){re.escape(sign)}(?![A-Za-z])", text))


def _day(page: Page, draft: Draft) -> None:
    """Take the one day that is printed; 03/04/2026 could be two days and is none."""
    found: list[tuple[object, float]] = []
    for line in page.lines:
        found += [(d, line.value(*span).sure) for d, span in _days(line.text)]
    draft.choose("date", found[:1] if len({d for d, _ in found}) > 1 else found)


def _days(text: str) -> Iterator[tuple[date, tuple[int, int]]]:
    for m in _NAMED.finditer(text):
        yield from _made(m[3], str(_MONTH.index(m[2].lower()) + 1), m[1], m.span())
    for m in _NAMED_FIRST.finditer(text):
        yield from _made(m[3], str(_MONTH.index(m[1].lower()) + 1), m[2], m.span())
    for m in _ISO.finditer(text):
        yield from _made(m[1], m[2], m[3], m.span())
    for m in _SLASHED.finditer(text):
        first, second = int(m[1]), int(m[2])
        if first > _MONTHS_A_YEAR or first == second:
            yield from _made(m[3], m[2], m[1], m.span())
        elif second > _MONTHS_A_YEAR:
            yield from _made(m[3], m[1], m[2], m.span())


def _made(
    year: str, month: str, number: str, span: tuple[int, int]
) -> Iterator[tuple[date, tuple[int, int]]]:
    made = make_day(year, month, number)
    if made:
        yield made, span


def _merchant(page: Page, draft: Draft) -> None:
    """Take the first line of letters; what merchants print first is their name."""
    _, top, _, bottom = page.box
    for line in page.lines:
        text = tidy(" ".join(word.text for word in line.words)) or ""
        letters = sum(c.isalpha() for c in text)
        if line.y > top + _HEAD * (bottom - top):
            return
        if letters > 2 and 2 * letters > len(text) and not _NO_SHOP.search(text):  # noqa: PLR2004
            draft.put("seller", text, min((s for w in line.words for s in w.sures), default=1.0))
            return
