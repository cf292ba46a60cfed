"""合思's words, against samples in the layout of the vendor's documentation."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.hose.platform_wire import (
    build_decision,
    build_page,
    build_voucher,
    moment_text,
    parse_balance,
    period_of,
)
from connectors.hose.wire import (
    build_submission,
    encode,
    error_text,
    file_name,
    parse_created,
    parse_detail,
    parse_token,
    path_with,
)
from connectors.kit.answers import read_object
from core.outside import Attachment

SAMPLES = Path("tests/samples/hose")
ZONE = ZoneInfo("Asia/Shanghai")


def sample(name: str) -> dict[str, object]:
    return read_object((SAMPLES / name).read_bytes())


def test_a_token_with_its_end_and_company_is_read() -> None:
    assert parse_token(sample("token.json")) == (
        "u-E4PVy28Q0400",
        1531046137469,
        "34A73EyI8A0w00",
    )
    assert parse_token({"value": None}) == ("", 0, "")


def test_a_new_document_is_read() -> None:
    flow = parse_created(sample("created.json"))

    assert flow is not None
    assert (flow.id, flow.code, flow.state) == ("ID_3FQR$Yx5LWM", "B21000018", "pending")
    assert parse_created({"value": ""}) is None


def test_a_document_with_its_log_is_read() -> None:
    flow = parse_detail(sample("detail.json"))

    assert flow is not None
    assert (flow.state, flow.kind, flow.updated_ms) == ("rejected", "expense", 1592289377125)
    assert [(g.action, g.by, g.text) for g in flow.logs] == [
        ("freeflow.submit", "djg8:Dwk7", ""),
        ("freeflow.reject", "djg8:Li", "请补发票"),
    ]
    assert flow.waits_for == ("djg8:Dwk7",)
    assert flow.node == "费用标准检查"


@pytest.mark.parametrize("spoilt", [{}, {"value": []}, {"value": {"id": 5}}, {"value": {"id": []}}])
def test_what_is_no_document_is_none(spoilt: dict[str, object]) -> None:
    assert parse_detail(spoilt) is None


def test_what_a_refusal_says_is_found_in_any_layout() -> None:
    text = "外部系统单据编号outerCode已存在单据，不允许重复，请检查"
    assert error_text((SAMPLES / "duplicate.json").read_bytes()) == text
    assert error_text(text.encode()) == text
    assert error_text(json.dumps({"code": 400, "msg": "不可以"}).encode()) == "不可以"
    assert "单据不存在" in error_text('{"x": {"y": "单据不存在"}}'.encode())
    assert error_text((SAMPLES / "login-page.html").read_bytes()) == ""


def test_an_id_stands_behind_its_dollar_and_nothing_else_does() -> None:
    assert path_with("/flow/${id}/x", "ID_3FQR$Yx5LWM") == "/flow/$ID_3FQR$Yx5LWM/x"
    for bad in ("", "a/b", "..?", "a]b"):
        with pytest.raises(ValueError, match="not an id"):
            path_with("/flow/${id}/x", bad)


def test_amounts_stay_texts() -> None:
    assert encode({"x": Decimal("300.50")}) == b'{"x":"300.50"}'
    with pytest.raises(TypeError):
        encode({"x": object()})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("name", "taken"),
    [("a/b:c?.pdf", "a_b_c_.pdf"), ("发票.pdf", "发票.pdf"), (" ", "abababababab")],
)
def test_names_of_files_are_as_the_platform_takes_them(name: str, taken: str) -> None:
    assert file_name(Attachment(name, "ab" * 32, b"")) == taken


def test_a_plan_becomes_a_submission() -> None:
    plan = {
        "value": {
            "node": [
                {
                    "configNodeId": "1",
                    "type": "ebot",
                    "staffIds": None,
                    "skippedType": "NO_SKIPPED",
                },
                {"configNodeId": "2", "type": "countersign", "staffIds": ["a", "b"]},
                {"configNodeId": "3", "type": "normal", "staffIds": ["c", "d"]},
                {
                    "configNodeId": "4",
                    "type": "normal",
                    "staffIds": [],
                    "skippedType": "APPROVER_NOT_FOUND",
                },
            ]
        }
    }

    assert build_submission(plan) == {
        "isUrgent": False,
        "nodes": [
            {"configNodeId": "1"},
            {"configNodeId": "2", "counterSigners": [{"signerId": "a"}, {"signerId": "b"}]},
            {"configNodeId": "3", "approverId": "c"},
            {"configNodeId": "4"},
        ],
    }
    with pytest.raises(ValueError, match="no nodes"):
        build_submission({"value": {}})


def test_what_is_left_of_a_budget_is_exact_to_the_fen() -> None:
    found = sample("node.json")

    balance = parse_balance(found, "市场部-差旅", 4, date(2026, 11, 25), ZONE)

    assert balance is not None
    assert (balance.limit_fen, balance.occupied_fen, balance.spent_fen) == (40035, 10010, 5005)
    assert balance.available_fen == 25020
    assert parse_balance(found, "市场部-差旅", 1, date(2026, 1, 1), ZONE) is None
    assert parse_balance(found, "别的", 4, date(2026, 11, 25), ZONE) is None


def test_the_times_of_a_period_count_more_than_its_number() -> None:
    start, end = datetime(2026, 10, 1, tzinfo=ZONE), datetime(2026, 12, 31, 23, 59, tzinfo=ZONE)
    money: dict[str, object] = {
        "periodTime": "1",
        "budgetMoney": 1,
        "occupiedMoney": 0,
        "confirmedMoney": 0,
        "periodStartTime": int(start.timestamp()) * 1000,
        "periodEndTime": int(end.timestamp()) * 1000,
    }
    found: dict[str, object] = {
        "items": [{"budgetNodeEntity": {"code": "c", "moneyExts": [money]}}]
    }

    assert parse_balance(found, "c", 4, date(2026, 10, 1), ZONE) is not None
    assert parse_balance(found, "c", 1, date(2026, 9, 30), ZONE) is None


@pytest.mark.parametrize(
    ("division", "period"), [("MONTH", 11), ("SEASON", 4), ("HALF_YEAR", 2), ("YEAR", 1), ("", 1)]
)
def test_a_day_has_its_period(division: str, period: int) -> None:
    assert period_of(division, date(2026, 11, 25)) == period


def test_pages_are_opened_once_and_not_for_long() -> None:
    assert build_page("p", "form:ID_1", 10**9) == {
        "uid": "p",
        "pageType": "form",
        "authType": "CODE",
        "expireDate": "604800",
        "isApplet": False,
        "flowId": "ID_1",
    }
    for bad in ("nowhere", "form", "home:ID_1"):
        with pytest.raises(ValueError, match=bad):
            build_page("p", bad, 60)


def test_vouchers_decisions_and_times_are_written_as_the_platform_wants() -> None:
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    assert build_voucher("f", "记-12", at) == {
        "voucher": [{"flowId": "f", "voucherNo": "记-12", "voucherCreateTime": "1795586400000"}]
    }
    assert build_decision("p", agrees=False, comment="补") == {
        "approveId": "p",
        "action": {"name": "freeflow.reject", "comment": "补", "resubmitMethod": "FROM_START"},
    }
    assert moment_text(1795586400999, ZONE) == "2026-11-25 14:00:00"
