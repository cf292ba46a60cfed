"""The place where files are dropped, from its settings."""

from pathlib import Path

from bot.connections import FiledropSettings
from bot.settings import Config
from connectors.filedrop.drop import Folder, Place, Sftp
from core.outside import Role


def find_filedrop(config: Config, role: Role) -> FiledropSettings | None:
    """Find the connector of files that has a role; None when there is none."""
    every = (s for s in config.connectors.systems.values() if isinstance(s, FiledropSettings))
    return next((s for s in every if role in s.active), None)


def templates_of(config: Config) -> Path | None:
    """Give the folder of the firm's own forms of files; None where there is none."""
    return Path(config.files.templates) if config.files.templates else None


def place_of(found: FiledropSettings) -> Place:
    """Give the folder or the server that the settings name."""
    if found.url:
        password = found.password.get_secret_value()
        return Sftp(found.url, found.key, password, found.known_hosts)
    return Folder(Path(found.dir))
