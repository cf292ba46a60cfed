"""The address books of both messengers against the strict stand-ins, with what may go wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.channels.dingtalk import DingTalkChannel
from bot.channels.dingtalk.directory import DingTalkDirectory
from bot.channels.wecom import WeComChannel
from bot.channels.wecom.directory import WeComDirectory
from bot.handlers.directory import pull
from bot.port import Inbound
from core.company import Messenger
from core.directory import Directory
from core.errors import AuthFailed, OutsideError
from core.outside import OrgPort
from sandbox.config import DingTalkTenant, SandboxConfig, WeComTenant
from sandbox.contacts import Contacts, Member, Unit
from sandbox.server import RunningSandbox, start_sandbox

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
BOTH: tuple[Messenger, ...] = ("dingtalk", "wecom")
UNITS = (Unit(7, "华东组", 5, ("Li",)), Unit(5, "市场部", heads=("Wang",)), Unit(9, "空部门"))
MEMBERS = (
    Member("Zhang", "张三", (7, 5), manager="Li", job_number="0007"),
    Member("Li", "李雷", (7,), leads=(7,)),
    Member("Wang", "王芳", (5,)),
    Member("Boss", "老板"),
)


async def never(_inbound: Inbound) -> bool:
    raise AssertionError


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Books:
    """Both channels with quick pauses, and the stand-in behind them."""

    platform: RunningSandbox
    ding: DingTalkChannel
    wecom: WeComChannel
    changed: list[str] = field(default_factory=list)

    def contacts(self, messenger: Messenger) -> Contacts:
        return self.platform.hands.contacts[messenger]

    def port(self, messenger: Messenger) -> OrgPort:
        return self.ding.directory if messenger == "dingtalk" else self.wecom.directory

    async def pull(self, messenger: Messenger) -> Directory:
        return await pull(messenger, self.port(messenger))

    async def fault(self, messenger: Messenger, call: str, **how: object) -> None:
        body = {"platform": messenger, "call": call, "times": 1, **how}
        async with aiohttp.ClientSession() as session:
            url = f"{self.platform.url}/sandbox/faults"
            async with session.post(url, json=body) as answer:
                assert answer.status == 200, await answer.text()


def ding_of(url: str) -> DingTalkChannel:
    return DingTalkChannel(
        client_id="dingbook",
        client_secret="secret",
        robot_code="dingbook",
        corp_id="dingcorp",
        template_id="",
        api_url=f"{url}/dingtalk",
        oapi_url=f"{url}/dingtalk-oapi",
        accept=never,
        clock=now,
        processing={},
    )


def wecom_of(url: str, contact_secret: str) -> WeComChannel:
    return WeComChannel(
        corp_id="wwbook",
        agent_id=1,
        secret="app-secret",
        token="token",
        encoding_aes_key=KEY,
        api_url=f"{url}/wecom",
        accept=never,
        clock=now,
        on_refused=lambda _: None,
        contact_secret=contact_secret,
        job_number="工号",
    )


@asynccontextmanager
async def opened(contact_secret: str = "") -> AsyncIterator[Books]:
    config = SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DingTalkTenant("dingbook", "secret", "dingbook", "dingcorp"),
        wecom=WeComTenant("wwbook", 1, "app-secret", "token", KEY, "http://127.0.0.1:9/", "other"),
        people=(),
        chit_url="http://127.0.0.1:9",
        chit_token="-",
        page_dir=Path("sandbox/page"),
        samples_dir=Path("sandbox/samples"),
    )
    platform = await start_sandbox(config)
    books = Books(platform, ding_of(platform.url), wecom_of(platform.url, contact_secret))
    books.ding.directory = DingTalkDirectory(books.ding._api.ask_old, pauses_s=(0.01,))
    for messenger in BOTH:
        books.contacts(messenger).place(*UNITS)
        books.contacts(messenger).members = {m.user: m for m in MEMBERS}
    try:
        yield books
    finally:
        await books.ding.stop()
        await books.wecom.stop()
        await platform.stop()


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    async with opened() as found:
        yield found


@pytest.mark.parametrize("messenger", BOTH)
async def test_everybody_is_read_with_place_manager_and_number(
    books: Books, messenger: Messenger
) -> None:
    found = await books.pull(messenger)

    assert {(d.id, d.name, d.parent, d.head) for d in found.departments} == {
        ("5", "市场部", "", "Wang"),
        ("7", "华东组", "5", "Li"),
        ("9", "空部门", "", ""),
    }
    people = {p.id: p for p in found.people}
    assert set(people) == {"Zhang", "Li", "Wang", "Boss"}
    zhang = people["Zhang"]
    assert (zhang.name, zhang.department, zhang.manager) == ("张三", "7", "Li")
    assert dict(zhang.fields) == {"job_number": "0007"}
    assert (people["Boss"].department, people["Boss"].manager) == ("", "")
    assert dict(people["Li"].fields) == {"leads": "7"}


@pytest.mark.parametrize("messenger", BOTH)
@pytest.mark.parametrize("errcode", [60011, 60020])
async def test_no_permission_and_no_address_are_for_a_person_to_mend(
    books: Books, messenger: Messenger, errcode: int
) -> None:
    books.contacts(messenger).refusal = errcode

    with pytest.raises(AuthFailed) as failed:
        await books.pull(messenger)

    assert failed.value.code in {"directory_denied", "directory_address", "wecom_ip_not_allowed"}


@pytest.mark.parametrize(
    ("messenger", "call"),
    [("dingtalk", "POST /topapi/v2/user/get"), ("wecom", "GET /cgi-bin/user/list")],
)
async def test_a_hiccup_is_waited_out_and_an_outage_is_a_failure(
    books: Books, messenger: Messenger, call: str
) -> None:
    if messenger == "wecom":
        api = books.wecom._api
        books.wecom.directory = WeComDirectory(api, None, job_number="工号", pauses_s=(0.01,))
    busy = {"errcode": 15 if messenger == "dingtalk" else -1, "errmsg": "busy"}
    await books.fault(messenger, call, status=200, body=busy)
    assert len((await books.pull(messenger)).people) >= len(MEMBERS)

    for body in ("<html>x5</html>", {"errcode": 0, "errmsg": "ok"}):
        await books.fault(messenger, call, status=200, body=body, times=9)
        with pytest.raises(OutsideError):
            await books.pull(messenger)
        await books.fault(messenger, call, times=0)


async def test_an_expired_token_is_renewed_by_the_way(books: Books) -> None:
    await books.pull("dingtalk")
    books.platform.hands.api.tokens.expire()

    assert len((await books.pull("dingtalk")).people) == len(MEMBERS) + 1  # one sits in two places


async def test_somebody_outside_the_range_is_there_without_a_name(books: Books) -> None:
    await books.contacts("dingtalk").change("Boss", hidden=True)

    found = await books.pull("dingtalk")

    assert [p.name for p in found.people if p.id == "Boss"] == [""]


async def test_hundreds_are_read_at_the_allowed_pace(books: Books) -> None:
    crowd = {f"u{i}": Member(f"u{i}", f"人{i}", (9,)) for i in range(45)}
    books.contacts("dingtalk").members |= crowd
    loop = asyncio.get_running_loop()
    started = loop.time()

    found = await books.pull("dingtalk")

    assert len({p.id for p in found.people}) == len(crowd) + len(MEMBERS)
    assert loop.time() - started > 2  # 20 a second, and nobody was refused
    refused = [t for t in books.platform.world.trail(0) if "90018" in t.detail]
    assert refused == []


async def test_the_ids_of_everybody_come_by_pages_with_the_other_secret() -> None:
    async with opened("other") as books:
        await books.contacts("wecom").change("Boss", hidden=True)

        found = await books.pull("wecom")

        named = {p.id: p.name for p in found.people if p.name}
        assert set(named) == {"Zhang", "Li", "Wang"}
        assert "Boss" in {p.id for p in found.people}
        api = books.wecom.directory._everybody
        assert api is not None
        page = await api.call("user/list_id", {"cursor": "", "limit": 2}, repeatable=True)
        assert page["next_cursor"] == "2"


async def test_who_was_disabled_or_has_left_is_not_here(books: Books) -> None:
    await books.contacts("wecom").change("Wang", status=2)
    await books.contacts("wecom").change("Li", status=4)

    found = {p.id: p.active for p in (await books.pull("wecom")).people}

    assert found == {"Zhang": True, "Li": True, "Wang": False, "Boss": True}


async def test_departments_in_a_circle_end(books: Books) -> None:
    books.contacts("wecom").place(Unit(20, "甲", 21), Unit(21, "乙", 20))

    found = await books.pull("wecom")

    assert {"20", "21"} <= {d.id for d in found.departments}


async def test_a_cursor_of_somebody_else_is_refused(books: Books) -> None:
    with pytest.raises((TypeError, ValueError)):
        await books.ding.directory.people('{"no": 1}')
