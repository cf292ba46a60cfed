"""The watched folders: what takes their files, and what looks into them."""

from collections.abc import Sequence
from pathlib import Path

from bot.connections import FiledropSettings
from bot.desk.files_in import FilesIn
from bot.jobs.filedrop import SETTLE_S, Watcher
from bot.parts.filedrop import place_of
from bot.parts.rules import settings_of
from bot.settings import Config
from bot.web.access import Access
from bot.web.api import Api
from bot.web.api_claims import ClaimsDoor
from connectors.filedrop.drop import Sftp
from connectors.filedrop.watch import LocalBasket, SftpWatched, Watched
from core.ports import Clock, Files
from storage.open import Storage


def watched_of(found: FiledropSettings) -> Watched:
    """Give the folder or the server that the settings name."""
    place = place_of(found)
    return SftpWatched(place) if isinstance(place, Sftp) else LocalBasket(Path(found.dir))


def claims_door(config: Config, storage: Storage, files: Files, clock: Clock) -> ClaimsDoor:
    """Build what enters claims of files, by the rules of `POST /claims`; cards need a wallet."""
    settings, access = settings_of(config), Access((), per_minute=config.api.per_minute)
    api = Api(storage.store, access, settings, clock, config.zone)
    return ClaimsDoor(storage.store, files, None, access, settings, clock, config.zone, api.shown)


def build_watchers(
    config: Config, storage: Storage, files: Files, clock: Clock, settle_s: float = SETTLE_S
) -> Sequence[Watcher]:
    """Build a watcher for each connected folder that takes files."""
    door = claims_door(config, storage, files, clock)
    built: list[Watcher] = []
    for name, found in config.connectors.systems.items():
        if isinstance(found, FiledropSettings) and found.watched:
            desk = FilesIn(
                name,
                storage.store,
                door,
                clock,
                settings_of(config),
                frozenset(found.takes),
                found.control,
            )
            watched, every = watched_of(found), found.poll_seconds
            built.append(Watcher(watched, desk, storage.leaders, clock, every, settle_s))
    return tuple(built)
