"""What the doctor says of a company whose vouchers could not be made."""

from bot.doctor.here import look_at_company
from bot.settings import Config
from core.company import Category, Company

TAXI = Category(id="taxi", name="市内交通", account="6601.03")
MEAL = Category(id="meal", name="餐饮")


def said_of(*categories: Category) -> list[dict[str, str]]:
    checks = look_at_company(Company(categories=categories), Config())
    return [dict(c.fields) for c in checks if c.code == "no_ledger_account"]


def test_categories_without_an_account_are_named_where_others_have_one() -> None:
    assert said_of(TAXI, MEAL) == [{"categories": "餐饮"}]


def test_a_company_that_keeps_its_books_elsewhere_is_not_bothered() -> None:
    assert said_of(MEAL) == []
    assert said_of(TAXI) == []
