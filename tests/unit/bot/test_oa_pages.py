"""The pages about OA systems: what they tell people to write loads, and builds the connectors."""

import re
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.connections import LandraySettings, SeeyonSettings
from bot.parts.oas import OAS
from core.mapping import load_mapping
from tests.contract.connector_stage import kit_of

ROOT = Path(__file__).parents[3]
SECRET = "whsec_" + "a2tr" * 10
NAMES = ("seeyon", "landray")


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
    assert mapping.tables["people"]["zhang"] == "zhangsan"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
async def test_the_table_of_the_page_builds_the_connector(
    tmp_path: Path, name: str, language: str
) -> None:
    file = tmp_path / "chit.toml"
    file.write_text(written(language, name), "utf-8")

    settings = load_config(file, {}).connectors.systems[name]
    system = OAS[name](name, settings, kit_of())

    await system.close()
    assert settings.active == ("approval", "todo")
    assert system.capabilities.roles == {"approval", "todo"}


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
