"""Sheets to print, two vouchers each: asked of an isolated process that ends with the answer."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass

from recognition.frames import HEADER, frame
from recognition.limits import MAX_FILE_BYTES
from recognition.process import Failed, environment

TIME_S = 120.0
MAX_PDF_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Sheets:
    """A PDF of A4 sheets; `skipped` are files without a page that can be drawn (OFD, XML)."""

    pdf: bytes
    pages: int
    skipped: tuple[str, ...]


async def make_sheets(
    title: str, files: Sequence[tuple[str, bytes]], *, limit_s: float = TIME_S
) -> Sheets:
    """Lay files out, in order; `title` is ASCII and stands below each voucher.

    Failed when the process does not survive the files or takes longer than `limit_s`.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "recognition.sheet",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
        env=environment(),
    )
    try:
        async with asyncio.timeout(limit_s):
            return await _exchange(process, title, files)
    except TimeoutError as error:
        raise Failed("took_too_long") from error
    except (OSError, ValueError, EOFError) as error:
        raise Failed("reader_died") from error
    finally:
        if process.returncode is None:
            process.kill()
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _exchange(process: Process, title: str, files: Sequence[tuple[str, bytes]]) -> Sheets:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process has no pipes")
    process.stdin.write(frame(title.encode("ascii", "replace")))
    large = tuple(name for name, data in files if len(data) > MAX_FILE_BYTES)
    for name, data in files:
        if name in large:
            continue
        process.stdin.write(frame(name.encode("utf-8", "replace")))
        process.stdin.writelines((HEADER.pack(len(data)), data))
        await process.stdin.drain()
    process.stdin.write_eof()
    about = json.loads(await _frame(process.stdout))
    return Sheets(await _frame(process.stdout), about["pages"], (*large, *about["skipped"]))


async def _frame(answers: asyncio.StreamReader) -> bytes:
    (size,) = HEADER.unpack(await answers.readexactly(HEADER.size))
    if size > MAX_PDF_BYTES:
        raise ValueError("the answer is too long")
    return await answers.readexactly(size)
