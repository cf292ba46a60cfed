"""Field mappings: compiled with every fault's line, exact with amounts, losing no row."""

from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.company import Company
from core.converters import Around
from core.errors import Rejected
from core.mapping import FieldMapping, MappingFileError, apply_mapping, load_mapping
from core.outside import Form, Json, Wanted

ROOT = Path(__file__).parents[3]
COMPANY = Company.model_validate(
    {"people": [{"id": "zhang", "name": "张三", "dingtalk": "staff-zhang"}]}
)
AROUND = Around(COMPANY, ZoneInfo("Asia/Shanghai"))
CLAIM: dict[str, Json] = {
    "number": "BX-20261125-0007",
    "kind": "reimbursement",
    "employee": "zhang",
    "department": "sales",
    "project": None,
    "total": "335.10",
    "total_fen": 33510,
    "submitted_at": "2026-11-25T01:30:00+00:00",
    "lines": [
        {"category": "taxi", "amount": "35.10", "date": "2026-11-24", "project": "apollo"},
        {"category": "hotel", "amount": "200.00", "date": "2026-11-24", "project": None},
        {"category": "taxi", "amount": "100.00", "date": "2026-11-25", "project": "gemini"},
    ],
    "budgets": [{"id": "b1", "amount": "335.10", "available_after": "9664.90"}],
    "files": [{"name": "发票.pdf", "sha256": "ab"}, {"name": "行程单.pdf", "sha256": "cd"}],
}
HEAD = "version: 1\nrows:\n"


def mapping(*rows: str, tail: str = "") -> FieldMapping:
    return load_mapping(HEAD + "".join(f"  - {row}\n" for row in rows) + tail, "oa.yaml")


def made(*rows: str, tail: str = "") -> Form:
    return apply_mapping(mapping(*rows, tail=tail), CLAIM, AROUND)


def test_every_kind_of_target() -> None:
    form = made(
        '{target: "@subject", from: "join(\' \', [claim.number, claim.kind])"}',
        '{target: "@initiator", from: claim.employee, convert: person(OA)}',
        "{target: je, from: claim.total, convert: money2}",
        "{target: a.b.c, from: claim.department}",
        '{target: "detail[dt1].x.y", each: claim.lines, from: line.amount}',
        '{target: "@files", from: "claim.files[0]", convert: files}',
        '{target: "@files[fd]", from: "claim.files[1:]"}',
        tail='tables:\n  OA: {zhang: "1001"}\n',
    )

    assert (form.subject, form.initiator) == ("BX-20261125-0007 reimbursement", "1001")
    assert form.fields == {"je": "335.10", "a": {"b": {"c": "sales"}}}
    assert form.details["dt1"][1] == {"x": {"y": "200.00"}}
    assert form.wanted == (Wanted("ab", "发票.pdf"), Wanted("cd", "行程单.pdf", "fd"))


def test_rows_with_nothing_in_them_keep_their_places() -> None:
    form = made(
        '{target: "detail[t].project", from: "claim.lines[].project"}',
        '{target: "detail[t].amount", from: "claim.lines[].amount"}',
        '{target: "detail[u].project", each: claim.lines, from: line.project}',
    )

    assert [row["project"] for row in form.details["t"]] == ["apollo", None, "gemini"]
    assert [row["amount"] for row in form.details["t"]] == ["35.10", "200.00", "100.00"]
    assert [row["project"] for row in form.details["u"]] == ["apollo", None, "gemini"]


def test_each_over_a_projection_keeps_its_holes() -> None:
    form = made('{target: "detail[t].p", each: "claim.lines[].project", from: line, default: none}')

    assert [row["p"] for row in form.details["t"]] == ["apollo", "none", "gemini"]


def test_conditions_choose_values_and_rows() -> None:
    hotel = "line.category == 'hotel'"
    form = made(
        f'{{target: "detail[t].hotel", each: claim.lines, when: "{hotel}", from: line.amount}}',
        '{target: big, when: "to_number(claim.total) > `300`", from: claim.number}',
        '{target: small, when: "to_number(claim.total) < `300`", from: claim.number}',
        "{target: kind, when: \"claim.kind == 'advance'\", convert: const(借款)}",
        "{target: kind, when: \"claim.kind != 'advance'\", convert: const(报销)}",
    )

    assert form.details["t"] == ({"hotel": "200.00"},)
    assert form.fields == {"big": "BX-20261125-0007", "kind": "报销"}


def test_blocks_of_different_lists_follow_one_another() -> None:
    form = made(
        '{target: "detail[t].debit", each: claim.lines, from: line.amount}',
        '{target: "detail[t].credit", each: "[claim]", from: line.total}',
    )

    assert form.details["t"][-1] == {"credit": "335.10"}
    assert len(form.details["t"]) == 4


@pytest.mark.parametrize(
    ("convert", "source", "value"),
    [
        ("money2", "claim.total", "335.10"),
        ("[fen_to_yuan, money2]", "claim.total_fen", "335.10"),
        ("fen_to_yuan", "claim.total_fen", Decimal("335.10")),
        ("yuan_to_fen", "claim.total", 33510),
        ("number", "claim.total", Decimal("335.10")),
        ("date_iso", "claim.submitted_at", "2026-11-25"),
        ("date_ms", '"claim.lines[0].date"', 1795449600000),
        ('"date(%Y/%m/%d %H:%M)"', "claim.submitted_at", "2026/11/25 09:30"),
        ("lookup(dept)", "claim.department", 88),
        ("person(name)", "claim.employee", "张三"),
        ("person(dingtalk)", "claim.employee", "staff-zhang"),
        ("person(LoginName)", "claim.employee", "zhang"),
        ("text(4)", "claim.number", "BX-2"),
        ("join", '"claim.lines[].category"', "taxi、hotel、taxi"),
        ("'join(\", \")'", '"claim.lines[].project"', "apollo, gemini"),
        ("const(CNY)", "claim.number", "CNY"),
        ('"bool(是, 否)"', "claim.lines", "是"),
        ('"bool(是, 否)"', '"length(claim.lines) > `9`"', "否"),
        ("number", '"sum(claim.lines[].amount)"', Decimal("335.10")),
    ],
)
def test_converters(convert: str, source: str, value: Json) -> None:
    form = made(
        f"{{target: x, from: {source}, convert: {convert}}}",
        tail="tables:\n  dept: {sales: 88}\n",
    )

    assert form.fields["x"] == value


def test_money_for_hose_has_its_seven_parts() -> None:
    form = made("{target: amount, from: claim.total, convert: hose_money}")

    assert form.fields["amount"] == {
        "standard": "335.10",
        "standardStrCode": "CNY",
        "standardNumCode": "156",
        "standardSymbol": "¥",
        "standardUnit": "元",
        "standardScale": 2,
    }


@given(st.decimals(0, 10**12, places=2), st.decimals(0, 10**12, places=2))
def test_amounts_stay_exact(one: Decimal, two: Decimal) -> None:
    claim = {**CLAIM, "lines": [{"amount": f"{one:f}"}, {"amount": f"{two:f}"}]}
    form = apply_mapping(
        mapping('{target: x, from: "sum(claim.lines[].amount)", convert: money2}'), claim, AROUND
    )

    assert form.fields["x"] == f"{one + two:.2f}"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{target: x, from: claim.project, required: true}", "required"),
        (
            "{target: x, from: claim.department, convert: lookup(t)}",
            "'sales' is not in the table t",
        ),
        ("{target: x, from: claim.department, convert: person(name)}", "nobody"),
        ("{target: x, from: claim.employee, convert: person(wecom)}", "has no wecom"),
        ("{target: x, from: claim.number, convert: money2}", "not an amount"),
        ("{target: x, from: claim.number, convert: date_iso}", "not a date"),
        ("{target: x, from: claim.lines, convert: text}", "not a plain value"),
        ('{target: "@files", from: claim.number}', "not a file"),
        ('{target: "@subject", from: claim.lines}', "not a plain text"),
    ],
)
def test_what_a_claim_lacks_is_refused_before_anything_is_sent(row: str, said: str) -> None:
    compiled = mapping(row, tail='tables:\n  t: {tech: "1"}\n')

    with pytest.raises(Rejected) as refused:
        apply_mapping(compiled, CLAIM, AROUND)

    assert said in str(refused.value.fields["text"])
    assert "oa.yaml:3" in str(refused.value.fields["row"])


def test_a_default_fills_what_is_missing() -> None:
    form = made("{target: x, from: claim.project, default: 无, required: true}")

    assert form.fields["x"] == "无"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\nrows:\n  - {target: x, from: claim.totl}\n", "oa.yaml:3: rows.0.from: "),
        ("version: 1\nrows:\n  - {target: x, from: total}\n", "unknown: total"),
        ("version: 1\nrows:\n  - {target: x, from: line.amount}\n", "line is known only"),
        ("version: 1\nrows:\n  - {target: x, from: 'claim..'}\n", "not JMESPath"),
        (
            "version: 1\nrows:\n  - {target: '@owner', from: claim.number}\n",
            "oa.yaml:3: rows.0.target",
        ),
        ("version: 1\nrows:\n  - {target: 'detail[].x', from: claim.number}\n", "no target"),
        ("version: 1\nrows:\n  - {target: a..b, from: claim.number}\n", "no target"),
        ("version: 1\nrows:\n  - {target: x, fromm: claim.number}\n", "fromm: unknown key"),
        ("version: 1\nrows:\n  - {target: x}\n", "a row needs from"),
        ("version: 1\nrows:\n  - {from: claim.number}\n", "rows.0.target"),
        ("version: 2\nrows:\n  - {target: x, from: claim.number}\n", "oa.yaml:1: version"),
        ("version: 1\n", "rows"),
        (
            "version: 1\nrows:\n  - target: x\n    from: claim.number\n    convert: upper\n",
            "oa.yaml:5: rows.0.convert: there is no converter upper",
        ),
        (
            "version: 1\nrows:\n  - {target: x, from: claim.kind, convert: lookup(t)}\n",
            "no table t",
        ),
        ("version: 1\nrows:\n  - {target: x, from: claim.kind, convert: lookup}\n", "1 to 1"),
        ("version: 1\nrows:\n  - {target: x, from: claim.kind, convert: text(a)}\n", "number of"),
        ("version: 1\nrows:\n  - {target: x, from: claim.kind, convert: person(x)}\n", "person(x)"),
        (
            "version: 1\nrows:\n" + "  - {target: x, from: claim.kind}\n" * 2,
            "oa.yaml:4: rows.1.target: the target stands here twice",
        ),
        ("version: 1\nrows:\n  - {target: x, each: claim.lines, from: line.a}\n", "have each"),
        (
            "version: 1\nrows:\n  - {target: yy, from: claim.kind}\nform: {main: [je]}\n",
            "the form has no field yy",
        ),
        ("version: 1\nrows: [\n", "not YAML"),
        ("- 1\n", "expected version"),
        ("version: 1\nversion: 1\nrows: []\n", "stands here twice"),
    ],
)
def test_a_fault_in_the_file_names_its_line(text: str, line: str) -> None:
    with pytest.raises(MappingFileError) as refused:
        load_mapping(text, "oa.yaml")

    assert line in str(refused.value)
    assert str(refused.value).startswith("oa.yaml:")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(MappingFileError) as refused:
        mapping("{target: a, from: nothing}", "{target: b, from: claim.number, convert: nope}")

    assert len(refused.value.errors) == 2


def test_the_stamp_follows_the_text() -> None:
    one = mapping("{target: x, from: claim.number}").stamp
    two = mapping("{target: y, from: claim.number}").stamp

    assert one.version == two.version == 1
    assert one.hash != two.hash
    assert one == mapping("{target: x, from: claim.number}").stamp


@pytest.mark.parametrize(
    "source", ["claim.lines[?category=='taxi'].amount", "claim.lines[0].amount"]
)
def test_filters_and_indexes_are_known_paths(source: str) -> None:
    assert made(f'{{target: x, from: "{source}"}}').fields["x"]


def test_what_is_sent_has_no_floats() -> None:
    form = made("{target: x, from: \"to_number('1.10')\"}")

    assert form.fields["x"] == Decimal("1.10")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_mapping_of_the_guide_is_one(language: str) -> None:
    text = (ROOT / "docs" / language / "install.md").read_text("utf-8")
    block = text.partition("```yaml\nversion: 1\n")[2].partition("```")[0]
    claim = {**CLAIM, "employee_name": "张三"}

    form = apply_mapping(load_mapping(f"version: 1\n{block}", "guide"), claim, AROUND)

    assert (form.subject, form.initiator) == ("BX-20261125-0007 张三", "101")
    assert [row["fylx"] for row in form.details["formtable_main_194_dt1"]] == ["1", "2", "1"]
