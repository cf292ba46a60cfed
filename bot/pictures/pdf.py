"""Pages as a PDF of A4: each is a picture, with its words behind it to be found and copied.

The words are written without being shown, as in a scan that was read: the font that is seen is in
the picture, so that the file is small and looks the same everywhere.
"""

import zlib
from collections.abc import Iterator, Sequence

from bot.pictures.canvas import Canvas, Written
from bot.pictures.charts import PAGE_WIDTH, compose
from bot.pictures.views import Picture

A4 = (595.28, 841.89)
PAGE_HEIGHT = int(PAGE_WIDTH * A4[1] / A4[0])
"""Of a page that is drawn `PAGE_WIDTH` wide."""
_CATALOG, _PAGES, _FONT, _GLYPHS, _UNICODE, _INFO = range(1, 7)
_OBJECTS_BEFORE = 6
_OBJECTS_A_PAGE = 3
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
"""Every code is the character of that number."""


def as_pdf(pages: Sequence[Canvas], title: str, language: str) -> bytes:
    """Join pages, too tall ones made smaller; ValueError for none. The same gives the same."""
    if not pages:
        raise ValueError("a PDF needs a page")
    bodies = [
        *_head(len(pages), title, language),
        *(b for i, c in enumerate(pages) for b in _page(i, c)),
    ]
    out = bytearray(b"%PDF-1.7\n%\xe5\xb0\x8f\n")
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (
        len(bodies) + 1,
        _CATALOG,
        _INFO,
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def print_pages(views: Sequence[Picture], title: str, language: str) -> bytes:
    """Draw pages as wide as paper wants them, and join them."""
    return as_pdf([compose(view, PAGE_WIDTH, PAGE_HEIGHT) for view in views], title, language)


def _head(count: int, title: str, language: str) -> Iterator[bytes]:
    """Give the objects that all pages share, in the order of their numbers."""
    kids = " ".join(f"{_OBJECTS_BEFORE + 1 + i * _OBJECTS_A_PAGE} 0 R" for i in range(count))
    yield (
        f"<< /Type /Catalog /Pages {_PAGES} 0 R /Lang ({language})"
        " /ViewerPreferences << /DisplayDocTitle true >> >>"
    ).encode()
    yield f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()
    yield (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /NotoSansCJKsc-Regular /Encoding /Identity-H"
        f" /DescendantFonts [{_GLYPHS} 0 R] /ToUnicode {_UNICODE} 0 R >>"
    ).encode()
    yield (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /NotoSansCJKsc-Regular /DW 1000"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        b" /CIDToGIDMap /Identity /FontDescriptor << /Type /FontDescriptor"
        b" /FontName /NotoSansCJKsc-Regular /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 730 /StemV 80 >> >>"
    )
    yield _stream(b"", _TO_UNICODE)
    yield f"<< /Title <FEFF{_hex(title)}> /Producer (Chit) >>".encode()


def _page(place: int, canvas: Canvas) -> Iterator[bytes]:
    """Give a page, what it shows, and its picture."""
    number = _OBJECTS_BEFORE + 1 + place * _OBJECTS_A_PAGE
    scale = min(A4[0] / canvas.width, A4[1] / canvas.height)
    left, below = (A4[0] - canvas.width * scale) / 2, A4[1] - canvas.height * scale
    yield (
        f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {A4[0]} {A4[1]}]"
        f" /Contents {number + 1} 0 R /Resources << /Font << /F {_FONT} 0 R >>"
        f" /XObject << /I {number + 2} 0 R >> >> >>"
    ).encode()
    words = "\n".join(_words(w, scale, left) for w in canvas.written if w.text.strip())
    size = f"{canvas.width * scale:.2f} 0 0 {canvas.height * scale:.2f} {left:.2f} {below:.2f}"
    yield _stream(b"", f"q {size} cm /I Do Q\nBT 3 Tr\n{words}\nET".encode())
    image = canvas.image()
    palette = bytes(image.getpalette() or ())
    yield _stream(
        f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
        f" /BitsPerComponent 8 /ColorSpace [/Indexed /DeviceRGB {len(palette) // 3 - 1}"
        f" <{palette.hex()}>]".encode(),
        image.tobytes(),
    )


def _words(written: Written, scale: float, left: float) -> str:
    """Write a line where it is seen, each character as wide as it is on average."""
    size = written.size * scale
    units = len(_hex(written.text)) // 4
    stretch = 100 * written.width * scale / (units * size)
    x = left + written.left * scale
    y = A4[1] - (written.top + written.size) * scale
    return f"/F {size:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm <{_hex(written.text)}> Tj"


def _hex(text: str) -> str:
    return text.encode("utf-16-be", "replace").hex().upper()


def _stream(fields: bytes, body: bytes) -> bytes:
    packed = zlib.compress(body, 9)
    head = b"<< %s /Filter /FlateDecode /Length %d >>" % (fields, len(packed))
    return head + b"\nstream\n" + packed + b"\nendstream"
