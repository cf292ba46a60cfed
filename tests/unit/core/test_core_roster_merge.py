"""Joining address books with the company: who is who, who left, what people must decide."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.company import Company, Messenger
from core.company_file import difference, find_faults
from core.directory import Directory, Merged, OrgRules, check_leavers
from core.errors import Refused
from core.outside import OutsideDepartment, OutsidePerson
from core.roster_merge import merge

RULES = OrgRules()
DEPARTMENTS = (
    OutsideDepartment("3", "华东组", parent="2", head="staff-li"),  # children may come first
    OutsideDepartment("2", "市场部", head="staff-wang"),
    OutsideDepartment("9", "财务部"),
)
ZHANG = OutsidePerson("staff-zhang", "张三", "3")
LI = OutsidePerson("staff-li", "李雷", "3")
WANG = OutsidePerson("staff-wang", "王芳", "2")
ZHAO = OutsidePerson("staff-zhao", "赵敏", "9", fields=(("leads", "9"),))


def company(**more: object) -> Company:
    return Company.model_validate(
        {
            "companies": [{"id": "hq", "name": "示例公司"}, {"id": "sh", "name": "上海公司"}],
            "departments": [{"id": "sales", "name": "市场部"}],
            "people": [
                {"id": "zhang", "name": "张三", "dingtalk": "staff-zhang", "grade": "P5"}
                | {"department": "sales", "bank_account": "6222", "roles": ["employee", "admin"]},
                {"id": "wang", "name": "王芳", "dingtalk": "staff-wang", "department": "sales"},
            ],
            **more,
        }
    )


def book(
    *people: OutsidePerson,
    messenger: Messenger = "dingtalk",
    departments: tuple[OutsideDepartment, ...] = DEPARTMENTS,
) -> Directory:
    return Directory(messenger, departments, people)


def joined(before: Company, *books: Directory, rules: OrgRules = RULES) -> Merged:
    merged = merge(before, books, rules)
    assert not find_faults(merged.company)
    again = merge(merged.company, books, rules)
    assert difference(merged.company, again.company) == ()
    return merged


def codes(merged: Merged) -> list[str]:
    return [c.code for c in merged.clashes]


def test_new_colleagues_get_an_id_of_their_user_id_and_their_place() -> None:
    after = joined(company(), book(ZHANG, LI, WANG, ZHAO)).company

    li = after.person("staff-li")
    assert li is not None
    assert (li.name, li.department, li.roles) == ("李雷", "dingtalk-3", ("employee",))
    zhang = after.person("zhang")
    assert zhang is not None
    assert (zhang.manager, zhang.department) == ("staff-li", "dingtalk-3")
    assert (zhang.grade, zhang.bank_account, "admin" in zhang.roles) == ("P5", "6222", True)


def test_heads_and_managers_come_from_the_tree() -> None:
    after = joined(company(), book(ZHANG, LI, WANG, ZHAO)).company

    assert {d.id: (d.parent, d.head) for d in after.departments} == {
        "sales": ("root", "wang"),
        "dingtalk-3": ("sales", "staff-li"),
        "dingtalk-9": ("root", "staff-zhao"),
    }
    assert {p.id: p.manager for p in after.people} == {
        "zhang": "staff-li",
        "wang": None,
        "staff-li": "wang",
        "staff-zhao": None,
    }


def test_a_department_of_the_file_is_found_by_name_once_and_by_id_ever_after() -> None:
    first = joined(company(), book(ZHANG, WANG)).company
    renamed = (OutsideDepartment("2", "营销中心"), OutsideDepartment("3", "华东组", "2"))

    after = joined(first, book(ZHANG, WANG, departments=renamed)).company

    sales = after.department("sales")
    assert sales is not None
    assert (sales.name, sales.dingtalk) == ("营销中心", "2")


def test_who_is_listed_no_more_leaves_and_keeps_their_record() -> None:
    merged = joined(company(), book(WANG))

    assert merged.leavers == ("zhang",)
    zhang = merged.company.person("zhang")
    assert zhang is not None
    assert not zhang.active
    assert merged.company.person_by_user("dingtalk", "staff-zhang") is None


def test_who_comes_back_is_the_same_person() -> None:
    gone = joined(company(), book(WANG)).company

    back = joined(gone, book(WANG, ZHANG)).company

    assert [p.id for p in back.people] == ["zhang", "wang"]
    assert all(p.active for p in back.people)


def test_a_rename_keeps_the_id() -> None:
    after = joined(company(), book(OutsidePerson("staff-zhang", "张三丰", "2"), WANG)).company

    assert [(p.id, p.name) for p in after.people] == [("zhang", "张三丰"), ("wang", "王芳")]


def test_equal_names_are_shown_and_nobody_is_guessed() -> None:
    wecom = book(OutsidePerson("ZhangSan", "张三"), messenger="wecom", departments=())

    merged = joined(company(), wecom)

    assert [(c.code, c.other) for c in merged.clashes] == [("same_name", "zhang")]
    assert len(merged.company.people) == 2


@pytest.mark.parametrize(
    ("match", "plain", "same"),
    [
        ("job_number", "0007", "0007"),
        ("mobile", "13800001111", "+86-13800001111"),
        ("email", "Zhang@Example.com", "zhang@example.com"),
    ],
)
def test_a_key_makes_one_person_of_two_entries(match: str, plain: str, same: str) -> None:
    rules = OrgRules(match=match)  # type: ignore[arg-type]
    ding = book(OutsidePerson("d9", "韩梅", "2", fields=((match, plain),)), ZHANG, WANG)
    wecom = book(
        OutsidePerson("HanMei", "韩梅梅", fields=((match, same),)),
        messenger="wecom",
        departments=(),
    )

    merged = joined(company(), ding, wecom, rules=rules)

    han = merged.company.person("d9")
    assert han is not None
    assert (han.dingtalk, han.wecom, han.name) == ("d9", "HanMei", "韩梅")
    assert codes(merged) == []
    assert match == "job_number" or plain.lower() not in str(han.model_dump())


def test_different_keys_tell_namesakes_apart() -> None:
    before = company(people=[{"id": "zhang", "name": "张三", "dingtalk": "d1", "key": "1"}])
    wecom = book(
        OutsidePerson("Zhang2", "张三", fields=(("job_number", "2"),)),
        messenger="wecom",
        departments=(),
    )

    merged = joined(before, wecom, rules=OrgRules(match="job_number"))

    assert [p.id for p in merged.company.people] == ["zhang", "Zhang2"]


def test_who_is_in_both_stays_until_both_have_let_them_go() -> None:
    before = company(
        people=[
            {"id": "zhang", "name": "张三", "dingtalk": "d1", "wecom": "ZhangSan"},
            {"id": "wang", "name": "王芳", "dingtalk": "d2", "wecom": "WangFang"},
        ]
    )
    ding = book(OutsidePerson("d2", "王芳"))
    wecom = book(
        OutsidePerson("zhangsan", "张三"), OutsidePerson("WangFang", "王芳"), messenger="wecom"
    )

    one = joined(before, ding, wecom)
    both = joined(before, ding, book(OutsidePerson("WangFang", "王芳"), messenger="wecom"))

    zhang = one.company.person("zhang")
    assert zhang is not None
    assert (zhang.active, zhang.dingtalk, zhang.wecom) == (True, None, "zhangsan")
    assert both.leavers == ("zhang",)


def test_people_whom_we_may_not_read_are_left_alone() -> None:
    merged = joined(company(), book(OutsidePerson("staff-zhang", ""), OutsidePerson("x", ""), WANG))

    assert merged.leavers == ()
    assert [p.name for p in merged.company.people] == ["张三", "王芳"]


def test_a_department_that_a_budget_needs_is_kept_and_shown() -> None:
    first = joined(
        company(budgets=[{"id": "b", "department": "sales", "period": "2026", "limit": "1.00"}]),
        book(ZHANG, LI, WANG, ZHAO),
    ).company
    shrunk = (OutsideDepartment("9", "财务部"),)
    moved = tuple(OutsidePerson(p.id, p.name, "9") for p in (ZHANG, LI, WANG, ZHAO))

    merged = joined(first, book(*moved, departments=shrunk))

    assert [d.id for d in merged.company.departments] == ["sales", "dingtalk-9"]
    assert [(c.code, c.other) for c in merged.clashes] == [("department_gone", "sales")]


def test_departments_belong_to_legal_entities_as_the_settings_say() -> None:
    rules = OrgRules(companies={"dingtalk:3": "sh", "sales": "hq", "wecom:1": "hq", "9": "no"})

    merged = joined(company(), book(ZHANG, WANG), rules=rules)

    after = merged.company
    assert [e and e.id for e in map(after.entity_of, ("dingtalk-3", "sales"))] == ["sh", "hq"]
    assert codes(merged) == ["department_unknown", "department_unknown"]


def test_managers_in_a_circle_are_shown_and_broken() -> None:
    people = (
        OutsidePerson("staff-zhang", "张三", "2", manager="staff-wang"),
        OutsidePerson("staff-wang", "王芳", "2", manager="staff-zhang"),
    )

    merged = joined(company(), book(*people))

    assert codes(merged) == ["manager_loop"]


def test_an_unsafe_user_id_gives_a_safe_stable_id() -> None:
    merged = joined(company(), book(ZHANG, WANG, OutsidePerson("韩@梅", "韩梅")))

    han = merged.company.people[-1]
    assert re.fullmatch(r"---[-0-9a-f]{13}", han.id)
    assert han.dingtalk == "韩@梅"


@pytest.mark.parametrize("force", [False, True])
def test_no_pull_empties_the_company(*, force: bool) -> None:
    merged = merge(company(), [book()], RULES)

    with pytest.raises(Refused, match="org_empty"):
        check_leavers(company(), merged, [book()], RULES, force=force)


def test_too_many_leavers_need_force() -> None:
    rows = [{"id": f"p{i}", "name": f"人{i}", "dingtalk": f"d{i}"} for i in range(20)]
    before, pull = (
        company(people=rows),
        book(*(OutsidePerson(f"d{i}", f"人{i}") for i in range(17))),
    )
    merged = merge(before, [pull], RULES)

    with pytest.raises(Refused, match="org_leavers"):
        check_leavers(before, merged, [pull], RULES, force=False)
    check_leavers(before, merged, [pull], RULES, force=True)


names = st.sampled_from(["张三", "李雷", "王芳", "赵敏", ""])
ids = st.sampled_from([f"u{i}" for i in range(8)] + ["U1", "人", "a b"])
places = st.sampled_from(["", "1", "2", "3", "4"])
numbers = st.sampled_from(["", "1", "2", "3"])
outsiders = st.builds(
    lambda i, n, d, m, a, k: OutsidePerson(i, n, d, m, a, (("job_number", k), ("leads", d))),
    ids, names, places, ids, st.booleans(), numbers,
)  # fmt: skip
outside_departments = st.builds(
    OutsideDepartment, st.sampled_from("1234"), st.sampled_from("甲乙丙"), places, ids
)
books = st.builds(
    lambda m, d, p: Directory(m, tuple({x.id: x for x in d}.values()), tuple(p)),
    st.just("dingtalk"), st.lists(outside_departments, max_size=4), st.lists(outsiders, max_size=8),
)  # fmt: skip
pairs = st.tuples(books, books).map(
    lambda two: (two[0], Directory("wecom", two[1].departments, two[1].people))
)
pulls = st.one_of(books.map(lambda b: (b,)), pairs)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pulls, min_size=1, max_size=3), st.sampled_from(["none", "job_number"]))
def test_whatever_comes_nobody_is_lost_and_a_repetition_changes_nothing(
    history: list[tuple[Directory, ...]], match: str
) -> None:
    rules = OrgRules(match=match)  # type: ignore[arg-type]
    before = company()
    for pull in history:
        after = merge(before, pull, rules).company
        assert not find_faults(after)
        assert [p.id for p in after.people][: len(before.people)] == [p.id for p in before.people]
        assert difference(after, merge(after, pull, rules).company) == ()
        kept = {p.id: (p.grade, p.bank_account, p.roles) for p in before.people}
        now = {p.id: (p.grade, p.bank_account, p.roles) for p in after.people}
        assert kept.items() <= now.items()
        before = after
