"""Setting Chit up: the first settings file, and what is still wrong."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.basics import CHIT_TOML, ConfigOption, note, run

app = typer.Typer()


@app.command()
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="不联网 · ask nobody")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Say what is wrong and what to do about it · 检查安装."""
    from bot.doctor.check import is_well
    from bot.doctor.examine import examine

    checks = run(examine(config, offline=offline))
    well = is_well(checks)
    if as_json:
        found = [check.as_json() for check in checks]
        print(json.dumps({"ok": well, "checks": found}, ensure_ascii=False))
    else:
        for check in checks:
            note(check.as_lines())
    if not well:
        raise typer.Exit(1)


@app.command()
def init(
    config: Annotated[Path, typer.Option("--config", help="写到哪里 · where")] = CHIT_TOML,
) -> None:
    """Ask at most eight questions and write a commented chit.toml · 生成配置文件.

    A company.yaml to begin with lies beside it, unless there is one.
    """
    from bot.doctor.first_company import write_company
    from bot.doctor.first_settings import questions_for, write_settings

    if config.exists():
        note(f"{config}: already there, nothing changed · 已经存在，没有改动")
        raise typer.Exit(1)
    answers: dict[str, str] = {}
    while (question := next(questions_for(answers), None)) is not None:
        answers[question.key] = typer.prompt(
            f"{question.zh} · {question.en}",
            default=question.default,
            hide_input=question.secret and sys.stdin.isatty(),
            err=True,
        ).strip()
    write_settings(config, answers)
    note(f"{config}: written · 已写好")
    company = config.with_name("company.yaml")
    if write_company(company):
        note(f"{company}: written, fill it in · 已写好，请补充")
    note("next · 接下来: chit company apply company.yaml; chit doctor; chit serve")
