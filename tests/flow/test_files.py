"""Without any interface: files in a folder drive claims and payments, and people hear of it."""

from collections.abc import Iterable
from pathlib import Path

from tests.flow.command import Console
from tests.flow.stage import ON_POSTGRES, Stage
from tests.flow.test_payment_desk import ACCOUNT, HEAD, approved


@ON_POSTGRES
async def test_a_results_file_in_a_folder_tells_the_employee(stage: Stage, tmp_path: Path) -> None:
    root = tmp_path / "exchange"
    table = f'[connectors.filedrop]\ndir = "{root}"\npayment_format = "csv"\nout = "0 18 * * *"\n'
    desk = Console.at(tmp_path, stage.config.database.url, table)
    number = await approved(stage)
    employee, finance = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "zhao")

    out = await desk.run("run", "files_out")
    again = await desk.run("run", "files_out")
    dropped = names(root.glob("PAY-*.csv"))
    (root / "in").mkdir()
    row = f"P-{number},{number},{ACCOUNT},张三,45.00,成功,\n"
    (root / "in" / "results-1.csv.tmp").write_text(f"{HEAD}{row}")
    early = await desk.run("files", "take")
    (root / "in" / "results-1.csv.tmp").rename(root / "in" / "results-1.csv")
    taken = await desk.run("files", "take")
    await employee.text(number, "已付款")
    (root / "in" / "results-2.csv").write_text(f"{HEAD}{row}P-none,,,,1.00,成功,\n")
    apart = await desk.run("files", "take")
    await finance.text("results-2.csv", "第 3 行")
    compared = await desk.run("reconcile", "--out", tmp_path / "all.xlsx")

    assert [c.code for c in (out, again, early, taken, apart, compared)] == [0, 0, 0, 0, 1, 0]
    assert len(dropped) == 1
    assert (root / f"{dropped[0]}.control.json").exists()
    assert "已收取 0" in early.err
    assert "已收取 1" in taken.err
    assert (await stage.api(f"claims/{number}"))["state"] == "paid"
    assert len(names((root / "done").glob("results-1*.receipt.json"))) == 1
    assert len(names((root / "quarantine").glob("results-2*.reason.txt"))) == 1
    assert "已核对 1" in compared.err
    assert (tmp_path / "all.xlsx").read_bytes().startswith(b"PK")


def names(found: Iterable[Path]) -> list[str]:
    return sorted(path.name for path in found)
