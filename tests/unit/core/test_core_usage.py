"""Where a budget's money is: by person, project and category."""

from datetime import UTC, date, datetime

from core.claim import Claim, Line, State
from core.company import Company
from core.usage import ClaimUse, Share, break_down

AT = datetime(2026, 11, 25, tzinfo=UTC)
DAY = date(2026, 11, 24)
COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}],
        "people": [{"id": "zhang", "name": "张三"}, {"id": "wang", "name": "王五"}],
        "categories": [{"id": "taxi", "name": "打车"}, {"id": "meal", "name": "餐费"}],
        "projects": [{"id": "apollo", "name": "阿波罗"}],
        "budgets": [
            {"id": "all", "department": "sales", "period": "2026", "limit": "1000.00"},
            {"id": "meals", "category": "meal", "period": "2026", "limit": "100.00"},
        ],
    }
)


def claim(number: str, employee: str, *lines: Line, project: str | None = None) -> Claim:
    return Claim(
        number=number,
        company="hq",
        kind="reimbursement",
        state=State.IN_REVIEW,
        employee=employee,
        department="sales",
        created_at=AT,
        project=project,
        lines=lines,
    )


ONE = claim("BX-1", "zhang", Line("taxi", 3000, DAY), Line("meal", 1000, DAY, project="apollo"))
TWO = claim("BX-2", "wang", Line("meal", 2000, DAY), project="apollo")


def test_use_is_divided_by_the_lines_that_the_budget_binds() -> None:
    found = break_down(COMPANY, "all", (ClaimUse(ONE, 4000), ClaimUse(TWO, 2000)))

    assert found.people == (Share("zhang", 4000, 1), Share("wang", 2000, 1))
    assert found.projects == (Share("apollo", 3000, 2), Share(None, 3000, 1))
    assert found.categories == (Share("meal", 3000, 2), Share("taxi", 3000, 1))


def test_a_budget_of_a_category_sees_only_its_lines() -> None:
    found = break_down(COMPANY, "meals", (ClaimUse(ONE, 1000), ClaimUse(TWO, 2000)))

    assert found.categories == (Share("meal", 3000, 2),)
    assert found.people == (Share("wang", 2000, 1), Share("zhang", 1000, 1))


def test_parts_of_a_claim_sum_to_its_use() -> None:
    found = break_down(COMPANY, "all", (ClaimUse(ONE, 1001),))

    assert sum(share.amount_fen for share in found.categories) == 1001
