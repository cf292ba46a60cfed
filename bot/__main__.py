"""The command line: thin; the commands are in `bot.commands`, one module a noun."""

import contextlib

import typer

from bot.commands import (
    analytics,
    archive,
    budgets,
    files,
    forms,
    jobs,
    org,
    payments,
    reading,
    reconcile,
    service,
    setup,
    systems,
    vouchers,
    webhook,
)

app = typer.Typer(
    help="Chit（小票）: 费用管控机器人 · expense control inside DingTalk and WeCom",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (
    setup,
    service,
    reading,
    payments,
    vouchers,
    forms,
    archive,
    analytics,
    jobs,
    budgets,
    webhook,
    systems,
    org,
    files,
    reconcile,
):
    app.add_typer(room.app)


def main() -> None:
    """Run the command line."""
    with contextlib.suppress(KeyboardInterrupt):
        app()


if __name__ == "__main__":
    main()
