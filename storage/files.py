"""The originals on disk, named by the SHA-256 of their bytes."""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from core.ports import Files
from storage.bucket import BucketAccess, BucketFiles

_SHA256 = re.compile(r"[0-9a-f]{64}")


class LocalFiles:
    """`core.ports.Files` in a folder, sharded by the first two hex digits."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes) -> str:
        """Keep bytes; gives their SHA-256 in hex. They are on disk when this returns."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """Give bytes back; FileNotFoundError when they were never kept."""
        return await asyncio.to_thread(self._path(sha256).read_bytes)

    async def drop(self, sha256: str) -> None:
        """Delete bytes for good; what is not there is deleted already."""
        await asyncio.to_thread(self._drop, self._path(sha256))

    def _drop(self, path: Path) -> None:
        if path.exists():
            path.unlink()
            _sync_folder(path.parent)

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError("not a SHA-256")
        return self._root / sha256[:2] / sha256

    def _put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(sha256)
        if target.exists():
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return sha256


def _sync_folder(folder: Path) -> None:
    """Make a rename durable where folders can be synced (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_files(url: str, access: BucketAccess | None = None) -> Files:
    """Open the store at `file:PATH` or `s3://BUCKET/PREFIX`; ValueError for anything else."""
    scheme, _, path = url.partition(":")
    if scheme == "s3" and path.strip("/"):
        return BucketFiles(url, access or BucketAccess())
    if scheme != "file" or not path:
        raise ValueError(f"files.url must be file:PATH or s3://BUCKET/PREFIX, not {scheme}:…")
    return LocalFiles(Path(path.removeprefix("//") if path.startswith("///") else path))
