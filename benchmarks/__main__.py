"""Runs benchmarks: `python -m benchmarks [NAME…]`; figures on stdout, the rest on stderr."""

import asyncio
import sys
import time

from benchmarks import acknowledge, drafts, inbox, ledger, recognise, start
from benchmarks.figures import Benchmark, note, show
from bot.logs import set_up_logs

ALL: dict[str, Benchmark] = {
    "acknowledge": acknowledge.run,
    "inbox": inbox.run,
    "ledger": ledger.run,
    "start": start.run,
    "drafts": drafts.run,
    "recognise": recognise.run,
}


def main() -> int:
    """Run what is named, or all; 2 for a name that is none."""
    names = sys.argv[1:] or list(ALL)
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
