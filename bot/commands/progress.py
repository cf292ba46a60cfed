"""A bar on stderr for what takes long."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")
MANY = 1000
"""Rows from which on it is worth saying how far it is, also into a log."""


def shown(rows: Iterable[T], total: int, about: str) -> Iterator[T]:
    """Pass rows on while a bar shows how far it is; few rows need none."""
    console = Console(file=sys.stderr)
    quiet = total < MANY
    yield from track(rows, about, total=total, console=console, disable=quiet)
