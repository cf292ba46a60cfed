"""Memory: of the processes that read files after large photos, and of the service beside them.

Peaks are `VmHWM`, what was resident at most; figures exist on Linux only.
"""

import io
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

from PIL import Image

from benchmarks.accuracy import photo
from benchmarks.figures import Figure, beside, note
from benchmarks.places import database
from benchmarks.render import draw
from benchmarks.service import serving
from recognition.process import Child
from recognition.reader import Recogniser
from sandbox.invoices import build_sample

WORKER_MB = 1200.0
KINDS = ("vat_special", "digital_general", "taxi", "air_itinerary")
SEED = 772
LARGE = (4000, 3000)
TODAY = date(2026, 11, 25)
OCR_LIBRARIES = ("onnxruntime", "cv2")


async def run() -> AsyncIterator[Figure]:
    """Give the peaks of both processes beside the bar, and what the service itself holds."""
    if sys.platform != "linux":
        note("memory: there is no /proc here, skipped")
        return
    quick, slow = Child("quick"), Child("ocr")
    recogniser = Recogniser(quick, slow)
    await recogniser.start()
    await recogniser.warm()
    try:
        for kind in KINDS:
            data = photo(draw(kind, SEED), "light", SEED)
            await recogniser.read("photo.jpg", _enlarged(data))
        for name in ("hotel.xml", "office.ofd", "meal.pdf"):
            await recogniser.read(name, build_sample(name, TODAY, SEED))
        peaks = {"ocr": _peak_mb(slow.pid), "quick": _peak_mb(quick.pid)}
    finally:
        await recogniser.stop()
    for role, peak in peaks.items():
        yield beside(f"memory.worker.{role}.peak", peak, "MB", WORKER_MB, "the bar")
    async with database("sqlite") as url:
        if url is None:
            return
        async with serving(url) as running:
            pid = running.process.pid if running.process else None
            held, mapped = _status_mb(pid, "VmRSS"), _ocr_libraries(pid)
    yield beside(
        "memory.service", held, "MB", peaks["ocr"], "the process with the models, its peak"
    )
    yield Figure("memory.service.ocr_libraries", mapped, "libraries", None, "the bar of none")


def _enlarged(data: bytes) -> bytes:
    """Give a photo as a phone with 12 megapixels takes it."""
    with Image.open(io.BytesIO(data)) as found, io.BytesIO() as file:
        size = LARGE if found.width > found.height else LARGE[::-1]
        found.convert("RGB").resize(size).save(file, "JPEG", quality=90)
        return file.getvalue()


def _peak_mb(pid: int | None) -> float:
    return _status_mb(pid, "VmHWM")


def _status_mb(pid: int | None, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _ocr_libraries(pid: int | None) -> int:
    """Count the libraries of OCR that a process has mapped."""
    maps = Path(f"/proc/{pid}/maps").read_text("utf-8")
    return sum(name in maps for name in OCR_LIBRARIES)
