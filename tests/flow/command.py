"""The command line as an operator types it, beside a running service."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


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

    async def start(self, *words: str | Path) -> asyncio.subprocess.Process:
        """Start a command; it may be killed."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *map(str, words),
            "--config",
            str(self.settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str | Path) -> Ended:
        """Run a command to its end."""
        process = await self.start(*words)
        out, err = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), err.decode())
