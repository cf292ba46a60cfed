"""Putting files where another program looks for them: whole or not at all, never half.

Every file is written under a name that ends in `.tmp`, made durable, and renamed; what lies beside
the file comes before it, so that whoever sees the file sees its hash and control totals, too.
"""

import contextlib
import os
import re
import stat
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from core.errors import AuthFailed, Refused, Rejected, Retryable

if TYPE_CHECKING:
    import asyncssh

_SAFE = re.compile(r"[A-Za-z0-9._\-]{1,120}")
CONNECT_S = 20


class Place(Protocol):
    """Where files are dropped."""

    async def put(self, name: str, data: bytes, beside: Mapping[str, bytes]) -> None:
        """Put a file and what lies beside it; an earlier one of that name is replaced."""


def write_file(path: Path, data: bytes) -> None:
    """Write bytes durably under their name at once; only their owner may read them.

    In a folder that is shared with its group (setgid), the group may, too.
    """
    draft = draft_file(path, data)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else the name may be gone after the power was
    finally:
        os.close(folder)


def make_folder(path: Path) -> None:
    """Make a folder where there is none; in a shared one it is shared alike."""
    if path.is_dir():
        return
    path.mkdir(parents=True, exist_ok=True)
    above = stat.S_IMODE(path.parent.stat().st_mode)
    if above & stat.S_ISGID:
        path.chmod(above)


def draft_file(path: Path, data: bytes) -> Path:
    """Write bytes durably beside their place, to be renamed; gives the draft."""
    draft = path.with_name(path.name + ".tmp")
    shared = path.parent.stat().st_mode & stat.S_ISGID
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o660 if shared else 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return draft


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory of this machine."""

    path: Path

    async def put(self, name: str, data: bytes, beside: Mapping[str, bytes]) -> None:
        """Put a file; OSError when the directory cannot be written."""
        _require_safe(name)
        make_folder(self.path)
        for other, content in beside.items():
            write_file(self.path / other, content)
        write_file(self.path / name, data)


@dataclass(frozen=True, slots=True)
class Sftp:
    """A directory of an SFTP server; the server must be known (`known_hosts`)."""

    url: str
    key: str = ""
    password: str = ""
    known_hosts: str = ""

    async def put(self, name: str, data: bytes, beside: Mapping[str, bytes]) -> None:
        """Put a file; AuthFailed, Rejected `sftp`, Retryable when the server cannot be reached."""
        _require_safe(name)
        async with self.session() as client:
            for other, content in (*beside.items(), (name, data)):
                await put_one(client, f"{self.folder}/{other}", content)

    @contextlib.asynccontextmanager
    async def session(self) -> "AsyncIterator[asyncssh.SFTPClient]":
        """Speak to the server for the length of a block; errors as `put`."""
        import asyncssh

        try:
            async with (
                asyncssh.connect(
                    self._host,
                    port=urlsplit(self.url).port or 22,
                    username=unquote(urlsplit(self.url).username or "") or (),
                    password=self.password or None,
                    client_keys=[self.key] if self.key else None,
                    known_hosts=self.known_hosts or (),
                    connect_timeout=CONNECT_S,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                yield client
        except (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.KeyImportError):
            raise AuthFailed("sftp_refused", host=self._host) from None
        except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost) as error:
            raise Retryable("sftp_down", host=self._host, text=type(error).__name__) from None
        except asyncssh.SFTPError as error:
            raise Rejected("sftp", host=self._host, text=type(error).__name__) from None
        except (asyncssh.Error, OSError, TimeoutError) as error:
            raise Retryable("sftp_down", host=self._host, text=type(error).__name__) from None

    @property
    def folder(self) -> str:
        """The directory that the address names."""
        return unquote(urlsplit(self.url).path).rstrip("/") or "."

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""


async def put_one(client: "asyncssh.SFTPClient", place: str, data: bytes) -> None:
    """Write a file under a draft name and let it appear at once."""
    import asyncssh

    draft, private = f"{place}.tmp", asyncssh.SFTPAttrs(permissions=0o600)
    async with client.open(draft, "wb", private) as file:
        await file.write(data)
        with contextlib.suppress(asyncssh.SFTPOpUnsupported):
            await file.fsync()
    await move(client, draft, place)


async def move(client: "asyncssh.SFTPClient", old: str, new: str) -> None:
    """Let a file appear under another name in one step, in place of an earlier one.

    A server that knows only the plain rename keeps what lies there: that goes first.
    """
    import asyncssh

    try:
        await client.posix_rename(old, new)
    except asyncssh.SFTPOpUnsupported:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await client.remove(new)
        await client.rename(old, new)


def _require_safe(name: str) -> None:
    if not _SAFE.fullmatch(name):
        raise Refused("bad_file_name", file=name[:60])
