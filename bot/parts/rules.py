"""What the business and its links take from the settings."""

from typing import TYPE_CHECKING

from bot.connections import BooksSettings, WebhookSettings
from bot.settings import Config
from core.actions.basics import ReminderRules, Settings, VerifyRules
from core.money import parse_yuan
from core.ports import Files
from core.quiet import parse_quiet
from core.subscriptions import Subscription

if TYPE_CHECKING:
    from bot.jobs.manners import Manners
    from storage.open import Storage


def settings_of(config: Config) -> Settings:
    """Give what the business may know of the settings."""
    asks = config.connectors.verify
    rules = VerifyRules(asks.recheck_days, asks.hold_hours) if asks else None
    above = config.approval.second_tap_above
    return Settings(
        consume_on=config.budget.consume_on,
        unmatched=config.budget.unmatched,
        verify=rules,
        second_tap_above_fen=None if above is None else parse_yuan(above),
        zone=config.zone,
        hold_days=config.budget.hold_days,
        deciders=frozenset(
            name for name, table in config.connectors.systems.items() if "approval" in table.active
        ),
        reminders=ReminderRules(
            config.notices.waiting_hours,
            config.notices.draft_days,
            config.notices.expire_days,
            config.notices.advance_days,
        ),
    )


def manners_of(config: Config, storage: "Storage") -> "Manners":
    """Give when people are told things."""
    from bot.jobs.manners import Manners

    return Manners(
        storage.store,
        config.zone,
        parse_quiet(config.notices.quiet),
        config.notices.digest_above,
        f"{public_url(config)}/app/todo",
    )


def subscriptions_of(config: Config) -> tuple[Subscription, ...]:
    """Say which connected systems are told of what."""
    return tuple(
        Subscription(
            name,
            role,
            frozenset(table.events) if isinstance(table, WebhookSettings) else frozenset(),
            posts=role == "voucher" and table.posts,
            keeps=table.keeps,
            centre=table.centre,
            companies=frozenset(table.companies if isinstance(table, BooksSettings) else ()),
        )
        for name, table in config.connectors.systems.items()
        for role in table.active
    )


def public_url(config: Config) -> str:
    """Give the address in links; without a setting it is good for this machine only."""
    server = config.server
    return (server.public_url or f"http://{reachable(server.host)}:{server.port}").rstrip("/")


def reachable(host: str) -> str:
    """Give the host that a browser on this machine can use."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host


def files_of(config: Config) -> Files:
    """Open the place where the originals lie."""
    from storage.bucket import BucketAccess
    from storage.files import open_files

    found = config.files
    access = BucketAccess(
        found.endpoint, found.region, found.access_key, found.secret_key.get_secret_value()
    )
    return open_files(found.url, access)
