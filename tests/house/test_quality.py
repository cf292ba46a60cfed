"""Every connector has the same files and a checklist, each rule done or exempt with a reason."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADAPTERS = sorted((ROOT / "connectors").rglob("adapter.py"))
ROOMS = [path.parent for path in ADAPTERS]
RULES = {
    "wire_without_io",
    "golden_samples",
    "signature_by_published_example",
    "token_single_flight",
    "timeout",
    "retry_table",
    "rate_limit",
    "base_url_is_a_setting",
    "typed_errors",
    "no_secret_in_errors",
    "answer_size_capped",
    "safe_repetition",
    "stand_in",
    "verified_live",
}
"""What is asked of each; a room may list rules of its own besides."""
IO_MODULES = {"aiohttp", "aiolimiter", "asyncio", "socket", "os", "secrets", "random", "time"}
LEAST_REASON = 20


def name_of(room: Path) -> str:
    return str(room.relative_to(ROOT))


def checklist(room: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads((room / "quality.toml").read_text("utf-8"))


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_every_room_has_the_same_files(room: Path) -> None:
    assert {p.name for p in room.iterdir()} >= {
        "wire.py",
        "client.py",
        "adapter.py",
        "quality.toml",
    }


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_every_rule_is_answered(room: Path) -> None:
    found = checklist(room)

    assert set(found) >= RULES
    for rule, said in found.items():
        assert said.get("status") in {"done", "exempt"}, rule
        if said["status"] == "exempt":
            assert len(said.get("reason", "")) >= LEAST_REASON, rule


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_what_is_done_is_shown(room: Path) -> None:
    for rule, said in checklist(room).items():
        if said["status"] == "exempt":
            continue
        path, _, test = said["shown_by"].partition("::")
        assert (ROOT / path).exists(), rule
        if test:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), rule


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_wires_do_no_io(room: Path) -> None:
    tree = ast.parse((room / "wire.py").read_text("utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}

    assert {n.split(".")[0] for n in names} & IO_MODULES == set()
    assert not any(isinstance(n, ast.AsyncFunctionDef | ast.Await) for n in ast.walk(tree))
