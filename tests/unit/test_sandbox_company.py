import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from bot.doctor.first_company import TEMPLATE
from core.budget import find_budgets
from core.company import Company, PolicyKind
from core.company_file import load_company
from core.phrases.expense import parse_expense
from core.phrases.vocabulary import match_category, vocabulary_of
from sandbox.invoices import BUYER

FILE = Path(__file__).parents[2] / "sandbox" / "company.yaml"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(FILE.read_text("utf-8"), FILE.name)


def test_the_tax_id_has_its_check_digit_and_stands_on_the_samples(company: Company) -> None:
    entity = company.companies[0]

    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(entity.tax_id[:17]))
    assert _ALPHABET[-total % 31] == entity.tax_id[17]
    assert (BUYER.name, BUYER.tax_id) == (entity.name, entity.tax_id)


def test_everybody_of_the_main_job_is_there(company: Company) -> None:
    zhang = company.person_by_user("dingtalk", "staff-zhang")

    assert zhang == company.person_by_user("wecom", "zhangsan")
    assert zhang is not None
    assert zhang.manager == "wang"
    assert [p.id for p in company.with_role("finance")] == ["zhao"]
    assert [p.id for p in company.with_role("cashier")] == ["qian"]
    assert [p.id for p in company.with_role("admin")] == ["sun"]


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 12, 31), date(2027, 6, 1)])
def test_the_demo_has_a_budget_on_every_day(company: Company, day: date) -> None:
    assert find_budgets(company, department="sales", project=None, category="taxi", day=day)


@pytest.mark.parametrize(
    ("goods", "category"),
    [
        ("*住宿服务*住宿费", "hotel"),
        ("*餐饮服务*餐费", "meal"),
        ("*文具*办公用品", "office"),
        ("*运输服务*客运服务费", "taxi"),
    ],
)
def test_what_the_samples_bought_has_one_category(
    company: Company, goods: str, category: str
) -> None:
    assert match_category(goods, vocabulary_of(company)) == (category,)


def test_the_demo_shows_every_kind_of_policy_by_its_name(company: Company) -> None:
    assert {p.kind for p in company.policies} == set(get_args(PolicyKind))
    assert all(p.name for p in company.policies)
    assert all(f.name for f in company.flows)


def test_the_company_to_begin_with_loads_as_it_is_and_with_every_comment_taken_away() -> None:
    template = TEMPLATE.read_text("utf-8")
    plain = load_company(template, "company.yaml")
    rows = re.sub(r"(?m)^  # (?=- \{?id:|  )", "  ", template)

    full = load_company(rows, "company.yaml")

    assert [p.id for p in plain.policies] == ["title", "same-expense"]
    assert {p.kind for p in full.policies} == set(get_args(PolicyKind))
    assert len(full.people) == 2
    assert full.budgets


def test_the_typed_taxi_ride_of_the_script_is_understood(company: Company) -> None:
    found = parse_expense("打车 45 昨天 去客户现场", date(2026, 11, 25), vocabulary_of(company))

    assert getattr(found, "amount_fen", None) == 4500
    assert getattr(found, "category_id", None) == "taxi"
    assert getattr(found, "day", None) == date(2026, 11, 24)
