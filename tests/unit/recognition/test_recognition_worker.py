"""The isolated process: killed when it takes too long, too much, or dies; one file never more."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from recognition_builders import SAMPLES, codes, einvoice, pdf, png

from recognition.process import Child, Failed
from recognition.reader import Recogniser

ROOT = Path(__file__).parents[3]
LIMIT_S = 60.0
STUCK = "import sys, time; sys.stdin.buffer.read(1); time.sleep(600)"
GREEDY = (
    "import sys\nfrom recognition.worker import confine, read_frame\n"
    "confine(400_000_000)\nread_frame(sys.stdin.buffer)\nbytearray(2_000_000_000)"
)
ABORTING = "import os, sys; sys.stdin.buffer.read(1); os.abort()"
LYING = r"import sys; sys.stdin.buffer.read(1); sys.stdout.buffer.write(b'\xff\xff\xff\xff')"
SPEAKING = r"import sys; sys.stdin.buffer.read(1); sys.stdout.buffer.write(b'\0\0\0\2no')"


def child(code: str) -> Child:
    return Child("test", (sys.executable, "-c", code))


@pytest_asyncio.fixture
async def recogniser() -> AsyncIterator[Recogniser]:
    reader = Recogniser()
    await reader.start()
    yield reader
    await reader.stop()


async def test_a_file_comes_back_as_it_was_read(recogniser: Recogniser) -> None:
    (reading,) = await recogniser.read("发票.xml", einvoice().encode())

    assert reading.file == "发票.xml"
    assert (reading.total_fen, reading.buyer) == (106000, "示例科技有限公司")
    assert len(reading.items) == 2


async def test_a_hundred_readers_at_once_each_get_their_own(recogniser: Recogniser) -> None:
    numbers = [f"263120000000000{i:05d}" for i in range(100)]

    answers = await asyncio.gather(
        *(recogniser.read(n, einvoice(number=n).encode()) for n in numbers)
    )

    assert [a[0].number for a in answers] == numbers


@pytest.mark.parametrize(
    ("code", "limit_s", "why"),
    [
        (STUCK, 0.3, "took_too_long"),
        (GREEDY, LIMIT_S, "reader_died"),
        (ABORTING, LIMIT_S, "reader_died"),
        (LYING, LIMIT_S, "reader_died"),
        (SPEAKING, LIMIT_S, "reader_died"),
        ("raise SystemExit", LIMIT_S, "reader_died"),
    ],
    ids=["stuck", "greedy", "aborting", "lying", "speaking", "gone"],
)
async def test_a_process_that_fails_is_killed(code: str, limit_s: float, why: str) -> None:
    isolated = child(code)

    with pytest.raises(Failed) as failed:
        await isolated.ask("f", b"data" * 50_000, ocr=False, limit_s=limit_s)

    assert failed.value.code == why
    assert isolated.pid is None


async def test_after_a_death_the_next_file_has_a_new_process(recogniser: Recogniser) -> None:
    before = recogniser._quick.pid
    assert before is not None

    os.kill(before, signal.SIGKILL)
    answers = [await recogniser.read("a.xml", einvoice().encode()) for _ in range(2)]

    assert answers[-1][0].ok
    assert recogniser._quick.pid != before


async def test_a_cancelled_reading_never_answers_the_next_question(recogniser: Recogniser) -> None:
    first = asyncio.create_task(recogniser.read("a", einvoice().encode()))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    (reading,) = await recogniser.read("b", einvoice(number="26312000000000000088").encode())

    assert (reading.file, reading.number) == ("b", "26312000000000000088")


async def test_a_stuck_file_is_refused_and_the_photo_falls_back_to_its_code() -> None:
    stuck = Recogniser(quick=child(STUCK), quick_s=0.2)
    slow_stuck = Recogniser(slow=child(STUCK), ocr_s=0.2)
    photo = (SAMPLES / "sd31_000_medium.jpg").read_bytes()

    (refused,) = await stuck.read("a.xml", einvoice().encode())
    (kept,) = await slow_stuck.read("photo.jpg", photo)
    (lost,) = await slow_stuck.read("blank.png", png(200, 200))
    await stuck.stop()
    await slow_stuck.stop()

    assert not refused.ok
    assert "超时" in (refused.reason or "")
    assert (kept.number, kept.total_fen) == ("25571747186820679084", 7388)
    assert "ocr_failed" in codes(kept)
    assert not lost.ok


async def test_a_page_that_unpacks_twice_is_stopped_and_the_next_file_is_read() -> None:
    twice = zlib.compress(zlib.compress(b"1 0 0 1 0 0 cm " * 3_000_000, 9), 9)
    bomb = pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 400] /Contents 4 0 R >>",
            b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%b\nendstream"
            % (len(twice), twice),
        ]
    )
    reader = Recogniser(quick_s=2.0)
    await reader.start()

    (refused,) = await reader.read("bomb.pdf", bomb)
    (kept,) = await reader.read("a.xml", einvoice().encode())
    await reader.stop()

    assert len(bomb) < 5_000
    assert not refused.ok
    assert kept.ok


async def test_a_slow_photo_does_not_delay_a_file() -> None:
    reader = Recogniser(slow=child(STUCK))
    photo = asyncio.create_task(reader.read("photo.png", png(200, 200)))
    await asyncio.sleep(0)

    (reading,) = await reader.read("a.xml", einvoice().encode())

    assert reading.ok
    assert not photo.done()
    photo.cancel()
    await asyncio.gather(photo, return_exceptions=True)
    await reader.stop()


async def test_bad_bytes_never_raise(recogniser: Recogniser) -> None:
    for data in (b"", b"\0", b"PK\x03\x04junk", b"%PDF-", b"<", b"\xff\xd8\xff\xe0" * 9):
        (reading,) = await recogniser.read("bad", data)

        assert not reading.ok
        assert reading.reason


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_process_can_neither_connect_nor_start_programs(attempt: str) -> None:
    code = f"from recognition.worker import confine; confine(1_000_000_000); {attempt}"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "PermissionError" in done.stderr


def test_the_process_cannot_write_files(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from recognition.worker import confine; confine(1_000_000_000)\n"
        f"open({str(tmp_path / 'x')!r}, 'wb', buffering=0).write(b'data')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "File too large" in done.stderr
    assert (tmp_path / "x").stat().st_size == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_the_process_ends_with_its_parent() -> None:
    code = (
        "import asyncio, os\nfrom recognition.reader import Recogniser\n"
        "async def main():\n    r = Recogniser()\n    await r.start()\n"
        "    print(r._quick.pid, flush=True)\n    os._exit(9)\nasyncio.run(main())"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    pid = int(done.stdout)
    assert _ends(pid)


def _ends(pid: int) -> bool:
    """Wait until a process is gone or a zombie that nobody has collected yet."""
    for _ in range(1_000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_secrets_of_the_service_are_not_handed_on() -> None:
    code = (
        "import asyncio\nfrom recognition.reader import Recogniser\n"
        "async def main():\n    r = Recogniser()\n    await r.start()\n"
        "    print('CHIT_SECRET' in open(f'/proc/{r._quick.pid}/environ').read())\n"
        "    await r.stop()\nasyncio.run(main())"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "CHIT_SECRET": "x"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == "False"
