"""Small files for the tests of recognition: XML, XBRL, OFD, PDF and zips, all made up."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from core.invoice import Reading
from recognition.reading import read_file
from sandbox.invoices import sample_invoice
from sandbox.paper import Invoice

SAMPLES = Path(__file__).parents[2] / "samples" / "invoices"
TRUTH = {
    row["file"]: row
    for row in map(json.loads, (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines())
}
NUMBER = "26312000000000000071"
LINES = (
    "<IssuItemInformation><ItemName>*住宿服务*住宿费</ItemName><Amount>1100.00</Amount>"
    "<TaxRate>0.06</TaxRate><ComTaxAm>66.00</ComTaxAm>"
    "<TotaltaxIncludedAmount>1166.00</TotaltaxIncludedAmount></IssuItemInformation>"
    "<IssuItemInformation><ItemName>*住宿服务*折扣</ItemName><Amount>-100.00</Amount>"
    "<TaxRate>0.06</TaxRate><ComTaxAm>-6.00</ComTaxAm>"
    "<TotaltaxIncludedAmount>-106.00</TotaltaxIncludedAmount></IssuItemInformation>"
)


def read(data: bytes, name: str = "file") -> tuple[Reading, ...]:
    return read_file(name, data, None).readings


def only(data: bytes) -> Reading:
    (reading,) = read(data)
    return reading


def codes(reading: Reading) -> set[str]:
    return {f.code for f in reading.findings}


def named(reading: Reading) -> set[str]:
    return {field for f in reading.findings for field in f.fields}


def invoice(**changes: object) -> Invoice:
    made = sample_invoice("meal.pdf", date(2026, 11, 25), 7)
    return replace(made, **changes)  # type: ignore[arg-type]


def einvoice(**parts: str) -> str:
    """An EInvoice whose parts can be replaced."""
    p = {
        "label": "普通发票",
        "kind": "电子发票",
        "number": NUMBER,
        "supervised": parts.get("number", NUMBER),
        "amount": "1000.00",
        "tax": "60.00",
        "total": "1060.00",
        "request": "<RequestTime>2026-11-24 23:59:10</RequestTime>",
        "issue": "2026-11-25 00:00:02",
        "specific": "",
        "lines": LINES,
        **parts,
    }
    return (
        f"<EInvoice><Header><EIid>{p['number']}</EIid><InherentLabel>"
        "<InIssuType><LabelCode>Y</LabelCode><LabelName>是否蓝字发票</LabelName></InIssuType>"
        f"<EInvoiceType><LabelCode>01</LabelCode><LabelName>{p['kind']}</LabelName></EInvoiceType>"
        f"<GeneralOrSpecialVAT><LabelCode>02</LabelCode><LabelName>{p['label']}</LabelName>"
        "</GeneralOrSpecialVAT></InherentLabel></Header><EInvoiceData>"
        "<SellerInformation><SellerIdNum>91310106MA1FY7H2XY</SellerIdNum>"
        "<SellerName>上海栖云酒店管理有限公司</SellerName></SellerInformation>"
        "<BuyerInformation><BuyerIdNum>91310115MA1K4DEM3E</BuyerIdNum>"
        "<BuyerName>示例科技有限公司</BuyerName></BuyerInformation>"
        f"<BasicInformation><TotalAmWithoutTax>{p['amount']}</TotalAmWithoutTax>"
        f"<TotalTaxAm>{p['tax']}</TotalTaxAm>"
        f"<TotalTax-includedAmount>{p['total']}</TotalTax-includedAmount>{p['request']}"
        f"</BasicInformation>{p['lines']}"
        f"<SpecificInformation>{p['specific']}</SpecificInformation></EInvoiceData>"
        f"<TaxSupervisionInfo><InvoiceNumber>{p['supervised']}</InvoiceNumber>"
        f"<IssueTime>{p['issue']}</IssueTime></TaxSupervisionInfo></EInvoice>"
    )


def xbrl(taxonomy: str, values: Mapping[str, str], more: str = "") -> bytes:
    body = "".join(f"<v:{name}>{value}</v:{name}>" for name, value in values.items())
    space = f"http://xbrl.mof.gov.cn/taxonomy/2021-11-30/{taxonomy}"
    spaces = f'xmlns:x="http://www.xbrl.org/2003/instance" xmlns:v="{space}"'
    return f"<x:xbrl {spaces}>{body}{more}</x:xbrl>".encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


def png(width: int, height: int, *, more: bytes = b"", pixels: bytes | None = None) -> bytes:
    """A PNG by hand: the header may lie about what follows."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    raw = pixels if pixels is not None else (b"\0" + b"\xff" * ((width + 7) // 8)) * height
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), more, chunk(b"IDAT", zlib.compress(raw, 9)), chunk(b"IEND", b""))
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(objects: list[bytes]) -> bytes:
    """Join objects (the first is the catalog) to a PDF without a table; readers mend that."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (i, o) for i, o in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
