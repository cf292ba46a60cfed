"""The real engine on photos: what is read is right, what is not right is named."""

import pytest
from recognition_builders import SAMPLES, TRUTH, codes

from core.invoice import Reading, to_json
from recognition.ocr import RapidEngine
from recognition.reading import read_file

FIELDS = ("code", "number", "date", "amount", "tax", "total", "buyer", "buyer_taxid", "seller",
          "seller_taxid", "check_code")  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> RapidEngine:
    return RapidEngine()


def photo(name: str, engine: RapidEngine) -> Reading:
    (reading,) = read_file(name, (SAMPLES / name).read_bytes(), engine).readings
    return reading


def silently_wrong(reading: Reading) -> set[str]:
    answer, truth = to_json(reading), TRUTH[reading.file]
    named = {field for f in reading.findings for field in f.fields}
    return {f for f in FIELDS if answer[f] not in {None, truth[f]} and f not in named}


@pytest.mark.parametrize("name", ["sd31_000_medium.jpg", "vat04_000_light.jpg"])
def test_the_code_leads_and_ocr_adds_what_it_lacks(name: str, engine: RapidEngine) -> None:
    answer, truth = to_json(photo(name, engine)), TRUTH[name]

    assert {f: answer[f] for f in FIELDS} == {f: truth[f] or None for f in FIELDS}
    source = answer["source"]
    assert isinstance(source, dict)
    assert (source["number"], source["buyer"]) == ("qr", "ocr")


@pytest.mark.parametrize(
    ("name", "kind", "finding"),
    [
        ("taxi_000_medium.jpg", "taxi", "confirm_amount"),
        ("rail_paper_000_medium.jpg", "rail_paper", "unproven_total"),
    ],
)
def test_vouchers_without_a_code_of_their_own(
    name: str, kind: str, finding: str, engine: RapidEngine
) -> None:
    reading = photo(name, engine)

    answer, truth = to_json(reading), TRUTH[name]
    assert (reading.kind, answer["number"], answer["total"], answer["date"]) == (
        kind, truth["number"], truth["total"], truth["date"],
    )  # fmt: skip
    assert finding in codes(reading)


def test_a_picture_that_is_too_coarse_is_never_silently_wrong(engine: RapidEngine) -> None:
    reading = photo("sd32_000_hard.jpg", engine)

    assert silently_wrong(reading) == set()
    assert {"ask_original", "qr_unreadable"} <= codes(reading)
