"""Originals are kept as received, once, under the hash of their bytes."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from storage.files import LocalFiles, open_files


async def test_bytes_come_back_by_their_hash(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path / "deep" / "files")
    data = bytes(range(256)) * 100

    name = await files.put(data)

    assert name == hashlib.sha256(data).hexdigest()
    assert await files.get(name) == data
    assert (tmp_path / "deep" / "files" / name[:2] / name).read_bytes() == data


async def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)

    names = await asyncio.gather(*(files.put(b"same") for _ in range(8)))

    assert len(set(names)) == 1
    assert kept_in(tmp_path) == [names[0]]


def kept_in(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file()]


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
async def test_what_was_never_kept_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        await LocalFiles(tmp_path).get(name)


async def test_files_are_opened_by_address(tmp_path: Path) -> None:
    name = await open_files(f"file:{tmp_path}/a").put(b"1")

    assert await open_files(f"file://{tmp_path}/a").get(name) == b"1"


@pytest.mark.parametrize("url", ["s3://bucket/prefix", "data/files", "file:", ""])
def test_other_stores_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(ValueError, match=r"files\.url"):
        open_files(url)
