"""A watched folder: files lie in `in/`, and go to `done/` or `quarantine/`, each with its receipt.

A file goes last, after what lies beside it is there, so that a crash in between leaves it in
`in/`: it is taken again, to the same effect.
"""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import asyncssh

from connectors.filedrop.drop import Sftp, make_folder, move, put_one, write_file
from connectors.filedrop.reading import MAX_BYTES
from core.errors import Refused

End = Literal["done", "quarantine"]
ENDS: tuple[End, ...] = ("done", "quarantine")
CONTROL = ".control.json"
DRAFT = ".tmp"
_GOOD = re.compile(r"(?!\.)[^\x00-\x1f\x7f/\\:*?\"<>|]{1,100}\.(?:csv|xlsx)", re.IGNORECASE)
_IGNORED = re.compile(
    r"~\$.*|\.[^.].*|thumbs\.db|desktop\.ini|.*\.(?:tmp|part|crdownload|filepart|swp|sha256)",
    re.IGNORECASE,
)
"""What Office, rsync, browsers and file managers leave for themselves."""
_ZIP, _ZIP_END, _ZIP_TAIL = b"PK\x03\x04", b"PK\x05\x06", 70_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies in `in/`: not `plain` is what is no file, a symbolic link for one.

    `stamp` changes when somebody writes to it, `ident` when another file takes its name. `quiet_s`
    is for how long nobody has written to it.
    """

    name: str
    size: int
    stamp: float
    plain: bool = True
    ident: int = 0
    quiet_s: float = field(default=0.0, compare=False)


class FileChanged(OSError):
    """Somebody has written to a file, or put another one in its place, since it was seen."""


class Basket(Protocol):
    """One look at a watched folder, here or on a server."""

    async def look(self) -> tuple[Seen, ...]:
        """Give what lies in `in/`, in order of names."""
        ...

    async def read(self, seen: Seen) -> bytes:
        """Read a file as it was seen; FileChanged, Refused `file_not_plain`, `file_too_large`."""
        ...

    async def end(
        self, seen: Seen, end: End, kept: str, data: bytes, beside: Mapping[str, bytes]
    ) -> None:
        """Move a file to where it ends, under the name `kept`, after what lies beside it.

        Where another has taken its name meanwhile, `data` is written there and the other stays;
        FileChanged when nothing was read of it.
        """

    async def drop(self, name: str) -> None:
        """Remove the control file of what has ended."""


class Watched(Protocol):
    """A folder that can be looked into."""

    def opened(self) -> contextlib.AbstractAsyncContextManager[Basket]:
        """Open it for the length of a block; errors as `Place.put`."""
        ...


def is_draft(name: str) -> bool:
    """Whether a name says that a file is still being written, or is no business of ours."""
    return bool(_IGNORED.fullmatch(name))


def is_cut(data: bytes) -> bool:
    """Whether a file may have been cut off: a zip without its end, a last line without one."""
    if data.startswith(_ZIP):
        return _ZIP_END not in data[-_ZIP_TAIL:]
    return not data.rstrip(b"\0").endswith((b"\n", b"\r"))


def is_good(name: str) -> bool:
    """Whether a file may be read under its name."""
    return bool(_GOOD.fullmatch(name)) and ".." not in name and shown_name(name) == name


def shown_name(name: str) -> str:
    """Give a name as people can read it; its bytes may be GBK, or no letters at all."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8" if name.isprintable() else "gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def kept_name(name: str, data: bytes) -> str:
    """Name a file that has ended: the same bytes have the same name, others never."""
    digest = hashlib.sha256(data or name.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    if not is_good(name):
        return f"unnamed.{digest}"
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{digest}.{ending}"


@dataclass(frozen=True, slots=True)
class LocalBasket:
    """A directory of this machine; nothing in it is followed to another place."""

    path: Path

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Basket]:
        """Make the three folders where they are missing; OSError when that cannot be."""
        make_folder(self.path)
        for name in ("in", *ENDS):
            folder = self.path / name
            make_folder(folder)
            if folder.is_symlink():
                raise Refused("file_not_plain", file=name)
        yield self

    async def look(self) -> tuple[Seen, ...]:
        """Give what lies there."""
        found: list[Seen] = []
        with os.scandir(self.path / "in") as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found.append(_seen(entry.name, entry.stat(follow_symlinks=False)))
        return tuple(sorted(found, key=lambda seen: seen.name))

    async def read(self, seen: Seen) -> bytes:
        """Read a file, never through a link."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            handle = os.open(self.path / "in" / seen.name, flags)
        except (FileNotFoundError, PermissionError):
            raise
        except OSError:
            raise Refused("file_not_plain", file=seen.name[:60]) from None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Refused("file_not_plain", file=seen.name[:60])
            data = file.read(MAX_BYTES + 1)
            if _seen(seen.name, os.fstat(handle)) != seen:
                raise FileChanged(seen.name)
            return _small(data, seen.name)

    async def end(
        self, seen: Seen, end: End, kept: str, data: bytes, beside: Mapping[str, bytes]
    ) -> None:
        """Write what lies beside it, then move the file."""
        place = self.path / "in" / seen.name
        same = self._now(seen.name) == seen
        if not same and not data:
            raise FileChanged(seen.name)
        for other, content in beside.items():
            write_file(self.path / end / other, content)
        if same:
            place.rename(self.path / end / kept)
        else:
            write_file(self.path / end / kept, data)

    def _now(self, name: str) -> Seen | None:
        try:
            return _seen(name, (self.path / "in" / name).lstat())
        except FileNotFoundError:
            return None

    async def drop(self, name: str) -> None:
        """Remove a file."""
        (self.path / "in" / name).unlink(missing_ok=True)


def _seen(name: str, facts: os.stat_result) -> Seen:
    plain = stat.S_ISREG(facts.st_mode)
    return Seen(name, facts.st_size, facts.st_mtime, plain, facts.st_ino)


@dataclass(frozen=True, slots=True)
class SftpWatched:
    """A directory of an SFTP server."""

    server: Sftp

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Basket]:
        """Connect, and make the three folders where they are missing."""
        async with self.server.session() as client:
            for name in ("in", *ENDS):
                folder = f"{self.server.folder}/{name}"
                if not await client.exists(folder):
                    await client.mkdir(folder)
            yield _SftpBasket(client, self.server.folder)


@dataclass(frozen=True, slots=True)
class _SftpBasket:
    client: asyncssh.SFTPClient
    folder: str

    async def look(self) -> tuple[Seen, ...]:
        found: list[Seen] = []
        for entry in await self.client.readdir(f"{self.folder}/in"):
            name = entry.filename
            text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
            if text in {".", ".."} or "/" in text:
                continue
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                found.append(await self._seen(text))
        return tuple(sorted(found, key=lambda seen: seen.name))

    async def _seen(self, name: str) -> Seen:
        facts = await self.client.lstat(f"{self.folder}/in/{name}")
        plain = facts.type == asyncssh.FILEXFER_TYPE_REGULAR
        return Seen(name, facts.size or 0, float(facts.mtime or 0), plain)

    async def read(self, seen: Seen) -> bytes:
        if not (await self._seen(seen.name)).plain:
            raise Refused("file_not_plain", file=seen.name[:60])
        async with self.client.open(f"{self.folder}/in/{seen.name}", "rb") as file:
            data: bytes = await file.read(MAX_BYTES + 1)
        if await self._seen(seen.name) != seen:
            raise FileChanged(seen.name)
        return _small(data, seen.name)

    async def end(
        self, seen: Seen, end: End, kept: str, data: bytes, beside: Mapping[str, bytes]
    ) -> None:
        try:
            same = await self._seen(seen.name) == seen
        except asyncssh.SFTPNoSuchFile:
            same = False
        if not same and not data:
            raise FileChanged(seen.name)
        for other, content in beside.items():
            await put_one(self.client, f"{self.folder}/{end}/{other}", content)
        place = f"{self.folder}/{end}/{kept}"
        if same:
            await move(self.client, f"{self.folder}/in/{seen.name}", place)
        else:
            await put_one(self.client, place, data)

    async def drop(self, name: str) -> None:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await self.client.remove(f"{self.folder}/in/{name}")


def _small(data: bytes, name: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise Refused("file_too_large", file=name[:60])
    return data


def settled(before: Sequence[Seen], after: Sequence[Seen]) -> tuple[Seen, ...]:
    """Give what nobody has written to between two looks, drafts and control files left out."""
    known = set(before)
    return tuple(
        seen
        for seen in after
        if seen in known and not is_draft(seen.name) and not seen.name.endswith(CONTROL)
    )
