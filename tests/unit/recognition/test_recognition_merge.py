from dataclasses import replace
from datetime import date

import pytest
from recognition_builders import codes, named

from core.invoice import Source, to_json
from recognition.capitals import capitals_fen
from recognition.evidence import Document, Evidence, Facts, day, money
from recognition.merge import join
from recognition.taxid import mend, verdict

FACTS = Facts(
    kind="digital_general",
    number="26312000000000000071",
    date=date(2026, 11, 25),
    amount_fen=30000,
    tax_fen=1800,
    total_fen=31800,
    buyer="示例科技有限公司",
    seller="上海知味餐饮管理有限公司",
)


def evidence(source: Source, **changes: object) -> Evidence:
    return Evidence(source, replace(FACTS, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [1, -1])
def test_a_better_source_is_never_overwritten(order: int) -> None:
    sources: tuple[Source, ...] = ("xml", "xbrl", "ofd", "pdf", "qr", "ocr")
    said = [evidence(s, total_fen=31800 + i) for i, s in enumerate(sources)]

    reading = join("f", Document(said[::order]))

    assert reading.total_fen == 31800
    assert dict(reading.source)["total"] == "xml"
    assert "sources_disagree" in codes(reading)
    assert "total" in named(reading)


def test_what_the_better_source_lacks_comes_from_the_next() -> None:
    qr = Evidence("qr", Facts(number=FACTS.number, total_fen=31800))

    reading = join("f", Document([evidence("ocr"), qr]))

    source = dict(reading.source)
    assert (source["total"], source["buyer"]) == ("qr", "ocr")
    assert reading.findings == ()


def test_names_that_differ_in_width_of_letters_agree() -> None:
    pdf = evidence("pdf", buyer="示例(上海)科技有限公司")

    reading = join("f", Document([evidence("xml", buyer="示例（上海）科技有限公司"), pdf]))

    assert reading.findings == ()
    assert reading.buyer == "示例（上海）科技有限公司"


def test_a_guess_of_ocr_contradicts_nobody_but_a_clear_word_does() -> None:
    unsure = replace(evidence("ocr", total_fen=31300), weak=frozenset({"total"}))

    assert join("f", Document([evidence("pdf"), unsure])).findings == ()
    assert "total" in named(join("f", Document([evidence("pdf"), evidence("ocr", total_fen=1)])))


def test_the_code_of_a_20_digit_number_is_null() -> None:
    assert join("f", Document([evidence("pdf", code="031001900211")])).code is None


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"total_fen": 41800}, "total_mismatch", {"amount", "tax", "total"}),
        ({"number": "25312000000000000071"}, "number_year", {"number", "date"}),
        ({"number": "2631200000000000007"}, "number_shape", {"number"}),
        ({"buyer_taxid": "91310115MA1K4DEM3X"}, "taxid_check", {"buyer_taxid"}),
        ({"buyer": None}, "not_read", {"buyer"}),
    ],
)
def test_checks(changes: dict[str, object], code: str, fields: set[str]) -> None:
    reading = join("f", Document([evidence("pdf", **changes)]))

    assert {f.code: set(f.fields) for f in reading.findings} == {code: fields}
    assert all(" · " in f.message for f in reading.findings)


def test_capitals_must_be_the_figures() -> None:
    differing = replace(evidence("pdf"), words_fen=13800)

    assert codes(join("f", Document([differing]))) == {"capitals_differ"}


def test_an_amount_outside_of_the_tax_base_is_part_of_the_sum() -> None:
    air = replace(evidence("pdf", kind="air_itinerary", total_fen=36800), outside_fen=5000)

    assert join("f", Document([air])).findings == ()


@pytest.mark.parametrize(
    ("words_fen", "tax_fen", "proven"),
    [(31800, None, True), (None, 1800, True), (None, None, False)],
)
def test_a_total_by_ocr_needs_a_proof(
    words_fen: int | None, tax_fen: int | None, *, proven: bool
) -> None:
    seen = evidence(
        "ocr", kind="vat_general", code="3100183320", number="12345678", tax_fen=tax_fen
    )

    reading = join("f", Document([replace(seen, words_fen=words_fen)]))

    assert ("unproven_total" in codes(reading)) is not proven


def test_a_taxi_amount_is_always_confirmed() -> None:
    taxi = Facts(kind="taxi", code="121838039553", number="55320338", date=date(2026, 1, 2),
                 total_fen=3120)  # fmt: skip

    reading = join("f", Document([Evidence("ocr", taxi)]))

    assert {f.code: f.fields for f in reading.findings} == {"confirm_amount": ("total",)}


def test_a_coarse_picture_asks_for_the_original_and_names_what_it_read() -> None:
    reading = join("f", Document([replace(evidence("ocr"), coarse=True)]))

    assert "ask_original" in codes(reading)
    assert {"number", "total", "buyer", "seller", "date"} <= named(reading)
    assert reading.confidence < 0.5


def test_a_digital_invoice_without_its_code_doubts_its_number() -> None:
    reading = join("f", Document([evidence("ocr")]))

    assert "qr_unreadable" in codes(reading)
    assert {"number", "date", "total"} <= named(reading)


def test_the_object_of_the_contract() -> None:
    answer = to_json(join("f.pdf", Document([evidence("pdf")])))

    assert set(answer) == {
        "file", "ok", "kind", "code", "number", "date", "amount", "tax", "total", "buyer",
        "buyer_taxid", "seller", "seller_taxid", "check_code", "items", "confidence", "source",
        "findings",
    }  # fmt: skip
    assert (answer["date"], answer["total"], answer["code"]) == ("2026-11-25", "318.00", None)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("柒仟零壹拾捌圆捌角叁分", 701883),
        ("贰仟陆佰壹拾圆整", 261000),
        ("伍拾贰圆柒角", 5270),
        ("壹拾圆零伍分", 1005),
        ("拾圆整", 1000),
        ("壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", 123456789),
        ("壹亿零叁拾圆整", 10000003000),
        ("负肆佰圆整", -40000),
        ("伍元整", 500),
        ("壹壹圆整", None),
        ("佰伍圆整", None),
        ("拾仟圆整", None),
        ("壹圆整整", None),
        ("壹仟", None),
    ],
)
def test_capitals(text: str, fen: int | None) -> None:
    assert capitals_fen(text) == fen


@pytest.mark.parametrize(
    ("taxid", "judged"),
    [
        ("91310115MA1K4DEM3E", "proven"),
        ("91120222079642398Y", "proven"),
        ("91310115MA1K4DEM3X", "wrong"),
        ("9150010807MGZHI002", "wrong"),
        ("11010519491231002X", "proven"),
        ("410305123456789", "unproven"),
    ],
)
def test_tax_ids(taxid: str, judged: str) -> None:
    assert verdict(taxid) == judged


def test_letters_that_cannot_be_are_mended_only_with_proof() -> None:
    assert mend("9I3IOII5MAIK4DEM3E") == "91310115MA1K4DEM3E"
    assert mend("9I3IOII5MAIK4DEM3X") == "9I3IOII5MAIK4DEM3X"


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("620", 62000), ("1,234.50", 123450), ("¥ 53.0元", 5300), ("-12.30", -1230),
        ("￥１２.３４", 1234), ("***", None), ("1e9", None), ("NaN", None), ("1.234", None),
        ("", None), (None, None), ("99999999999999", None),
    ],
)  # fmt: skip
def test_money(text: str | None, fen: int | None) -> None:
    assert money(text) == fen


@pytest.mark.parametrize(
    "text",
    ["2026-03-09", "20260309", "2026年03月09日", "2026 年 3 月 9 日", "2026-03-09 10:30:00",
     "2026-03-09T10:30:00", "２０２６/０３/０９"],
)  # fmt: skip
def test_days(text: str) -> None:
    assert day(text) == date(2026, 3, 9)


@pytest.mark.parametrize("text", ["2026-13-01", "2026年02月30日", "202603", "昨天", "", None])
def test_no_days(text: str | None) -> None:
    assert day(text) is None
