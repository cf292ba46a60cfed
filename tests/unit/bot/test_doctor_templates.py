"""What the doctor says of the firm's own forms of files."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.doctor.here import look_at_templates
from connectors.filedrop.template import built_in


def looked_at(tmp_path: Path, folder: Path | None) -> list[tuple[str, str]]:
    settings = tmp_path / "chit.toml"
    line = f'templates = "{folder}"\n' if folder else ""
    settings.write_text(f'[files]\nurl = "file:{tmp_path}/files"\n{line}', "utf-8")
    return [(c.status, c.code) for c in look_at_templates(load_config(settings, {}))]


def test_without_forms_of_its_own_nothing_is_said(tmp_path: Path) -> None:
    assert looked_at(tmp_path, None) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert looked_at(tmp_path, tmp_path / "gone") == [("fail", "templates_missing")]


@pytest.mark.parametrize("text", ["name: [", "name: ours\n"])
def test_a_form_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "ours.yaml").write_text(text, "utf-8")

    assert looked_at(tmp_path, tmp_path) == [("fail", "bad_template")]


def test_forms_that_can_be_used_are_well(tmp_path: Path) -> None:
    ours = next(iter(built_in("payments").values()))
    (tmp_path / "ours.yaml").write_text(ours.model_dump_json(exclude_defaults=True), "utf-8")

    assert looked_at(tmp_path, tmp_path) == [("ok", "templates_ok")]
