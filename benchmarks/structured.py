"""Electronic files beside the open readers of them: every field, and the time of one.

The peers run where they are installed (`pip install ofdkit invoice-amount-tool`), each on the
formats that it reads. A field that a peer has no name for is not counted against it.
"""

import asyncio
import importlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType

from benchmarks.figures import Figure, beside, median, note
from benchmarks.recognise import SHARED
from core.invoice import to_json
from core.money import format_yuan
from recognition.reader import Recogniser
from sandbox.invoices import build_sample, sample_invoice

FIELDS = (
    "code", "number", "date", "amount", "tax", "total", "buyer", "buyer_taxid", "seller",
    "seller_taxid", "check_code",
)  # fmt: skip
MADE = ("hotel.xml", "office.ofd", "meal.pdf")
SERIALS = range(771, 776)
TODAY = date(2026, 11, 25)
BAR_S = 0.05
REPEATS = 3

Values = Mapping[str, str | None]
Peer = Callable[[Path], Values]


@dataclass(frozen=True, slots=True)
class Sample:
    """A file with what it says."""

    path: Path
    truth: Values


async def run() -> AsyncIterator[Figure]:
    """Give time and exactness for each format, ours and each peer's."""
    with tempfile.TemporaryDirectory() as folder:
        samples = await asyncio.to_thread(_samples, Path(folder))
        recogniser = Recogniser()
        await recogniser.start()
        try:
            for kind in (".xml", ".ofd", ".pdf"):
                some = [s for s in samples if s.path.suffix == kind]
                for figure in await _figures(recogniser, kind[1:], some):
                    yield figure
        finally:
            await recogniser.stop()


async def _figures(recogniser: Recogniser, kind: str, samples: Sequence[Sample]) -> list[Figure]:
    seconds: list[float] = []
    right = printed = 0
    for sample in samples:
        data = sample.path.read_bytes()
        await recogniser.read(sample.path.name, data)
        for _ in range(REPEATS):
            begin = time.perf_counter()
            (reading, *_rest) = await recogniser.read(sample.path.name, data)
            seconds.append(time.perf_counter() - begin)
        mine, all_ = _right(to_json(reading), sample.truth)
        right, printed = right + mine, printed + all_
    name = f"recognise.structured.{kind}"
    found = [
        beside(f"{name}.time", median(seconds), "s", BAR_S, f"the bar, {len(samples)} files"),
        Figure(f"{name}.right", 100 * right / printed, "%", None, f"of {printed} fields"),
    ]
    for peer, read in _peers(kind).items():
        found += _beside_peer(name, peer, read, samples, median(seconds))
    return found


def _beside_peer(
    name: str, peer: str, read: Peer, samples: Sequence[Sample], ours_s: float
) -> list[Figure]:
    seconds: list[float] = []
    right = printed = 0
    for sample in samples:
        read(sample.path)
        begin = time.perf_counter()
        answer = read(sample.path)
        seconds.append(time.perf_counter() - begin)
        theirs, all_ = _right(answer, sample.truth)
        right, printed = right + theirs, printed + all_
    share = 100 * right / printed if printed else 0.0
    return [
        beside(f"{name}.time_beside.{peer}", ours_s, "s", median(seconds), peer),
        Figure(f"{name}.right.{peer}", round(share, 1), "%", None, f"of {printed} fields it names"),
    ]


def _right(answer: Mapping[str, object], truth: Values) -> tuple[int, int]:
    named = [f for f in FIELDS if truth.get(f) and f in answer]
    return sum(answer[f] == truth[f] for f in named), len(named)


def _samples(folder: Path) -> list[Sample]:
    """Take the shared ones where they are, and made ones, which everybody has."""
    found = [_made(folder, name, serial) for name in MADE for serial in SERIALS]
    listed = SHARED / "truth.jsonl"
    if not listed.is_file():
        note("structured: no ../shared/samples here, made-up invoices only")
        return found
    rows = [json.loads(line) for line in listed.read_text("utf-8").splitlines()]
    kept = [row for row in rows if row["file"].endswith((".ofd", ".pdf", ".xml"))]
    return [*found, *(Sample(SHARED / row["file"], row) for row in kept)]


def _made(folder: Path, name: str, serial: int) -> Sample:
    path = folder / f"{serial}-{name}"
    path.write_bytes(build_sample(name, TODAY, serial))
    made = sample_invoice(name, TODAY, serial)
    truth = {
        "number": made.number,
        "date": TODAY.isoformat(),
        "amount": format_yuan(made.amount_fen),
        "tax": format_yuan(made.tax_fen),
        "total": format_yuan(made.total_fen),
        "buyer": made.buyer.name,
        "buyer_taxid": made.buyer.tax_id,
        "seller": made.seller.name,
        "seller_taxid": made.seller.tax_id,
    }
    return Sample(path, truth)


def _peers(kind: str) -> dict[str, Peer]:
    """Give the readers of a format that are installed."""
    found: dict[str, Peer] = {}
    ofdkit, amounts = _module("ofdkit"), _module("invoice_amount_tool.core")
    if ofdkit and kind == "ofd":
        found["ofdkit"] = lambda path: _by_ofdkit(ofdkit, path)
    if amounts and kind in {"ofd", "pdf"}:
        found["invoice_amount_tool"] = lambda path: _by_amounts(amounts, path)
    return found


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        note(f"structured: {name} is not installed, skipped")
        return None


def _by_ofdkit(module: ModuleType, path: Path) -> Values:
    found = module.extract_invoice(path)
    if found is None:
        return dict.fromkeys(FIELDS)
    return {
        "code": found.invoice_code,
        "number": found.invoice_number,
        "date": found.issue_date,
        "amount": found.amount_without_tax,
        "tax": found.tax_amount,
        "total": found.total_amount,
        "buyer": found.buyer.name,
        "buyer_taxid": found.buyer.tax_id,
        "seller": found.seller.name,
        "seller_taxid": found.seller.tax_id,
        "check_code": found.check_code,
    }


def _by_amounts(module: ModuleType, path: Path) -> Values:
    found = module.parse_invoice_file(path)
    if found is None:
        return dict.fromkeys(("number", "date", "tax", "total", "buyer", "seller"))
    return {
        "number": found.invoice_no,
        "date": found.issue_date,
        "tax": None if found.tax is None else f"{found.tax:.2f}",
        "total": None if found.amount is None else f"{found.amount:.2f}",
        "buyer": found.buyer,
        "seller": found.seller,
    }
