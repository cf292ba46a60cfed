from pathlib import Path

import pytest
from recognition_builders import SAMPLES, TRUTH, codes, invoice, named, only, zipped

from core.invoice import to_json
from recognition.limits import Package
from sandbox.invoices import build_ofd

FIELDS = ("code", "number", "date", "amount", "tax", "total", "buyer", "buyer_taxid", "seller",
          "seller_taxid", "check_code")  # fmt: skip


def parts_of(data: bytes) -> dict[str, bytes]:
    package = Package(data)
    return {name: package.read(name) for name in package.names()}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.ofd")), ids=lambda p: p.name)
def test_real_files_are_read_exactly(path: Path) -> None:
    truth = TRUTH[path.name]

    answer = to_json(only(path.read_bytes()))

    assert answer["ok"]
    assert {f: answer[f] for f in FIELDS} == {f: truth[f] or None for f in FIELDS}
    kinds = {"增值税电子普通发票": "vat_general_e", "电子发票（增值税专用发票）": "digital_special"}
    assert answer["kind"] == kinds[truth["type"]]


def test_the_attached_xml_is_trusted_most() -> None:
    reading = only((SAMPLES / "999.ofd").read_bytes())

    source = dict(reading.source)
    assert source["total"] == "xml"
    assert len(reading.items) == 100


def test_without_attachment_custom_data_tags_and_text_make_it_whole() -> None:
    reading = only((SAMPLES / "20240531141733.ofd").read_bytes())

    source = dict(reading.source)
    assert {source[f] for f in ("number", "total", "buyer", "kind")} == {"ofd"}
    assert reading.items[0].name == "*信息技术服务*技术服务费"
    assert reading.findings == ()


def test_visible_text_that_differs_from_the_data_is_a_doubt() -> None:
    made = build_ofd(invoice())
    parts = parts_of(made)
    page = "Doc_0/Pages/Page_0/Content.xml"
    parts[page] = parts[page].replace("¥318.00".encode(), "¥9318.00".encode())

    reading = only(zipped(parts))

    assert reading.total_fen == 31800
    assert "sources_disagree" in codes(reading)
    assert "total" in named(reading)


def test_a_doctype_in_any_part_refuses_the_file() -> None:
    parts = parts_of(build_ofd(invoice()))
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa">]>'
    for name, data in parts.items():
        spoilt = zipped({**parts, name: data.replace(b"?>", b"?>" + bomb, 1)})

        assert "DOCTYPE" in (only(spoilt).reason or ""), name


def test_archives_inside_are_not_opened() -> None:
    inner = build_ofd(invoice())
    parts = parts_of(inner)

    reading = only(zipped({**parts, "Doc_0/Attachs/more.ofd": inner, "x.zip": zipped({"a": b"b"})}))

    assert reading.ok
    assert reading.number == invoice().number


def test_a_package_without_its_document_is_broken() -> None:
    parts = parts_of(build_ofd(invoice()))
    del parts["Doc_0/Document.xml"]

    assert "损坏" in (only(zipped(parts)).reason or "")


def test_paths_that_leave_the_package_find_nothing() -> None:
    parts = parts_of(build_ofd(invoice()))
    place = b"../../../../etc/passwd"
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        b"Pages/Page_0/Content.xml", place
    )

    reading = only(zipped(parts))

    assert reading.ok
    assert reading.total_fen == 31800
