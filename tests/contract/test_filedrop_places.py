"""Dropping files into a folder and onto an SFTP server: whole, or not at all."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from connectors.filedrop.drop import Folder, Place, Sftp
from connectors.filedrop.watch import SftpWatched
from connectors.filedrop.writing import Controls
from core.errors import AuthFailed, Refused, Rejected, Retryable
from tests.fakes.sftp import Server, serving_files

BESIDE = {"PAY-1.csv.sha256": b"hash"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving_files(tmp_path) as found:
        yield found


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


async def test_a_folder_has_the_file_and_what_lies_beside_it(tmp_path: Path) -> None:
    place: Place = Folder(tmp_path / "out")

    await place.put("PAY-1.csv", b"rows", BESIDE)
    await place.put("PAY-1.csv", b"rows again", BESIDE)

    assert names(tmp_path / "out") == ["PAY-1.csv", "PAY-1.csv.sha256"]
    assert (tmp_path / "out" / "PAY-1.csv").read_bytes() == b"rows again"


async def test_a_server_has_the_file_and_what_lies_beside_it(server: Server) -> None:
    await server.place().put("PAY-1.csv", b"rows", BESIDE)
    await server.place().put("PAY-1.csv", b"rows again", BESIDE)

    assert names(server.root / "in") == ["PAY-1.csv", "PAY-1.csv.sha256"]
    assert (server.root / "in" / "PAY-1.csv").read_bytes() == b"rows again"
    assert (server.root / "in" / "PAY-1.csv").stat().st_mode & 0o077 == 0


class Plain(asyncssh.SFTPServer):
    """Knows the rename of the protocol alone, which keeps what lies there."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("no such extension")


async def test_a_server_with_the_plain_rename_has_the_file_too(tmp_path: Path) -> None:
    async with serving_files(tmp_path, Plain) as server:
        await server.place().put("PAY-1.csv", b"rows", BESIDE)
        await server.place().put("PAY-1.csv", b"rows again", BESIDE)

        assert names(server.root / "in") == ["PAY-1.csv", "PAY-1.csv.sha256"]
        assert (server.root / "in" / "PAY-1.csv").read_bytes() == b"rows again"


class Leaving(asyncssh.SFTPServer):
    """Goes away while a file is written."""

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        self.channel.get_connection().abort()
        return len(data)


async def test_a_server_that_goes_away_has_no_half_file(tmp_path: Path) -> None:
    async with serving_files(tmp_path, Leaving) as server:
        with pytest.raises(Retryable):
            await server.place().put("PAY-1.csv", b"rows", {})

        assert [n for n in names(server.root / "in") if not n.endswith(".tmp")] == []


async def test_a_server_that_is_not_known_gets_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "nobody").write_text("")

    with pytest.raises(AuthFailed):
        await server.place(known_hosts=str(tmp_path / "nobody")).put("PAY-1.csv", b"x", {})

    assert names(server.root / "in") == []


async def test_a_key_that_the_server_does_not_know_is_refused(
    server: Server, tmp_path: Path
) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other")

    with pytest.raises(AuthFailed):
        await server.place(key=str(tmp_path / "other")).put("PAY-1.csv", b"x", {})


async def test_a_folder_that_is_not_there_is_refused(server: Server) -> None:
    with pytest.raises(Rejected):
        await server.place("/nowhere").put("PAY-1.csv", b"x", {})


async def test_a_server_that_is_away_can_be_asked_again(server: Server) -> None:
    away = Sftp("sftp://chit@127.0.0.1:1/in", server.key, "", server.known_hosts)

    with pytest.raises(Retryable):
        await away.put("PAY-1.csv", b"x", {})


@pytest.mark.parametrize("name", ["../PAY-1.csv", "a/b", "", "x" * 200, "a\nb"])
async def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="bad_file_name"):
        await Folder(tmp_path).put(name, b"x", {})


def test_controls_name_the_hash_of_the_bytes() -> None:
    beside = Controls("PAY-1", "csv", 2, 4551, "2026-11-25T10:00:00").beside("p.csv", b"rows")

    digest = hashlib.sha256(b"rows").hexdigest()
    assert beside["p.csv.sha256"] == f"{digest}  p.csv\n".encode()
    assert f'"sha256": "{digest}"'.encode() in beside["p.csv.control.json"]
    assert b'"total": "45.51"' in beside["p.csv.control.json"]


async def test_a_server_is_watched_as_a_folder_is(server: Server) -> None:
    watched = SftpWatched(server.place(""))
    (server.root / "in" / "claims.csv").write_bytes(b"a,b")
    (server.root / "in" / "link.csv").symlink_to(server.root / "in" / "claims.csv")

    async with watched.opened() as basket:
        claims, link = await basket.look()
        data = await basket.read(claims)
        with pytest.raises(Refused, match="file_not_plain"):
            await basket.read(link)
        beside = {"claims.1.csv.receipt.json": b"{}"}
        await basket.end(claims, "done", "claims.1.csv", data, beside)
        await basket.end(link, "quarantine", "unnamed.1", b"", {})

    assert (claims.plain, link.plain, data) == (True, False, b"a,b")
    assert names(server.root / "in") == []
    assert names(server.root / "done") == ["claims.1.csv", "claims.1.csv.receipt.json"]
    assert (server.root / "quarantine" / "unnamed.1").is_symlink()
