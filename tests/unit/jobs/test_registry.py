"""The registry of jobs: every one has its time in the settings and words for what it did."""

import ast
from pathlib import Path

import pytest

from bot.connections import FiledropSettings
from bot.jobs.registry import JOBS
from bot.settings import ScheduleSettings
from bot.texts.jobs import COUNTS, counts_text


def test_every_job_has_a_time_and_a_name_of_its_own() -> None:
    names = [job.name for job in JOBS]

    assert len(set(names)) == len(names)
    assert set(names) - {"files_out"} <= set(ScheduleSettings.model_fields)
    assert "out" in FiledropSettings.model_fields  # the time of `files_out` is that of its place


def test_the_contracts_jobs_are_there() -> None:
    assert {"overspend_scan", "digest", "reminders"} <= {job.name for job in JOBS}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
def test_what_a_job_counts_has_words(job: object) -> None:
    module = getattr(job, "body").__module__  # noqa: B009
    tree = ast.parse(Path(f"{module.replace('.', '/')}.py").read_text("utf-8"))
    words = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    }

    assert words <= set(COUNTS)


def test_counts_are_one_line_in_both_languages() -> None:
    counts = {"budgets": 12345, "alerts": 0}

    assert counts_text(counts, "zh") == "检查预算 12,345 个，发出预警 0 条"
    assert counts_text(counts, "en") == "Budgets 12,345, Alerts 0"
