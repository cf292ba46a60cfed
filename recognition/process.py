"""The parent's side of an isolated process: start, ask with a time limit, kill, start again."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from core.invoice import Reading
from recognition.frames import HEADER, READINGS, frame
from recognition.seal.trust import NONE, Anchors

log = structlog.get_logger(__name__)

MAX_ANSWER_BYTES = 8_000_000
_PACKAGES = Path(__file__).resolve().parents[1]
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")

Failure = Literal["took_too_long", "reader_died"]


def environment() -> dict[str, str]:
    """Give the variables that an isolated process may have: no secrets are among them."""
    kept = {k: v for k in _ENVIRONMENT if (v := os.environ.get(k))}
    return {**kept, "PYTHONPATH": str(_PACKAGES)}


class Failed(Exception):
    """A file that the process did not survive or did not finish; `code` names the reason."""

    def __init__(self, code: Failure) -> None:
        super().__init__(code)
        self.code: Failure = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process read."""

    readings: tuple[Reading, ...]
    wants_ocr: bool


class Child:
    """One isolated process that reads one file at a time.

    It is started when first asked and again after it was killed; a file that kills it fails
    alone. Only the variables that a program needs are handed on, no secrets.
    """

    def __init__(
        self, role: str, command: Sequence[str] | None = None, anchors: Anchors = NONE
    ) -> None:
        self._role = role
        self._anchors = [b64encode(data).decode("ascii") for data in anchors.encoded]
        self._command = command or (sys.executable, "-m", "recognition.worker", role)
        self._lock = asyncio.Lock()
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process else None

    async def warm(self, *, ocr: bool, limit_s: float) -> None:
        """Start the process if none runs, and have it load what it will need; Failed."""
        await self._ask({"name": "", "ocr": ocr, "warm": True}, b"", limit_s)

    async def ask(self, name: str, data: bytes, *, ocr: bool, limit_s: float) -> Answer:
        """Have one file read; Failed when it takes longer than `limit_s` or kills the process."""
        head = {"name": name, "ocr": ocr, "anchors": self._anchors}
        return await self._ask(head, data, limit_s)

    async def _ask(self, head: Mapping[str, object], data: bytes, limit_s: float) -> Answer:
        async with self._lock:
            process = await self._running()
            try:
                async with asyncio.timeout(limit_s):
                    return await _exchange(process, head, data)
            except TimeoutError as error:
                await self._kill()
                log.warning("reader_killed", role=self._role, why="time")
                raise Failed("took_too_long") from error
            except (OSError, ValueError, EOFError) as error:
                await self._kill()
                log.warning("reader_killed", role=self._role, why=type(error).__name__)
                raise Failed("reader_died") from error
            except asyncio.CancelledError:
                # The answer would come to the next question; a fresh process has none pending.
                await self._kill()
                raise

    async def stop(self) -> None:
        """End the process; what it is reading is given up."""
        await self._kill()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                cwd="/",
                env=environment(),
            )
        return self._process

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _exchange(process: Process, head: Mapping[str, object], data: bytes) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process has no pipes")
    process.stdin.writelines((frame(json.dumps(head).encode()), HEADER.pack(len(data)), data))
    await process.stdin.drain()
    (size,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
    if size > MAX_ANSWER_BYTES:
        raise ValueError("the answer is too long")
    answer = json.loads(await process.stdout.readexactly(size))
    if answer["error"]:
        log.warning("reading_failed", error=answer["error"])
    return Answer(READINGS.validate_python(answer["readings"], strict=False), answer["wants_ocr"])
