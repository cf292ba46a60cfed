"""The command line of budgets beside their database: import, close, verify."""

from pathlib import Path

from sqlalchemy import text

from bot.clock import utc_now
from bot.desk.company import apply_company, read_company
from sandbox.oa.hose import HoseStandIn
from storage.engine import Database
from storage.open import open_storage
from tests.contract.connector_stage import serving
from tests.flow.command import Console

ROOT = Path(__file__).parents[2]
TABLE = """\
id,department,project,category,period,limit,control,tolerance,alerts,owners
sales-2026q4,sales,,,2026-Q4,12000.00,block,0,80;90;100,wang
new-2027q1,sales,,,2027-Q1,5000.00,,,,wang
"""


async def chit(folder: Path, *words: str | Path) -> tuple[int, str, str]:
    ended = await Console(folder / "chit.toml").run(*words)
    return ended.code, ended.out, ended.err


async def test_budgets_come_by_table_close_and_are_verified(
    tmp_path: Path, sqlite_url: str
) -> None:
    (tmp_path / "chit.toml").write_text(f'[database]\nurl = "{sqlite_url}"\n')
    (tmp_path / "good.csv").write_text(TABLE)
    (tmp_path / "bad.csv").write_text(TABLE.replace("2027-Q1", "2027-Q9"))
    storage = await open_storage(sqlite_url, utc_now)
    company = read_company(ROOT / "sandbox/company.yaml")
    await apply_company(storage.store, company, utc_now, dry_run=False)

    bad = await chit(tmp_path, "import", "budgets", tmp_path / "bad.csv")
    preview = await chit(tmp_path, "import", "budgets", tmp_path / "good.csv", "--dry-run")
    before = await storage.store.company_version()
    good = await chit(tmp_path, "import", "budgets", tmp_path / "good.csv")
    closed = await chit(tmp_path, "budgets", "close", "2026-Q4")
    unknown = await chit(tmp_path, "budgets", "close", "2031")
    whole = await chit(tmp_path, "audit", "verify")

    assert (bad[0], before) == (1, 1)
    assert "bad.csv:3: period: " in bad[2]
    changed = "~ budgets sales-2026q4: limit 10000.00 → 12000.00\n"
    assert preview[:2] == (0, f"+ budgets new-2027q1\n{changed}")
    assert good[:2] == preview[:2]
    assert closed[:2] == (0, "sales-2026q4\nsales-meal-2026q4\n")
    assert unknown[0] == 1
    assert (whole[0], "流水一致" in whole[2]) == (0, True)
    (balance,) = await storage.store.balances(["sales-2026q4"])
    assert (balance.budget.limit_fen, balance.closed) == (1200000, True)
    await storage.close()


async def test_a_budget_that_was_tampered_with_fails_the_verification(
    tmp_path: Path, sqlite_url: str
) -> None:
    (tmp_path / "chit.toml").write_text(f'[database]\nurl = "{sqlite_url}"\n')
    storage = await open_storage(sqlite_url, utc_now)
    company = read_company(ROOT / "sandbox/company.yaml")
    await apply_company(storage.store, company, utc_now, dry_run=False)
    await storage.close()
    database = Database(sqlite_url)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE budgets SET consumed_fen = 5 WHERE id = 'tech-2026'"))
    await database.close()

    code, _, said = await chit(tmp_path, "audit", "verify")

    assert code == 1
    assert "budget tech-2026: consumed is 0.05, its record says 0.00" in said


async def test_budgets_are_compared_with_another_system(tmp_path: Path, sqlite_url: str) -> None:
    there = HoseStandIn()
    period = {"annual": "2026", "period": "SEASON"}
    there.packages = [{"id": "ID_B", "version": 2, "active": True, "period": period}]
    money = {"budgetMoney": 10000.0, "occupiedMoney": 200.5, "confirmedMoney": 0}
    there.nodes["ID_B"] = [{"code": "市场部", "moneyExts": [{"periodTime": "4", **money}]}]
    storage = await open_storage(sqlite_url, utc_now)
    company = read_company(ROOT / "sandbox/company.yaml")
    await apply_company(storage.store, company, utc_now, dry_run=False)
    await storage.close()
    async with serving(there.routes()) as url:
        (tmp_path / "chit.toml").write_text(
            f'[database]\nurl = "{sqlite_url}"\n[connectors.hose]\nbase_url = "{url}"\n'
            'app_key = "key"\napp_security = "security"\nroles = ["budget"]\n'
            '[connectors.hose.budgets]\nsales-2026q4 = "ID_B:市场部"\ngone = "ID_B:x"\n'
        )
        done = await chit(tmp_path, "budgets", "compare", "hose")
        other = await chit(tmp_path, "budgets", "compare", "nobody")

    assert done[:2] == (0, "sales-2026q4\t10000.00\t9799.50\t200.50\n"), done[2]
    assert "gone?" in done[2]
    assert other[0] == 2
    assert there.violations == []
