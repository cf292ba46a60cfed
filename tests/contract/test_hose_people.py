"""合思's directory: read page by page under each fault, and written as tables of a mapping."""

from collections.abc import AsyncIterator

import pytest

from bot.desk.tables import directory_lines
from bot.handlers.directory import Pulled, read_all
from connectors.hose.adapter import Hose
from core.company import Company
from core.errors import AuthFailed, Rejected, Retryable
from core.outside import OrgPort, OutsidePerson
from sandbox.oa.faults import Misdeed
from sandbox.oa.hose import HoseStandIn
from sandbox.oa.hose_rules import HoseRules
from tests.contract.connector_stage import serving
from tests.contract.test_hose_connector import Place
from tests.fakes.links import MemoryJournal

MANY = {f"corp:p{i}": f"员工{i}" for i in range(200)}
COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}, {"id": "it", "name": "信息部"}],
        "people": [
            {"id": "zhang", "name": "张 三", "department": "sales", "dingtalk": "staff-zhang"},
            {"id": "wang", "name": "王芳", "department": "sales", "key": "0007"},
            {"id": "li", "name": "李经理", "department": "sales"},
            {"id": "chen1", "name": "陈晨", "department": "sales"},
            {"id": "chen2", "name": "陈晨", "department": "it"},
        ],
    }
)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    staff = {
        "corp:zs": "张三丰",
        "corp:li": "李经理",
        "corp:cc": "陈晨",
        "corp:gone": "旧人",
        **MANY,
    }
    rules = HoseRules(
        staff=staff, user_ids={"corp:zs": "staff-zhang"}, left=frozenset({"corp:gone"})
    )
    there = HoseStandIn(rules)
    async with serving(there.routes()) as url:
        yield Place(there, url, MemoryJournal())


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Hose]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


async def read(port: Hose) -> Pulled:
    assert isinstance(port, OrgPort)
    return await read_all(port)


async def test_a_directory_fills_the_tables_of_a_mapping(port: Hose) -> None:
    departments, people = await read(port)
    lines = list(directory_lines(COMPANY, people, departments, "staff"))

    assert len(people) == len(MANY) + 3
    assert lines[:6] == [
        "tables:",
        "  staff:",
        '    zhang: "corp:zs"  # 张三丰',
        '    li: "corp:li"  # 李经理',
        "  departments:",
        '    sales: "corp:sales"  # 市场部',
    ]
    assert "# corp:cc 陈晨" in lines
    assert not [line for line in lines if "旧" in line]


def test_a_job_number_goes_before_a_name_and_nobody_is_guessed() -> None:
    people = [
        OutsidePerson("corp:1", "王芳", fields=(("code", "0008"),)),
        OutsidePerson("corp:2", "王小芳", fields=(("code", "0007"),)),
        OutsidePerson("corp:3", "李经理"),
        OutsidePerson("corp:4", "李经理"),
    ]

    lines = list(directory_lines(COMPANY, people, [], "people"))

    assert lines == [
        "tables:",
        "  people:",
        '    wang: "corp:2"  # 王小芳',
        "  departments: {}",
        "# corp:1 王芳",
        "# corp:3 李经理",
        "# corp:4 李经理",
    ]


async def test_telephone_numbers_are_not_journalled(place: Place, port: Hose) -> None:
    await read(port)

    assert len(place.journal.rows) > 3
    assert "13800001234" not in str(place.journal.rows)


ERRORS: dict[Misdeed, type[Exception] | None] = {
    "expired_token": None,
    "busy": Retryable,
    "fault_before": Retryable,
    "fault_after": Retryable,
    "silence_before": Retryable,
    "login_page": Retryable,
    "cut_off_after": None,
}


@pytest.mark.parametrize("path", ["v1.1/staffs", "v1/departments"])
@pytest.mark.parametrize("misdeed", ERRORS)
async def test_a_directory_is_read_whole_or_not_at_all(
    place: Place, port: Hose, misdeed: Misdeed, path: str
) -> None:
    place.there.faults.add(misdeed, path)
    error = ERRORS[misdeed]

    if error is not None:
        with pytest.raises(error):
            await read(port)
    departments, people = await read(port)

    assert len(people) == len(MANY) + 3
    assert [d.id for d in departments] == ["corp", "corp:sales"]


async def test_a_wrong_key_and_a_wrong_cursor_are_refused(place: Place, port: Hose) -> None:
    stranger = place.port("wrong")
    with pytest.raises(AuthFailed):
        await read(stranger)
    with pytest.raises(Rejected, match="not_a_cursor"):
        await port.people("-1")
    await stranger.close()
