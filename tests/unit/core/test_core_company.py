"""The company as data: look-ups that rules need."""

from core_house import company_of

from core.company import Company


def test_finds_people_by_the_messengers_ids() -> None:
    company = company_of()

    zhang = company.person("zhang")
    assert company.person_by_user("dingtalk", "staff-zhang") == zhang
    assert company.person_by_user("wecom", "zhangSAN") == zhang
    assert company.person_by_user("dingtalk", "STAFF-zhang") is None
    assert company.person_by_user("wecom", "staff-zhang") is None


def test_who_has_left_can_be_looked_up_but_not_act() -> None:
    people = tuple(p.model_copy(update={"active": p.id != "zhang"}) for p in company_of().people)
    company = company_of().model_copy(update={"people": people})

    left = company.person("zhang")
    assert left is not None
    assert not left.active
    assert company.person_by_user("dingtalk", "staff-zhang") is None
    assert company.people_named("张三") == ()
    assert "zhang" not in {p.id for p in company.with_role("employee")}


def test_finds_people_by_name_and_role() -> None:
    company = company_of()

    assert [p.id for p in company.people_named("张三")] == ["zhang"]
    assert [p.id for p in company.people_named("li")] == ["li"]
    assert company.people_named("张") == ()
    assert [p.id for p in company.with_role("finance")] == ["fin1", "fin2"]


def test_both_channels_of_wecom_know_people_by_one_id() -> None:
    person = company_of().people[0].model_copy(update={"dingtalk": "staff-1", "wecom": "ZhangSan"})
    company = Company(people=(person,))

    assert company.person_by_user("wecom", "zhangsan") == person
    assert company.person_by_user("wecom_bot", "ZHANGSAN") == person
    assert company.person_by_user("wecom_bot", "staff-1") is None


def test_walks_up_the_departments_to_the_root() -> None:
    company = company_of()

    assert list(company.ancestry("east")) == ["east", "sales", "root"]
    assert list(company.ancestry("root")) == ["root"]
    assert list(company.ancestry("gone")) == ["gone", "root"]


def test_finds_the_legal_entity() -> None:
    company = company_of()

    entities = [company.entity_of(d) for d in ("east", "lab", "root")]
    assert [e.id if e else None for e in entities] == ["hq", "sz", "hq"]
    assert Company().entity_of("root") is None


def test_an_account_number_is_not_shown() -> None:
    assert "6222021234567890" not in repr(company_of())


def test_what_is_written_for_storage_reads_back_the_same() -> None:
    company = company_of()

    assert Company.model_validate_json(company.model_dump_json(by_alias=True)) == company
