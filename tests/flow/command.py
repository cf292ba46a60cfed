"""The command line as an operator types it, beside a running service."""

import asyncio
import io
import sys
import traceback
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.__main__ import app


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Mouth:
    """Stands in for stdout or stderr: what a command says goes to its own paper, the rest on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._paper: ContextVar[TextIO | None] = ContextVar(name, default=None)
        self._beneath: TextIO = getattr(sys, name)
        self._listening = 0

    def __getattr__(self, attribute: str) -> object:
        return getattr(self._paper.get() or self._beneath, attribute)

    def hand_out(self) -> io.StringIO:
        """Give this context a paper of its own."""
        paper = io.StringIO()
        self._paper.set(paper)
        return paper

    def listen(self) -> None:
        if not self._listening:
            self._beneath = getattr(sys, self._name)
            setattr(sys, self._name, self)
        self._listening += 1

    def rest(self) -> None:
        self._listening -= 1
        if not self._listening:
            setattr(sys, self._name, self._beneath)


STDOUT, STDERR = Mouth("stdout"), Mouth("stderr")


def call(words: list[str]) -> Ended:
    """Run a command where we are, as a process of its own would."""
    out, err = STDOUT.hand_out(), STDERR.hand_out()
    try:
        app(words, prog_name="chit")
    except SystemExit as ended:
        code = int(ended.code or 0)
    except Exception:  # noqa: BLE001  # a process would print it and end with 1, too
        err.write(traceback.format_exc())
        code = 1
    else:
        code = 0
    return Ended(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True, slots=True)
class Console:
    """A shell in which `chit.toml` names a database."""

    settings: Path

    @classmethod
    def at(cls, folder: Path, database: str, more: str = "") -> "Console":
        """Write the settings that commands need."""
        settings = folder / "desk.toml"
        files = f'[files]\nurl = "file:{folder}/files"\n'
        settings.write_text(f'[database]\nurl = "{database}"\n{files}{more}', "utf-8")
        return cls(settings)

    def _full(self, words: tuple[str | Path, ...]) -> list[str]:
        return [*map(str, words), "--config", str(self.settings)]

    async def start(self, *words: str | Path) -> asyncio.subprocess.Process:
        """Start a command as a process: it may be killed, and races with others as they do."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self._full(words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run_apart(self, *words: str | Path, said: str = "") -> Ended:
        """Run a command in a process of its own to its end; `said` is typed into it."""
        process = await self.start(*words)
        out, err = await process.communicate(said.encode())
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def run(self, *words: str | Path) -> Ended:
        """Run a command to its end in a thread: a process would only load everything again."""
        STDOUT.listen()
        STDERR.listen()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, copy_context().run, call, self._full(words))
        finally:
            STDERR.rest()
            STDOUT.rest()
