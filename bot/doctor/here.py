"""What can be examined without the network: files, database, company."""

import os
import secrets
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.doctor.check import Check, found
from bot.logs import redact
from bot.parts.filedrop import templates_of
from bot.parts.rules import files_of
from bot.settings import Config
from connectors.filedrop.template import Use, templates_in
from core.company import Company
from core.errors import Refused
from core.ports import Clock
from storage.migrate import pending
from storage.open import open_storage

LOW_DISK_BYTES = 1024**3
DUTIES = {"finance": "nobody_finance", "cashier": "nobody_cashier", "admin": "nobody_admin"}
"""Roles without which something comes to a halt, and the text that says what."""


def look_at_secrets(path: Path) -> Iterator[Check]:
    """Whether others on this machine can read the secrets of `chit.toml`."""
    if os.name == "posix" and path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield found("config", "warn", "config_open", path=path)


def look_at_tokens(config: Config) -> Iterator[Check]:
    """Whether API tokens can be told from one another."""
    tokens = config.api.tokens
    values = Counter(t.token.get_secret_value() for t in tokens)
    names = Counter(t.name for t in tokens)
    for token in tokens:
        if values[token.token.get_secret_value()] > 1 or names[token.name] > 1:
            yield found("api", "fail", "token_twice", token=token.name)
        if not token.scopes:
            yield found("api", "warn", "token_without_scope", token=token.name)


async def look_at_files(config: Config) -> Iterator[Check]:
    """Whether originals can be kept, and for how long there is room."""
    try:
        files = files_of(config)
        mark = f"chit doctor {secrets.token_hex(8)}".encode()
        key = await files.put(mark)
        kept = await files.get(key) == mark
        await files.drop(key)
    except (OSError, ValueError) as error:
        return iter([found("files", "fail", "files_unwritable", error=redact(str(error)))])
    if not kept:
        return iter([found("files", "fail", "files_unwritable", error="read back differently")])
    place = config.files.url.removeprefix("file:").split("://")[-1]
    checks = [found("files", "ok", "files_ok", url=redact(config.files.url))]
    if config.files.url.startswith("file:"):
        checks += _room("files", Path(place))
    return iter(checks)


def look_at_templates(config: Config) -> Iterator[Check]:
    """Whether the firm's own forms of payment and voucher files can be used."""
    folder = templates_of(config)
    if folder is None:
        return
    if not folder.is_dir():
        yield found("templates", "fail", "templates_missing", path=folder)
        return
    try:
        for use in get_args(Use):
            templates_in(folder, use)
    except Refused as refusal:
        yield found("templates", "fail", refusal.code, **refusal.fields)
    else:
        yield found("templates", "ok", "templates_ok", path=folder)


def _room(name: str, path: Path) -> list[Check]:
    free = shutil.disk_usage(path).free
    low = free < LOW_DISK_BYTES
    return [found(name, "warn", "disk_low", megabytes=free // 1024**2)] if low else []


async def look_at_database(config: Config, clock: Clock) -> tuple[list[Check], Company | None]:
    """Whether the database answers and is up to date; the company in it, if it can be read.

    The schema is looked at, never upgraded.
    """
    url = make_url(config.database.url)
    if _is_absent(url):
        return [found("database", "warn", "database_missing", path=url.database)], None
    try:
        waiting = await pending(config.database.url)
        if waiting:
            return [found("database", "warn", "schema_old", count=waiting)], None
        storage = await open_storage(config.database.url, clock)
        try:
            version = await storage.store.company_version()
            company = await storage.store.company()
        finally:
            await storage.close()
    except (SQLAlchemyError, OSError) as error:
        said = redact(str(error.args[0] if error.args else error))[:200]
        return [found("database", "fail", "database_down", error=said)], None
    checks = [found("database", "ok", "database_ok", kind=url.get_backend_name())]
    if not version:
        return [*checks, found("company", "fail", "company_none")], None
    return checks, company


def _is_absent(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


def look_at_company(company: Company, config: Config) -> Iterator[Check]:
    """Whether the company file lets claims pass from end to end."""
    people = [p for p in company.people if p.active]
    yield found(
        "company",
        "ok",
        "company_ok",
        people=len(people),
        budgets=len(company.budgets),
        flows=len(company.flows),
    )
    if not company.flows:
        yield found("company", "fail", "no_flow")
    for role, code in DUTIES.items():
        if not company.with_role(role):
            yield found("company", "warn", code)
    enabled = {
        "dingtalk": config.dingtalk.enabled,
        "wecom": config.wecom.enabled or config.wecom_bot.enabled,
    }
    unreached = [
        p.name for p in people if not any(on and getattr(p, name) for name, on in enabled.items())
    ]
    if unreached and any(enabled.values()):
        yield found("company", "warn", "nobody_reaches", people=_few(unreached))
    unpaid = [p.name for p in people if not p.bank_account]
    if unpaid:
        yield found("company", "warn", "no_account", people=_few(unpaid))
    booked = [c for c in company.categories if c.account or c.accounts]
    unbooked = [c.name for c in company.categories if not c.account]
    if booked and unbooked:
        yield found("company", "warn", "no_ledger_account", categories=_few(unbooked))


def _few(names: list[str]) -> str:
    shown = "、".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} … ({len(names)})"  # noqa: PLR2004
