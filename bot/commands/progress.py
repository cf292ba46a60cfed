"""A bar on stderr for what takes long."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, track

T = TypeVar("T")
MANY = 1000
"""Rows from which on it is worth saying how far it is, also into a log."""


def shown(rows: Iterable[T], total: int, about: str) -> Iterator[T]:
    """Pass rows on while a bar shows how far it is; few rows need none."""
    console = Console(file=sys.stderr)
    quiet = total < MANY
    yield from track(rows, about, total=total, console=console, disable=quiet)


def lots_shown(lots: range, about: str) -> Iterator[int]:
    """Pass on where each lot of rows begins, while a bar shows how many rows are done."""
    console = Console(file=sys.stderr)
    with Progress(console=console, disable=lots.stop < MANY) as bar:
        task = bar.add_task(about, total=lots.stop)
        for start in lots:
            yield start
            bar.update(task, completed=min(start + lots.step, lots.stop))
