"""The pages about OA systems: what they tell people to write loads, and builds the connectors."""

import re
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.connections import LandraySettings, SeeyonSettings
from bot.doctor.systems import look_at_systems
from bot.parts.systems import BUILDERS, capabilities_of
from core.mapping import load_mapping
from tests.contract.connector_stage import kit_of

ROOT = Path(__file__).parents[3]
SECRET = "whsec_" + "a2tr" * 10
NAMES = ("seeyon", "landray", "weaver")


def written(language: str, name: str) -> str:
    """The table of a page, with secrets where it has dots."""
    page = (ROOT / "docs" / language / f"oa-{name}.md").read_text("utf-8")
    (table,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    mapping = ROOT / "mappings" / f"{name}.yaml"
    return str(table).replace("whsec_…", SECRET).replace(f"mappings/{name}.yaml", str(mapping))


@pytest.mark.parametrize("name", NAMES)
def test_the_worked_mapping_loads(name: str) -> None:
    path = ROOT / "mappings" / f"{name}.yaml"

    mapping = load_mapping(path.read_text("utf-8"), str(path))

    assert {row.target.kind for row in mapping.rows} >= {"initiator", "subject", "files", "detail"}
    assert mapping.tables["people"]["zhang"] in {"zhangsan", "101"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
async def test_the_table_of_the_page_builds_the_connector(
    tmp_path: Path, name: str, language: str
) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(written(language, name), "utf-8")

    settings = load_config(file, {}).connectors.systems[name]
    system = BUILDERS[name](name, settings, kit_of())

    await system.close()
    assert settings.active == ("approval", "todo")
    assert system.capabilities.roles >= {"approval", "todo"}


def test_what_sites_settle_otherwise_is_read(tmp_path: Path) -> None:
    file = tmp_path / "chit.toml"
    seeyon = written("zh", "seeyon") + 'states = {15 = "rejected", 2 = "void"}\n'
    landray = written("zh", "landray") + 'results = {"1" = "returned"}\n'
    file.write_text(f"{seeyon}\n{landray}", "utf-8")

    systems = load_config(file, {}).connectors.systems

    one, two = systems["seeyon"], systems["landray"]
    assert isinstance(one, SeeyonSettings)
    assert isinstance(two, LandraySettings)
    assert one.states == {15: "rejected", 2: "void"}
    assert two.results == {"1": "returned"}


def test_results_that_nobody_could_sign_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(re.sub(r"hook_secret.*\n", "", written("zh", "landray")), "utf-8")

    with pytest.raises(ConfigError, match="hook_secret: required"):
        load_config(file, {})


TABLES = {
    "hose": "app_key = 'k'\napp_security = 's'\n",
    "weaver": "app_id = 'chit'\nuser_id = '1'\nworkflow_id = '194'\n",
    "seeyon": "user = 'rest'\npassword = 'p'\ntemplate_code = 'T'\n",
    "landray": "user = 'rest'\npassword = 'p'\ntemplate_id = 'T'\n",
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_settings_take_the_roles_that_are_played_and_no_other(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "chit.toml"
    secret = "whsec_" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    mapping = Path(f"mappings/{kind}.yaml").absolute()
    path.write_text(
        f'[connectors.{kind}]\nbase_url = "https://oa.example.com"\nmapping = "{mapping}"\n'
        f'hook_secret = "{secret}"\n{TABLES[kind]}',
        "utf-8",
    )

    config = load_config(path, {})
    (can,) = capabilities_of(config).values()

    assert config.connectors.systems[kind].plays == can.roles
    if "org" not in can.roles:
        with pytest.raises(ConfigError, match=r"人员|登录名"):
            load_config(path, {f"CHIT_CONNECTORS__{kind.upper()}__ROLES": '["org"]'})


def test_the_doctor_says_what_a_system_can_do(tmp_path: Path) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(written("zh", "weaver"), "utf-8")
    config = load_config(file, {})
    used = {name: table.active for name, table in config.connectors.systems.items()}

    (check,) = look_at_systems(used, capabilities_of(config))

    zh, en = check.said()
    assert (check.name, check.status) == ("connectors.weaver", "ok")
    assert "用作 approval, todo；能力：query, cancel, attachments: inline；限速 20/1 s" in zh
    assert "not tried yet: words in logs" in en
