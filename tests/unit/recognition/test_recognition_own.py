"""A photo's buyer beside the company's own names and tax ids."""

from dataclasses import replace

import pytest
from recognition_builders import codes

from core.company import LegalEntity
from core.invoice import Reading, Source
from recognition.own import checked
from recognition.texts import finding

NAME, TAXID = "示例科技有限公司", "91310115MA1K4DEM3E"
OURS = (
    LegalEntity(id="hq", name=NAME, tax_id=TAXID),
    LegalEntity(id="south", name="示例（深圳）贸易有限公司", tax_id="91310106MA1FY7H2XY"),
)


def reading(buyer: str | None, taxid: str | None, source: Source = "ocr", *doubted: str) -> Reading:
    sources = [(n, source) for n, v in (("buyer", buyer), ("buyer_taxid", taxid)) if v]
    findings = (finding("doubtful_field", *doubted),) if doubted else ()
    return Reading(
        "photo.jpg", ok=True, buyer=buyer, buyer_taxid=taxid, source=tuple(sources),
        findings=findings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("buyer", "taxid", "doubted"),
    [
        (NAME, TAXID, ()),
        ("示例科枝有限公司", TAXID, ()),
        ("示例科枝有限公司", "91310115MA1K4DEN3E", ()),
        ("示倒科枝有限公司", None, ("buyer",)),
        (NAME, "91310115MAIK4DEM3F", ("buyer_taxid",)),
    ],
)
def test_what_is_nearly_ours_is_mended(
    buyer: str, taxid: str | None, doubted: tuple[str, ...]
) -> None:
    mended = checked(reading(buyer, taxid, "ocr", *doubted), OURS)

    assert (mended.buyer, mended.buyer_taxid) == (NAME, TAXID if taxid else None)
    assert mended.findings == ()
    assert dict(mended.source)["buyer"] == "ocr"


@pytest.mark.parametrize(
    ("buyer", "taxid"),
    [
        ("别人家咖啡有限公司", TAXID),
        (NAME, "91310106MA1FY7H2XY"),
        ("亦例科枝有限公司", None),
        ("完全不同的公司", None),
    ],
)
def test_a_stranger_is_named(buyer: str, taxid: str | None) -> None:
    judged = checked(reading(buyer, taxid), OURS)

    assert (judged.buyer, judged.buyer_taxid) == (buyer, taxid)
    assert codes(judged) == {"buyer_not_ours"}


def test_only_what_ocr_alone_says_is_judged() -> None:
    from_file = reading("别家科技有限公司", None, "xml")

    assert checked(from_file, OURS) is from_file
    unread = replace(from_file, ok=False)
    assert checked(unread, OURS) is unread
    assert checked(reading(NAME, None), ()).findings == ()


def test_other_doubts_stay() -> None:
    mended = checked(reading(NAME, TAXID, "ocr", "buyer", "total"), OURS)

    assert [f.fields for f in mended.findings] == [("total",)]
