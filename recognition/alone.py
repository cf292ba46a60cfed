"""Recognition for programs that are not Chit: one call, nothing to set up, nothing to stop."""

import asyncio
import atexit
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from os import PathLike
from pathlib import Path

from core.company import LegalEntity, TaxRule
from core.invoice import Reading
from recognition.limits import MAX_FILE_BYTES
from recognition.reader import Recogniser
from recognition.texts import refusal

_ENDS_S = 5.0


def read(
    source: str | PathLike[str] | bytes,
    *,
    companies: Sequence[LegalEntity] = (),
    rules: Sequence[TaxRule] = (),
) -> list[Reading]:
    """Read the vouchers of a file, by its path or its bytes: one reading each, at least one.

    What cannot be read gives a reading with `ok` false and a reason; nothing that a file contains
    raises. `companies` are the own ones, by which a photo's buyer is checked and mended; `rules`
    of input tax take the place of built-in ones (`core.transport_tax`). Foreign bytes are decoded
    in processes of their own, which start at the first call (OCR takes a few seconds then) and end
    with the program. Threads may call it at once.
    """
    name, data = ("", source) if isinstance(source, bytes) else _load(Path(source))
    if data is None:
        return [refusal(name, "missing")]
    reading = _reader().read(name, data, companies=companies, rules=rules)
    return list(asyncio.run_coroutine_threadsafe(reading, _loop()).result())


def _load(path: Path) -> tuple[str, bytes | None]:
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as file:
                return str(path), file.read(MAX_FILE_BYTES + 1)
    return str(path), None


@cache
def _reader() -> Recogniser:
    return Recogniser()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the loop that talks to the processes; they live as long as its thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="recognition", daemon=True).start()
    atexit.register(_stop, loop)
    return loop


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(_reader().stop(), loop).result(_ENDS_S)
    loop.call_soon_threadsafe(loop.stop)
