"""The fields of a voucher from words with places; PDF text, OFD text and OCR all come here."""

import re
from datetime import date

from core.invoice import InvoiceKind, Source
from recognition.amounts import read_amounts
from recognition.evidence import SURE, Draft, Evidence, Facts, flat, make_day
from recognition.items import read_items
from recognition.kinds import DIGITAL, VAT, kind_of_code, kind_of_text, settle, title_of
from recognition.overseas import read_overseas
from recognition.parties import read_parties
from recognition.texts import finding
from recognition.words import Line, Page, Value

_TITLE = 0.45
"""The share of the page, from above, where a title stands."""
_VAT_WORDS = ("价税合计", "识别号")
_NEEDS_TITLE: frozenset[InvoiceKind] = frozenset({"toll", "ride_itinerary", "ride_hailing"})
"""Kinds whose words may just as well stand among goods and remarks."""

_NUMBER = re.compile(r"(?:发.|票据|[^客]票)号码[:]?\s?(?:N[oO0°º]?\.?\s?)?(\d{8,21})(?!\d)")
_SERIAL = re.compile(r"(?<![A-Z\d])N[oO0°º.]{0,2}:?\s?(\d{8})(?!\d)")
_WHOLE = re.compile(r"(?<![\d.])(\d{20})(?![\d.])")
_NO_NUMBER = re.compile(r"客票号|订单|流水|交易|账号|帐号|校验|证号|售")
_CODE = re.compile(r"(?:发.|票据|.票)代码[:]?\s?(\d{8}[A-Z]\d{3}|\d{12}|\d{10}|\d{8})(?![\dA-Z])")
_BARE_CODE = re.compile(r"(?<!\S)(\d{10}|\d{12})(?!\S)")
_NO_CODE = re.compile(r"机器|电话|校验")
_CHECK = re.compile(r"校\s?验\s?码[:]?\s?((?:\d\s?){20})(?!\d)")
_SHORT_CHECK = re.compile(r"校\s?验\s?码[:]?\s?([0-9A-Za-z]{6})(?![0-9A-Za-z])")
_AIR_CHECK = re.compile(r"验证码[:]?\s?(\d{4,20})(?!\d)")
_RAIL_SERIAL = re.compile(r"(?<![A-Z0-9])([A-Z]\d{6})(?!\d)")
_NUMBER_OF_DAY = r"(\d\d(?=[0-2]\d:\d)|\d{1,2}(?!\d))"
"""Folding blanks away lets a time of day touch the day."""
_DAY = (
    r"((?:19|20)\d\d)\s?(?:[年/.-]\s?(\d{1,2})\s?[月/.-]\s?"
    rf"{_NUMBER_OF_DAY}|(\d\d)\s?(\d\d)(?!\d))"
)
_ISSUED = re.compile(rf"(?:开票|填开|开具)日期[:]?\s?{_DAY}")
_DATED = re.compile(rf"日期[:]?\s?{_DAY}")
_ANY_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s?[年/.-]\s?(\d{1,2})\s?[月/.-]\s?" + _NUMBER_OF_DAY + r"\s?日?()()"
)
_TIMED = re.compile(r"\s?\d{1,2}:\d{2}")


def read_page(page: Page, source: Source, *, coarse: bool = False) -> Evidence | None:
    """Read a page; None when neither its words nor a number speak of a voucher."""
    if not page.words:
        return None
    draft = Draft()
    titled = title_kind(page)
    spoken = titled or _spoken(page)
    form = _form(page, spoken)
    _identity(page, draft, form)
    kind = _settled(draft, spoken)
    if kind is None:
        return None
    form = kind if kind != "other" else form
    draft.put("kind", kind)
    if form == "overseas":
        read_overseas(page, draft)
    else:
        _date(page, draft, form)
        read_parties(page, draft, form)
        read_amounts(page, draft, form)
    if form in VAT:
        read_items(page, draft)
    several = any(doubt.code == "ambiguous" for doubt in draft.doubts)
    if not _is_voucher(draft.facts, titled, unclear=coarse or several):
        return None
    return Evidence(
        source,
        draft.facts,
        tuple(draft.doubts),
        draft.words_fen,
        draft.outside_fen,
        frozenset(draft.weak),
        coarse,
        draft.paper,
    )


def title_kind(page: Page) -> InvoiceKind | None:
    """Name the kind by what stands at the head of a page like a title."""
    _, top, _, bottom = page.box
    head = (w for line in page.lines for w in line.words if w.y < top + _TITLE * (bottom - top))
    return title_of((w.folded[0] for w in head), flat(page.text))


def _spoken(page: Page) -> InvoiceKind | None:
    """Name the kind by any words of a page; they may just as well speak about invoices."""
    anywhere = kind_of_text(flat(page.text))
    return None if anywhere in _NEEDS_TITLE else anywhere


def _is_voucher(facts: Facts, titled: InvoiceKind | None, *, unclear: bool) -> bool:
    """Whether enough was read for a voucher: a title is not enough, nor are amounts alone.

    `unclear` means that more is printed than could be told apart or made out.
    """
    named = facts.number or facts.code
    if titled is None:
        return bool(facts.number and (facts.code or facts.total_fen is not None))
    if titled == "other":
        return bool(named or facts.total_fen is not None)
    return unclear or bool(named or facts.total_fen is not None or facts.buyer_taxid)


def _form(page: Page, kind: InvoiceKind | None) -> InvoiceKind:
    """Name the form that is printed: a VAT form shows itself even where its title is illegible."""
    if kind in {None, "other"} and all(word in page.text for word in _VAT_WORDS):
        return "vat_general"
    return kind or "other"


def _settled(draft: Draft, titled: InvoiceKind | None) -> InvoiceKind | None:
    """Give the kind by title and number; by the code only with a doubt."""
    kind = settle(titled, draft.facts.number)
    hint = kind_of_code(draft.facts.code) if draft.facts.code else None
    if kind in {None, "other"} and hint:
        kind = hint
        draft.doubts.append(finding("unsure_kind", "kind"))
    return kind


def _identity(page: Page, draft: Draft, kind: InvoiceKind | None) -> None:
    if kind == "rail_paper":
        draft.choose("number", _pairs(page.find(_RAIL_SERIAL))[:1])
        return
    if kind == "overseas":
        return
    _number(page, draft, kind)
    digital = kind in DIGITAL or len(draft.facts.number or "") == 20  # noqa: PLR2004
    if digital:
        if kind == "air_itinerary":
            draft.choose("check_code", _pairs(page.find(_AIR_CHECK)))
        return
    pattern = _SHORT_CHECK if kind == "fiscal" else _CHECK
    checks = [(v.text.replace(" ", ""), v.sure) for v in page.find(pattern)]
    draft.choose("check_code", checks)
    if not draft.choose("code", _pairs(page.find(_CODE))) and kind in VAT:
        bare = [v for line in _head(page) if not _NO_CODE.search(line.text)
                for v in line.find(_BARE_CODE)]  # fmt: skip
        draft.choose("code", _pairs(bare))


def _number(page: Page, draft: Draft, kind: InvoiceKind | None) -> None:
    """Take the labelled number, else 20 digits on a digital form, else what follows a №.

    The paper form of a digital invoice prints both; its 20 digits are what it is known by.
    """
    printed = _pairs(page.find(_NUMBER))
    whole = [pair for pair in printed if len(str(pair[0])) == 20]  # noqa: PLR2004 digital
    draft.paper = 0 < len(whole) < len(printed)
    if draft.choose("number", whole or printed):
        return
    if kind in DIGITAL:
        lines = [line for line in page.lines if not _NO_NUMBER.search(line.text)]
        draft.choose("number", [p for line in lines for p in _pairs(list(line.find(_WHOLE)))])
    elif kind in VAT:
        draft.choose("number", _pairs([v for line in _head(page) for v in line.find(_SERIAL)]))


def _head(page: Page) -> list[Line]:
    _, top, _, bottom = page.box
    return [line for line in page.lines if line.y < top + _TITLE * (bottom - top)]


def _pairs(values: list[Value]) -> list[tuple[object, float]]:
    return [(v.text, v.sure) for v in values]


def _date(page: Page, draft: Draft, kind: InvoiceKind) -> None:
    """Take the labelled date, else the only date that is printed.

    On a rail e-ticket a date with a time is the journey's; on a paper one it is what counts. A
    list of rides is no invoice: its dates are those of the rides and of the request for it.
    """
    if kind == "ride_itinerary":
        return
    if kind == "rail_paper":
        draft.choose("date", _days(page, _ANY_DAY, timed=True))
        return
    for pattern in (_ISSUED, _DATED):
        if draft.choose("date", _days(page, pattern, timed=None)):
            return
    draft.choose("date", _days(page, _ANY_DAY, timed=False if kind == "rail_e" else None))


def _days(
    page: Page, pattern: "re.Pattern[str]", *, timed: bool | None
) -> list[tuple[object, float]]:
    """List the days that a pattern finds; `timed` wants a time of day after them, or none."""
    found: list[tuple[object, float]] = []
    for line in page.lines:
        for m in pattern.finditer(line.text):
            day = _day_of(m)
            has_time = bool(_TIMED.match(line.text, m.end()))
            if day and timed in {None, has_time}:
                found.append((day, line.value(m.start(1), m.end()).sure))
    return found


def _day_of(m: "re.Match[str]") -> date | None:
    year, month, number, month2, number2 = m.groups()
    return make_day(year, month or month2, number or number2)


def legible(page: Page) -> float:
    """Give the share of letters and digits that were read with certainty."""
    marks = [
        sure >= SURE
        for word in page.words
        for char, sure in zip(*word.folded, strict=True)
        if char.isalnum()
    ]
    return sum(marks) / len(marks) if marks else 0.0
