"""What a command needs to post vouchers to a connected system beside the service."""

from bot.clock import utc_now
from bot.connections import BooksSettings
from bot.jobs.booking_now import Booker
from bot.jobs.outside import PARALLEL, Deliverer, Lead
from bot.jobs.pump import Pump
from bot.parts.rules import files_of
from bot.parts.systems import build_outlets
from bot.settings import Config
from storage.open import Storage


def find_books(config: Config, name: str) -> str | None:
    """Find a system that vouchers are posted to: by its name, else by its kind if it is one."""
    posting = {n: t for n, t in config.connectors.systems.items() if t.posts}
    if name in posting:
        return name
    of_kind = [n for n, table in posting.items() if table.kind == name]
    return of_kind[0] if len(of_kind) == 1 else None


def build_booker(config: Config, storage: Storage, name: str) -> Booker:
    """Build what posts vouchers to one system; its outlet is the caller's to close."""
    only = config.connectors.with_systems({name: config.connectors.systems[name]})
    alone = config.model_copy(update={"connectors": only})
    (outlet,) = build_outlets(alone, storage, files_of(config), utc_now)
    lead = Lead(storage.leaders, outlet)
    deliverer = Deliverer(outlet, storage.outbox, lead)
    pump = Pump(
        f"post-{name}",
        lease=deliverer.lease,
        handle=deliverer.handle,
        renew=deliverer.renew,
        wait=storage.wait_outbox,
        parallel=PARALLEL,
    )
    table = config.connectors.systems[name]
    companies = frozenset(table.companies) if isinstance(table, BooksSettings) else frozenset()
    patience_s = 2 * table.timeout_s
    return Booker(outlet, pump, lead, storage.dead, storage.outbox, companies, patience_s)
