"""Settings of systems of accounts: each legal entity's vouchers go to one of them."""

import re
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.parts.posting import find_books
from bot.parts.rules import subscriptions_of

KINGDEE = """[connectors.kingdee]
base_url = "https://erp.example.com/K3Cloud"
acct_id = "6099d2f3a1b2c3"
user = "chit"
app_id = "200001_AbCdEfGhIjKlMnOpQrStUvWxYz012345"
app_secret = "0123456789abcdef0123456789abcdef"
account_book = 1
"""
ODOO = """[connectors.odoo]
base_url = "https://odoo.example.com"
key = "k"
journal = "MISC"
"""


def load(folder: Path, text: str) -> object:
    path = folder / "chit.toml"
    path.write_text(text, "utf-8")
    return load_config(path, {})


def test_the_role_voucher_is_usual_and_needs_no_mapping(tmp_path: Path) -> None:
    config = load(tmp_path, KINGDEE + 'companies = ["hq"]\n')

    (subscription,) = subscriptions_of(config)  # type: ignore[arg-type]  # a Config
    assert (subscription.role, subscription.posts) == ("voucher", True)
    assert subscription.companies == {"hq"}
    assert find_books(config, "kingdee") == "kingdee"  # type: ignore[arg-type]  # a Config
    assert find_books(config, "odoo") is None  # type: ignore[arg-type]  # a Config


@pytest.mark.parametrize(
    ("kingdee", "odoo"),
    [("", ""), ('companies = ["hq"]\n', ""), ('companies = ["hq"]\n', 'companies = ["hq", "b"]\n')],
)
def test_two_systems_for_the_same_books_stop_the_start(
    tmp_path: Path, kingdee: str, odoo: str
) -> None:
    with pytest.raises(ConfigError) as stopped:
        load(tmp_path, KINGDEE + kingdee + ODOO + odoo)

    assert "connectors.odoo.companies: kingdee posts the same vouchers" in str(stopped.value)


def test_two_systems_for_two_companies_are_fine(tmp_path: Path) -> None:
    config = load(tmp_path, KINGDEE + "companies = 'hq'\n" + ODOO + 'companies = ["east"]\n')

    found = {s.system: s.companies for s in subscriptions_of(config)}  # type: ignore[arg-type]  # a Config
    assert found == {"kingdee": {"hq"}, "odoo": {"east"}}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_guide_shows_can_be_used(tmp_path: Path, language: str) -> None:
    text = Path(f"docs/{language}/books.md").read_text("utf-8")
    tables = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[1:]

    kinds = [next(iter(load(tmp_path, t).connectors.systems)) for t in tables]  # type: ignore[attr-defined]

    assert kinds == ["kingdee", "yonyou", "sap_b1", "erpnext", "odoo"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (KINGDEE + 'login = "password"\n', "connectors.kingdee.login"),
        (KINGDEE + 'roles = ["approval"]\n', "connectors.kingdee.roles: approval is not"),
        (KINGDEE.replace("acct_id", "acct"), "connectors.kingdee.acct_id"),
        (ODOO.replace("journal", "# "), "connectors.odoo.journal"),
    ],
)
def test_faults_name_their_key(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(ConfigError) as stopped:
        load(tmp_path, text)

    assert line in str(stopped.value)
