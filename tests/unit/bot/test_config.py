"""Settings: every fault names the place, the key and what is wrong."""

import re
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.connections import WebhookSettings
from bot.parts.rules import settings_of

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECOM = f"""[wecom]
enabled = true
corp_id = "ww1"
agent_id = 1000002
secret = "s"
token = "t"
encoding_aes_key = "{KEY}"
"""


def load(folder: Path, text: str, **environ: str) -> object:
    path = folder / "chit.toml"
    path.write_text(text, "utf-8")
    return load_config(path, environ)


def faults(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environ)
    return str(caught.value).replace(str(folder), "")


def test_an_empty_file_is_enough(tmp_path: Path) -> None:
    config = load(tmp_path, "")

    assert config.database.url.startswith("sqlite+aiosqlite:///")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[server]\nport = 1\n[databse]\n", "/chit.toml:3: databse: unknown key"),
        ('[server]\nhots = "x"\n', "/chit.toml:2: server.hots: unknown key"),
        ('[server]\nport = "x"\n', "/chit.toml:2: server.port: "),
        ('[database]\nurl = "mysql://x"\n', "/chit.toml:2: database.url: "),
        ('[schedule]\ntimezone = "Asia/Shangai"\n', "/chit.toml:2: schedule.timezone: "),
        ('[schedule]\ndigest = "every day"\n', "/chit.toml:2: schedule.digest: "),
        ("[wecom]\nenabled = true\n", "/chit.toml:1: wecom.corp_id: required when enabled"),
        (WECOM.replace(KEY, "short"), "/chit.toml:7: wecom.encoding_aes_key: must be 43"),
        ("[dingtalk]\nenabled = true\n", "/chit.toml:1: dingtalk.client_id: required"),
        ('[budget]\nconsume_on = "never"\n', "/chit.toml:2: budget.consume_on: "),
        (
            '[[api.tokens]]\nname = "a"\ntoken = "0123456789abcdef"\nscopes = ["all"]\n',
            "/chit.toml:4: api.tokens.0.scopes.0: ",
        ),
        ('[approval]\nsecond_tap_above = "viel"\n', "/chit.toml:2: approval.second_tap_above: "),
        ('[schedule]\nrouting = "often"\n', "/chit.toml:2: schedule.routing: "),
        ("port = \n", "/chit.toml: not TOML"),
    ],
)
def test_a_fault_names_line_and_key(tmp_path: Path, text: str, line: str) -> None:
    assert line in faults(tmp_path, text)


def test_the_environment_wins_and_is_named(tmp_path: Path) -> None:
    config = load(tmp_path, "[server]\nport = 1\n", CHIT_SERVER__PORT="2")

    assert config.server.port == 2  # type: ignore[attr-defined]
    assert faults(tmp_path, "", CHIT_SERVER__PORT="x").startswith("CHIT_SERVER__PORT: server.port")


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden\n", "utf-8")

    config = load(tmp_path, WECOM, CHIT_WECOM__SECRET_FILE=str(secret))

    assert config.wecom.secret.get_secret_value() == "hidden"  # type: ignore[attr-defined]
    assert "hidden" not in repr(config)


def test_a_secret_file_that_is_not_there(tmp_path: Path) -> None:
    assert "CHIT_WECOM__SECRET_FILE" in faults(
        tmp_path, WECOM, CHIT_WECOM__SECRET_FILE=str(tmp_path / "none")
    )


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config"):
        load_config(tmp_path / "chit.toml", {})


def test_faults_never_show_values(tmp_path: Path) -> None:
    said = faults(tmp_path, WECOM.replace('secret = "s"', "secret = 12345678"))

    assert "wecom.secret" in said
    assert "12345678" not in said


VERIFY = """[connectors.verify]
provider = "baidu"
key = "k"
secret = "s"
"""


WEAVER = """[connectors.weaver]
base_url = "https://oa.example.com"
mapping = "mappings/weaver.yaml"
app_id = "chit"
user_id = 1
workflow_id = 194
"""
MAPPING = """version: 1
rows:
  - {target: "@subject", from: claim.number}
  - {target: je, from: claim.total, convert: money2}
"""


def with_mapping(folder: Path, text: str = MAPPING) -> None:
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "weaver.yaml").write_text(text, "utf-8")


def test_verification_is_off_until_it_is_asked_for(tmp_path: Path) -> None:
    with_mapping(tmp_path)
    config = load(tmp_path, WEAVER)

    assert config.connectors.verify is None  # type: ignore[attr-defined]
    assert load(tmp_path, VERIFY).connectors.verify.recheck_days == 30  # type: ignore[attr-defined]


def test_a_connected_system_knows_its_mapping_beside_the_settings(tmp_path: Path) -> None:
    with_mapping(tmp_path)

    weaver = load(tmp_path, WEAVER).connectors.systems["weaver"]  # type: ignore[attr-defined]

    assert weaver.mapping == str(tmp_path / "mappings" / "weaver.yaml")
    assert (weaver.active, weaver.workflow_id) == (("approval",), "194")


def test_one_kind_may_be_connected_twice(tmp_path: Path) -> None:
    with_mapping(tmp_path)
    second = WEAVER.replace("[connectors.weaver]", '[connectors.weaver-east]\nkind = "weaver"')

    systems = load(tmp_path, WEAVER + second).connectors.systems  # type: ignore[attr-defined]

    assert {name: s.kind for name, s in systems.items()} == {
        "weaver": "weaver",
        "weaver-east": "weaver",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (WEAVER + 'colour = "red"\n', "/chit.toml:7: connectors.weaver.colour: unknown key"),
        (WEAVER.replace("app_id", "app"), "/chit.toml:1: connectors.weaver.app_id: "),
        (WEAVER + 'roles = ["voucher"]\n', "/chit.toml:7: connectors.weaver.roles: voucher is not"),
        (WEAVER + 'roles = ["org"]\n', "among approval, sso, todo: our people are named there by"),
        (
            '[connectors.wecom_oa]\nroles = ["org"]\n',
            "among approval: people come from the messenger",
        ),
        (WEAVER + 'hook_secret = "x"\n', "/chit.toml:7: connectors.weaver.hook_secret: starts"),
        (WEAVER + "poll_seconds = 0\n", "/chit.toml:7: connectors.weaver.poll_seconds: "),
        (WEAVER.replace("https:", "ftp:"), "/chit.toml:2: connectors.weaver.base_url: "),
        ("[connectors.acme]\nx = 1\n", "/chit.toml:1: connectors.acme: unknown kind"),
        (WEAVER.replace("mapping", "# "), "/chit.toml:1: connectors.weaver.mapping: required"),
        (WEAVER.replace("weaver.yaml", "none.yaml"), "none.yaml: mapping: cannot be read"),
    ],
)
def test_faults_of_connected_systems(tmp_path: Path, text: str, line: str) -> None:
    with_mapping(tmp_path)

    assert line in faults(tmp_path, text)


def test_a_fault_in_a_second_table_names_its_line(tmp_path: Path) -> None:
    with_mapping(tmp_path)
    webhook = '[connectors.webhook]\nurl = "https://x.example.com"\nbase_url = "nowhere"\n'

    said = faults(tmp_path, WEAVER + webhook)

    assert "/chit.toml:9: connectors.webhook.base_url: " in said
    assert "/chit.toml:7: connectors.webhook.secret: " in said


def test_a_bad_mapping_stops_the_start_with_its_line(tmp_path: Path) -> None:
    with_mapping(tmp_path, MAPPING.replace("claim.total", "claim.totl"))

    assert "weaver.yaml:4: rows.1.from: a claim has no totl" in faults(tmp_path, WEAVER)


def test_roles_of_a_connector_come_from_the_environment(tmp_path: Path) -> None:
    with_mapping(tmp_path)

    config = load(tmp_path, WEAVER, CHIT_CONNECTORS__WEAVER__ROLES='["approval", "todo"]')

    assert config.connectors.systems["weaver"].active == ("approval", "todo")  # type: ignore[attr-defined]


def test_tables_come_from_the_environment_as_they_are_written_in_the_file(tmp_path: Path) -> None:
    with_mapping(tmp_path)

    config = load(
        tmp_path,
        WEAVER,
        CHIT_ORG__COMPANIES='{"dingtalk:12" = "sh", root = "hq"}',
        CHIT_CONNECTORS__WEAVER__REJECTED_WORDS='["不批"]',
    )

    assert config.org.companies == {"dingtalk:12": "sh", "root": "hq"}
    assert config.connectors.systems["weaver"].rejected_words == ("不批",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (VERIFY + 'colour = "red"\n', "/chit.toml:5: connectors.verify.colour: unknown key"),
        (VERIFY.replace("baidu", "acme"), "/chit.toml:2: connectors.verify.provider: "),
        (VERIFY.replace('secret = "s"', ""), "/chit.toml:1: connectors.verify.secret: "),
        (VERIFY + 'base_url = "ftp://x"\n', "/chit.toml:5: connectors.verify.base_url: "),
        (VERIFY + 'types = {tolls = "1"}\n', "/chit.toml:5: connectors.verify.types: "),
    ],
)
def test_faults_of_verification(tmp_path: Path, text: str, line: str) -> None:
    assert line in faults(tmp_path, text)


def test_a_connectors_secret_comes_from_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden\n", "utf-8")
    file = {"CHIT_CONNECTORS__VERIFY__SECRET_FILE": str(secret)}

    config = load(tmp_path, VERIFY.replace('secret = "s"', ""), **file)

    verify = config.connectors.verify  # type: ignore[attr-defined]
    assert verify.secret.get_secret_value() == "hidden"
    assert "hidden" not in repr(config)
    said = faults(tmp_path, VERIFY, CHIT_CONNECTORS__VERIFY__PROVIDER="acme")
    assert said.startswith("CHIT_CONNECTORS__VERIFY__PROVIDER: connectors.verify.provider")


@pytest.mark.parametrize(
    ("text", "fen"),
    [("", None), ('[approval]\nsecond_tap_above = "50000.00"\n', 5_000_000)],
)
def test_high_amounts_are_asked_for_twice_only_when_it_is_set(
    tmp_path: Path, text: str, fen: int | None
) -> None:
    path = tmp_path / "chit.toml"
    path.write_text(text, encoding="utf-8")

    settings = settings_of(load_config(path, {}))

    assert settings.second_tap_above_fen == fen
    assert settings.zone.key == "Asia/Shanghai"


HOSE = """[connectors.hose]
base_url = "https://wx2.ekuaibao.com"
mapping = "mappings/hose.yaml"
app_key = "key"
app_security = "security"
"""


def test_a_guessable_path_and_a_wrong_node_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    text = Path("mappings/hose.yaml").read_text("utf-8")
    (tmp_path / "mappings" / "hose.yaml").write_text(text, "utf-8")
    good = 'hook_path = "unguessable-path-0123456789"\n[connectors.hose.budgets]\nb = "P:c"\n'

    hose = load(tmp_path, HOSE + good).connectors.systems["hose"]  # type: ignore[attr-defined]
    said = faults(tmp_path, HOSE + 'hook_path = "short"\n')
    node = faults(tmp_path, HOSE + '[connectors.hose.budgets]\nb = "nowhere"\n')

    assert hose.budgets == {"b": "P:c"}
    assert "unguessable" not in repr(hose)
    assert "/chit.toml:6: connectors.hose.hook_path: " in said
    assert "connectors.hose.budgets.b: " in node


SECRET = "whsec_Y2hpdC1mbG93LXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODk="
OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2Ytb3VycywgMDEyMzQ1Njc4OQ=="
RECEIVER = f"""[connectors.erp]
kind = "webhook"
url = "https://erp.example.com/hook?tenant=a%20b"
secret = ["{OTHER}", "{SECRET}"]
hook_secret = ["{OTHER}", "{SECRET}"]
"""


@pytest.mark.parametrize("by", ["file", "variable", "secret file"])
def test_two_secrets_while_one_takes_the_place_of_another(tmp_path: Path, by: str) -> None:
    (tmp_path / "both").write_text(f"{OTHER}\n{SECRET}\n")
    environ: dict[str, dict[str, str]] = {
        "file": {},
        "variable": {"CHIT_CONNECTORS__ERP__SECRET": f"{OTHER} {SECRET}"},
        "secret file": {"CHIT_CONNECTORS__ERP__SECRET_FILE": str(tmp_path / "both")},
    }
    text = RECEIVER if by == "file" else re.sub(r"(?m)^secret = .*$", "", RECEIVER)
    (tmp_path / "chit.toml").write_text(text)

    erp = load_config(tmp_path / "chit.toml", environ[by]).connectors.systems["erp"]

    assert isinstance(erp, WebhookSettings)
    assert [s.get_secret_value() for s in erp.secret] == [OTHER, SECRET]
    assert len(erp.hook_keys) == 2
    assert erp.url.endswith("?tenant=a%20b")


def test_an_address_that_is_none_is_told_how_to_be_written(tmp_path: Path) -> None:
    for wrong in ("ftp://x", "https://", "https://a:b@x/", "https://x/#y"):
        table = re.sub(r'url = ".*"', f'url = "{wrong}"', RECEIVER)
        assert "connectors.erp.url: an address as http(s)://host/path?query" in faults(
            tmp_path, table
        )


def test_a_hub_that_decides_must_sign_its_results(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    text = Path("mappings/hub.yaml").read_text("utf-8")
    (tmp_path / "mappings" / "hub.yaml").write_text(text, "utf-8")
    table = """[connectors.hub]
kind = "webhook"
url = "https://hub.example.com"
secret = "whsec_Y2hpdC1mbG93LXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODk="
roles = ["approval"]
mapping = "mappings/hub.yaml"
"""

    assert "connectors.hub.hook_secret: " in faults(tmp_path, table)
