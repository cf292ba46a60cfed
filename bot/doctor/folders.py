"""Whether files can be exchanged: folders of this machine and servers, and what waits in them."""

import time
from collections.abc import Iterator
from pathlib import Path

from bot.connections import FiledropSettings
from bot.doctor.check import Check, found
from bot.logs import redact
from bot.parts.filedrop import place_of
from bot.settings import Config
from connectors.filedrop.drop import Sftp, make_folder
from connectors.filedrop.watch import CONTROL, ENDS, is_draft
from core.errors import OutsideError

LONG_S = 3600
"""A file that lies in `in` for so long is not being taken."""
_MARK = ".chit-doctor.tmp"


async def look_at_folders(config: Config, *, offline: bool) -> list[Check]:
    """Try out each folder and server of the settings; nothing is left there."""
    checks: list[Check] = []
    for name, table in config.connectors.systems.items():
        if not isinstance(table, FiledropSettings):
            continue
        place, about = place_of(table), f"connectors.{name}"
        if not isinstance(place, Sftp):
            checks += _folder(about, table)
        elif not offline:
            checks.append(await _server(about, place))
    return checks


def _folder(about: str, table: FiledropSettings) -> Iterator[Check]:
    path = Path(table.dir).resolve()
    places = [path, *(path / name for name in ("in", *ENDS) if table.watched)]
    try:
        for place in places:
            make_folder(place)
            (place / _MARK).write_bytes(b"")
            (place / _MARK).unlink()
    except OSError as error:
        said = error.strerror or type(error).__name__
        yield found(about, "fail", "folder_unwritable", path=path, error=said)
        return
    yield found(about, "ok", "folder_ok", path=path)
    if not table.watched:
        return
    old = time.time() - LONG_S
    files = [p for p in (path / "in").iterdir() if not is_draft(p.name)]
    late = [p.name for p in files if p.lstat().st_mtime < old and not p.name.endswith(CONTROL)]
    if late:
        yield found(about, "warn", "folder_waits", count=len(late), path=path / "in")


async def _server(about: str, place: Sftp) -> Check:
    try:
        async with place.session() as client:
            await client.listdir(place.folder)
    except OutsideError as error:
        said = " ".join([error.code, *(str(v) for v in error.fields.values() if v)])[:200]
        return found(about, "fail", "server_of_files", error=said)
    return found(about, "ok", "folder_ok", path=redact(place.url))
