"""Frappe's REST API as bytes and frozen dataclasses; no I/O (reference §5.3).

Authorization and resource addresses are documented; the fields of a Journal Entry and what
docstatus means are not confirmed by the reference: the field for our key is a setting.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kit.answers import list_in, object_in, read_object, text_in
from connectors.kit.writing import dump
from core.outside import Form, Json

JSON_TYPE = "application/json"
ENTRIES = "/api/resource/Journal%20Entry"
LINES = "accounts"
DRAFT, SUBMITTED, CANCELLED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry that is there: its name and whether it is submitted."""

    name: str
    submitted: bool


def build_entry(form: Form, key: str, key_field: str, company: str) -> bytes:
    """Write a journal entry that carries our key, as a draft."""
    lines: list[Json] = [dict(row) for row in form.details.get(LINES, ())]
    head: dict[str, Json] = {"company": company, **form.fields}
    return dump({**head, key_field: key, "docstatus": DRAFT, LINES: lines})


def build_submission() -> bytes:
    """Submit a draft."""
    return dump({"docstatus": SUBMITTED})


def build_query(key: str, key_field: str) -> Mapping[str, str]:
    """Ask for the entries with our key that were not cancelled."""
    filters = [[key_field, "=", key], ["docstatus", "!=", CANCELLED]]
    return {
        "filters": json.dumps(filters, ensure_ascii=False),
        "fields": json.dumps(["name", "docstatus"]),
        "limit_page_length": "2",
    }


def parse_entry(body: bytes) -> Entry:
    """Read an entry that was made or changed; ValueError for what is none."""
    return _entry(object_in(read_object(body), "data"))


def parse_entries(body: bytes) -> tuple[Entry, ...]:
    """Read entries that were found; ValueError for what is no answer."""
    found = read_object(body)
    if not isinstance(found.get("data"), list):
        raise ValueError("no entries")  # noqa: TRY004 - one error for bytes that are no answer
    return tuple(_entry(row) for row in list_in(found, "data"))


def _entry(row: Mapping[str, object]) -> Entry:
    name = text_in(row, "name")
    if not name:
        raise ValueError("no name")
    return Entry(name, row.get("docstatus") == SUBMITTED)


def parse_fault(body: bytes) -> str:
    """Give the system's own words for what is wrong; ValueError for what is no such answer."""
    found = read_object(body)
    said = _messages(text_in(found, "_server_messages", 4000))
    said = said or text_in(found, "exception") or text_in(found, "exc_type")
    if not said:
        raise ValueError("no fault")
    return said


def _messages(text: str) -> str:
    """Read the messages for people: a JSON list of JSON objects, as text."""
    try:
        listed = json.loads(text)
        rows = [json.loads(row) for row in listed] if isinstance(listed, list) else []
    except (ValueError, TypeError, RecursionError):
        return ""
    return "；".join(str(r.get("message", "")) for r in rows if isinstance(r, dict))[:300]
