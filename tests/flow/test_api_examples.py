"""The examples of docs/*/api.md run as they stand."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.flow.stage import TOKEN, Stage

PAGES = [("docs/zh/api.md", "sqlite"), ("docs/en/api.md", "postgres")]


def blocks(page: str, language: str) -> str:
    text = Path(page).read_text("utf-8")
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


async def run(stage: Stage, *command: str) -> str:
    environ = {**os.environ, "CHIT_URL": stage.service.url, "CHIT_TOKEN": TOKEN}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest.mark.parametrize(("page", "database_url"), PAGES, indirect=["database_url"])
async def test_the_examples_work(stage: Stage, page: str) -> None:
    shell = await run(stage, "sh", "-ec", blocks(page, "sh"))
    python = await run(stage, sys.executable, "-c", blocks(page, "python"))

    assert '"decision": "allow"' in shell
    assert '"state": "draft"' in shell
    assert re.search(r"BX-\d{8}-\d{4} in_review\n2\n\[\]", python)
