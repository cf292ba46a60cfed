"""What every command needs: settings, storage, and failures as one clear line."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.config import ConfigError, load_config
from bot.logs import redact
from bot.settings import Config
from core.company_file import CompanyFileError
from core.errors import ChitError, Refused

if TYPE_CHECKING:
    from storage.open import Storage

T = TypeVar("T")

ConfigOption = Annotated[
    Path, typer.Option("--config", help="配置文件 · settings file", show_default=True)
]
OutOption = Annotated[Path, typer.Option("--out", help="输出文件 · the file to write")]
CHIT_TOML = Path("chit.toml")


def note(text: str) -> None:
    """Say something to whoever typed the command; stdout is for results."""
    print(text, file=sys.stderr)


def group(about: str) -> typer.Typer:
    """Make a group of commands."""
    return typer.Typer(help=about, no_args_is_help=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; a failure is one clear line on stderr and exit code 1.

    What it gives is not the task's own result: at its end asyncio compares the signal handler,
    which holds the task, in a way that writes all of it out, a batch of 50,000 as well.
    """
    given: list[T] = []

    async def kept() -> None:
        given.append(await work)

    try:
        asyncio.run(kept())
        return given[0]
    except (ConfigError, CompanyFileError) as error:
        note(str(error))
    except ChitError as error:
        note(_refusal(error) if isinstance(error, Refused) else _failure(error))
    except OSError as error:
        note(f"failed · 失败: {redact(str(error))}")
    raise typer.Exit(1)


def _failure(error: ChitError) -> str:
    """Say what has failed: in words where there are any for it."""
    from bot.texts import CATALOGUE

    return _refusal(error) if error.code in CATALOGUE else f"failed · 失败: {error}"


def _refusal(error: ChitError) -> str:
    from bot.texts.refusals import refusal_text
    from core.company import Company

    return " · ".join(refusal_text(error, language, Company()) for language in ("zh", "en"))


def run_on_database(work: Coroutine[Any, Any, T]) -> T:
    """Run what needs a database: its refusal is one clear line, too."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return run(work)
    except SQLAlchemyError as error:
        note(f"the database refused · 数据库拒绝: {redact(str(error.args[0])[:300])}")
    raise typer.Exit(1)


@contextlib.asynccontextmanager
async def opened(config: Config) -> "AsyncIterator[Storage]":
    """Open the storage for the length of a block."""
    from bot.clock import utc_now
    from bot.parts.rules import subscriptions_of
    from storage.open import open_storage

    storage = await open_storage(config.database.url, utc_now, subscriptions_of(config))
    try:
        yield storage
    finally:
        await storage.close()


def read_settings(path: Path) -> Config:
    """Read the settings, or say what is wrong with them and stop."""
    try:
        return load_config(path)
    except ConfigError as error:
        note(str(error))
        raise typer.Exit(1) from None
