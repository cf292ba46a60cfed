"""`[schedule]`: cron as everybody writes it, and which jobs wait for working days."""

from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.settings import ScheduleSettings


def schedule(tmp_path: Path, text: str, **environ: str) -> ScheduleSettings:
    path = tmp_path / "chit.toml"
    path.write_text(text, "utf-8")
    return load_config(path, environ).schedule


def test_jobs_may_wait_for_working_days(tmp_path: Path) -> None:
    text = '[schedule]\nworking_days = ["digest"]\noverspend_scan = "0 9 * * 1-5"\n'

    found = schedule(tmp_path, text)

    assert found.working_days == ("digest",)
    assert found.overspend_scan == "0 9 * * 1-5"


def test_the_list_may_come_from_the_environment(tmp_path: Path) -> None:
    found = schedule(tmp_path, "", CHIT_SCHEDULE__WORKING_DAYS='["reminders", "digest"]')

    assert found.working_days == ("reminders", "digest")


@pytest.mark.parametrize(
    "line",
    [
        'overspend_scan = "0 9 * *"',
        'digest = "0 25 * * *"',
        'reminders = "0 9 * * 8"',
        'working_days = ["lunch"]',
        'timezone = "Asia/Nowhere"',
    ],
)
def test_a_wrong_value_names_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError) as fault:
        schedule(tmp_path, f"[schedule]\n{line}\n")

    assert f"chit.toml:2: schedule.{line.partition(' ')[0]}" in str(fault.value)
