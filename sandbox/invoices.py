"""Fresh sample invoices for each run of the demo: XML, OFD, PDF and a photo, all made up."""

import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from sandbox.paper import PAGE_PT, Invoice, Mark, Party, draw_pdf, draw_photo, marks_of, yuan

SAMPLES = Path(__file__).parent / "samples"
"""The photos that never change, and everybody's titles."""
TITLES = "samples.json"
FORM = Path(__file__).parent / "form.png"
"""The picture of `paper.draw_form` for the photographed invoice."""

BUYER = Party("示例科技有限公司", "91310115MA1K4DEM3E")
"""The company of `sandbox/company.yaml`."""

_ZIP_TIME = (2020, 1, 1, 0, 0, 0)
_MM_PER_PT = 25.4 / 72
_NUMBER_DIGITS = 15


@dataclass(frozen=True, slots=True)
class _Purchase:
    """What was bought from whom; the rest of an invoice follows from date and number."""

    seller: Party
    item: str
    unit: str
    quantity: int
    price_fen: int
    rate: int


_PURCHASES = {
    "hotel.xml": _Purchase(
        Party("上海栖云酒店管理有限公司", "91310106MA1FY7H2XY"),
        "*住宿服务*住宿费",
        "间夜",
        2,
        500_00,
        6,
    ),
    "meal.pdf": _Purchase(
        Party("上海知味餐饮管理有限公司", "91310101MA1FP3C8DU"),
        "*餐饮服务*餐费",
        "次",
        1,
        300_00,
        6,
    ),
    "office.ofd": _Purchase(
        Party("上海墨白办公用品有限公司", "91310104MA1FR6B2WY"),
        "*文具*办公用品",
        "套",
        4,
        50_00,
        13,
    ),
    "hotel-photo.jpg": _Purchase(
        Party("上海栖云酒店管理有限公司", "91310106MA1FY7H2XY"),
        "*住宿服务*住宿费",
        "间夜",
        1,
        400_00,
        6,
    ),
}


def sample_invoice(name: str, today: date, serial: int) -> Invoice:
    """Give the invoice of a sample file; equal date and serial give an equal invoice.

    The 20-digit number begins with the year and the province (31, Shanghai), then the serial:
    different serials below 10¹³ never share a number. KeyError for a name that is no sample.
    """
    bought = _PURCHASES[name]
    sequence = (serial * 10 + list(_PURCHASES).index(name)) % 10**_NUMBER_DIGITS
    return Invoice(
        number=f"{today:%y}312{sequence:0{_NUMBER_DIGITS}d}",
        issued=today,
        buyer=BUYER,
        seller=bought.seller,
        item=bought.item,
        unit=bought.unit,
        quantity=bought.quantity,
        price_fen=bought.price_fen,
        rate=bought.rate,
    )


def write_samples(folder: Path, today: date, serial: int) -> None:
    """Fill a folder with all samples of the demo and their `samples.json`.

    The four fresh ones are numbered by `serial`, so that no run of the demo finds its invoices
    claimed by an earlier one; the photos are copies of what lies in `sandbox/samples`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in json.loads((SAMPLES / TITLES).read_text("utf-8")):
        if name in _PURCHASES:
            (folder / name).write_bytes(build_sample(name, today, serial))
        else:
            shutil.copyfile(SAMPLES / name, folder / name)
    shutil.copyfile(SAMPLES / TITLES, folder / TITLES)


def build_sample(name: str, today: date, serial: int) -> bytes:
    """Build one of the fresh samples; KeyError for a name that is none."""
    invoice = sample_invoice(name, today, serial)
    kind = name.rpartition(".")[2]
    if kind == "xml":
        return build_xml(invoice)
    if kind == "ofd":
        return build_ofd(invoice)
    if kind == "pdf":
        return draw_pdf(invoice)
    return draw_photo(invoice, FORM.read_bytes())


def build_xml(invoice: Invoice) -> bytes:
    """Write the EInvoice XML of a 数电票 as the tax bureau hands it out."""
    day = invoice.issued.isoformat()
    header = _tree(
        "Header",
        {
            "EIid": invoice.number,
            "EInvoiceTag": "SWEI3200",
            "Version": "0.2",
            "InherentLabel": {
                "InIssuType": {"LabelCode": "Y", "LabelName": "是否蓝字发票"},
                "EInvoiceType": {"LabelCode": "01", "LabelName": "电子发票"},
                "GeneralOrSpecialVAT": {"LabelCode": "02", "LabelName": "普通发票"},
            },
        },
    )
    data = _tree(
        "EInvoiceData",
        {
            "SellerInformation": {
                "SellerIdNum": invoice.seller.tax_id,
                "SellerName": invoice.seller.name,
            },
            "BuyerInformation": {
                "BuyerIdNum": invoice.buyer.tax_id,
                "BuyerName": invoice.buyer.name,
            },
            "BasicInformation": {
                "TotalAmWithoutTax": yuan(invoice.amount_fen),
                "TotalTaxAm": yuan(invoice.tax_fen),
                "TotalTax-includedAmount": yuan(invoice.total_fen),
                "Drawer": "样例",
                "RequestTime": f"{day} 10:30:00",
            },
            "IssuItemInformation": {
                "ItemName": invoice.item,
                "MeaUnits": invoice.unit,
                "Quantity": str(invoice.quantity),
                "UnPrice": yuan(invoice.price_fen),
                "Amount": yuan(invoice.amount_fen),
                "TaxRate": f"0.{invoice.rate:02d}",
                "ComTaxAm": yuan(invoice.tax_fen),
                "TotaltaxIncludedAmount": yuan(invoice.total_fen),
            },
            "AdditionalInformation": {"Remark": "演示样例，非真实发票"},
        },
    )
    supervision = _tree(
        "TaxSupervisionInfo", {"InvoiceNumber": invoice.number, "IssueTime": f"{day} 10:30:02"}
    )
    text = f"<EInvoice>{header}{data}{supervision}</EInvoice>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


Tree = dict[str, "str | Tree"]


def _tree(name: str, content: "str | Tree") -> str:
    if isinstance(content, str):
        return f"<{name}>{escape(content)}</{name}>"
    return f"<{name}>{''.join(_tree(key, value) for key, value in content.items())}</{name}>"


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def build_ofd(invoice: Invoice) -> bytes:
    """Write an OFD (GB/T 33190): custom data in OFD.xml and the same texts on its page."""
    parts = {
        "OFD.xml": _ofd_root(invoice),
        "Doc_0/Document.xml": _ofd_document(),
        "Doc_0/PublicRes.xml": f'{_XML}<ofd:Res {_NS} BaseLoc="Res"><ofd:Fonts>'
        '<ofd:Font ID="2" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": _ofd_page(invoice),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            package.writestr(entry, text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _ofd_root(invoice: Invoice) -> str:
    facts = {
        "发票号码": invoice.number,
        "开票日期": f"{invoice.issued:%Y年%m月%d日}",
        "购买方名称": invoice.buyer.name,
        "购买方纳税人识别号": invoice.buyer.tax_id,
        "销售方名称": invoice.seller.name,
        "销售方纳税人识别号": invoice.seller.tax_id,
        "合计金额": yuan(invoice.amount_fen),
        "合计税额": yuan(invoice.tax_fen),
        "价税合计": yuan(invoice.total_fen),
    }
    rows = "".join(
        f'<ofd:CustomData Name="{name}">{escape(value)}</ofd:CustomData>'
        for name, value in facts.items()
    )
    return (
        f'{_XML}<ofd:OFD {_NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:DocID>{invoice.number:0>32}</ofd:DocID><ofd:Title>电子发票（普通发票）</ofd:Title>"
        f"<ofd:CreationDate>{invoice.issued.isoformat()}</ofd:CreationDate>"
        f"<ofd:CustomDatas>{rows}</ofd:CustomDatas></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def _ofd_document() -> str:
    width, height = (round(side * _MM_PER_PT) for side in PAGE_PT)
    return (
        f"{_XML}<ofd:Document {_NS}><ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>0 0 {width} {height}</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
        "</ofd:Document>"
    )


def _ofd_page(invoice: Invoice) -> str:
    texts = "".join(_ofd_text(i, mark) for i, mark in enumerate(marks_of(invoice), start=10))
    return (
        f'{_XML}<ofd:Page {_NS}><ofd:Content><ofd:Layer ID="3" Type="Body">{texts}'
        "</ofd:Layer></ofd:Content></ofd:Page>"
    )


def _ofd_text(number: int, mark: Mark) -> str:
    """Write a text object; a step is the size for Chinese and 0.6 of it for the rest."""
    size = mark.size * _MM_PER_PT
    steps = [size * (0.6 if glyph.isascii() or glyph == "¥" else 1) for glyph in mark.text]
    deltas = " ".join(f"{step:.3f}" for step in steps[:-1])
    x, y = mark.x * _MM_PER_PT, mark.y * _MM_PER_PT - size
    return (
        f'<ofd:TextObject ID="{number}" Font="2" Size="{size:.3f}"'
        f' Boundary="{x:.3f} {y:.3f} {sum(steps):.3f} {size * 1.3:.3f}">'
        f'<ofd:TextCode X="0" Y="{size:.3f}"' + (f' DeltaX="{deltas}"' if deltas else "") + ">"
        f"{escape(mark.text)}</ofd:TextCode></ofd:TextObject>"
    )
