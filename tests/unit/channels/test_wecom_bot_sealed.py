"""Files that come encrypted: opened with their own key, refused when anything does not fit."""

import base64
import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.http import file_name
from bot.channels.wecom_bot.sealed import open_file
from core.errors import Rejected
from sandbox.wecom_bot_files import seal

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 31, 32, 33, 100_000])
def test_a_file_of_any_size_comes_back(size: int) -> None:
    data = os.urandom(size)

    assert open_file(seal(data, KEY), TEXT) == data


def test_the_key_may_lack_its_padding() -> None:
    assert open_file(seal(b"%PDF", KEY), TEXT.rstrip("=")) == b"%PDF"


@pytest.mark.parametrize("key", ["", "a", "AAAA", TEXT[:-4], "é" * 43, TEXT + "AAAA"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Rejected, match="media_sealed"):
        open_file(seal(b"%PDF", KEY), key)


@given(data=st.binary(max_size=200))
def test_bytes_that_were_not_sealed_so_are_refused_or_opened(data: bytes) -> None:
    opened: bytes | None = None

    with contextlib.suppress(Rejected):
        opened = open_file(data, TEXT)

    assert opened is None or len(data) - 32 <= len(opened) < len(data)


def test_a_foreign_key_does_not_open_it() -> None:
    sealed = seal(b"x" * 31, KEY)
    foreign = base64.b64encode(bytes(reversed(KEY))).decode()

    with pytest.raises(Rejected, match="media_sealed"):
        open_file(sealed, foreign)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", ""),
        ("attachment", ""),
        ('attachment; filename="invoice.pdf"', "invoice.pdf"),
        ("attachment; filename=%E5%8F%91%E7%A5%A8.pdf", "发票.pdf"),
        ("attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8.ofd", "发票.ofd"),
        ("attachment; filename=\"x.pdf\"; filename*=utf-8'zh'%E7%A5%A8.pdf", "票.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\temp\\a.pdf"', "a.pdf"),
        ("attachment; filename*=UTF-8''a%00b%0Ac.pdf", "abc.pdf"),
        ("attachment; filename=" + "长" * 300, "长" * 200),
    ],
)
def test_a_name_in_a_header_is_a_name_and_never_a_path(header: str, name: str) -> None:
    assert file_name(header) == name
