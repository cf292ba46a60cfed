"""The names of rules: human words first, the id small behind them."""

from typing import get_args

import pytest

from bot.texts.names import budget_scope, short_period
from bot.texts.plain import cut_middle
from bot.texts.rules import approver_text, flow_name, policy_name, when_text
from core.company import Budget, Company, PolicyKind, Role

COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}],
        "people": [{"id": "wang", "name": "王芳"}],
        "categories": [{"id": "taxi", "name": "市内交通"}],
        "projects": [{"id": "apollo", "name": "阿波罗"}],
        "policies": [
            {"id": "day", "kind": "amount_limit", "category": "taxi", "per": "day", "limit": "1"},
            {"id": "named", "kind": "weekend", "name": "周末用车"},
            *({"id": f"k-{kind}", "kind": kind} for kind in get_args(PolicyKind)),
        ],
        "flows": [
            {"id": "trips", "when": 'kind == "travel_request"', "steps": [{"name": "x"}]},
            {"id": "big", "when": "total > 1", "name": "大额流程", "steps": [{"name": "x"}]},
            {"id": "default", "steps": [{"name": "x"}]},
        ],
    }
)


@pytest.mark.parametrize(
    ("policy", "zh", "en"),
    [
        ("day", "市内交通每天限额（day）", "市内交通 limit a day (day)"),
        ("named", "周末用车（named）", "周末用车 (named)"),
        ("gone", "gone", "gone"),
    ],
)
def test_a_policy_is_known_by_its_name(policy: str, zh: str, en: str) -> None:
    assert policy_name(COMPANY, policy, "zh") == zh
    assert policy_name(COMPANY, policy, "en") == en


@pytest.mark.parametrize("kind", get_args(PolicyKind))
def test_every_kind_of_policy_has_words(kind: str) -> None:
    for language in ("zh", "en"):
        name = policy_name(COMPANY, f"k-{kind}", language)
        assert not name.startswith("k-"), name


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        ("default", "通用流程（default）"),
        ("trips", "专用流程（trips）"),
        ("big", "大额流程（big）"),
        ("", ""),
    ],
)
def test_a_flow_is_known_by_its_name(flow: str, said: str) -> None:
    assert flow_name(COMPANY, flow, "zh") == said


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        ("total >= 1000", "金额达到 ¥1,000.00", "the total reaches ¥1,000.00"),
        ("over_budget", "超预算", "it is over budget"),
        ("not over_budget", "不是（超预算）", "not (it is over budget)"),
        ('kind == "travel_request"', "种类是出差申请", "the kind is travel request"),
        ('department in ["sales"]', "部门属于市场部", "the department is one of 市场部"),
        ('"taxi" in categories', "类别含市内交通", "the categories have 市内交通"),
        ('project == "apollo" and days > 3', "项目是阿波罗且天数超过 3",
         "the project is 阿波罗 and the days is above 3"),
        ("total * 2 > 10", "total * 2 ＞ 10", "total * 2 ＞ 10"),
        ("1 <", "1 ＜", "1 ＜"),
    ],
)  # fmt: skip
def test_conditions_are_said_in_words(condition: str, zh: str, en: str) -> None:
    assert when_text(condition, COMPANY, "zh") == zh
    assert when_text(condition, COMPANY, "en") == en


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("manager", "直属主管"),
        ("manager:2", "第 2 级主管"),
        ("person:wang", "王芳"),
        ("budget_owner", "预算负责人"),
        *((f"role:{role}", None) for role in get_args(Role)),
    ],
)
def test_approvers_are_said_in_words(rule: str, said: str | None) -> None:
    text = approver_text(rule, COMPANY, "zh")

    assert text == said if said else rule.partition(":")[2] not in text


@pytest.mark.parametrize(
    ("period", "short"),
    [("2026", "2026"), ("2026-Q4", "26Q4"), ("2026-H2", "26H2"), ("2026-11", "26-11"),
     ("2026-11-01/2027-01-31", "11-01~")],
)  # fmt: skip
def test_a_period_in_few_characters(period: str, short: str) -> None:
    assert short_period(Budget.model_validate({"id": "b", "period": period, "limit": "1"})) == short


@pytest.mark.parametrize(
    ("limit", "short"), [(9, "市场部 · 餐饮招待"), (7, "市场部…饮招待"), (2, "市…"), (1, "…")]
)
def test_a_name_is_shortened_in_its_middle(limit: int, short: str) -> None:
    assert cut_middle("市场部 · 餐饮招待", limit + (limit == 9)) == short


@pytest.mark.parametrize(
    ("more", "zh", "en", "short"),
    [
        ({"period": "2026-Q4"}, "市场部 2026-Q4", "市场部 2026-Q4", "26Q4"),
        (
            {"period": "2026-Q4", "own_level": True},
            "市场部本级 2026-Q4",
            "市场部 itself 2026-Q4",
            "26Q4",
        ),
        ({"period": "2026", "fiscal_start": 4}, "市场部 财年 2026", "市场部 FY 2026", "FY2026"),
        ({"period": "2026-11", "fiscal_start": 4}, "市场部 2026-11", "市场部 2026-11", "26-11"),
    ],
)
def test_a_budget_says_where_and_when_it_binds(
    more: dict[str, object], zh: str, en: str, short: str
) -> None:
    budget = Budget.model_validate({"id": "b", "department": "sales", "limit": "1", **more})

    assert budget_scope(COMPANY, budget, "zh") == zh
    assert budget_scope(COMPANY, budget, "en") == en
    assert short_period(budget) == short
