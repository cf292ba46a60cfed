"""What the doctor says of systems of accounts, asked for a voucher that there is not."""

from datetime import date

import pytest

from bot.doctor.books import look_at_books
from core.errors import AuthFailed, OutsideError, Retryable
from core.outside import Capabilities, Form, Ref

DAY = date(2026, 11, 25)


class Books:
    """Books that answer as they are told to."""

    name = "sap_b1"
    capabilities = Capabilities("sap_b1", frozenset({"voucher"}), find=True)

    def __init__(self, error: OutsideError | None) -> None:
        self.error = error
        self.asked: list[str] = []
        self.closed = False

    async def post(self, form: Form, key: str) -> Ref:
        raise AssertionError((form, key))

    async def find(self, key: str) -> Ref | None:
        self.asked.append(key)
        if self.error:
            raise self.error
        return None

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, ("ok", "messenger_ok", {})),
        (
            AuthFailed("login_refused", text="Login failed"),
            ("fail", "messenger_refused", {"error": "Login failed"}),
        ),
        (Retryable("unreachable"), ("fail", "messenger_unreachable", {"error": "unreachable"})),
    ],
)
async def test_books_are_asked_and_nothing_is_made(
    error: OutsideError | None, said: tuple[str, str, dict[str, str]]
) -> None:
    books = Books(error)

    (check,) = await look_at_books([books], DAY)

    assert (check.status, check.code, dict(check.fields)) == said
    assert check.name == "connectors.sap_b1"
    assert (books.asked, books.closed) == (["V-XX-20261125-0000-0"], True)
