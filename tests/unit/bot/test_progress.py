"""Bars say how far a command is; few rows need none."""

import pytest

from bot.commands.progress import lots_shown, shown


def test_lots_pass_while_a_bar_counts_their_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(lots_shown(range(0, 2500, 1000), "noted")) == [0, 1000, 2000]

    said = capsys.readouterr()
    assert "noted" in said.err
    assert "100%" in said.err
    assert said.out == ""


def test_few_rows_have_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(lots_shown(range(0, 900, 500), "noted")) == [0, 500]
    assert list(shown("ab", 2, "rows")) == ["a", "b"]

    assert capsys.readouterr().err.strip() == ""
