"""Originals are kept as received, once, under the hash of their bytes: in a folder, in a bucket."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.ports import Files
from storage.bucket import BucketAccess, BucketFiles
from storage.files import LocalFiles, open_files
from tests.fakes.bucket import Bucket, running_bucket


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    async with running_bucket("AKFLOW") as found:
        yield found


def access_to(bucket: Bucket, key: str = "AKFLOW") -> BucketAccess:
    return BucketAccess(bucket.url, "cn-north-1", key, "bucket-secret")


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Files:
    if request.param == "folder":
        return LocalFiles(tmp_path / "deep" / "files")
    return BucketFiles("s3://originals/chit", access_to(bucket))


async def test_bytes_come_back_by_their_hash(files: Files) -> None:
    data = bytes(range(256)) * 100

    name = await files.put(data)

    assert name == hashlib.sha256(data).hexdigest()
    assert await files.get(name) == data


async def test_the_same_bytes_are_one(files: Files) -> None:
    names = await asyncio.gather(*(files.put(b"same") for _ in range(8)))

    assert len(set(names)) == 1
    assert await files.get(names[0]) == b"same"


async def test_what_is_dropped_is_gone_and_may_be_dropped_again(files: Files) -> None:
    name = await files.put(b"old")

    await files.drop(name)
    await files.drop(name)

    with pytest.raises(FileNotFoundError):
        await files.get(name)


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
async def test_what_was_never_kept_is_not_found(files: Files, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        await files.get(name)


async def test_a_folder_is_sharded_and_keeps_each_once(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)

    name = await files.put(b"1")
    await files.put(b"1")

    assert kept_in(tmp_path) == [f"{name[:2]}/{name}"]


def kept_in(folder: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]


async def test_a_bucket_is_sharded_below_its_prefix(bucket: Bucket) -> None:
    name = await BucketFiles("s3://originals/chit", access_to(bucket)).put(b"1")

    assert list(bucket.things) == [f"/originals/chit/{name[:2]}/{name}"]


async def test_a_bucket_that_refuses_is_an_error_without_secrets(bucket: Bucket) -> None:
    strangers = BucketFiles("s3://originals/chit", access_to(bucket, "AKSTRANGER"))

    with pytest.raises(OSError, match="the bucket refused") as error:
        await strangers.put(b"1")

    assert "STRANGER" not in str(error.value)
    assert bucket.url not in str(error.value)


async def test_files_are_opened_by_address(tmp_path: Path, bucket: Bucket) -> None:
    name = await open_files(f"file:{tmp_path}/a").put(b"1")
    there = await open_files("s3://originals", access_to(bucket)).put(b"2")

    assert await open_files(f"file://{tmp_path}/a").get(name) == b"1"
    assert list(bucket.things) == [f"/originals/{there[:2]}/{there}"]


@pytest.mark.parametrize("url", ["s3://", "gs://bucket", "data/files", "file:", ""])
def test_other_stores_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(ValueError, match=r"files\.url"):
        open_files(url)
