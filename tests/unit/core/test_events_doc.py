"""docs/events: one JSON Schema an event, drawn from the code's own types (UPDATE_DOCS=1)."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from pydantic import TypeAdapter

from connectors.webhook.wire import OWN_DATA
from core.happenings import (
    EVENT_NAMES,
    ClaimFacts,
    PaymentFacts,
    ThresholdFacts,
    VoucherFacts,
)

FOLDER = Path("docs/events")
FACTS = {
    "claim": ClaimFacts,
    "payment": PaymentFacts,
    "voucher": VoucherFacts,
    "budget": ThresholdFacts,
}
TEXT = {"type": "string", "minLength": 1}
ALL = (*EVENT_NAMES, *OWN_DATA)


def schema_of(name: str) -> dict[str, object]:
    shape = OWN_DATA[name] if name in OWN_DATA else FACTS[name.partition(".")[0]]
    facts = TypeAdapter(shape).json_schema()
    definitions = facts.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "timestamp", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": TEXT,
            "source": TEXT,
            "type": {"const": name},
            "subject": TEXT,
            "time": {"type": "string", "format": "date-time"},
            "timestamp": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": facts,
        },
        **({"$defs": definitions} if definitions else {}),
    }


@pytest.mark.parametrize("name", ALL)
def test_every_event_has_its_schema(name: str) -> None:
    path, schema = FOLDER / f"{name}.json", schema_of(name)
    text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    jsonschema.Draft202012Validator.check_schema(schema)
    assert path.read_text("utf-8") == text


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    assert {p.stem for p in FOLDER.glob("*.json")} == set(ALL)
