"""Tables to fill in, as a newcomer meets them: what is written can be taken as it stands."""

import csv
from pathlib import Path

import pytest

from tests.flow.command import Console
from tests.flow.stage import ON_POSTGRES, Stage


@ON_POSTGRES
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
async def test_templates_can_be_taken_as_they_are_written(
    stage: Stage, tmp_path: Path, ending: str
) -> None:
    root = tmp_path / "exchange"
    table = f'[connectors.filedrop]\ndir = "{root}"\ntakes = ["claims", "people", "budgets"]\n'
    desk = Console.at(tmp_path, stage.config.database.url, table)
    (root / "in").mkdir(parents=True)

    for kind, name in (("claims", "报销"), ("people", "人员"), ("budgets", "预算")):
        written = await desk.run("files", "template", kind, "--out", tmp_path / f"{name}.{ending}")
        assert written.code == 0, written.err
    shown = [
        await desk.run("import", kind, tmp_path / f"{name}.{ending}", "--dry-run")
        for kind, name in (("people", "人员"), ("budgets", "预算"))
    ]
    again = await desk.run("files", "template", "people", "--out", tmp_path / f"人员.{ending}")
    for name in ("报销", "人员", "预算"):
        (tmp_path / f"{name}.{ending}").rename(root / "in" / f"{name}.{ending}")
    taken = await desk.run("files", "take")

    assert [c.code for c in (*shown, again, taken)] == [0, 0, 1, 0], taken.err
    assert [c.out.splitlines()[0][:8] for c in shown] == ["+ people", "+ budget"]
    assert "已收取 3" in taken.err
    assert len((await stage.api("claims?state=draft"))["items"]) == 1


async def test_the_table_of_results_has_what_the_bank_was_given(
    stage: Stage, tmp_path: Path
) -> None:
    desk = Console.at(tmp_path, stage.config.database.url)

    written = await desk.run("files", "template", "results", "--out", tmp_path / "r.csv")

    assert written.code == 0
    (head, *rows) = csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines())
    assert (head[0], head[4], rows) == ("付款编号", "结果", [])
