"""A command loads what it needs and no more: half of its time was once spent before its work."""

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from bot.__main__ import app
try:
    app(sys.argv[1:])
finally:
    print(*sys.modules)
"""
HEAVY = {"alembic", "asyncssh", "holidays", "numpy", "openpyxl", "recognition", "core.phrases"}


def test_an_export_loads_nothing_of_other_commands(tmp_path: Path) -> None:
    config = tmp_path / "chit.toml"
    config.write_text(f'[database]\nurl = "sqlite+aiosqlite:///{tmp_path}/chit.db"\n', "utf-8")
    export = ("payments", "export", "--format", "csv", "--config", str(config))

    def loaded() -> set[str]:
        out = ("--out", str(tmp_path / "payments.csv"))
        done = subprocess.run(
            [sys.executable, "-c", CODE, *export, *out], check=False, capture_output=True, text=True
        )
        return set(done.stdout.split())

    first, again = loaded(), loaded()

    assert {"sqlalchemy", "bot.desk.payments"} <= again
    assert HEAVY & first == {"alembic"}, "the schema is made at first"
    assert not HEAVY & again
