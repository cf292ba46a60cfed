"""How soon the service is ready: first start, start again after a kill; and the command line."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

from benchmarks.figures import Figure, beside, median, timed
from benchmarks.places import ROOT, database, folder
from benchmarks.service import Running, prepared
from sandbox.invoices import build_sample

KILLS = 3
LIBRARIES = "import aiohttp, sqlalchemy.ext.asyncio, pydantic, structlog, typer"
"""What any service on this stack loads before its first line."""
READING = "import typer, pydantic, structlog, PIL.Image, lxml.etree, pypdfium2, zxingcpp"
PEER = "an interpreter that imports the same libraries"


async def run() -> AsyncIterator[Figure]:
    """Give seconds until both channels are connected, and of `chit recognise` on an XML."""
    bare = await _python(LIBRARIES)
    async with database("sqlite") as url:
        if url is None:
            return
        async with prepared(url) as running:
            first = await running.start()
            again = [await _again(running) for _ in range(KILLS)]
            stopped = await running.end()
    yield beside("start.first", first, "s", bare, PEER)
    yield beside("start.from_kill_to_ready", median(again), "s", bare, PEER)
    yield beside("start.sigterm_to_end", stopped, "s", 10.0, "the bar")
    with folder() as place:
        invoice = place / "hotel.xml"
        invoice.write_bytes(build_sample("hotel.xml", date(2026, 11, 25), 1))
        yield beside(
            "start.recognise_command", await _recognise(invoice), "s", await _python(READING), PEER
        )


async def _again(running: Running) -> float:
    """Give the seconds from `kill -9` until the service is back and both channels are."""
    await running.end(signal.SIGKILL)
    return await running.start()


async def _recognise(invoice: Path) -> float:
    return await _middle("-m", "bot", "recognise", "--json", str(invoice))


async def _python(imports: str) -> float:
    return await _middle("-c", imports)


async def _middle(*arguments: str) -> float:
    """Run a program three times; the middle of its times."""

    async def once() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise OSError(f"it failed: {arguments}")

    return median([await timed(once()) for _ in range(3)])
