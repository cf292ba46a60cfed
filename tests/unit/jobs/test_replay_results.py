"""Recorded results of a middle platform, fed in again under the key that the door gave them."""

import hashlib
import json

import pytest

from bot.desk.replay import ReplayError, read_letters
from bot.events import SystemHinted, from_json

EVENT = {
    "specversion": "1.0",
    "id": "hub-9001",
    "source": "https://hub.example.com",
    "type": "approval.approved",
    "subject": "BX-20261125-0007/1#0",
    "connector": "hub",
}


def test_a_recorded_result_is_the_hint_that_the_door_would_have_kept() -> None:
    (letter,) = read_letters(json.dumps(EVENT) + "\n\n", "results.jsonl")

    assert letter.key == f"hook:hub:{hashlib.sha256(b'hub-9001').hexdigest()}"
    event = from_json(letter.body)
    assert isinstance(event, SystemHinted)
    assert (event.system, event.words) == ("hub", ("BX-20261125-0007/1#0",))
    assert event.state is not None
    assert event.state.status == "approved"


@pytest.mark.parametrize(
    "change", [{"connector": ""}, {"type": "approval.maybe"}, {"subject": "BX-20261125-0007"}]
)
def test_a_line_that_is_no_result_stops_the_file(change: dict[str, str]) -> None:
    with pytest.raises(ReplayError, match=r"results\.jsonl:1: "):
        read_letters(json.dumps({**EVENT, **change}), "results.jsonl")
