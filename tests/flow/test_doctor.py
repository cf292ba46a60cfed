"""`chit doctor` and `chit init` from outside, beside a running service."""

import json
import stat
from pathlib import Path

import pytest

from bot.config import load_config
from bot.desk.company import read_company
from bot.doctor.first_settings import questions_for, settings_text
from tests.flow.command import Console
from tests.flow.stage import KEY, ON_POSTGRES, ON_SQLITE, TOKEN, Stage


async def chit(settings: Path, *words: str) -> tuple[int, str, str]:
    ended = await Console(settings).run(*words)
    return ended.code, ended.out, ended.err


def write_toml(path: Path, stage: Stage, known: str = "wecom-secret") -> Path:
    sandbox, service = stage.sandbox.url, stage.service.url
    path.write_text(
        f"""
[server]
public_url = "{service}"
[database]
url = "{stage.config.database.url}"
[files]
url = "{stage.config.files.url}"
[dingtalk]
enabled = true
client_id = "dingflow"
client_secret = "flow-secret"
corp_id = "dingcorp"
card_template_id = "chit-claim.schema"
api_url = "{sandbox}/dingtalk"
[wecom]
enabled = true
corp_id = "wwflow"
agent_id = 1000002
secret = "{known}"
token = "flowToken"
encoding_aes_key = "{KEY}"
api_url = "{sandbox}/wecom"
[api]
tokens = [{{name = "erp", token = "{TOKEN}", scopes = ["claims:read"]}}]
""",
        "utf-8",
    )
    path.chmod(0o600)
    return path


def by_name(out: str) -> dict[str, tuple[str, str]]:
    checks = json.loads(out)["checks"]
    return {c["name"]: (c["status"], c["code"]) for c in checks}


async def test_a_working_installation_is_well(stage: Stage, tmp_path: Path) -> None:
    toml = write_toml(tmp_path / "chit.toml", stage)

    code, out, err = await chit(toml, "doctor", "--json")

    found = by_name(out)
    assert (code, err) == (0, "")
    assert json.loads(out)["ok"] is True
    for name in ("config", "files", "database", "dingtalk", "wecom", "public_url", "clock"):
        assert found[name][0] == "ok", (name, found[name])


@ON_SQLITE
async def test_a_wrong_secret_is_named_with_what_to_do(stage: Stage, tmp_path: Path) -> None:
    toml = write_toml(tmp_path / "chit.toml", stage, known="wrong-secret")
    toml.chmod(0o644)

    code, out, err = await chit(toml, "doctor")

    assert (code, out) == (1, "")
    assert "✗ wecom: secret 不对" in err
    assert "chmod 600" in err
    assert "wrong-secret" not in err
    assert "✓ dingtalk" in err


@ON_POSTGRES
async def test_nobody_is_asked_offline(stage: Stage, tmp_path: Path) -> None:
    toml = write_toml(tmp_path / "chit.toml", stage, known="wrong-secret")

    code, out, _ = await chit(toml, "doctor", "--offline", "--json")

    assert code == 0
    assert by_name(out)["wecom"] == ("skipped", "offline")


async def test_every_fault_of_the_settings_is_told(tmp_path: Path) -> None:
    toml = tmp_path / "chit.toml"
    toml.write_text('[server]\nprot = 1\n[wecom]\nenabled = true\ncorp_id = "ww1"\n', "utf-8")

    code, out, _ = await chit(toml, "doctor", "--json")

    faults = [c["zh"] for c in json.loads(out)["checks"]]
    assert code == 1
    assert any("server.prot" in f and "chit.toml:2" in f for f in faults)


async def test_init_asks_and_writes_settings_that_load(tmp_path: Path) -> None:
    toml = tmp_path / "chit.toml"
    said = "3\nnot an address\nhttps://chit.example.com\n\nding1\ns1\nww1\nabc\n1000002\ns2\n"

    made = await Console(toml).run_apart("init", said=said)
    again = await Console(toml).run_apart("init", said=said)

    config = load_config(toml, {})
    assert made.code == 0, made.err
    assert (again.code, "already there" in again.err) == (1, True)
    assert "s1" not in made.err
    assert read_company(tmp_path / "company.yaml").flows[0].name == "通用流程"
    assert stat.S_IMODE(toml.stat().st_mode) == 0o600
    assert config.server.public_url == "https://chit.example.com"
    assert config.wecom.agent_id == 1000002
    assert config.dingtalk.client_secret.get_secret_value() == "s1"


@pytest.mark.parametrize("first", ["1", "2", "3"])
def test_init_asks_at_most_eight_questions(first: str) -> None:
    answers = {"messengers": first}

    assert 1 + len(list(questions_for(answers))) <= 8


def test_quotes_in_answers_stay_answers(tmp_path: Path) -> None:
    toml = tmp_path / "chit.toml"
    answers = {"messengers": "1", "dingtalk.client_id": 'a"b', "dingtalk.client_secret": "c\\d"}
    answers |= {"server.public_url": "", "database.url": "sqlite+aiosqlite:///x.db"}
    toml.write_text(settings_text(answers, "t", "k" * 43), "utf-8")

    config = load_config(toml, {})

    assert config.dingtalk.client_id == 'a"b'
    assert config.dingtalk.client_secret.get_secret_value() == "c\\d"
