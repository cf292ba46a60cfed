"""Runs benchmarks: `python -m benchmarks [NAME…]`; figures on stdout, the rest on stderr.

Without names all run but `accuracy`, which photographs every kind of voucher and takes longer
than the rest together, and `ledger.postgres`, a part of `ledger`.
"""

import asyncio
import sys
import time

from benchmarks import (
    accuracy,
    acknowledge,
    drafts,
    exports,
    inbox,
    ledger,
    memory,
    pictures,
    recognise,
    scan,
    spending,
    start,
    structured,
    systems,
)
from benchmarks.figures import Benchmark, note, show
from bot.logs import set_up_logs

USUAL: dict[str, Benchmark] = {
    "acknowledge": acknowledge.run,
    "inbox": inbox.run,
    "ledger": ledger.run,
    "start": start.run,
    "drafts": drafts.run,
    "recognise": recognise.run,
    "structured": structured.run,
    "memory": memory.run,
    "pictures": pictures.run,
    "scan": scan.run,
    "spending": spending.run,
    "exports": exports.run,
    "systems": systems.run,
}
ALL: dict[str, Benchmark] = {
    **USUAL,
    "ledger.postgres": ledger.run_postgres,
    "accuracy": accuracy.run,
}


def main() -> int:
    """Run what is named, or the usual ones; 2 for a name that is none."""
    names = sys.argv[1:] or list(USUAL)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        note(f"{', '.join(unknown)}? {', '.join(ALL)}")
        return 2
    set_up_logs()
    for name in names:
        begin = time.perf_counter()
        asyncio.run(_run(ALL[name]))
        note(f"{name}: {time.perf_counter() - begin:.0f} s")
    return 0


async def _run(benchmark: Benchmark) -> None:
    async for figure in benchmark():
        show(figure)


if __name__ == "__main__":
    sys.exit(main())
