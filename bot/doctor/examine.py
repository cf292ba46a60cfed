"""`chit doctor`: everything that is looked at, in the order in which one would mend it."""

from pathlib import Path

from bot.clock import utc_now
from bot.config import ConfigError, load_config
from bot.doctor.books import look_at_books
from bot.doctor.check import Check, found
from bot.doctor.folders import look_at_folders
from bot.doctor.here import (
    look_at_company,
    look_at_database,
    look_at_files,
    look_at_secrets,
    look_at_templates,
    look_at_tokens,
)
from bot.doctor.outside import gathered, look_at_address, look_at_clock, look_at_messenger
from bot.doctor.systems import look_at_systems
from bot.parts.channels import build_probes
from bot.parts.systems import capabilities_of, systems_alone
from bot.settings import Config


async def examine(path: Path, *, offline: bool) -> list[Check]:
    """Examine an installation by its settings file; `offline` asks nobody on the network."""
    try:
        config = load_config(path)
    except ConfigError as error:
        return [found("config", "fail", "config_fault", fault=f) for f in str(error).splitlines()]
    checks = [found("config", "ok", "config_ok", path=path), *look_at_secrets(path)]
    checks += look_at_tokens(config)
    checks += await look_at_files(config)
    checks += look_at_templates(config)
    stored, company = await look_at_database(config, utc_now)
    checks += stored
    if company:
        checks += look_at_company(company, config)
    used = {name: table.active for name, table in config.connectors.systems.items()}
    checks += look_at_systems(used, capabilities_of(config))
    if not offline:
        posting = [n for n, table in config.connectors.systems.items() if table.posts]
        alone = systems_alone(config)
        books = [alone[name] for name in posting if name in alone]
        checks += await look_at_books(books, utc_now().astimezone(config.zone).date())
    checks += await look_at_folders(config, offline=offline)
    return [*checks, *await _messengers(config, offline=offline)]


async def _messengers(config: Config, *, offline: bool) -> list[Check]:
    probes = build_probes(config, utc_now)
    names = [*probes, *(["wecom_bot"] if config.wecom_bot.enabled else [])]
    if not names:
        return [found("messengers", "fail", "no_messenger")]
    checks = list(_settings(config))
    if offline:
        return [*checks, *(found(name, "skipped", "offline") for name in names)]
    hosts = {"dingtalk": config.dingtalk.api_url, "wecom": config.wecom.api_url}
    checks += await gathered(look_at_clock({n: hosts[n] for n in probes}, utc_now))
    checks += [await look_at_messenger(name, channel) for name, channel in probes.items()]
    if config.wecom_bot.enabled:
        checks.append(found("wecom_bot", "skipped", "bot_not_asked"))
    return [*checks, *await look_at_address(config)]


def _settings(config: Config) -> list[Check]:
    """Say what works without these settings, but less well."""
    ding = config.dingtalk
    checks = []
    if not config.server.public_url:
        checks.append(found("public_url", "fail", "address_missing"))
    if ding.enabled and not ding.card_template_id:
        checks.append(found("dingtalk", "warn", "template_missing"))
    if ding.enabled and not ding.corp_id:
        checks.append(found("dingtalk", "warn", "corp_missing"))
    return checks
