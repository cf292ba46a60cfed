"""Small pictures of files: each asked of an isolated process that ends with the answer."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE

from recognition.frames import HEADER, frame
from recognition.limits import MAX_FILE_BYTES
from recognition.process import environment

TIME_S = 20.0
MAX_JPEG_BYTES = 1_000_000
_SIGN = b"\xff\xd8\xff"


async def make_thumbnail(data: bytes, *, limit_s: float = TIME_S) -> bytes | None:
    """Give a small JPEG of a picture or of a PDF's first page; None for what cannot be drawn.

    A file that kills the process or takes longer than `limit_s` cannot be drawn either.
    """
    if not data or len(data) > MAX_FILE_BYTES:
        return None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "recognition.thumb",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
        env=environment(),
    )
    try:
        async with asyncio.timeout(limit_s):
            answer, _ = await process.communicate(frame(data))
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    picture = answer[HEADER.size :]
    fine = picture.startswith(_SIGN) and len(picture) <= MAX_JPEG_BYTES
    return picture if fine else None
