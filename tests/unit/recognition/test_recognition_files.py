import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from recognition_builders import einvoice, zipped

from recognition.files import recognise_paths
from recognition.reader import Recogniser


@pytest_asyncio.fixture
async def recogniser() -> AsyncIterator[Recogniser]:
    reader = Recogniser()
    await reader.start()
    yield reader
    await reader.stop()


async def objects(recogniser: Recogniser, *paths: Path) -> list[dict[str, object]]:
    return [o async for o in recognise_paths([str(p) for p in paths], recogniser)]


async def test_every_argument_gets_a_line_in_order(recogniser: Recogniser, tmp_path: Path) -> None:
    good, junk, pipe = tmp_path / "发票.xml", tmp_path / "a.pdf", tmp_path / "pipe"
    good.write_text(einvoice(), "utf-8")
    junk.write_bytes(b"MZ\0\0")
    os.mkfifo(pipe)

    found = await objects(recogniser, tmp_path / "none", junk, tmp_path, pipe, good)

    assert [o["ok"] for o in found] == [False, False, False, False, True]
    assert [o["file"] for o in found] == [
        str(p) for p in (tmp_path / "none", junk, tmp_path, pipe, good)
    ]
    assert all(o["reason"] for o in found[:-1])
    assert "reason" not in found[-1]
    assert [json.loads(json.dumps(o)) for o in found] == found


async def test_several_invoices_of_one_file_share_its_name(
    recogniser: Recogniser, tmp_path: Path
) -> None:
    both = tmp_path / "both.zip"
    other = einvoice(number="26312000000000000088")
    both.write_bytes(zipped({"a.xml": einvoice().encode(), "b.xml": other.encode()}))

    found = await objects(recogniser, both)

    assert [o["file"] for o in found] == [str(both)] * 2
    assert len({o["number"] for o in found}) == 2


@pytest.mark.parametrize("name", ["nul\0name", "x" * 5_000])
async def test_names_that_no_file_can_have(recogniser: Recogniser, name: str) -> None:
    (found,) = [o async for o in recognise_paths([name], recogniser)]

    assert found["ok"] is False
    assert found["reason"]
