"""Made-up e-invoices on paper: what stands where, drawn as a PDF and as a photo."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

PAGE_PT = (595, 397)
"""210 × 140 mm, the page of a Chinese e-invoice."""
BROWN = (0.5, 0.16, 0.05)
BLACK = (0.0, 0.0, 0.0)
_ASCII_WIDTH = 0.6
"""Of the size; Courier is the same for every letter."""
_FORM_SCALE = 2.8
_QR_PLACE_PT = (20, 14)
_QR_SIDE_PT = 56


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer or seller as printed."""

    name: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """A made-up e-invoice with one line of goods; money in fen, the rate in percent."""

    number: str
    issued: date
    buyer: Party
    seller: Party
    item: str
    unit: str
    quantity: int
    price_fen: int
    rate: int

    @property
    def amount_fen(self) -> int:
        """Without tax."""
        return self.quantity * self.price_fen

    @property
    def tax_fen(self) -> int:
        """Tax, half a fen rounded up."""
        return (self.amount_fen * self.rate + 50) // 100

    @property
    def total_fen(self) -> int:
        """With tax."""
        return self.amount_fen + self.tax_fen

    @property
    def qr(self) -> str:
        """The text of its QR code; the last field of real ones is unpublished, here it is a sum."""
        check = zlib.crc32(self.number.encode()) & 0xFFFF
        return f"01,32,,{self.number},{yuan(self.total_fen)},{self.issued:%Y%m%d},,{check:04X}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A text on the page: its left end and baseline in points from the top left corner.

    `varies` marks what differs from one printing to the next.
    """

    x: float
    y: float
    size: float
    text: str
    colour: tuple[float, float, float] = BLACK
    varies: bool = False


def yuan(fen: int) -> str:
    """Write an amount: 1060.00."""
    return f"{fen // 100}.{fen % 100:02d}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def in_words(fen: int) -> str:
    """Write an amount below ten thousand yuan in Chinese capitals: 壹仟零陆拾圆整."""
    whole, rest = divmod(fen, 100)
    text = ""
    for place in range(3, -1, -1):
        digit = whole // 10**place % 10
        text += _DIGITS[digit] + _PLACES[place] if digit else "零"
    text = "零".join(part for part in text.split("零") if part) + "圆"
    jiao, cents = divmod(rest, 10)
    tail = _DIGITS[jiao] + "角" if jiao else "零" if cents else ""
    tail += _DIGITS[cents] + "分" if cents else ""
    return text + (tail or "整")


def marks_of(invoice: Invoice) -> Iterator[Mark]:
    """Lay out every text of an invoice."""
    yield Mark(207, 40, 18, "电子发票（普通发票）", BROWN)
    yield Mark(404, 34, 9, "发票号码：", BROWN)
    yield Mark(452, 34, 9, invoice.number, varies=True)
    yield Mark(404, 52, 9, "开票日期：", BROWN)
    yield from _date_marks(invoice.issued)
    yield from _party_marks(18, "购买方信息", invoice.buyer)
    yield from _party_marks(298, "销售方信息", invoice.seller)
    yield from _table_marks(invoice)
    yield Mark(52, 306, 9, "价税合计（大写）", BROWN)
    yield Mark(150, 306, 9, in_words(invoice.total_fen))
    yield Mark(390, 306, 9, "（小写）", BROWN)
    yield Mark(428, 306, 9, f"¥{yuan(invoice.total_fen)}")
    yield Mark(24, 334, 9, "备", BROWN)
    yield Mark(24, 350, 9, "注", BROWN)
    yield Mark(42, 338, 8, "演示样例，非真实发票")
    yield Mark(52, 382, 9, "开票人：", BROWN)
    yield Mark(90, 382, 9, "样例")


def _date_marks(day: date) -> Iterator[Mark]:
    yield Mark(452, 52, 9, f"{day:%Y}", varies=True)
    yield Mark(474, 52, 9, "年")
    yield Mark(484, 52, 9, f"{day:%m}", varies=True)
    yield Mark(495, 52, 9, "月")
    yield Mark(505, 52, 9, f"{day:%d}", varies=True)
    yield Mark(516, 52, 9, "日")


def _party_marks(left: float, side: str, party: Party) -> Iterator[Mark]:
    for i, glyph in enumerate(side):
        yield Mark(left + 5, 88 + 11.5 * i, 8, glyph, BROWN)
    yield Mark(left + 22, 96, 8.5, "名称：", BROWN)
    yield Mark(left + 50, 96, 8.5, party.name)
    yield Mark(left + 22, 128, 8.5, "统一社会信用代码/纳税人识别号：", BROWN)
    yield Mark(left + 156, 128, 8.5, party.tax_id)


def _table_marks(invoice: Invoice) -> Iterator[Mark]:
    heads = {50: "项目名称", 150: "规格型号", 216: "单位", 256: "数量", 312: "单价", 392: "金额"}
    for x, head in {**heads, 438: "税率/征收率", 542: "税额"}.items():
        yield Mark(x, 154, 8.5, head, BROWN)
    yield Mark(24, 172, 8.5, invoice.item)
    yield Mark(218, 172, 8.5, invoice.unit)
    yield _ending_at(276, 172, str(invoice.quantity))
    yield _ending_at(334, 172, yuan(invoice.price_fen))
    yield _ending_at(420, 172, yuan(invoice.amount_fen))
    yield Mark(456, 172, 8.5, f"{invoice.rate}%")
    yield _ending_at(572, 172, yuan(invoice.tax_fen))
    yield Mark(62, 280, 9, "合　　计", BROWN)
    yield _ending_at(420, 280, f"¥{yuan(invoice.amount_fen)}")
    yield _ending_at(572, 280, f"¥{yuan(invoice.tax_fen)}")


def _ending_at(right: float, y: float, text: str) -> Mark:
    return Mark(right - len(text) * 8.5 * _ASCII_WIDTH, y, 8.5, text)


LINES_PT = (
    *((18, y, 577, y) for y in (76, 140, 288, 314, 364)),
    *((x, 76, x, 140) for x in (36, 298, 316)),
    *((x, 76, x, 364) for x in (18, 577)),
    (130, 288, 130, 314),
    (36, 314, 36, 364),
)


def draw_pdf(invoice: Invoice) -> bytes:
    """Draw an invoice as a PDF whose Chinese font is not embedded (every reader knows it)."""
    return _pdf(list(marks_of(invoice)), _qr_squares(invoice.qr))


def draw_itinerary(day: date, total_fen: int) -> bytes:
    """Draw the itinerary of one ride, which comes with its invoice and has no number."""
    marks = [
        Mark(200, 40, 18, "滴滴出行-行程单"),
        Mark(24, 70, 9, f"申请日期：{day.isoformat()}"),
        Mark(300, 102, 9, f"共1笔行程，合计{yuan(total_fen)}元"),
        Mark(60, 130, 9, "快车"),
        Mark(200, 130, 9, "上海"),
        Mark(240, 130, 9, "人民广场"),
        Mark(340, 130, 9, "虹桥机场"),
        Mark(510, 130, 9, yuan(total_fen)),
    ]
    return _pdf(marks, [])


def draw_form(invoice: Invoice) -> bytes:
    """Draw what does not vary as a PDF: rendered where a Chinese font is, it is `form.png`."""
    return _pdf([m for m in marks_of(invoice) if not m.varies], [])


Box = tuple[float, float, float, float]


def _qr_squares(text: str) -> list[Box]:
    """Give the dark modules as boxes (x, y, width, height), merged along each row."""
    image = _qr_image(text)
    side = _QR_SIDE_PT / image.width
    left, top = _QR_PLACE_PT
    boxes: list[Box] = []
    for y in range(image.height):
        row = [(image.getpixel((x, y)) == 0, x) for x in range(image.width)]
        for dark, run in groupby(row, key=lambda cell: cell[0]):
            cells = [x for _, x in run]
            if dark:
                boxes.append((left + cells[0] * side, top + y * side, len(cells) * side, side))
    return boxes


def _qr_image(text: str) -> Image.Image:
    """Make the code at one pixel a module, black on white, without a margin."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    return Image.fromarray(picture)


def _pdf(marks: list[Mark], squares: list[Box]) -> bytes:
    height = PAGE_PT[1]
    ops = ["{} {} {} RG 0.6 w".format(*BROWN)]
    ops += [f"{x} {height - y} m {u} {height - v} l S" for x, y, u, v in LINES_PT]
    ops += ["0 0 0 rg"]
    ops += [f"{x:.3f} {height - y - h:.3f} {w:.3f} {h:.3f} re f" for x, y, w, h in squares]
    ops += [_text_ops(mark, height) for mark in marks]
    content = zlib.compress("\n".join(ops).encode("ascii"))
    box = f"/MediaBox [0 0 {PAGE_PT[0]} {height}]"
    fonts = "/Resources << /Font << /F1 5 0 R /F2 8 0 R >> >>"
    song = "/BaseFont /STSong-Light"
    info = "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>"
    shape = "/Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {box} /Contents 4 0 R {fonts} >>".encode(),
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        f"<< /Type /Font /Subtype /Type0 {song} /Encoding /UniGB-UCS2-H"
        " /DescendantFonts [6 0 R] >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType0 {song} {info} /FontDescriptor 7 0 R"
        " /DW 1000 >>".encode(),
        f"<< /Type /FontDescriptor /FontName /STSong-Light {shape} /CapHeight 880"
        " /StemV 80 >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    return _assemble(bodies)


def _text_ops(mark: Mark, height: int) -> str:
    """Write a text as runs, Chinese in F1 and the rest in F2."""
    x, ops = mark.x, ["{} {} {} rg".format(*mark.colour)]
    for narrow, run in groupby(mark.text, key=_is_narrow):
        text = "".join(run)
        font, coded = ("F2", text.encode("cp1252")) if narrow else ("F1", text.encode("utf-16-be"))
        place = f"{x:.2f} {height - mark.y:.2f}"
        ops.append(f"BT /{font} {mark.size} Tf {place} Td <{coded.hex()}> Tj ET")
        x += len(text) * mark.size * (_ASCII_WIDTH if narrow else 1)
    return "\n".join(ops)


def _is_narrow(glyph: str) -> bool:
    return glyph.isascii() or glyph == "¥"


def _assemble(bodies: list[bytes]) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(bodies, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(bodies) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def draw_photo(invoice: Invoice, form: bytes) -> bytes:
    """Photograph a printed invoice: a little askew on a desk, as JPEG.

    `form` is the picture of `draw_form`; only what varies is printed here, so that no Chinese
    font is needed where this runs.
    """
    page = Image.open(io.BytesIO(form)).convert("RGB")
    scale = page.width / PAGE_PT[0]
    pen = ImageDraw.Draw(page)
    for mark in (m for m in marks_of(invoice) if m.varies):
        font = ImageFont.load_default(mark.size * scale)
        pen.text((mark.x * scale, mark.y * scale), mark.text, "#1c1c1c", font, anchor="ls")
    code = _qr_image(invoice.qr)
    side = round(_QR_SIDE_PT * scale)
    place = (round(_QR_PLACE_PT[0] * scale), round(_QR_PLACE_PT[1] * scale))
    page.paste(code.resize((side, side), Image.Resampling.NEAREST), place)
    return _on_desk(page)


def _on_desk(page: Image.Image) -> bytes:
    margin = 60
    size = (page.width + 2 * margin, page.height + 2 * margin)
    shade = Image.linear_gradient("L").resize(size)
    desk = Image.composite(
        Image.new("RGB", size, "#8a7460"), Image.new("RGB", size, "#a58d75"), shade
    )
    shadow = Image.new("L", size)
    ImageDraw.Draw(shadow).rectangle(
        (margin + 8, margin + 12, margin + page.width + 8, margin + page.height + 12), 150
    )
    desk.paste(Image.new("RGB", size, "#3d3024"), mask=shadow.filter(ImageFilter.GaussianBlur(14)))
    desk.paste(page, (margin, margin))
    tilted = desk.rotate(1.2, Image.Resampling.BICUBIC, fillcolor="#8f7963")
    out = io.BytesIO()
    tilted.filter(ImageFilter.GaussianBlur(0.5)).save(out, "JPEG", quality=84)
    return out.getvalue()
