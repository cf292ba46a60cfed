"""Both truths in one company: what the address book owns stays, the rest is the file's."""

from core.company import Company
from core.company_file import deactivate_missing, difference
from core.directory_rights import keep_owned

SALES = {"id": "sales", "name": "市场部"}
ZHANG = {"id": "zhang", "name": "张三", "department": "sales", "dingtalk": "d1", "grade": "P5"}


def company(*people: dict[str, object], departments: list[dict[str, object]]) -> Company:
    return Company.model_validate({"people": people, "departments": departments})


OWNED = company(
    {**ZHANG, "name": "张三丰", "department": "dingtalk-3", "directory": "dingtalk"},
    {"id": "mei", "name": "韩梅", "dingtalk": "d2", "directory": "dingtalk"},
    {"id": "wang", "name": "王芳", "department": "sales"},
    departments=[SALES, {"id": "dingtalk-3", "name": "华东组", "directory": "dingtalk"}],
)


def test_the_file_changes_grades_and_says_what_it_does_not_change() -> None:
    file = company({**ZHANG, "grade": "P6"}, departments=[SALES])

    kept = keep_owned(OWNED, file)

    zhang = kept.company.person("zhang")
    assert zhang is not None
    assert (zhang.grade, zhang.name, zhang.department) == ("P6", "张三丰", "dingtalk-3")
    assert kept.lines == ("= people zhang: name, department (dingtalk)",)


def test_who_came_from_an_address_book_stays_and_who_came_from_the_file_leaves_with_it() -> None:
    kept = keep_owned(OWNED, company(ZHANG, departments=[SALES]))

    after = deactivate_missing(OWNED, kept.company)

    assert {p.id: p.active for p in after.people} == {"zhang": True, "mei": True, "wang": False}
    assert [d.id for d in after.departments] == ["sales", "dingtalk-3"]


def test_the_file_may_add_a_user_id_and_not_change_one() -> None:
    row: dict[str, object] = {"id": "zhang", "name": "张三丰", "dingtalk": "d9", "wecom": "Zhang"}

    kept = keep_owned(OWNED, company(row, departments=[SALES]))

    zhang = kept.company.person("zhang")
    assert zhang is not None
    assert (zhang.dingtalk, zhang.wecom) == ("d1", "Zhang")
    assert kept.lines == ("= people zhang: dingtalk (dingtalk)",)


def test_without_an_address_book_nothing_is_kept() -> None:
    before = company(ZHANG, departments=[SALES])
    file = company({**ZHANG, "name": "张四"}, departments=[SALES])

    kept = keep_owned(before, file)

    assert (kept.company, kept.lines) == (file, ())
    assert difference(before, kept.company) == ("~ people zhang: name",)
