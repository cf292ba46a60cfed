"""Connected systems: what is stuck, and feeding letters in again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.basics import (
    CHIT_TOML,
    ConfigOption,
    group,
    note,
    opened,
    read_settings,
    run_on_database,
)
from bot.settings import Config

if TYPE_CHECKING:
    from bot.desk.replay import Replayed
    from bot.desk.stuck import StuckDesk
    from core.stuck import DeadLetter
    from storage.open import Storage

app = typer.Typer()
stuck_app = group("卡住、等人处理的单据 · what waits for a person")
app.add_typer(stuck_app, name="stuck")

NumberArgument = Annotated[str, typer.Argument(help="单号 · the claim's number")]


def _desk(storage: "Storage") -> "StuckDesk":
    from bot.clock import utc_now
    from bot.desk.stuck import StuckDesk

    return StuckDesk(storage.dead, storage.links, storage.inbox, storage.store, utc_now)


@stuck_app.command("list")
def stuck_list(
    config: ConfigOption = CHIT_TOML,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON")] = False,
) -> None:
    """List what was given up and waits for a person · 列出卡住的单据."""
    from bot.desk.stuck import as_json as written

    letters = run_on_database(_listed(read_settings(config)))
    for letter in letters:
        print(written(letter) if as_json else _line(letter))
    note(f"stuck · 卡住: {len(letters)}")


def _line(letter: "DeadLetter") -> str:
    at = letter.at.astimezone().isoformat(" ", "minutes")
    return f"{letter.number}\t{letter.what}\t{letter.error}\t{at}"


async def _listed(config: Config) -> "tuple[DeadLetter, ...]":
    async with opened(config) as storage:
        return await _desk(storage).listed()


@stuck_app.command("retry")
def stuck_retry(
    number: NumberArgument,
    config: ConfigOption = CHIT_TOML,
    found: Annotated[
        str, typer.Option("--found", help="对方系统里已有的单号 · what exists there already")
    ] = "",
) -> None:
    """Try again; look in the other system first · 重试（请先到对方系统核对）."""
    count = run_on_database(_retry(read_settings(config), number, found))
    note(f"tried again · 已重试: {count}")


async def _retry(config: Config, number: str, found: str) -> int:
    async with opened(config) as storage:
        return await _desk(storage).retry(number, found)


@stuck_app.command("drop")
def stuck_drop(number: NumberArgument, config: ConfigOption = CHIT_TOML) -> None:
    """Give up; a claim that waited for it goes back to its owner · 放弃."""
    count = run_on_database(_drop(read_settings(config), number))
    note(f"dropped · 已放弃: {count}")


async def _drop(config: Config, number: str) -> int:
    async with opened(config) as storage:
        return await _desk(storage).drop(number)


@app.command("replay")
def replay_file(
    target: Annotated[
        str, typer.Argument(metavar="FILE", help="文件；--dry-run 时也可以是单号 · or a number")
    ],
    config: ConfigOption = CHIT_TOML,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只显示会发出什么 · only show what would be sent")
    ] = False,
) -> None:
    """Feed letters in again from a file · 从文件重新投递."""
    from bot.desk.replay import ReplayError

    settings = read_settings(config)
    try:
        text = _text_of(target, or_number=dry_run)
        if dry_run:
            for line in run_on_database(_preview(settings, target, text)):
                print(line)
            return
        done = run_on_database(_replay(settings, target, text))
    except (ReplayError, UnicodeDecodeError, OSError) as error:
        note(str(error))
        raise typer.Exit(1) from None
    note(f"new · 新投递 {done.new}, revived · 重试 {done.revived}, known · 已处理 {done.known}")


def _text_of(target: str, *, or_number: bool) -> str:
    """Read a file; "" for what is no file but may be a number."""
    path = Path(target)
    return "" if or_number and not path.is_file() else path.read_text("utf-8")


async def _replay(config: Config, file: str, text: str) -> "Replayed":
    from bot.clock import utc_now
    from bot.desk.replay import read_letters, replay

    letters = read_letters(text, file)
    async with opened(config) as storage:
        return await replay(letters, storage.inbox, storage.dead, utc_now)


async def _preview(config: Config, target: str, text: str) -> list[str]:
    from bot.desk.replay import Preview, documents_in, read_letters
    from bot.parts.rules import public_url
    from bot.parts.systems import mapping_of

    tables = config.connectors.systems
    found = {name: mapping for name, table in tables.items() if (mapping := mapping_of(table))}
    books = {name: found.pop(name) for name, table in tables.items() if table.posts}
    async with opened(config) as storage:
        preview = Preview(storage.store, found, config.zone, public_url(config), books)
        if not text:
            return await preview.of_number(target)
        documents = list(documents_in(text)) if _is_one(text) else []
        if documents:
            company = await storage.store.company()
            return [line for d in documents for line in preview.of_document(d, company)]
        return await preview.of_letters(read_letters(text, target))


def _is_one(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except ValueError:
        return False
    return True
