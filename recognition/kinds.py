"""Kinds of vouchers, by QR type, by what is printed, and (as a hint only) by code."""

import re
from collections.abc import Iterable

from core.invoice import InvoiceKind

OF_QR: dict[str, InvoiceKind] = {
    "01": "vat_special",
    "03": "vehicle",
    "04": "vat_general",
    "08": "vat_special_e",
    "10": "vat_general_e",
    "11": "vat_roll",
    "14": "toll",
    "15": "used_vehicle",
    "20": "vat_special_e",
    "31": "digital_special",
    "32": "digital_general",
    "51": "rail_e",
    "61": "air_itinerary",
}
"""Types above 61 are left to the title: vendors disagree on 83 to 88."""

PAPER_QR = frozenset({"85", "86", "87", "88"})
"""QR types of the paper forms of fully digital invoices, whichever is which."""

WITHOUT_TAX = frozenset({"01", "03", "04", "08", "10", "11", "14", "20"})
"""QR types whose amount excludes tax."""
WITH_TAX = frozenset({"15", "31", "32", "51", "61"})
"""QR types whose amount is the total."""

DIGITAL: frozenset[InvoiceKind] = frozenset(
    {"digital_special", "digital_general", "rail_e", "air_itinerary"}
)
"""Identified by a 20-digit number alone."""
VAT: frozenset[InvoiceKind] = frozenset(
    {
        "vat_special", "vat_general", "vat_special_e", "vat_general_e", "vat_roll",
        "digital_special", "digital_general", "toll",
    }
)  # fmt: skip
"""Printed as a VAT form: buyer, seller, table, 合计, 价税合计."""
WITH_QR: frozenset[InvoiceKind] = DIGITAL | {"vat_special_e", "vat_general_e"}
"""Always printed with a QR code that says who they are."""
DOT_MATRIX: frozenset[InvoiceKind] = frozenset({"taxi", "bus", "machine_printed", "toll"})
"""Printed by needles on paper; their amounts are the weakest spot of any OCR."""

_SPECIAL, _GENERAL = "专用发票", "普通发票"
_TITLES: tuple[tuple[str, InvoiceKind], ...] = (
    (r"铁路电子客票", "rail_e"),
    (r"航空运输电子客票|航空.{0,6}客票行程单", "air_itinerary"),
    (r"二手车销售统一发票", "used_vehicle"),
    (r"机动车销售统一发票", "vehicle"),
    (r"电子发票\(?增值税专用", "digital_special"),
    (r"电子发票\(?普通发票", "digital_general"),
    (r"增值税电子专用发?票?", "vat_special_e"),
    (r"增值税电子普通发?票?", "vat_general_e"),
    (r"增值税普通发票\(?卷票", "vat_roll"),
    (r"增值税专用发?票?", "vat_special"),
    (r"增值税普通发?票?", "vat_general"),
    (r"出租(?:汽)?车|的士票|出租车", "taxi"),
    (r"定额发票", "quota"),
    (r"通行费|过路费|过桥费", "toll"),
    (r"(?:客运|汽车票|长途汽车|轮渡|船票).{0,12}(?:发票|客票|车票)|客运发票|汽车客票", "bus"),
    (r"(?:出行|打车|行程).{0,6}行程单|行程单", "ride_itinerary"),
    (r"网约车|客运服务.{0,4}发票", "ride_hailing"),
    (r"通用机打发票|机打发票|机打票", "machine_printed"),
    (r"财政(?:电子)?票据|非税收入|收费票据|捐赠票据|往来(?:结算)?票据", "fiscal"),
)
_SENTENCE = re.compile(
    r"[，。；;？?！!]|[,:].|请|如需|开具|应向|收到|可以|可开|您|我|退款|随货|附言|备注|查看|下载|申请|详情"
)
"""What stands in sentences and labels, never in a title."""
_OTHER_TITLE = re.compile(
    r"^[^:,]{0,24}(?:发票|收据|收款凭证|小票|结账单|消费清单|购物凭证)(?:联|\(.{1,8}\))?$"
)
_RAIL_PAPER = re.compile(r"(?<![A-Z0-9])[A-Z]\d{6}(?!\d)")
_RAIL_WORDS = re.compile(r"限乘当日|\d{1,2}车\d{1,3}[A-F]?号|12306|中国铁路|检票")
_OTHER = re.compile(r"发票|收据|收款凭证|小票|结账单|消费清单|购物凭证")
_OVERSEAS = re.compile(
    r"(?i)invoice|receipt|tax\s*id|subtotal|total\s*due|amount\s*due|領収書|領収証|レシート|영수증"
)
_CHINESE = re.compile(r"[一-鿿]")
_KANA = re.compile(r"[ぁ-んァ-ヶ가-힣]")
_FEW = 10


def kind_of_text(text: str) -> InvoiceKind | None:
    """Name the kind by the words of a voucher, folded by `evidence.flat`; None when none speak."""
    found = next((kind for pattern, kind in _TITLES if re.search(pattern, text)), None)
    if found == "vat_general_e" and "通行费" in text:
        return "toll"
    if found:
        return found
    if _RAIL_PAPER.search(text) and _RAIL_WORDS.search(text):
        return "rail_paper"
    if _OTHER.search(text):
        return "other"
    return "overseas" if _is_foreign(text) else None


def _is_foreign(text: str) -> bool:
    few = len(_CHINESE.findall(text)) < _FEW or len(_KANA.findall(text)) > _FEW
    return few and bool(_OVERSEAS.search(text))


def title_of(words: Iterable[str], page: str) -> InvoiceKind | None:
    """Name the kind by the words of a page's head, each folded; sentences about invoices are none.

    `page` is all of its text: tickets and foreign receipts have no title of their own.
    """
    titles = [word for word in words if not _SENTENCE.search(word)]
    found = kind_of_text("".join(titles))
    if found in {None, "other"}:
        anywhere = kind_of_text(page)
        if anywhere in {"rail_paper", "overseas"} or _is_foreign(page):
            return anywhere if anywhere == "rail_paper" else "overseas"
    if found == "other":
        return found if any(_OTHER_TITLE.match(word) for word in titles) else None
    return found


def settle(kind: InvoiceKind | None, number: str | None) -> InvoiceKind | None:
    """Let a 20-digit number decide between the coded and the fully digital form of a title."""
    if number and len(number) == 20:  # noqa: PLR2004 the length of a digital number
        coded: dict[str, InvoiceKind] = {
            "vat_special": "digital_special",
            "vat_general": "digital_general",
        }
        return coded.get(kind or "", kind)
    return kind


def kind_of_code(code: str) -> InvoiceKind | None:
    """Guess by the digits of a code; specimens break the rule, so it is a hint only."""
    if len(code) == 10:  # noqa: PLR2004 paper invoices
        hints: dict[str, InvoiceKind] = {
            "1": "vat_special", "5": "vat_special", "3": "vat_general", "6": "vat_general",
        }  # fmt: skip
        return hints.get(code[7])
    ends: dict[str, InvoiceKind] = {
        "11": "vat_general_e", "12": "toll", "13": "vat_special_e", "06": "vat_roll",
        "07": "vat_roll", "04": "vat_general", "05": "vat_general", "17": "used_vehicle",
    }  # fmt: skip
    return ends.get(code[-2:]) if code.startswith("0") else None
