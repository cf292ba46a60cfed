"""Fifty thousand rows into Excel: ten seconds of work and 300 MB at most."""

import subprocess
import sys

CODE = """
import resource, time
from benchmarks.exports import orders
from connectors.filedrop.payment_files import payment_formats
listed = orders()
begin = time.process_time()
data = payment_formats()["xlsx"](listed)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(time.process_time() - begin, memory, len(data))
"""


def test_fifty_thousand_rows_take_little_time_and_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=300
    )

    seconds, megabytes, size = (float(word) for word in done.stdout.split())
    assert size > 1_000_000
    assert seconds <= 10
    assert megabytes <= 300
