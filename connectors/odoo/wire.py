"""Odoo's JSON-2 API as bytes and frozen dataclasses; no I/O (reference §5.3).

The endpoint, its headers and named arguments are documented for Odoo 19; the fields of account.move
are those that its own models have had for years.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.kit.answers import read_object, text_in
from connectors.kit.writing import dump
from core.outside import Form, Json

JSON_TYPE = "application/json; charset=utf-8"
MOVES, ACCOUNTS, JOURNALS = "account.move", "account.account", "account.journal"
LINES, ACCOUNT = "line_ids", "account_id"
POSTED, CANCELLED = "posted", "cancel"
_CREATE = 0


@dataclass(frozen=True, slots=True)
class Move:
    """A journal entry that is there: its id, its name and whether it is posted."""

    id: int
    name: str
    posted: bool


def path_of(model: str, method: str) -> str:
    """Give the path of a model's method."""
    return f"/json/2/{model}/{method}"


def codes_in(form: Form) -> tuple[str, ...]:
    """Give the account codes of a form, each once."""
    rows = form.details.get(LINES, ())
    return tuple(dict.fromkeys(str(row.get(ACCOUNT) or "") for row in rows))


def build_move(form: Form, key: str, journal: int, accounts: Mapping[str, int]) -> bytes:
    """Write a journal entry that carries our key; its accounts by their ids."""
    lines: list[Json] = [
        [_CREATE, 0, {**row, ACCOUNT: accounts[str(row.get(ACCOUNT) or "")]}]
        for row in form.details.get(LINES, ())
    ]
    values: dict[str, Json] = {"journal_id": journal, **form.fields, "ref": key, LINES: lines}
    return dump({"vals_list": [values]})


def build_ids(move: int) -> bytes:
    """Name a journal entry."""
    return dump({"ids": [move]})


def build_search(domain: Sequence[Json], fields: Sequence[str], limit: int) -> bytes:
    """Search and read."""
    return dump({"domain": list(domain), "fields": list(fields), "limit": limit})


def build_move_search(key: str) -> bytes:
    """Search for the entries with our key that were not cancelled."""
    domain: list[Json] = [["ref", "=", key], ["state", "!=", CANCELLED]]
    return build_search(domain, ("name", "state"), 2)


def build_move_read(move: int) -> bytes:
    """Read an entry by its id."""
    return build_search([["id", "=", move]], ("name", "state"), 1)


def parse_created(body: bytes) -> int:
    """Give the id of what was made; ValueError for what is no answer."""
    found = _list(body)
    if len(found) != 1 or isinstance(found[0], bool) or not isinstance(found[0], int):
        raise ValueError("no id")
    return found[0]


def parse_done(body: bytes) -> None:
    """Make sure that an answer is one, whatever it says; ValueError otherwise (a login page)."""
    try:
        json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None


def parse_moves(body: bytes) -> tuple[Move, ...]:
    """Read entries; ValueError for what is no answer."""
    return tuple(
        Move(_id(row), text_in(row, "name"), text_in(row, "state") == POSTED) for row in _rows(body)
    )


def parse_ids(body: bytes) -> Mapping[str, int]:
    """Read ids by their codes; ValueError for what is no answer."""
    return {text_in(row, "code"): _id(row) for row in _rows(body)}


def _list(body: bytes) -> list[object]:
    try:
        found = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, list):
        raise ValueError("no list")  # noqa: TRY004 - one error for bytes that are no answer
    return found


def _rows(body: bytes) -> list[dict[str, object]]:
    return [row for row in _list(body) if isinstance(row, dict)]


def _id(row: Mapping[str, object]) -> int:
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError("no id")  # noqa: TRY004 - one error for bytes that are no answer
    return found


def parse_fault(body: bytes) -> str:
    """Give the system's own words for what is wrong; ValueError for what is no such answer."""
    found = read_object(body)
    said = text_in(found, "message") or text_in(found, "name")
    if not said:
        raise ValueError("no fault")
    return said
