"""Where files of the desk go: a path that somebody named, or a place that a program watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from connectors.filedrop.drop import Place, draft_file, write_file
from connectors.filedrop.writing import Controls


class Listed(Protocol):
    """What goes into a file, payments or vouchers."""

    @property
    def batch(self) -> str:
        """The batch that the file is."""
        ...

    @property
    def made_at(self) -> datetime:
        """When the batch was made."""
        ...

    @property
    def total_fen(self) -> int:
        """The control total."""
        ...

    @property
    def count(self) -> int:
        """How many records."""
        ...


def _controls(listed: Listed, form: str) -> Controls:
    made_at = listed.made_at.isoformat(timespec="seconds")
    return Controls(listed.batch, form, listed.count, listed.total_fen, made_at)


@dataclass(frozen=True, slots=True)
class FileOutlet:
    """A file of a name; its hash and control totals lie beside it."""

    path: Path
    form: str

    async def prepare(self, listed: Listed, data: bytes) -> None:
        """Keep the bytes as `NAME.tmp`."""
        del listed
        draft_file(self.path, data)

    async def publish(self, listed: Listed, data: bytes) -> None:
        """Let the file appear after what lies beside it."""
        beside = _controls(listed, self.form).beside(self.path.name, data)
        for name, content in beside.items():
            write_file(self.path.with_name(name), content)
        write_file(self.path, data)

    async def drop(self) -> None:
        """Remove the draft."""
        self.path.with_name(self.path.name + ".tmp").unlink(missing_ok=True)


@dataclass(slots=True)
class KeptOutlet:
    """Nowhere but here: the bytes of a file that somebody is about to be handed."""

    form: str
    extension: str
    data: bytes = b""
    name: str = ""
    beside: Mapping[str, bytes] = field(default_factory=dict)

    async def prepare(self, listed: Listed, data: bytes) -> None:
        """Nothing lies anywhere; the batch can be written again."""

    async def publish(self, listed: Listed, data: bytes) -> None:
        """Keep the file and what lies beside it."""
        self.name, self.data = f"{listed.batch}.{self.extension}", data
        self.beside = _controls(listed, self.form).beside(self.name, data)

    async def drop(self) -> None:
        """There is nothing to forget."""


@dataclass(frozen=True, slots=True)
class PlaceOutlet:
    """A watched folder here or on a server: the file is named like its batch."""

    place: Place
    form: str
    extension: str

    async def prepare(self, listed: Listed, data: bytes) -> None:
        """Nothing lies there before its time; the batch can be written again."""

    async def publish(self, listed: Listed, data: bytes) -> None:
        """Put the file there whole."""
        name = f"{listed.batch}.{self.extension}"
        await self.place.put(name, data, _controls(listed, self.form).beside(name, data))

    async def drop(self) -> None:
        """There is nothing to forget."""
