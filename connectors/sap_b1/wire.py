"""SAP Business One's Service Layer as bytes and frozen dataclasses; no I/O (reference §5.3).

Login, cookies and the shape of errors are published; the names of a journal entry's lines and the
field that carries our key are not confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kit.answers import list_in, object_in, read_object, text_in
from connectors.kit.writing import dump
from core.outside import Form, Json

JSON_TYPE = "application/json"
LOGIN, ENTRIES = "/Login", "/JournalEntries"
LINES = "JournalEntryLines"
NUMBER = "JdtNum"
SESSION_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls, and in which company's database."""

    company_db: str
    user: str
    password: str


def build_login(account: Account) -> bytes:
    """Ask for a session."""
    return dump(
        {
            "CompanyDB": account.company_db,
            "UserName": account.user,
            "Password": account.password,
        }
    )


def parse_login(body: bytes) -> float:
    """Give how long a session lasts, in seconds; ValueError for what is no session."""
    found = read_object(body)
    if not text_in(found, "SessionId"):
        raise ValueError("no session")
    minutes = found.get("SessionTimeout")
    return 60.0 * (minutes if isinstance(minutes, int) and minutes > 0 else SESSION_MINUTES)


def build_entry(form: Form, key: str, key_field: str) -> bytes:
    """Write a journal entry that carries our key."""
    lines: list[Json] = [dict(row) for row in form.details.get(LINES, ())]
    return dump({**form.fields, key_field: key, LINES: lines})


def build_query(key: str, key_field: str) -> Mapping[str, str]:
    """Ask for the entries with our key."""
    wanted = key.replace("'", "''")
    return {"$filter": f"{key_field} eq '{wanted}'", "$select": NUMBER, "$top": "2"}


def parse_number(body: bytes) -> str:
    """Give the number of an entry that was made; ValueError for what is none."""
    number = text_in(read_object(body), NUMBER)
    if not number:
        raise ValueError("no number")
    return number


def parse_numbers(body: bytes) -> tuple[str, ...]:
    """Give the numbers of the entries that were found; ValueError for what is no answer."""
    found = read_object(body)
    if not isinstance(found.get("value"), list):
        raise ValueError("no entries")  # noqa: TRY004 - one error for bytes that are no answer
    return tuple(n for row in list_in(found, "value") if (n := text_in(row, NUMBER)))


def parse_fault(body: bytes) -> str:
    """Give the system's own words for what is wrong; ValueError for what is no such answer."""
    error = object_in(read_object(body), "error")
    if not error:
        raise ValueError("no error")
    said = text_in(object_in(error, "message"), "value") or text_in(error, "message")
    return said or text_in(error, "code")
