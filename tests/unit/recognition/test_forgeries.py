"""A catalogue of forgeries: each must leave a doubt that names the field or the document."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_signing import updated
from recognition_builders import codes, einvoice, invoice, named, only, read, zipped
from seal_builders import PAGE, plain

from core.invoice import Reading
from sandbox import paper

HONEST = invoice()
PDF = paper.draw_pdf(HONEST)
TOTAL = f"¥{paper.yuan(HONEST.total_fen)}"
PLACE = "428 91"
"""Where the total stands on the page: the baseline from the lower left corner."""


def drawn_over(ops: str, more: str = "") -> bytes:
    """The honest page with something drawn after it; `more` adds to the page's entries."""
    fonts = "/Resources << /Font << /F1 5 0 R /F2 8 0 R >>"
    entry = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 397] /Contents [4 0 R 20 0 R]"
        f" {fonts} {more} >> >>"
    )
    content = ops.encode("cp1252")
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)
    return updated(PDF, {3: entry.encode(), 20: stream})


def text(words: str, place: str = "300 20", state: str = "0 g", size: str = "9") -> str:
    return f"BT {state} /F2 {size} Tf {place} Td ({words}) Tj ET\n"


def doubted(reading: Reading, code: str) -> bool:
    assert reading.ok
    return code in codes(reading)


def test_the_honest_page_leaves_no_doubt() -> None:
    assert only(PDF).findings == ()
    assert only(drawn_over("")).findings == ()
    assert only(drawn_over(text("Thank you 12"))).findings == ()


HIDDEN = {
    "white": text("\xa59318.00", state="1 1 1 rg"),
    "nearly white": text("\xa59318.00", state="0.97 0.99 0.98 rg"),
    "invisible": text("\xa59318.00", state="3 Tr"),
    "transparent": text("\xa59318.00", state="/G gs"),
    "tiny": text("\xa59318.00", size="0.2"),
    "scaled to nothing": f"q 0.01 0 0 0.01 300 20 cm {text('9318.00', '0 0')} Q",
    "off the page": text("\xa59318.00", place="700 20"),
    "clipped away": f"q 0 0 1 1 re W n {text('9318.00')} Q",
    "an optional layer that is off": f"/OC /L BDC {text('9318.00')} EMC",
    "under a shape": f"{text('9318.00')} 1 g 290 10 80 20 re f",
    "black on black": f"0 g 290 10 80 20 re f {text('9318.00')}",
}
LAYER = "/ExtGState << /G << /ca 0 >> >> /Properties << /L 30 0 R >>"


@pytest.mark.parametrize("ops", HIDDEN.values(), ids=HIDDEN.keys())
def test_texts_of_a_pdf_that_nobody_sees_are_left_out_and_told(ops: str) -> None:
    data = with_layer_off(drawn_over(ops, LAYER))

    reading = only(data)

    assert doubted(reading, "text_hidden")
    assert reading.total_fen == HONEST.total_fen


def with_layer_off(data: bytes) -> bytes:
    catalog = (
        b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [30 0 R]"
        b" /D << /OFF [30 0 R] /Order [30 0 R] >> >> >>"
    )
    return updated(data, {1: catalog, 30: b"<< /Type /OCG /Name (L) >>"})


PICTURE = "/XObject << /I 31 0 R >>"


def picture_of(grey: bytes) -> bytes:
    kind = b"/Type /XObject /Subtype /Image /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    size = b"/Width %d /Length %d" % (len(grey), len(grey))
    return b"<< %b %b >>\nstream\n%b\nendstream" % (kind, size, grey)


@pytest.mark.parametrize("shape", ["1 g 420 86 70 14 re f", "q 70 0 0 14 420 86 cm /I Do Q"])
def test_a_new_total_over_the_old_one(shape: str) -> None:
    picture = "/XObject << /I 31 0 R >>"
    data = updated(
        drawn_over(shape + "\n" + text("\xa59318.00", PLACE), picture), {31: picture_of(b"\xff")}
    )

    reading = only(data)

    assert codes(reading) & {"text_hidden", "text_covered"}
    assert "total" in named(reading)


def test_a_new_total_written_through_the_old_one() -> None:
    reading = only(drawn_over(text("\xa59318.00", PLACE)))

    assert doubted(reading, "text_covered")


def test_a_picture_of_another_total_over_the_text() -> None:
    data = updated(
        drawn_over("q 70 0 0 14 420 86 cm /I Do Q", "/XObject << /I 31 0 R >>"),
        {31: picture_of(b"\0\xff")},
    )

    reading = only(data)

    assert codes(reading) & {"text_hidden", "text_covered"}
    assert "total" in named(reading)


def test_a_note_typed_over_the_total() -> None:
    note = (
        b"<< /Type /Annot /Subtype /FreeText /Rect [420 86 490 100] /Contents (9318.00)"
        b" /DA (/F2 9 Tf 0 g) /F 4 >>"
    )
    entry = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 397] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 8 0 R >> >> /Annots [40 0 R] >>"
    )

    reading = only(updated(PDF, {3: entry, 40: note}))

    assert doubted(reading, "text_covered")


def test_the_code_of_another_invoice() -> None:
    other = invoice(number="26312000000000009999")

    reading = only(paper._pdf([*paper.marks_of(HONEST)], paper._qr_squares(other.qr)))

    assert doubted(reading, "sources_disagree")
    assert "number" in named(reading)


def test_an_amount_that_differs_from_the_code() -> None:
    other = invoice(price_fen=9318_00)

    reading = only(paper._pdf([*paper.marks_of(other)], paper._qr_squares(HONEST.qr)))

    assert "total" in named(reading)


def test_a_number_of_another_year() -> None:
    reading = only(paper.draw_pdf(invoice(number="25312000000000000071")))

    assert doubted(reading, "number_year")
    assert {"number", "date"} <= named(reading)


def test_sums_of_an_xml_that_do_not_add_up() -> None:
    reading = only(einvoice(total="9060.00").encode())

    assert doubted(reading, "total_mismatch")
    assert {"amount", "tax", "total"} <= named(reading)


def test_lines_of_an_xml_that_are_not_the_amount() -> None:
    reading = only(einvoice(amount="9000.00", total="9060.00").encode())

    assert "items" in named(reading)


def test_an_xml_that_says_a_thing_twice() -> None:
    twice = "</TotalTaxAm><TotalTax-includedAmount>9.00</TotalTax-includedAmount>"
    xml = einvoice().replace("</TotalTaxAm>", twice, 1)

    reading = only(xml.encode())

    assert doubted(reading, "doubled_field")
    assert "total" in named(reading)


def test_an_ofd_whose_page_says_more() -> None:
    page = plain()[PAGE].replace(TOTAL.encode(), "¥9318.00".encode())

    reading = only(zipped({**plain(), PAGE: page}))

    assert doubted(reading, "sources_disagree")
    assert "total" in named(reading)


def test_an_ofd_whose_data_say_more() -> None:
    root = plain()["OFD.xml"]
    data = root.replace(f">{paper.yuan(HONEST.total_fen)}<".encode(), b">9318.00<")

    assert data != root
    assert "total" in named(only(zipped({**plain(), "OFD.xml": data})))


def test_an_ofd_whose_data_say_a_thing_twice() -> None:
    root = plain()["OFD.xml"].replace(
        b"</ofd:CustomDatas>",
        '<ofd:CustomData Name="发票号码">26312000000000009999</ofd:CustomData>'
        "</ofd:CustomDatas>".encode(),
    )

    reading = only(zipped({**plain(), "OFD.xml": root}))

    assert doubted(reading, "doubled_field")
    assert "number" in named(reading)


NEW = "¥9318.00"
PLACED = 'Boundary="151 104.8 30 5"'
"""Where the total stands on the page of the OFD."""


def words(text: str = NEW, place: str = 'Boundary="100 130 30 5"', more: str = "") -> str:
    """A text object; `more` goes into its start, `place` says where it stands."""
    size = "" if "Size" in more else 'Size="3.175"'
    steps = " ".join(["1.905"] * (len(text) - 1))
    return (
        f'<ofd:TextObject ID="900" Font="2" {place} {size} {more}>'
        f'<ofd:TextCode X="0" Y="3.2" DeltaX="{steps}">{text}</ofd:TextCode></ofd:TextObject>'
    )


def shape(more: str = "", colour: str = "255 255 255") -> str:
    return (
        f'<ofd:PathObject ID="901" Boundary="150 104 40 8" Fill="true" {more}>'
        f'<ofd:FillColor Value="{colour}"/><ofd:AbbreviatedData>M 0 0 L 40 0 L 40 8 C'
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )


def with_more(objects: str, **files: bytes) -> Reading:
    """Read the honest OFD with objects added at the end of its page."""
    parts = plain()
    end = b"</ofd:Layer></ofd:Content>"
    page = parts[PAGE].replace(end, objects.encode() + end)
    assert page != parts[PAGE] or not objects
    return only(zipped({**parts, PAGE: page, **files}))


def coloured(value: str, more: str = "") -> str:
    fill = f'<ofd:FillColor Value="{value}"/>'
    return words(more=more).replace("<ofd:TextCode", fill + "<ofd:TextCode")


@pytest.mark.parametrize(
    "objects",
    [
        words(more='Visible="false"'),
        words(more='Alpha="0"'),
        words(more='Fill="false"'),
        words(more='Size="0.1"'),
        words(more='CTM="0.01 0 0 0.01 0 0"'),
        words(place='Boundary="300 130 30 5"'),
        coloured("255 255 255"),
        coloured("0 0 0 0"),
        coloured("250"),
        coloured("0 0 0").replace("<ofd:FillColor", '<ofd:FillColor Alpha="3"'),
        words(more='DrawParam="7"'),
        words(place=PLACED) + shape(),
    ],
    ids=["not visible", "transparent", "not filled", "tiny", "scaled", "off the page", "white",
         "white in inks", "white in grey", "faint", "white by style", "under a shape"],
)  # fmt: skip
def test_texts_of_an_ofd_that_nobody_sees_are_left_out_and_told(objects: str) -> None:
    fill = '<ofd:FillColor Value="255 255 255"/>'
    style = f'<ofd:DrawParams><ofd:DrawParam ID="7">{fill}</ofd:DrawParam></ofd:DrawParams>'
    resources = plain()["Doc_0/PublicRes.xml"].replace(b"</ofd:Res>", f"{style}</ofd:Res>".encode())

    reading = with_more(objects, **{"Doc_0/PublicRes.xml": resources})

    assert doubted(reading, "text_hidden")
    assert reading.total_fen == HONEST.total_fen


def test_more_text_in_sight_is_no_forgery() -> None:
    assert with_more("").findings == ()
    assert with_more(words("合同号 HT-20")).findings == ()


@pytest.mark.parametrize(
    "objects",
    [
        words(place=PLACED),
        shape() + words(place=PLACED),
        shape('Alpha="200"'),
        '<ofd:ImageObject ID="902" Boundary="150 104 40 8" ResourceID="1"/>',
        '<ofd:CompositeObject ID="903" Boundary="150 104 40 8" ResourceID="1"/>',
    ],
    ids=["text", "shape and text", "half a shape", "picture", "composite"],
)
def test_a_new_total_over_that_of_an_ofd(objects: str) -> None:
    reading = with_more(objects)

    assert codes(reading) & {"text_hidden", "text_covered"}
    assert "total" in named(reading)


INSIDE = 'Boundary="0 0 30 5"'
NOTES = "Doc_0/Annots/Annotations.xml"


@pytest.mark.parametrize("place", ["151 104.8 30 5", "20 130 30 5"], ids=["over", "beside"])
def test_a_note_with_an_amount_in_an_ofd(place: str) -> None:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    lists = (
        f'<ofd:Annotations {space}><ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annotation.xml'
        "</ofd:FileLoc></ofd:Page></ofd:Annotations>"
    )
    note = (
        f'<ofd:PageAnnot {space}><ofd:Annot Type="Stamp" ID="1"><ofd:Appearance Boundary="{place}">'
        f"{words(place=INSIDE)}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>"
    )
    root = plain()["Doc_0/Document.xml"].replace(
        b"</ofd:Pages>",
        b"</ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>",
    )
    files = {
        "Doc_0/Document.xml": root,
        NOTES: lists.encode(),
        "Doc_0/Annots/Page_0/Annotation.xml": note.encode(),
    }

    assert doubted(with_more("", **files), "text_covered")


def test_an_ofd_whose_attachment_says_more() -> None:
    more = einvoice(
        number=HONEST.number, amount="9000.00", tax="318.00", total="9318.00", lines=""
    ).encode()

    reading = with_more("", **{"Doc_0/Attachs/invoice.xml": more})

    assert {"amount", "tax", "total"} <= named(reading)


def tagged(*refs: tuple[str, str]) -> dict[str, bytes]:
    tags = "".join(f"<ofd:{n}><ofd:ObjectRef>{i}</ofd:ObjectRef></ofd:{n}>" for n, i in refs)
    xml = f'<ofd:root xmlns:ofd="http://www.ofdspec.org/2016">{tags}</ofd:root>'
    return {"Doc_0/Tags/CustomTag.xml": xml.encode()}


def test_tags_that_point_at_two_numbers() -> None:
    reading = with_more(
        words("26312000000000009999"), **tagged(("InvoiceNo", "12"), ("InvoiceNo", "900"))
    )

    assert doubted(reading, "doubled_field")
    assert "number" in named(reading)


def test_a_tag_that_points_at_another_total() -> None:
    reading = with_more(words(), **tagged(("TaxInclusiveTotalAmount", "900")))

    assert "total" in named(reading)


def test_a_tag_cannot_point_at_what_is_hidden() -> None:
    reading = with_more(words(more='Visible="false"'), **tagged(("TaxInclusiveTotalAmount", "900")))

    assert doubted(reading, "text_hidden")
    assert reading.total_fen == HONEST.total_fen


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_change_of_a_page_is_fatal(data: st.DataObject) -> None:
    """Odd numbers, names and breaks in a page, its notes or its styles never end the reading."""
    parts = plain()
    name = data.draw(st.sampled_from((PAGE, "Doc_0/PublicRes.xml", "Doc_0/Document.xml")))
    old = parts[name]
    place = data.draw(st.integers(60, len(old) - 1))
    odd = st.sampled_from((b"", b"-", b"9" * 400, b"nan", b'" CTM="0 0 0 0 0 0', b"<", b"\xff"))
    parts[name] = old[:place] + data.draw(odd) + old[place + data.draw(st.integers(0, 2)) :]

    assert read(zipped(parts))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ("q", "Q", "BT", "ET", "(9) Tj", "1 0 0 1 1e38 0 cm", "0 0 0 0 0 0 cm", "/F2 9 Tf",
             "3 Tr", "0 g", "1 g", "-1e30 0 Td", "0 0 1e30 1e30 re f", "/F2 1e30 Tf", "W n",
             "nan 0 Td", "10 10 Td", "0 0 m 9 9 l S")
        ),
        max_size=30,
    )
)  # fmt: skip
def test_no_drawing_is_fatal(ops: list[str]) -> None:
    assert read(drawn_over("\n".join(ops)))


def test_too_many_shapes_to_look_at_are_told() -> None:
    ops = text("1") + "0 0 9 9 re f\n" * 2_001

    assert doubted(only(drawn_over(ops)), "page_crowded")
    shapes = "".join(shape(f'Name="{i}"') for i in range(2_001))
    assert doubted(with_more(shapes), "page_crowded")
