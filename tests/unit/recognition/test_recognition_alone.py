"""Recognition without the rest: a path or bytes in, readings out."""

import sys
from pathlib import Path
from subprocess import run

import pytest
from recognition_builders import SAMPLES

from recognition import read


def test_a_path_or_bytes_give_readings() -> None:
    path = SAMPLES / "999.ofd"

    for source, name in ((path, str(path)), (str(path), str(path)), (path.read_bytes(), "")):
        (reading,) = read(source)

        assert (reading.ok, reading.number, reading.total_fen) == (True, "12235358", 1060000)
        assert reading.file == name


@pytest.mark.parametrize("path", ["none/such.pdf", "\0", str(SAMPLES)])
def test_what_is_no_file_is_a_reading_with_a_reason(path: str) -> None:
    (reading,) = read(path)

    assert not reading.ok
    assert "找不到文件" in (reading.reason or "")


def test_a_program_that_reads_ends_by_itself() -> None:
    program = f"from recognition import read; print(read({str(SAMPLES / '999.ofd')!r})[0].number)"

    ended = run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip

    assert (ended.stdout, ended.stderr) == ("12235358\n", "")
