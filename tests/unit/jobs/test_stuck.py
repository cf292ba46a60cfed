"""What waits for a person: listed by claim number, tried again, adopted, dropped; fed in again."""

import json

import pytest

from bot.desk.replay import Preview, ReplayError, documents_in, read_letters, replay
from bot.desk.stuck import StuckDesk, as_json
from bot.events import SystemReported, to_json
from core.claim import State
from core.errors import Refused, Rejected, ResultUnknown
from core.mapping import load_mapping
from core.outside import ApprovalState
from core.ports import Page
from tests.unit.core.core_house import NUMBER
from tests.unit.jobs.outside_stage import MAPPING, ZONE, Place

LOST = ResultUnknown("answer_lost")


def desk_of(place: Place) -> StuckDesk:
    there = place.storage
    return StuckDesk(there.dead, there.links, there.inbox, there.store, place.clock)


async def stuck(error: Exception = LOST) -> Place:
    place = Place()
    (place.oa.lost if error is LOST else place.oa.refused).append(error)  # type: ignore[arg-type]
    await place.submit()
    await place.settle()
    return place


async def test_what_is_stuck_is_listed_by_its_claim() -> None:
    place = await stuck()

    (letter,) = await desk_of(place).listed()

    assert (letter.number, letter.what) == (NUMBER, "approval.start → oa")
    assert letter.error == "unknown:answer_lost"


async def test_trying_again_makes_it_anew_because_somebody_has_looked() -> None:
    place = await stuck()

    assert await desk_of(place).retry(NUMBER) == 1
    await place.settle()

    assert list(place.oa.started.values()) == [f"{NUMBER}/1#0"] * 2
    assert await desk_of(place).listed() == ()
    trail = await place.storage.store.audit(Page())
    assert [(r.actor, r.action) for r in trail.items if r.action.startswith("stuck")] == [
        ("administrator", "stuck_retry")
    ]


async def test_what_was_found_there_is_taken_and_nothing_is_made() -> None:
    place = await stuck()

    await desk_of(place).retry(NUMBER, found="1001")
    await place.settle()
    place.say("approved")
    await place.poller.poll()
    await place.settle()

    assert len(place.oa.forms) == 1
    assert (await place.claim()).state is State.APPROVED


async def test_what_was_refused_goes_through_once_the_mapping_is_right() -> None:
    place = await stuck(Rejected("param_error", text="xx"))

    await desk_of(place).retry(NUMBER)
    await place.settle()

    assert (await place.links())[0].state == "open"


async def test_what_is_dropped_sends_the_claim_back() -> None:
    place = await stuck()

    assert await desk_of(place).drop(NUMBER) == 1
    await place.settle()

    claim = await place.claim()
    assert claim.state is State.RETURNED
    assert (await place.links())[0].state == "dropped"
    await place.submit()
    await place.settle()
    assert len(place.oa.forms) == 2


@pytest.mark.parametrize("act", ["retry", "drop"])
async def test_a_number_without_trouble_is_refused(act: str) -> None:
    place = await stuck()

    with pytest.raises(Refused, match="not_stuck"):
        await getattr(desk_of(place), act)("BX-20200101-0001")


async def test_letters_written_to_a_file_are_fed_in_again() -> None:
    place = await stuck(Rejected("param_error"))
    lines = "\n".join(as_json(letter) for letter in await desk_of(place).listed())
    letters = read_letters(lines, "letters.jsonl")

    done = await replay(letters, place.storage.inbox, place.storage.dead, place.clock)
    await place.settle()
    again = await replay(letters, place.storage.inbox, place.storage.dead, place.clock)

    assert (done.revived, again.known) == (1, 1)
    assert len(place.oa.forms) == 1


async def test_a_recorded_event_has_one_effect_however_often_it_is_fed_in() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    event = SystemReported("oa", f"{NUMBER}/1#0", NUMBER, ApprovalState("approved"))
    line = json.dumps({"key": "rec:1", "lane": "x", "body": json.loads(to_json(event))})

    for expected in ((1, 0), (0, 1)):
        letters = read_letters(line + "\n", "events.jsonl")
        done = await replay(letters, place.storage.inbox, place.storage.dead, place.clock)
        await place.settle()
        assert (done.new, done.known) == expected

    assert (await place.claim()).state is State.APPROVED


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "f.jsonl:1: "),
        ("[]", "not an object"),
        ('{"body": {}}', "key: missing"),
        ('{"key": "a", "queue": "x"}', "inbox or outbox"),
        ('{"key": "a", "body": {"kind": "nothing"}}', "not an event"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(line: str, said: str) -> None:
    with pytest.raises(ReplayError, match=r".*") as refused:
        read_letters(line, "f.jsonl")

    assert said in str(refused.value)


async def test_a_preview_shows_what_would_be_sent_and_sends_nothing() -> None:
    place = Place()
    await place.submit()
    mappings = {"oa": load_mapping(MAPPING, "oa.yaml")}
    preview = Preview(place.storage.store, mappings, ZONE, "http://chit")

    (shown,) = await preview.of_number(NUMBER)

    made = json.loads(shown)
    assert (made["system"], made["subject"], made["fields"]["je"]) == ("oa", NUMBER, "45.00")
    assert made["details"] == {"dt1": [{"je": "45.00"}]}
    assert len(made["mapping"]["hash"]) == 16
    assert place.oa.forms == []
    with pytest.raises(Refused):
        await preview.of_number("BX-0")


async def test_a_preview_of_a_document_says_what_it_lacks() -> None:
    place = Place()
    await place.submit()
    mappings = {"oa": load_mapping(MAPPING, "oa.yaml")}
    preview = Preview(place.storage.store, mappings, ZONE, "http://chit")
    (document,) = documents_in('{"number": "X", "employee": "zhang", "lines": []}')

    (shown,) = preview.of_document(document, place.company)

    assert "oa.yaml:5" in json.loads(shown)["refused"]["row"]
