"""Recognition of a document, beside what its library gives alone: time, and what is right.

Right and wrong are counted on number, date and total. Silently wrong is a wrong value without a
doubt about it; what is missing is not wrong.
"""

import asyncio
import io
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from benchmarks.figures import Figure, beside, median, note, timed
from benchmarks.places import ROOT
from core.invoice import Reading
from core.money import format_yuan
from recognition.process import Child
from recognition.reader import Recogniser
from sandbox.invoices import build_sample, sample_invoice

SHARED = ROOT.parent / "shared" / "samples"
FIELDS = ("number", "date", "total")
PICTURES = (".jpg", ".png")
LEVEL = "medium"
"""Of the photographed samples only these, and no pictures of screens, to end in a minute."""
MADE = 2
TODAY = date(2026, 11, 25)

Values = Mapping[str, str | None]
Read = Callable[[bytes], Awaitable[tuple[Values, frozenset[str]]]]
"""Gives the fields of a document, and those that it has a doubt about."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file and what is printed on it."""

    name: str
    data: bytes
    truth: Values
    has_code: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader said about a document, and how long it took."""

    document: Document
    seconds: float
    values: Values
    doubtful: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """How a reader did on the fields that are printed on some documents."""

    seconds: float
    fields: int
    right: int
    silent: int


async def run() -> AsyncIterator[Figure]:
    """Give PDF, QR code and photo, each beside its library alone."""
    documents = await asyncio.to_thread(_documents)
    pdfs = [d for d in documents if d.name.endswith(".pdf")]
    photos = [d for d in documents if d.name.endswith(PICTURES)]
    ours = await _ours(documents)
    for kind, peer, name, files in (
        ("pdf", _pdfium, "bare pypdfium2 and regular expressions", pdfs),
        ("qr", _zxing, "bare zxing-cpp", [d for d in photos if d.has_code]),
        ("photo", _rapid(), "bare RapidOCR and regular expressions", photos),
    ):
        theirs = _score(await _answers(peer, files))
        for figure in _compared(
            kind, _score([a for a in ours if a.document in files]), theirs, name
        ):
            yield figure
    alone = await _codes_alone([d for d in photos if d.has_code])
    yield beside("recognise.qr_alone.time", alone, "s", 0.15, "the bar")


async def _codes_alone(documents: Sequence[Document]) -> float:
    """Give the middle of the times in which the process for files reads a picture's code only."""
    child = Child("quick")
    await child.warm(ocr=False, limit_s=60)
    try:
        asked = [child.ask(d.name, d.data, ocr=False, limit_s=10) for d in documents]
        return median([await timed(one) for one in asked])
    finally:
        await child.stop()


async def _ours(documents: Sequence[Document]) -> list[Answer]:
    recogniser = Recogniser()
    await recogniser.start()
    await recogniser.warm()

    async def read(data: bytes) -> tuple[Values, frozenset[str]]:
        return _values(await recogniser.read("document", data))

    try:
        return await _answers(read, documents)
    finally:
        await recogniser.stop()


def _compared(kind: str, ours: Score, peer: Score, name: str) -> list[Figure]:
    name_of, of = f"recognise.{kind}", f"{name}, of {ours.fields} fields"
    share, theirs = 100 * ours.right / ours.fields, 100 * peer.right / peer.fields
    return [
        beside(f"{name_of}.time", ours.seconds, "s", peer.seconds, name),
        beside(f"{name_of}.right", share, "%", theirs, of),
        beside(f"{name_of}.silently_wrong", ours.silent, "fields", peer.silent, of),
    ]


async def _answers(read: Read, documents: Sequence[Document]) -> list[Answer]:
    """Read one after another; the first once more before, for what loads at its first use."""
    await read(documents[0].data)
    answers = []
    for document in documents:
        begin = time.perf_counter()
        values, doubtful = await read(document.data)
        answers.append(Answer(document, time.perf_counter() - begin, values, doubtful))
    return answers


def _score(answers: Sequence[Answer]) -> Score:
    printed = [(a, n) for a in answers for n in FIELDS if a.document.truth[n] is not None]
    wrong = [(a, n) for a, n in printed if a.values.get(n) not in {None, a.document.truth[n]}]
    return Score(
        seconds=median([a.seconds for a in answers]),
        fields=len(printed),
        right=sum(a.values.get(n) == a.document.truth[n] for a, n in printed),
        silent=sum(n not in a.doubtful for a, n in wrong),
    )


def _values(readings: tuple[Reading, ...]) -> tuple[Values, frozenset[str]]:
    first = readings[0]
    doubtful = {name for f in first.findings for name in f.fields or FIELDS}
    values = {
        "number": first.number,
        "date": first.date.isoformat() if first.date else None,
        "total": None if first.total_fen is None else format_yuan(first.total_fen),
    }
    return values, frozenset(doubtful)


def _documents() -> list[Document]:
    """Take the shared samples where they are; and made-up ones, which everybody has."""
    made = [_made(name, i) for name in ("meal.pdf", "hotel-photo.jpg") for i in range(MADE)]
    if not (SHARED / "truth.jsonl").is_file():
        note("recognise: no ../shared/samples here, made-up invoices only")
        return made
    rows = [json.loads(line) for line in (SHARED / "truth.jsonl").read_text("utf-8").splitlines()]
    return [*made, *(_shared(row) for row in rows if _wanted(row))]


def _made(name: str, serial: int) -> Document:
    invoice = sample_invoice(name, TODAY, serial)
    total = f"{invoice.total_fen / 100:.2f}"
    truth = {"number": invoice.number, "date": TODAY.isoformat(), "total": total}
    return Document(name, build_sample(name, TODAY, serial), truth, has_code=True)


def _wanted(row: Mapping[str, str]) -> bool:
    right = row.get("level") in {None, LEVEL} and row.get("note") != "screenshot"
    return right and row["file"].endswith((".pdf", *PICTURES))


def _shared(row: Mapping[str, str | None]) -> Document:
    path = Path(str(row["file"]))
    truth = {name: row[name] for name in FIELDS}
    return Document(path.name, (SHARED / path).read_bytes(), truth, has_code=bool(row.get("qr")))


_NUMBER = re.compile(r"(?:发票号码|票据号码|号码)[:：]?\s*(\d{8,20})")
_DATE = re.compile(r"(20\d\d)\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})")
_TOTAL = re.compile(r"(?:小写|合计|票价|金额)[)）]?[:：]?\s*[¥￥]?\s*(\d+\.\d\d)")


def _by_patterns(text: str) -> tuple[Values, frozenset[str]]:
    """Look for the fields as a first version of every such program does."""
    number, day, totals = _NUMBER.search(text), _DATE.search(text), _TOTAL.findall(text)
    values = {
        "number": number and number[1],
        "date": f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else None,
        "total": totals[-1] if totals else None,
    }
    return values, frozenset()


async def _pdfium(data: bytes) -> tuple[Values, frozenset[str]]:
    with pypdfium2.PdfDocument(data) as pdf:
        return _by_patterns("\n".join(page.get_textpage().get_text_bounded() for page in pdf))


async def _zxing(data: bytes) -> tuple[Values, frozenset[str]]:
    """Take code, number, amount and date by position; the amount passes for the total."""
    with Image.open(io.BytesIO(data)) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("L"))
    parts = next((c.text.split(",") for c in codes if c.text.startswith("01,")), [""] * 6)
    day = parts[5]
    issued = f"{day[:4]}-{day[4:6]}-{day[6:8]}" if day.isdigit() else day or None
    values = {"number": parts[3] or None, "date": issued, "total": parts[4] or None}
    return values, frozenset()


def _rapid() -> Read:
    engine = RapidOCR(params={"Global.log_level": "critical"})

    async def read(data: bytes) -> tuple[Values, frozenset[str]]:
        with Image.open(io.BytesIO(data)) as picture:
            pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        found = engine(pixels)
        texts = found.txts if isinstance(found, RapidOCROutput) else None
        return _by_patterns("\n".join(texts or ()))

    return read
