"""Reading invoices from files, without settings, database or network."""

import json
from typing import Annotated

import typer

from bot.commands.basics import run
from bot.logs import set_up_logs

app = typer.Typer()


@app.command()
def recognise(
    files: Annotated[list[str], typer.Argument(help="发票文件 · invoice files")],
    as_json: Annotated[bool, typer.Option("--json", help="一行一个 JSON · JSON lines")] = False,
) -> None:
    """Read invoices from files · 识别发票文件."""
    set_up_logs()
    run(_recognise(files, as_json=as_json))


async def _recognise(files: list[str], *, as_json: bool) -> None:
    from recognition.files import recognise_paths
    from recognition.reader import Recogniser

    recogniser = Recogniser()
    await recogniser.start()
    try:
        async for reading in recognise_paths(files, recogniser):
            print(json.dumps(reading, ensure_ascii=False) if as_json else _line(reading))
    finally:
        await recogniser.stop()


def _line(reading: dict[str, object]) -> str:
    """Write a reading for people: a line of what matters, then its doubts."""
    if not reading["ok"]:
        return f"{reading['file']}: {reading['reason']}"
    names = ("kind", "number", "date", "total", "seller")
    facts = " · ".join(str(reading[n]) for n in names if reading[n])
    findings = reading["findings"]
    doubts = [f"\n  ? {f['message']}" for f in findings] if isinstance(findings, list) else []
    return f"{reading['file']}: {facts}{''.join(doubts)}"
