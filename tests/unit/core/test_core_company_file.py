"""Reading company.yaml: every fault names file, line and key."""

from contextlib import suppress

import pytest
from core_house import COMPANY_YAML, company_of
from hypothesis import given
from hypothesis import strategies as st

from core.company import Company
from core.company_file import (
    CompanyFileError,
    deactivate_missing,
    difference,
    find_company_faults,
    load_company,
)

FAULTS = [
    # text, line, key, words of the message
    ("people:\n- {id: a, name: A, colour: red}", 2, "people.0.colour", "not permitted"),
    ("people:\n- {id: a, name: A}\nfoo: 1", 3, "foo", "not permitted"),
    ("people:\n- {id: a}", 2, "people.0.name", "required"),
    ("people:\n- {id: a, name: A}\n- {id: a, name: B}", 3, "people.1.id", "twice"),
    (
        "people:\n- {id: a, name: A, wecom: Bo}\n- {id: b, name: B, wecom: bO}",
        3,
        "people.1.wecom",
        "twice",
    ),
    ("people:\n- {id: a, name: A, dingtalk: 123}", 2, "people.0.dingtalk", "string"),
    ("people:\n- {id: a, name: A, manager: b}", 2, "people.0.manager", "no person b"),
    ("people:\n- {id: a, name: A, department: x}", 2, "people.0.department", "no department x"),
    ("people:\n- {id: a, name: A, roles: [king]}", 2, "people.0.roles.0", "employee"),
    ("people:\n- {id: a, name: A, manager: a}", 2, "people.0.manager", "loop"),
    (
        "people:\n- {id: a, name: A, manager: b}\n- {id: b, name: B, manager: a}",
        2,
        "people.0.manager",
        "loop",
    ),
    ("people:\n- {id: 'a b', name: A}", 2, "people.0.id", "pattern"),
    (
        "departments:\n- {id: a, name: A, parent: b}\n- {id: b, name: B, parent: a}",
        2,
        "departments.0.parent",
        "loop",
    ),
    ("departments:\n- {id: a, name: A, head: x}", 2, "departments.0.head", "no person x"),
    ("departments:\n- {id: a, name: A, company: x}", 2, "departments.0.company", "no company x"),
    ("projects:\n- {id: a, name: A, owner: x}", 2, "projects.0.owner", "no person x"),
    (
        "projects:\n- {id: a, name: A, accounts: {x: '1604'}}",
        2,
        "projects.0.accounts.x",
        "there is no category x",
    ),
    ("budgets:\n- {id: a, period: 2026-Q5, limit: '1'}", 2, "budgets.0.period", "a period is"),
    ("budgets:\n- {id: a, period: 2026-13-45, limit: '1'}", 2, "budgets.0.period", "a period is"),
    ("budgets:\n- {id: a, period: 2026, limit: 1.5}", 2, "budgets.0.limit", "in quotes"),
    ("budgets:\n- {id: a, period: 2026, limit: '1e9'}", 2, "budgets.0.limit", "amount"),
    ("budgets:\n- {id: a, period: 2026, limit: '-1'}", 2, "budgets.0.limit", "greater"),
    ("budgets:\n- {id: a, period: 2026}", 2, "budgets.0.limit", "required"),
    (
        "budgets:\n- {id: a, period: 2026, limit: '1', department: x}",
        2,
        "budgets.0.department",
        "no department x",
    ),
    (
        "budgets:\n- {id: a, period: 2026, limit: '1', project: x}",
        2,
        "budgets.0.project",
        "no project x",
    ),
    (
        "budgets:\n- {id: a, period: 2026, limit: '1', category: x}",
        2,
        "budgets.0.category",
        "no category x",
    ),
    (
        "budgets:\n- {id: a, period: 2026, limit: '1', owners: [x]}",
        2,
        "budgets.0.owners.0",
        "no person x",
    ),
    (
        "budgets:\n- {id: a, period: 2026, limit: '1', control: maybe}",
        2,
        "budgets.0.control",
        "block",
    ),
    ("policies:\n- {id: a, kind: weekend, category: x}", 2, "policies.0.category", "no category x"),
    ("policies:\n- {id: a, kind: magic}", 2, "policies.0.kind", "amount_limit"),
    ("flows:\n- {id: a, steps: []}", 2, "flows.0.steps", "at least 1"),
    (
        "flows:\n- id: a\n  steps:\n  - {name: X, approvers: [president]}",
        4,
        "flows.0.steps.0.approvers.0",
        "pattern",
    ),
    (
        "flows:\n- id: a\n  steps:\n  - {name: X, approvers: ['person:x']}",
        4,
        "flows.0.steps.0.approvers.0",
        "no person x",
    ),
    ("flows:\n- id: a\n  steps:\n  - {name: X}", 4, "flows.0.steps.0", "either"),
    (
        "flows:\n- id: a\n  steps:\n  - {name: X, approvers: [manager], system: oa}",
        4,
        "flows.0.steps.0",
        "either",
    ),
    (
        "flows:\n- id: a\n  when: totl > 1\n  steps:\n  - {name: X, approvers: [manager]}",
        3,
        "flows.0.when",
        "cannot be evaluated",
    ),
    (
        "flows:\n- id: a\n  when: 9**9**9\n  steps:\n  - {name: X, approvers: [manager]}",
        3,
        "flows.0.when",
        "NumberTooHigh",
    ),
    ("people: 5", 1, "people", "tuple"),
    ("people: []\npeople: []", 2, "people", "twice"),
    ("people:\n- {id: a, name: A,\n   name: B}", 3, "name", "twice"),
    ("", 1, "(file)", "mapping"),
    ("- a", 1, "(file)", "mapping"),
    ("people: [", 1, "(file)", "not YAML"),
    ("people:\n\t- x", 2, "(file)", "not YAML"),
    ("a: !!python/object:os.system x", 1, "(file)", "not YAML"),
    ("a: !!int x", 1, "(file)", "not YAML"),
    ("\x00", 1, "(file)", "not YAML"),
]


@pytest.mark.parametrize(("text", "line", "key", "message"), FAULTS)
def test_a_fault_names_file_line_and_key(text: str, line: int, key: str, message: str) -> None:
    with pytest.raises(CompanyFileError) as caught:
        load_company(text, "company.yaml")

    fault = caught.value.errors[0]
    assert (fault.file, fault.line, fault.key) == ("company.yaml", line, key)
    assert message in fault.message
    assert str(fault).startswith(f"company.yaml:{line}: {key}: ")


def test_all_faults_are_told_at_once() -> None:
    text = "people:\n- {id: a, name: A, manager: x}\n- {id: b, name: B, department: y}\n"

    with pytest.raises(CompanyFileError) as caught:
        load_company(text, "company.yaml")

    assert [e.line for e in caught.value.errors] == [2, 3]


def test_a_fault_never_shows_an_account_number() -> None:
    text = "people:\n- {id: a, name: A, bank_account: 6222021234567890}"

    with pytest.raises(CompanyFileError) as caught:
        load_company(text, "company.yaml")

    assert "6222021234567890" not in f"{caught.value} {caught.value.__cause__}"


def test_nesting_without_end_is_a_fault_like_any_other() -> None:
    for text in ("[" * 5000, "people: &a [*a]"):
        with pytest.raises(CompanyFileError):
            load_company(text, "company.yaml")


def test_the_root_may_have_a_row_with_a_head() -> None:
    company = load_company(
        "departments: [{id: root, name: 总部, head: a}]\npeople: [{id: a, name: A}]", "c.yaml"
    )

    root = company.department("root")
    assert root is not None
    assert root.head == "a"


def test_empty_sections_and_merged_rows_are_fine() -> None:
    text = "people:\nbudgets:\n- &a {id: a, period: 2026, limit: '1'}\n- {<<: *a, id: b}\n"

    assert [b.id for b in load_company(text, "c.yaml").budgets] == ["a", "b"]


@given(st.text(max_size=60))
def test_any_text_is_a_company_or_a_fault(text: str) -> None:
    with suppress(CompanyFileError):
        assert isinstance(load_company(text, "company.yaml"), Company)


def test_people_who_are_no_longer_listed_are_kept_as_inactive() -> None:
    before = company_of()
    rows = [row for row in COMPANY_YAML.splitlines() if "id: adm" not in row]
    after = deactivate_missing(before, company_of("\n".join(rows)))

    left = after.person("adm")
    assert left is not None
    assert (left.name, left.active) == ("管理员", False)
    assert difference(before, after) == ("~ people adm: active",)
    assert find_company_faults(after) == ()


def test_who_left_before_stays_and_who_returns_is_active_again() -> None:
    gone = deactivate_missing(company_of(), Company())

    assert {p.active for p in deactivate_missing(gone, Company()).people} == {False}
    back = deactivate_missing(gone, company_of())
    assert back.person("zhang") == company_of().person("zhang")


def test_a_leaver_frees_the_messengers_ids_for_others() -> None:
    left = deactivate_missing(company_of(), Company()).person("zhang")

    assert left is not None
    assert (left.dingtalk, left.wecom) == (None, None)


def test_the_difference_names_what_changes_and_no_values() -> None:
    changed = (
        COMPANY_YAML.replace('limit: "1000.00"', 'limit: "2000.00"')
        .replace("6222021234567890", "6222029999999999")
        .replace("  - {id: mars, name: 火星, owner: chen}\n", "  - {id: venus, name: 金星}\n")
    )

    lines = difference(company_of(), company_of(changed))

    assert lines == (
        "~ people zhang: bank_account",
        "+ projects venus",
        "- projects mars",
        "~ budgets sales-q4: limit",
    )
    assert difference(company_of(), company_of()) == ()


def test_a_company_from_elsewhere_is_checked_too() -> None:
    broken = company_of().model_copy(update={"departments": ()})

    assert "people.1.department: there is no department sales" in find_company_faults(broken)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "requires_invoice: false}",
            "account: 6601.10}",
            'write accounts in quotes, like "6601.10"',
        ),
        (
            "projects:",
            "accounts: {bank: 1002}\nprojects:",
            "accounts.bank: write accounts in quotes",
        ),
        ("projects:", 'accounts: {bank: " "}\nprojects:', "accounts.bank: name an account"),
    ],
    ids=["a number that loses its zero", "a number", "nothing"],
)
def test_an_account_is_a_text(old: str, new: str, said: str) -> None:
    with pytest.raises(CompanyFileError, match=said):
        company_of(COMPANY_YAML.replace(old, new, 1))


def test_blanks_around_an_account_are_none_of_it() -> None:
    row = 'account: " 6601.03 "}'
    company = company_of(COMPANY_YAML.replace("requires_invoice: false}", row, 1))

    assert company.categories[0].account == "6601.03"
