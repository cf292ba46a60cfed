"""Fifty thousand payments into a file within 300 MB; how long it takes, the benchmark says."""

import subprocess
import sys

import pytest

CODE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.filedrop.payment_files import payment_formats
from core.payment_batch import Order, OrderList, Payer
payer = Payer("hq", "示例科技有限公司", "755900000000001", "招商银行", "308584000013")
made = tuple(
    Order(
        id=f"P-BX-20261125-{i:05d}",
        claim=f"BX-20261125-{i:05d}",
        payee=f"员工{i}",
        account="6222021234567890123",
        bank="招商银行",
        bank_code="",
        amount_fen=i + 1,
        currency="CNY",
        purpose=f"报销 BX-20261125-{i:05d}",
        payer=payer,
    )
    for i in range(50_000)
)
listed = OrderList("PAY-20261125-0001", datetime(2026, 11, 25, tzinfo=UTC), made)
data = payment_formats()[sys.argv[1]](listed)
# The peak of this program alone: `ru_maxrss` would count what it was forked from.
peak = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in l)
print(int(peak.split()[1]) // 1024, len(data))
"""


@pytest.mark.parametrize("name", ["xlsx", "csv", "pain.001"])
def test_fifty_thousand_rows_take_little_memory(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, name], capture_output=True, text=True, check=True, timeout=300
    )

    megabytes, size = map(int, done.stdout.split())
    assert size > 1_000_000
    assert megabytes <= 300
