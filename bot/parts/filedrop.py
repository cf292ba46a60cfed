"""The place where files are dropped, from its settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.connections import FiledropSettings
from bot.settings import Config
from connectors.filedrop.drop import Folder, Place, Sftp
from core.outside import Role
from core.ports import Clock

if TYPE_CHECKING:
    from bot.desk.clerk import Clerk
    from storage.open import Storage


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


def build_clerk(config: Config, storage: "Storage", clock: Clock) -> "Clerk":
    """Build who does the work behind finance's page, with the forms of the settings."""
    from bot.desk.clerk import Clerk
    from bot.desk.payments import PaymentDesk
    from bot.desk.vouchers import VoucherDesk
    from bot.handlers.reconciling import Sides
    from bot.parts.rules import settings_of

    pays, books = find_filedrop(config, "payment"), find_filedrop(config, "voucher")
    usual = {
        "payments": pays.payment_format if pays else "",
        "vouchers": books.voucher_format if books else "",
    }
    return Clerk(
        PaymentDesk(storage.store, clock, config.zone),
        VoucherDesk(storage.store, clock, config.zone),
        Sides(storage.store, storage.links, config.zone),
        settings_of(config),
        templates_of(config),
        usual,
    )
