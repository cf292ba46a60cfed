"""Sheets to print: a claim's originals, two on each A4."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import Refused
from core.ports import Files, Store


class Sheets(Protocol):
    """What was laid out."""

    @property
    def pdf(self) -> bytes:
        """The PDF, empty when there was nothing to lay out."""
        ...

    @property
    def pages(self) -> int:
        """How many sheets."""
        ...

    @property
    def skipped(self) -> tuple[str, ...]:
        """Names of files that cannot be drawn."""
        ...


Lay = Callable[[str, Sequence[tuple[str, bytes]]], Awaitable[Sheets]]


@dataclass(frozen=True, slots=True)
class Printed:
    """How many sheets there are, and which files have to be printed in their own program."""

    pages: int
    skipped: tuple[str, ...]


async def print_sheet(store: Store, files: Files, number: str, out: Path, lay: Lay) -> Printed:
    """Write the sheets of a claim; Refused `no_such_claim` or `nothing_to_print`."""
    claim = await store.claim(number)
    if claim is None:
        raise Refused("no_such_claim", number=number[:40])
    found: list[tuple[str, bytes]] = []
    gone: list[str] = []
    for file in claim.files:
        try:
            found.append((file.name or file.sha256[:12], await files.get(file.sha256)))
        except FileNotFoundError:
            gone.append(file.name or file.sha256[:12])
    sheets = await lay(claim.number, found)
    if not sheets.pages:
        raise Refused("nothing_to_print", number=claim.number)
    draft = out.with_name(out.name + ".tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file_out:
        file_out.write(sheets.pdf)
        file_out.flush()
        os.fsync(file_out.fileno())
    draft.replace(out)
    return Printed(sheets.pages, (*gone, *sheets.skipped))
