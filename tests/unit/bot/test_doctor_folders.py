"""What the doctor says of the folders through which files are exchanged."""

import os
import stat
from pathlib import Path

from bot.config import load_config
from bot.doctor.folders import look_at_folders
from connectors.filedrop.drop import make_folder, write_file


async def looked_at(tmp_path: Path, folder: Path, more: str = "") -> list[tuple[str, str]]:
    settings = tmp_path / "chit.toml"
    settings.write_text(f'[connectors.filedrop]\ndir = "{folder}"\n{more}', "utf-8")
    checks = await look_at_folders(load_config(settings, {}), offline=True)
    return [(check.status, check.code) for check in checks]


async def test_a_folder_is_made_tried_out_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "exchange"

    assert await looked_at(tmp_path, folder) == [("ok", "folder_ok")]
    assert sorted(p.name for p in folder.rglob("*")) == ["done", "in", "quarantine"]


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "exchange").write_text("a file")

    assert await looked_at(tmp_path, tmp_path / "exchange") == [("fail", "folder_unwritable")]


async def test_what_waits_for_long_is_told(tmp_path: Path) -> None:
    await looked_at(tmp_path, tmp_path / "exchange")
    for name in ("claims.csv", "fresh.csv", "claims.csv.tmp"):
        (tmp_path / "exchange" / "in" / name).write_text("x")
    for name in ("claims.csv", "claims.csv.tmp"):
        os.utime(tmp_path / "exchange" / "in" / name, (1, 1))

    assert await looked_at(tmp_path, tmp_path / "exchange") == [
        ("ok", "folder_ok"),
        ("warn", "folder_waits"),
    ]


async def test_a_server_is_not_asked_offline(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("")
    more = f'url = "sftp://chit@127.0.0.1:1/in"\nknown_hosts = "{tmp_path}/hosts"\n'

    assert await looked_at(tmp_path, Path("unused"), more) == []


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_lies_in_a_shared_folder_is_shared_with_its_group(tmp_path: Path) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    own.mkdir(0o750)
    shared.mkdir()
    shared.chmod(0o2770)

    for folder in (own, shared):
        make_folder(folder / "in")
        write_file(folder / "PAY-1.csv", b"x")

    assert (mode(shared / "in"), mode(shared / "PAY-1.csv")) == (0o2770, 0o660)
    assert mode(own / "PAY-1.csv") == 0o600
