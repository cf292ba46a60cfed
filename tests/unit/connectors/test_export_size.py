"""Fifty thousand rows into Excel within 300 MB; how long it takes, the benchmark says."""

import subprocess
import sys

CODE = """
from pathlib import Path
from benchmarks.exports import orders
from connectors.filedrop.payment_files import payment_formats
data = payment_formats()["xlsx"](orders())
# The peak of this program alone: `ru_maxrss` would count what it was forked from.
peak = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
print(int(peak.split()[1]) // 1024, len(data))
"""


def test_fifty_thousand_rows_take_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=300
    )

    megabytes, size = map(int, done.stdout.split())
    assert size > 1_000_000
    assert megabytes <= 300
