"""The usual way, as a peer: RapidOCR as it comes, and a regular expression for each field."""

import io
import re

import numpy as np
from PIL import Image, ImageOps
from rapidocr import RapidOCR

from core.invoice import InvoiceKind, Reading
from recognition.evidence import day, money

_FIELDS = {
    "code": re.compile(r"发票代码[:：]?\s*(\d{10,12})"),
    "number": re.compile(r"(?:发票|票据)号码[:：]?\s*(\d{8,20})"),
    "date": re.compile(r"(20\d\d\s*[年/-]\s*\d{1,2}\s*[月/-]\s*\d{1,2})"),
    "total": re.compile(
        r"(?:小写[)）]?|合计|总额|金额|票价|Total)[:：]?\s*[¥￥$]?\s*(\d[\d,]*\.\d{2})"
    ),
    "check_code": re.compile(r"校\s*验\s*码[:：]?\s*((?:\d\s*){20})"),
}
_NAME = re.compile(r"名\s*称[:：]\s*(\S+)")
_TAXID = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{18})(?![0-9A-Z])")
_KINDS: tuple[tuple[str, InvoiceKind], ...] = (
    ("铁路电子客票", "rail_e"), ("行程单）", "air_itinerary"), ("出租", "taxi"), ("定额", "quota"),
    ("专用发票）", "digital_special"), ("普通发票）", "digital_general"), ("电子普通", "vat_general_e"),
    ("电子专用", "vat_special_e"), ("卷票", "vat_roll"), ("增值税专用", "vat_special"),
    ("增值税普通", "vat_general"), ("机动车", "vehicle"), ("二手车", "used_vehicle"), ("通行费", "toll"),
    ("机打发票", "machine_printed"), ("行程单", "ride_itinerary"), ("客运", "bus"), ("票据", "fiscal"),
)  # fmt: skip


class PlainReader:
    """Text lines in reading order, then expressions; what matches first is taken."""

    def __init__(self) -> None:
        self._engine = RapidOCR(params={"Global.log_level": "critical"})

    def read(self, data: bytes) -> Reading:
        """Give one reading; never a doubt."""
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        found = self._engine(np.asarray(picture)[:, :, ::-1])
        text = "\n".join(getattr(found, "txts", None) or ())
        one = {name: m[1] for name, p in _FIELDS.items() if (m := p.search(text))}
        names, ids = _NAME.findall(text), _TAXID.findall(text)
        return Reading(
            file="photo.jpg",
            ok=True,
            kind=next((kind for word, kind in _KINDS if word in text), "other"),
            code=one.get("code"),
            number=one.get("number"),
            date=day(one.get("date", "").replace(" ", "")),
            total_fen=money(one.get("total")),
            check_code="".join(one.get("check_code", "").split()) or None,
            buyer=names[0] if names else None,
            seller=names[1] if len(names) > 1 else None,
            buyer_taxid=ids[0] if ids else None,
            seller_taxid=ids[1] if len(ids) > 1 else None,
        )
