"""The places where files go by the clock, from their settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.connections import FiledropSettings
from bot.cron import Cron
from bot.desk.files_out import FilesOut
from bot.parts.filedrop import place_of, templates_of
from bot.settings import Config
from connectors.filedrop.payment_files import payment_format
from connectors.filedrop.voucher_files import voucher_format
from core.ports import Clock
from storage.open import Storage

log = structlog.get_logger(__name__)

PAYMENTS, VOUCHERS = "csv", "csv"
"""The formats where the settings name none."""


def timed(config: Config) -> Sequence[tuple[str, FiledropSettings]]:
    """Find the connected places where files go by the clock."""
    systems = config.connectors.systems.items()
    return [(n, s) for n, s in systems if isinstance(s, FiledropSettings) and s.out]


def dropped_at(config: Config) -> str:
    """Say when files go, anywhere; "" for never."""
    return "; ".join(dict.fromkeys(found.out for _, found in timed(config)))


@dataclass(frozen=True, slots=True)
class TimedDrop:
    """One place with its own times."""

    files: FilesOut
    times: Cron

    def is_due(self, slot: datetime) -> bool:
        """Whether a slot of the job is one of its times."""
        return self.times.next(slot - timedelta(microseconds=1)) == slot

    async def put(self) -> int:
        """Put what is to go there; gives how many files."""
        return await self.files.run()


def files_out_of(config: Config, storage: Storage, clock: Clock) -> Sequence[TimedDrop]:
    """Build what puts files there, for each place; Refused `bad_template` for a broken format."""
    return tuple(
        TimedDrop(_files_out(config, storage, clock, name, found), Cron(found.out, config.zone))
        for name, found in timed(config)
    )


def _files_out(
    config: Config, storage: Storage, clock: Clock, name: str, found: FiledropSettings
) -> FilesOut:
    own, roles = templates_of(config), found.active
    pays = payment_format(found.payment_format or PAYMENTS, own) if "payment" in roles else None
    books = voucher_format(found.voucher_format or VOUCHERS, own) if "voucher" in roles else None
    lacking = [r for r, f in (("payment", pays), ("voucher", books)) if r in found.active and not f]
    if lacking:
        log.warning("format_unknown", system=name, roles=lacking)
    return FilesOut(
        name,
        storage.store,
        storage.links,
        clock,
        config.zone,
        place_of(found),
        found.maker or None,
        pays,
        books,
    )
