"""Pages of words without any engine: order, slope, sides, and forms of each family."""

import math
import random
from datetime import date

import pytest

from core.invoice import Source
from recognition.evidence import Evidence
from recognition.layout import read_page
from recognition.ocr import Corners, read_words
from recognition.picture import Image
from recognition.words import Page, Word

VAT = (
    (300, 20, "上海增值税普通发票"), (20, 30, "3100183320"), (620, 20, "No12345678"),
    (620, 60, "开票日期：2019年05月08日"), (20, 60, "校验码 76939 05688 34666 77916"),
    (40, 100, "名　　称：测试购方企业"), (40, 125, "纳税人识别号："),
    (160, 125, "91310115MA1K4DEM3E"),
    (500, 100, "1*6<+81+574+9*2+/>0-39063/*"),
    (40, 200, "货物或应税劳务、服务名称"), (250, 200, "规格型号"), (330, 200, "单位"),
    (400, 200, "数量"), (470, 200, "单价"), (560, 200, "金额"), (640, 200, "税率"),
    (720, 200, "税额"),
    (30, 225, "*文具*打印纸"), (340, 225, "箱"), (405, 225, "2"), (470, 225, "50.00"),
    (555, 225, "100.00"), (640, 225, "13%"), (720, 225, "13.00"),
    (60, 380, "合"), (120, 380, "计"), (550, 380, "￥100.00"), (710, 380, "￥13.00"),
    (50, 410, "价税合计（大写）"), (260, 410, "壹佰壹拾叁圆整"), (600, 410, "（小写）￥113.00"),
    (40, 450, "名　　称：测试销方企业"), (40, 475, "纳税人识别号：91310106MA1FY7H2XY"),
    (40, 540, "收款人：张某"), (300, 540, "开票人：李某"), (560, 540, "销售方：（章）"),
)  # fmt: skip
TAXI = ((80, 20, "北京市出租汽车专用发票"), (20, 60, "发票代码"), (120, 60, "111001881001"),
        (20, 90, "发票号码"), (120, 90, "55320338"), (20, 150, "日期"), (120, 150, "2026-10-20"),
        (20, 180, "单价"), (120, 180, "2.40元"), (20, 210, "里程"), (120, 210, "10.4km"),
        (20, 240, "金额"), (120, 240, "31.20元"))  # fmt: skip
RAIL = ((20, 20, "F693111"), (60, 60, "杭州东站"), (240, 60, "K3819"), (400, 60, "成都东站"),
        (20, 100, "2026年01月02日16:53开"), (20, 140, "￥740.5元"), (20, 180, "限乘当日当次车"),
        (20, 220, "65646301071227F693111"))  # fmt: skip


def words(
    printed: tuple[tuple[int, int, str], ...], sure: float = 1.0, size: float = 20
) -> list[Word]:
    return [
        Word(text, x, y, x + sum(9 if c.isascii() else 18 for c in text), y + size,
             (sure,) * len(text))
        for x, y, text in printed
    ]  # fmt: skip


def seen(printed: tuple[tuple[int, int, str], ...], source: Source = "ocr") -> Evidence:
    evidence = read_page(Page(tuple(words(printed))), source)
    assert evidence is not None
    return evidence


def test_a_paper_form_with_its_labels_apart_from_its_values() -> None:
    facts = seen(VAT).facts

    assert (facts.kind, facts.code, facts.number) == ("vat_general", "3100183320", "12345678")
    assert (facts.date, facts.check_code) == (date(2019, 5, 8), "76939056883466677916")
    assert (facts.amount_fen, facts.tax_fen, facts.total_fen) == (10000, 1300, 11300)
    assert (facts.buyer, facts.buyer_taxid) == ("测试购方企业", "91310115MA1K4DEM3E")
    assert (facts.seller, facts.seller_taxid) == ("测试销方企业", "91310106MA1FY7H2XY")
    assert [(i.name, i.unit, i.quantity, i.price) for i in facts.items] == [
        ("*文具*打印纸", "箱", "2", "50.00")
    ]
    assert seen(VAT).words_fen == 11300


def test_the_paper_form_of_a_digital_invoice_is_known_by_its_20_digits() -> None:
    number = "26312000000123456789"
    printed = (*VAT, (20, 80, f"数电发票号码：{number}"), (620, 80, "发票号码：12345678"))

    evidence = seen(printed)

    assert (evidence.facts.kind, evidence.facts.number) == ("digital_general", number)
    assert evidence.paper
    assert not seen(VAT).paper


def test_the_order_of_words_does_not_matter() -> None:
    mixed = list(VAT)
    random.Random(7).shuffle(mixed)

    assert seen(tuple(mixed)) == seen(VAT)


def test_a_tax_free_form_has_no_tax() -> None:
    free = tuple(
        (x, y, {"￥13.00": "***", "￥100.00": "￥113.00"}.get(text, text)) for x, y, text in VAT
    )

    facts = seen(free).facts

    assert (facts.amount_fen, facts.tax_fen, facts.total_fen) == (11300, None, 11300)


def test_a_character_that_is_hard_to_read_makes_its_field_weak() -> None:
    page = [
        w if w.text != "No12345678" else Word(w.text, w.x0, w.y0, w.x1, w.y1, (1.0,) * 9 + (0.6,))
        for w in words(VAT)
    ]

    evidence = read_page(Page(tuple(page)), "ocr")

    assert evidence is not None
    assert evidence.weak == {"number"}


def test_two_different_numbers_are_none() -> None:
    evidence = seen((*TAXI, (20, 300, "发票号码"), (120, 300, "55320339")))

    assert evidence.facts.number is None
    assert {d.code for d in evidence.doubts} == {"ambiguous"}


def test_a_taxi_receipt() -> None:
    facts = seen(TAXI).facts

    assert (facts.kind, facts.code, facts.number) == ("taxi", "111001881001", "55320338")
    assert (facts.date, facts.total_fen) == (date(2026, 10, 20), 3120)


def test_a_code_with_a_letter() -> None:
    printed = tuple((x, y, "15101143A005" if t == "111001881001" else t) for x, y, t in TAXI)

    assert seen(printed).facts.code == "15101143A005"


def test_a_paper_rail_ticket_has_one_decimal() -> None:
    facts = seen(RAIL).facts

    assert (facts.kind, facts.number, facts.code) == ("rail_paper", "F693111", None)
    assert (facts.date, facts.total_fen) == (date(2026, 1, 2), 74050)


def test_a_rail_e_ticket_is_dated_by_its_issue_and_not_numbered_by_its_ticket() -> None:
    facts = seen(
        ((200, 10, "电子发票（铁路电子客票）"), (20, 60, "发票号码:26319110010000000017"),
         (420, 60, "开票日期:2026年05月08日"), (20, 140, "2026年04月09日11:50开"),
         (20, 180, "票价:￥807.05"), (20, 240, "电子客票号:16225925702836387256"),
         (20, 280, "购买方名称:武汉卓越科技有限公司"),
         (20, 310, "统一社会信用代码:91996400MA6CAL0C2U"))
    ).facts  # fmt: skip

    assert (facts.number, facts.date) == ("26319110010000000017", date(2026, 5, 8))
    assert (facts.total_fen, facts.buyer) == (80705, "武汉卓越科技有限公司")
    assert facts.buyer_taxid == "91996400MA6CAL0C2U"
    assert facts.seller is None


@pytest.mark.parametrize(
    ("face", "fen"), [("伍元整", 500), ("壹佰元整", 10000), ("50元", 5000), ("叁元整", None)]
)
def test_a_fixed_amount_is_one_that_is_printed_on_such_forms(face: str, fen: int | None) -> None:
    printed = ((100, 10, "湖北省通用定额发票"), (20, 60, "发票代码 181962700772"),
               (20, 90, "发票号码 60058266"), (200, 150, face))  # fmt: skip

    assert seen(printed).facts.total_fen == fen


def test_a_list_of_rides_has_no_date_of_issue() -> None:
    printed = (
        (80, 20, "滴滴出行-行程单"), (20, 60, "申请日期：2026-11-20"),
        (320, 60, "行程起止日期：2026-11-20 至 2026-11-20"), (20, 100, "共1笔行程，合计45.00元"),
    )  # fmt: skip

    evidence = seen(printed)

    assert evidence.facts.kind == "ride_itinerary"
    assert (evidence.facts.date, evidence.facts.total_fen) == (None, 4500)
    assert evidence.doubts == ()


def test_a_holiday_photo_is_no_voucher() -> None:
    assert (
        read_page(Page(tuple(words(((10, 10, "你好"), (10, 60, "2026年1月1日"))))), "ocr") is None
    )


class _Camera:
    """An engine that sees known words turned by an angle."""

    def __init__(self, printed: tuple[tuple[int, int, str], ...], degrees: float) -> None:
        self._words = words(printed)
        self._angle = math.radians(degrees)

    def read(self, picture: Image.Image) -> list[tuple[Corners, str, tuple[float, ...]]]:
        return [(self._corners(w), w.text, w.sures) for w in self._words]

    def _corners(self, w: Word) -> Corners:
        cos, sin = math.cos(self._angle), math.sin(self._angle)
        box = ((w.x0, w.y0), (w.x1, w.y0), (w.x1, w.y1), (w.x0, w.y1))
        turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in box]
        # Detectors begin with the corner that is top left in the picture.
        first = min(range(4), key=lambda i: turned[i][0] + turned[i][1])
        return tuple(turned[first:] + turned[:first])


@pytest.mark.parametrize("degrees", [0, 3, -8, 14, 90, 180, 270])
def test_askew_sideways_and_upside_down_photos_read_the_same(degrees: float) -> None:
    page = read_words(Image.new("RGB", (800, 600)), _Camera(VAT, degrees))

    evidence = read_page(page, "ocr")

    assert evidence is not None
    assert evidence.facts == seen(VAT).facts
