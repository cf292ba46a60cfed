"""Bad inputs of the family F: each is refused with a reason or read in bounds."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from recognition_builders import chunk, codes, einvoice, invoice, only, pdf, png, read, zipped

from recognition import limits
from recognition.limits import Package, Unreadable
from recognition.picture import open_picture
from sandbox.invoices import build_ofd, build_xml
from sandbox.paper import draw_pdf


def reason(data: bytes) -> str:
    reading = only(data)
    assert not reading.ok
    assert reading.number is reading.total_fen is None
    return reading.reason or ""


@pytest.mark.parametrize(
    "data",
    [
        b"II*\0" + bytes(100),
        b"MM\0*" + bytes(100),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\0\0\x01\0" + bytes(60),
        b"8BPS\0\x01" + bytes(60),
        b"\xd7\xcd\xc6\x9a" + bytes(60),
        b"#define x_width 16\n#define x_height 16\n",
        b"SIMPLE  =                    T",
        b"\x89HDF\r\n\x1a\n" + bytes(60),
        b"BM" + bytes(60),
        b"GIF89a" + bytes(60),
        b"MZ" + b"%PDF-1.4",
        b"\x7fELF" + b"%PDF-1.4",
        b"PK\x05\x06" + bytes(18),
        b"Rar!\x1a\x07\0",
        b"7z\xbc\xaf\x27\x1c",
        b"just text",
        bytes(1_000),
    ],
)
def test_only_listed_types_are_opened(data: bytes) -> None:
    assert "不支持" in reason(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "网页"),
        (b"  <html lang='zh'>", "网页"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "损坏"),
        (b"\0\0\0\x18ftypavif" + bytes(50), "HEIC"),
        (b"%PDF-" + bytes(limits.MAX_FILE_BYTES), "太大"),
        (b"\xff\xd8\xff" + bytes(50), "损坏"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(50), "损坏"),
    ],
)
def test_refusals_say_what_to_do(data: bytes, said: str) -> None:
    text = reason(data)

    assert said in text
    assert " · " in text


@pytest.mark.parametrize(
    ("width", "height"), [(13_000, 13_000), (65_500, 65_500), (2**31 - 1, 2**31 - 1)]
)
def test_pixels_are_counted_before_decoding(width: int, height: int) -> None:
    assert "像素" in reason(png(width, height, pixels=b"\0"))


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 10), (10, 10), (4_000, 100)])
def test_empty_tiny_and_narrow_pictures_are_refused(width: int, height: int) -> None:
    assert reason(png(width, height, pixels=b"\0" * 100))


def test_a_jpeg_header_of_65500_pixels_is_refused() -> None:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 65_500, 65_500, 3)
    data = b"\xff\xd8" + frame + b"\1\x11\0\2\x11\0\3\x11\0" + b"\xff\xda" + bytes(20)

    assert "像素" in reason(data)


def test_compressed_text_in_a_png_is_not_inflated_without_bound() -> None:
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))

    assert "损坏" in reason(png(100, 100, more=bomb))


def test_broken_exif_is_ignored() -> None:
    out = io.BytesIO()
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff\xff" + b"\x01\x12\xff\xff\xff\xff\xff\xff" * 7_000
    Image.new("RGB", (200, 100), "red").save(out, "JPEG", exif=exif[:60_000])

    assert open_picture(out.getvalue()).size == (200, 100)


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "P", "RGBA", "LA", "1"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (200, 100)).save(out, "JPEG" if mode == "CMYK" else "PNG")

    picture = open_picture(out.getvalue())

    assert (picture.mode, picture.size) == ("RGB", (200, 100))


def test_clear_pixels_are_paper_and_16_bits_keep_their_shade() -> None:
    clear, deep = io.BytesIO(), io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(clear, "PNG")
    Image.new("I;16", (100, 100), 0x8000).save(deep, "PNG")

    assert open_picture(clear.getvalue()).getpixel((5, 5)) == (255, 255, 255)
    assert open_picture(deep.getvalue()).getpixel((5, 5)) == (128, 128, 128)


def test_a_sideways_photo_is_turned_by_its_exif() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(out, "JPEG", exif=exif)

    assert open_picture(out.getvalue()).size == (100, 200)


def test_a_dense_entry_is_refused_by_its_ratio() -> None:
    assert "压缩" in reason(zipped({"OFD.xml": b"<a>" + b" " * 9_000_000 + b"</a>"}))


def test_sizes_in_headers_are_not_believed() -> None:
    data = bytearray(zipped({"OFD.xml": b" " * 30_000_000}))
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    struct.pack_into("<I", data, data.index(b"PK\x03\x04") + 22, 10)

    assert not only(bytes(data)).ok


def test_too_many_and_too_much_are_refused() -> None:
    many = zipped({f"{i}.xml": b"" for i in range(limits.MAX_ENTRIES + 1)})
    much = zipped({f"{i}.xml": bytes(19_000_000) for i in range(4)})

    assert "压缩" in reason(many)
    assert "压缩" in reason(much)


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(build_ofd(invoice()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark)
        data[at + place] |= 1

    assert "密码" in reason(bytes(data))


def test_overlapping_entries_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.xml", "<a/>" * 100)
        package.writestr("b.xml", "<b/>" * 100)
        package.filelist[1].header_offset = package.filelist[0].header_offset

    with pytest.raises(Unreadable):
        Package(out.getvalue())


def test_archives_nest_one_level_at_most() -> None:
    inner = zipped({"invoice.xml": build_xml(invoice())})

    reading = only(zipped({"inner.zip": inner, "office.ofd": build_ofd(invoice())}))

    assert reading.ok
    assert "entries_skipped" in codes(reading)
    assert not only(zipped({"inner.zip": inner})).ok


def test_one_invoice_in_three_forms_is_one_reading() -> None:
    made = invoice()
    files = {"a.pdf": draw_pdf(made), "b.ofd": build_ofd(made), "c.xml": build_xml(made)}

    reading = only(zipped({**files, "__MACOSX/._c.xml": b"junk", "readme.txt": b"hello"}))

    assert set(dict(reading.source).values()) == {"xml"}
    assert codes(reading) == {"entries_skipped"}


def test_several_invoices_in_a_zip_are_several_readings() -> None:
    other = einvoice(number="26312000000000000088")

    readings = read(zipped({"a.pdf": draw_pdf(invoice()), "b.xml": other.encode()}))

    assert [r.number for r in readings] == [invoice().number, "26312000000000000088"]


def test_one_broken_file_in_a_zip_is_said_and_stops_nothing() -> None:
    reading = only(zipped({"a.pdf": b"%PDF-junk", "b.xml": build_xml(invoice())}))

    assert reading.ok
    assert "entries_skipped" in codes(reading)


def test_a_pdf_of_one_page_that_refers_to_itself_ends() -> None:
    loop = pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])

    assert not only(loop).ok


def test_a_compression_that_nobody_knows_is_no_question_of_a_password() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("OFD.xml", b"<OFD/>")
    data = bytearray(out.getvalue())
    listed = data.index(b"PK\x01\x02")
    data[8], data[listed + 10] = 97, 97

    with pytest.raises(Unreadable) as refused:
        Package(bytes(data)).read("OFD.xml")

    assert refused.value.code == "broken"
