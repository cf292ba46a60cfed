"""The isolated process that decodes foreign bytes: `python -m recognition.worker quick|ocr`.

It answers requests on its standard input one after another: a frame with JSON, a frame with the
file; each frame is its length in four bytes, big-endian, and then the bytes. An answer is one
frame with JSON. It can neither connect, start programs, nor write files, and ends with its parent.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import signal
import sys
from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from PIL import Image, ImageDraw

from recognition.frames import READINGS, frame, read_frame
from recognition.ocr import Engine, RapidEngine
from recognition.reading import Outcome, read_file
from recognition.seal.trust import Anchors
from recognition.texts import refusal

QUICK_BYTES = 1_200_000_000
OCR_BYTES = 6_000_000_000
"""Address space, most of it reserved by the OCR runtime and never touched."""
QUICK_CPU_S = 15
OCR_CPU_S = 120
_OPEN_FILES = 256
_DIES_WITH_PARENT = 1
_NO_NEW_PRIVILEGES = 38
_FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen",
    "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One file to read; `ocr` also by OCR; `warm` only loads what will be needed.

    `anchors` are trusted certificates, DER in Base64.
    """

    name: str
    ocr: bool
    warm: bool = False
    anchors: list[str] = field(default_factory=list)


def main() -> None:
    """Serve until the input ends."""
    ocr = sys.argv[1:] == ["ocr"]
    answers = take_output()
    confine(OCR_BYTES if ocr else QUICK_BYTES)
    serve(sys.stdin.buffer, answers, OCR_CPU_S if ocr else QUICK_CPU_S)


def take_output() -> BinaryIO:
    """Keep standard output for answers alone; what libraries print goes nowhere."""
    kept = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return os.fdopen(kept, "wb")


def confine(memory_bytes: int) -> None:
    """Give up what reading a file never needs."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    with contextlib.suppress(ValueError, OSError):
        # macOS has no limit of address space.
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(event)


def serve(requests: BinaryIO, answers: BinaryIO, cpu_s: int) -> None:
    """Answer each request; the CPU limit counts anew for each."""
    engines = _Engines()
    while (head := read_frame(requests)) is not None:
        data = read_frame(requests)
        if data is None:
            return
        request = Request(**json.loads(head))
        _allow_cpu(cpu_s)
        answers.write(frame(_answer(request, data, engines)))
        answers.flush()


class _Engines:
    """Makes the OCR engine at its first use."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def warm(self, *, ocr: bool) -> Outcome:
        """Load the models and run them once: the first run takes twice as long."""
        if ocr:
            paper = Image.new("RGB", (640, 320), "white")
            ImageDraw.Draw(paper).text((40, 120), "INVOICE 100.00", "black", font_size=48)
            with io.BytesIO() as file:
                paper.save(file, "PNG")
                read_file("warm", file.getvalue(), self.ocr())
        return Outcome(())

    def ocr(self) -> Engine:
        """Give the engine."""
        if self._engine is None:
            self._engine = RapidEngine()
        return self._engine


@cache
def _anchors(encoded: tuple[str, ...]) -> Anchors:
    """Decode the anchors once; they are the same in every request of a service."""
    return Anchors(tuple(b64decode(one) for one in encoded))


def _answer(request: Request, data: bytes, engines: _Engines) -> bytes:
    """Read one file; this is the edge where an unforeseen fault becomes an answer."""
    error = ""
    try:
        if request.warm:
            outcome = engines.warm(ocr=request.ocr)
        else:
            engine = engines.ocr() if request.ocr else None
            anchors = _anchors(tuple(request.anchors))
            outcome = read_file(request.name, data, engine, anchors)
    except MemoryError:
        os._exit(1)
    except Exception as fault:  # noqa: BLE001 the edge to foreign bytes
        error = type(fault).__name__
        outcome = Outcome((refusal(request.name, "broken"),))
    readings = READINGS.dump_python(outcome.readings, mode="json")
    answer = {"readings": readings, "wants_ocr": outcome.wants_ocr, "error": error}
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
