"""The pages about the messengers' own approvals: what they tell people to write works."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import ConfigError, load_config
from bot.parts.messenger_oas import MESSENGER_OAS
from connectors.dingtalk_oa.wire import build_start
from connectors.wecom_oa.wire import build_application
from core.company_file import load_company
from core.converters import Around
from core.mapping import apply_mapping, load_mapping
from core.outside import Form, Json
from tests.contract.connector_stage import kit_of

ROOT = Path(__file__).parents[3]
PAGES = {"dingtalk_oa": "oa-dingtalk", "wecom_oa": "oa-wecom"}
ENABLED = {
    "dingtalk_oa": '[dingtalk]\nenabled = true\nclient_id = "d"\nclient_secret = "s"\n',
    "wecom_oa": '[wecom]\nenabled = true\ncorp_id = "w"\nagent_id = 1\nsecret = "s"\n'
    f'token = "t"\nencoding_aes_key = "{"a" * 43}"\n',
}
CLAIM: dict[str, Json] = {
    "number": "BX-20261125-0007",
    "employee": "zhang",
    "employee_name": "张三",
    "department_name": "销售部",
    "purpose": "去客户现场",
    "total": "300.50",
    "submitted_at": datetime(2026, 11, 25, 4, tzinfo=UTC).isoformat(),
    "link": "https://chit.example/app/claims/BX-20261125-0007",
    "budgets": [{"id": "sales-2026", "available_after": "9699.50"}],
    "lines": [
        {"category": "taxi", "amount": "300.50", "date": "2026-11-24", "description": "打车"}
    ],
    "files": [{"name": "发票.pdf", "sha256": "ab" * 32}],
}


def written(language: str, name: str) -> str:
    page = (ROOT / "docs" / language / f"{PAGES[name]}.md").read_text("utf-8")
    (table,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    return str(table).replace(f"mappings/{name}.yaml", str(ROOT / "mappings" / f"{name}.yaml"))


def mapped(name: str) -> Form:
    path = ROOT / "mappings" / f"{name}.yaml"
    mapping = load_mapping(path.read_text("utf-8"), str(path))
    text = (ROOT / "sandbox" / "company.yaml").read_text("utf-8")
    company = load_company(text, "company.yaml")
    return apply_mapping(mapping, CLAIM, Around(company, ZoneInfo("Asia/Shanghai"), {}))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
async def test_the_table_of_the_page_builds_the_connector(
    tmp_path: Path, name: str, language: str
) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(ENABLED[name] + written(language, name), "utf-8")

    settings = load_config(file, {}).connectors.systems[name]
    system = MESSENGER_OAS[name](name, settings, kit_of())

    await system.close()
    assert set(settings.active) <= system.capabilities.roles


@pytest.mark.parametrize("name", PAGES)
def test_without_the_messenger_the_table_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(written("zh", name), "utf-8")

    with pytest.raises(ConfigError, match="must be enabled"):
        load_config(file, {})


def test_a_step_of_dingtalk_wants_a_template(tmp_path: Path) -> None:
    file = tmp_path / "chit.toml"
    table = re.sub(r"process_code.*\n", "", written("zh", "dingtalk_oa"))
    file.write_text(ENABLED["dingtalk_oa"] + table, "utf-8")

    with pytest.raises(ConfigError, match="process_code: required"):
        load_config(file, {})


def test_the_worked_mapping_of_dingtalk_makes_a_process() -> None:
    form = mapped("dingtalk_oa")

    body = build_start(form, "PROC-1", -1, {}).decode()

    assert form.fields["预算余额"] == "9699.50"
    assert '"交通' in body.replace("\\", "")
    assert form.details["费用明细"][0]["费用类型"] == "交通"


def test_the_worked_mapping_of_wecom_makes_an_application() -> None:
    form = mapped("wecom_oa")

    body = build_application(form, "T", {}).decode()

    assert '"new_money": "300.50"' in body
    assert "¥300.50" in body
    assert Decimal(str(form.fields["Money:Money-3"])) == Decimal("9699.50")
