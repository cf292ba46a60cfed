"""The bands of design.md §8, measured on the source itself."""

import ast
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "core", "storage", "connectors", "recognition", "sandbox")
MAX_FUNCTION, MEDIAN_FUNCTION, P95_FUNCTION = 60, 8, 30
MAX_FILE, MAX_DEPTH = 500, 3
PATCHES_PER_100_TESTS = 5
EDGES = {
    "bot/channels/dingtalk",
    "bot/channels/wecom",
    "bot/jobs/worker.py",
    "bot/jobs/relay.py",
    "bot/jobs/outside.py",
    "bot/jobs/reconcile.py",
    "bot/jobs/filedrop.py",
    "bot/jobs/mirror.py",
    "bot/jobs/pump.py",
    "bot/web/problems.py",
    "recognition/worker.py",
}
"""Where a broad `except` may stand: channel, worker, relays (to people, to systems), the polling of
systems, the REST API, and the child that reads files."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def sources(*rooms: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / name for name in sorted(listed) if name.split("/")[0] in rooms]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    return (n for n in ast.walk(tree_of(path)) if isinstance(n, Function))


def length(function: Function) -> int:
    """Lines of the body: the signature and the docstring are not what fills a function."""
    body = function.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    return (function.end_lineno or 0) - first.lineno + 1


def depth(node: ast.AST, above: int = 0) -> int:
    """Give the deepest nesting of blocks; `elif` does not count as deeper."""
    deepest = above
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for child in children:
            if not isinstance(child, ast.AST) or isinstance(child, Function | ast.ClassDef):
                continue
            is_elif = name == "orelse" and isinstance(node, ast.If) and isinstance(child, ast.If)
            step = isinstance(child, BLOCKS) and not is_elif
            deepest = max(deepest, depth(child, above + step))
    return deepest


def passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler only cleans up and raises what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_functions_stay_short() -> None:
    found = [
        (length(f), f"{p.relative_to(ROOT)}:{f.name}")
        for p in sources(*ROOMS)
        for f in functions(p)
    ]
    sizes = sorted(size for size, _ in found)

    assert [name for size, name in found if size > MAX_FUNCTION] == []
    assert statistics.median(sizes) <= MEDIAN_FUNCTION
    assert sizes[int(len(sizes) * 0.95)] <= P95_FUNCTION


def test_files_stay_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources(*ROOMS)
        if (n := len(p.read_text("utf-8").splitlines())) > MAX_FILE
    }

    assert long == {}


def test_blocks_stay_shallow() -> None:
    deep = [
        f"{p.relative_to(ROOT)}:{f.name}"
        for p in sources(*ROOMS)
        for f in functions(p)
        if depth(f) > MAX_DEPTH
    ]

    assert deep == []


def test_broad_excepts_stand_only_at_the_edges() -> None:
    broad = [
        str(path.relative_to(ROOT))
        for path in sources(*ROOMS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and not passes_on(node)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]

    assert [p for p in broad if not any(p.startswith(edge) for edge in EDGES)] == []


def test_core_has_no_clock_no_random_and_no_outside() -> None:
    forbidden = {"time", "uuid", "random", "secrets", "asyncio", "os", "socket", "subprocess"}
    calls = {"now", "utcnow", "today"}
    found = []
    for path in sources("core"):
        for node in ast.walk(tree_of(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.name}: {n}" for n in names if n.split(".")[0] in forbidden]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in calls
            ):
                found.append(f"{path.name}:{node.lineno}: {node.func.attr}()")

    assert found == []


def test_tests_seldom_patch() -> None:
    tests = patches = 0
    for path in sources("tests"):
        text = path.read_text("utf-8")
        tests += sum(f.name.startswith("test_") for f in functions(path))
        if path != Path(__file__):
            patches += text.count("monkeypatch.setattr") + text.count("mock.patch")

    assert patches * 100 <= PATCHES_PER_100_TESTS * tests


def test_every_test_can_fail() -> None:
    words = ("assert", "raises", "expect", "check_", "warns")
    silent = [
        f"{p.relative_to(ROOT)}:{f.name}"
        for p in sources("tests")
        for f in functions(p)
        if f.name.startswith("test_") and not any(w in ast.unparse(f) for w in words)
    ]

    assert silent == []


@pytest.mark.parametrize("mark", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later(mark: str) -> None:
    marked = [
        str(p.relative_to(ROOT))
        for p in sources(*ROOMS)
        if any(mark in line.split("#")[-1] for line in p.read_text().splitlines() if "#" in line)
    ]

    assert marked == []
