"""Logs: what looks like a secret or a personal number is blanked."""

import pytest

from bot.logs import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+asyncpg://chit:hunter2@db/chit", "postgresql+asyncpg://chit:***@db/chit"),
        ("GET /x?access_token=abcdef123456&y=1", "GET /x?access_token=***&y=1"),
        ('{"secret": "s3cr3tvalue"}', '{"secret": "***"}'),
        ("Authorization: Bearer abcdefgh", "Authorization: ***"),
        ("account 6222021234567890123", "account …0123"),
        ("phone 13800138000", "phone …8000"),
    ],
)
def test_secrets_and_numbers_are_blanked(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("text", ["BX-20261125-0007", "12 messages", "port 8600", "¥1,280.00"])
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text
