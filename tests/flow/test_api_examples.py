"""The examples of docs/*/api.md run as they stand."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.flow.stage import TOKEN, Stage
from tests.flow.test_main_job import draft_from, number_of

PAGES = [("docs/zh/api.md", "sqlite"), ("docs/en/api.md", "postgres")]


def blocks(page: str, language: str) -> str:
    text = Path(page).read_text("utf-8")
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


async def run(stage: Stage, *command: str, invoice: str = "") -> str:
    mine = {"CHIT_URL": stage.service.url, "CHIT_TOKEN": TOKEN, "CHIT_INVOICE": invoice}
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **mine},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def approve(stage: Stage, amount: str) -> None:
    """Let everybody who is asked about the claim of this amount agree, one after another."""
    for person in ("wang", "zhao"):
        phone = stage.phone("dingtalk", person)
        await phone.click(await phone.card(amount, action="approve"), "approve")


@pytest.mark.parametrize(("page", "database_url"), PAGES, indirect=["database_url"])
async def test_the_examples_work(stage: Stage, samples: Path, page: str) -> None:
    employee = stage.phone("dingtalk", "zhang")
    draft = await draft_from(employee, samples, "hotel.xml", "application/xml")
    claim = await stage.api(f"claims/{number_of(draft)}")
    (line,) = claim["lines"]  # type: ignore[misc]
    invoice, total = line["invoice"]["number"], line["invoice"]["total"]

    shell = await run(stage, "sh", "-ec", blocks(page, "sh"))
    python, _ = await asyncio.gather(
        run(stage, sys.executable, "-c", blocks(page, "python"), invoice=invoice),
        approve(stage, f"{float(total):,.2f}"),
    )

    assert '"decision": "allow"' in shell
    assert '"state": "draft"' in shell
    assert re.search(r"BX-\d{8}-\d{4} in_review\n3\n\[\]", python)
    assert re.search(r"BX-\d{8}-\d{4} paid\nV-BX-", python)
    assert f"2241 {total} 0.00" in python
