"""Both channels' sign-in against the platforms as the sandbox plays them, and their bad days."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs
from yarl import URL

from bot.channels.dingtalk import DingTalkChannel
from bot.channels.wecom import WeComChannel
from bot.port import Inbound, SignInDoor
from core.errors import AuthFailed, OutsideError, Rejected, Retryable
from sandbox.config import DingTalkTenant, Platform, SandboxConfig, SandboxPerson, WeComTenant
from sandbox.edge import Fault
from sandbox.server import RunningSandbox, start_sandbox

CHIT = "http://chit.example"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
STATE = "a1B2" * 16
SECRETS = ("ding-secret", "wecom-secret", "code-of-somebody")
GRANT, ME, UNION = (
    "POST /v1.0/oauth2/userAccessToken",
    "GET /v1.0/contact/users/{union}",
    "POST /topapi/user/getbyunionid",
)
INFO = "GET /cgi-bin/auth/getuserinfo"


async def never(_: Inbound) -> bool:
    raise AssertionError


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    config = SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DingTalkTenant("dingapp", "ding-secret", "dingapp", "dingcorp"),
        wecom=WeComTenant("wwcorp", 1000002, "wecom-secret", "token", KEY, f"{CHIT}/wecom"),
        people=(SandboxPerson("zhang", "张三", "员工", "staff-zhang", "ZhangSan"),),
        chit_url=CHIT,
        chit_token="t",
        page_dir=Path("sandbox/page"),
        samples_dir=Path("sandbox/page"),
    )
    running = await start_sandbox(config)
    yield running
    await running.stop()


def dingtalk(url: str, corp_id: str = "dingcorp", secret: str = SECRETS[0]) -> DingTalkChannel:
    return DingTalkChannel(
        client_id="dingapp",
        client_secret=secret,
        robot_code="dingapp",
        corp_id=corp_id,
        template_id="",
        api_url=f"{url}/dingtalk",
        oapi_url=f"{url}/dingtalk-oapi",
        login_url=f"{url}/dingtalk-login/",
        accept=never,
        clock=lambda: datetime.now(UTC),
        processing={},
    )


def wecom(url: str) -> WeComChannel:
    return WeComChannel(
        corp_id="wwcorp",
        agent_id=1000002,
        secret="wecom-secret",
        token="token",
        encoding_aes_key=KEY,
        api_url=f"{url}/wecom",
        login_url=f"{url}/wecom-login",
        open_url=f"{url}/wecom-open",
        accept=never,
        clock=lambda: datetime.now(UTC),
        on_refused=lambda _: None,
    )


@pytest.fixture(params=["dingtalk", "wecom"])
def platform(request: pytest.FixtureRequest) -> Platform:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def door(sandbox: RunningSandbox, platform: Platform) -> AsyncIterator[SignInDoor]:
    channel = dingtalk(sandbox.url) if platform == "dingtalk" else wecom(sandbox.url)
    yield channel
    await channel.stop()


async def code_for(door: SignInDoor, user: str, *, inside: bool = True) -> str:
    """Be somebody at the messenger's own page; gives the code with which they come back."""
    redirect = f"{CHIT}/app/signin/{door.name}"
    address = door.sign_in_url(redirect=redirect, state=STATE, inside=inside)
    async with aiohttp.ClientSession() as session:
        async with session.get(URL(address, encoded=True)) as answer:
            page = await answer.text()
            found = re.search(rf'data-user="{user}" href="([^"]+)"', page)
            assert found, page
            link = answer.url.join(URL(found.group(1).replace("&amp;", "&"), encoded=True))
        async with session.get(link, allow_redirects=False) as answer:
            back = URL(answer.headers["Location"])
    assert str(back.with_query(None)) == redirect
    assert back.query["state"] == STATE
    return back.query.get("authCode") or back.query["code"]


def user_of(platform: Platform) -> str:
    return "staff-zhang" if platform == "dingtalk" else "ZhangSan"


@pytest.mark.parametrize("inside", [True, False])
async def test_a_code_gives_the_user_id(
    door: SignInDoor, platform: Platform, *, inside: bool
) -> None:
    code = await code_for(door, user_of(platform), inside=inside)

    assert await door.sign_in(code) == user_of(platform)


async def test_a_code_works_once(door: SignInDoor, platform: Platform) -> None:
    code = await code_for(door, user_of(platform))
    await door.sign_in(code)

    with pytest.raises(Rejected, match="code_refused"):
        await door.sign_in(code)


async def test_a_made_up_code_is_refused_and_shown_nowhere(door: SignInDoor) -> None:
    with capture_logs() as logs, pytest.raises(Rejected, match="code_refused") as caught:
        await door.sign_in("code-of-somebody")

    assert not any(secret in f"{caught.value}{logs}" for secret in SECRETS)


async def test_somebody_of_no_company_is_a_stranger(door: SignInDoor) -> None:
    code = await code_for(door, "stranger")

    with pytest.raises(Rejected, match="stranger"):
        await door.sign_in(code)


async def test_another_organisation_is_a_stranger(sandbox: RunningSandbox) -> None:
    channel = dingtalk(sandbox.url, corp_id="another")
    code = await code_for(channel, "staff-zhang")

    with pytest.raises(Rejected, match="stranger"):
        await channel.sign_in(code)
    await channel.stop()


async def test_without_a_configured_organisation_none_is_checked(sandbox: RunningSandbox) -> None:
    channel = dingtalk(sandbox.url, corp_id="")

    assert await channel.sign_in(await code_for(channel, "staff-zhang")) == "staff-zhang"
    await channel.stop()


async def test_a_wrong_secret_is_our_fault(sandbox: RunningSandbox) -> None:
    channel = dingtalk(sandbox.url, secret="wrong")
    code = await code_for(channel, "staff-zhang")

    with pytest.raises(AuthFailed, match="invalidClientIdOrSecret"):
        await channel.sign_in(code)
    await channel.stop()


async def test_an_old_token_is_renewed_once(
    sandbox: RunningSandbox, door: SignInDoor, platform: Platform
) -> None:
    await door.sign_in(await code_for(door, user_of(platform)))
    call = UNION if platform == "dingtalk" else INFO
    sandbox.hands.faults.plan(Fault(platform, call, 1, 200, {"errcode": 40014}))

    assert await door.sign_in(await code_for(door, user_of(platform))) == user_of(platform)


ANSWERS: list[tuple[Platform, str, int, object, type[OutsideError], str]] = [
    ("dingtalk", GRANT, 500, {}, Retryable, "unavailable"),
    ("dingtalk", GRANT, 200, {"corpId": "dingcorp"}, Retryable, "token_missing"),
    ("dingtalk", GRANT, 200, {"accessToken": "t"}, Rejected, "stranger"),
    ("dingtalk", ME, 200, {"nick": "张三"}, Rejected, "stranger"),
    (
        "dingtalk",
        ME,
        403,
        {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied"},
        AuthFailed,
        "Forbidden",
    ),
    ("dingtalk", UNION, 200, {"errcode": 60121}, Rejected, "stranger"),
    ("dingtalk", UNION, 200, {"errcode": 88, "sub_code": "60121"}, Rejected, "stranger"),
    ("dingtalk", UNION, 200, {"errcode": 88}, Retryable, "busy"),
    ("dingtalk", UNION, 200, {"errcode": 60011}, AuthFailed, "denied"),
    ("dingtalk", UNION, 200, {"errcode": 90018}, Retryable, "busy"),
    ("dingtalk", UNION, 200, {"errcode": 400002}, Rejected, "refused"),
    ("dingtalk", UNION, 200, {"errcode": 0}, Rejected, "stranger"),
    ("dingtalk", UNION, 200, {"errcode": [0]}, Retryable, "busy"),
    (
        "dingtalk",
        UNION,
        200,
        {"errcode": 0, "result": {"userid": "x", "contact_type": 1}},
        Rejected,
        "stranger",
    ),
    ("dingtalk", UNION, 200, "<html>", Retryable, "not_json"),
    ("wecom", INFO, 200, {"errcode": 0, "openid": "o"}, Rejected, "stranger"),
    ("wecom", INFO, 200, {"errcode": 0, "userid": ["x"]}, Rejected, "stranger"),
    ("wecom", INFO, 200, {"errcode": 42003}, Rejected, "code_refused"),
    ("wecom", INFO, 200, {"errcode": 60020}, AuthFailed, "wecom_ip_not_allowed"),
    ("wecom", INFO, 500, {}, Retryable, "wecom_network"),
]


@pytest.mark.parametrize(("platform", "call", "status", "body", "kind", "code"), ANSWERS)
async def test_every_answer_has_a_meaning(
    sandbox: RunningSandbox,
    door: SignInDoor,
    platform: Platform,
    call: str,
    status: int,
    body: dict[str, object] | str,
    kind: type[OutsideError],
    code: str,
) -> None:
    ticket = await code_for(door, user_of(platform))
    sandbox.hands.faults.plan(Fault(platform, call, 1, status, body))

    with pytest.raises(kind, match=code):
        await door.sign_in(ticket)


async def test_a_cut_connection_lets_nobody_in_and_chains_no_address(
    sandbox: RunningSandbox, door: SignInDoor, platform: Platform
) -> None:
    ticket = await code_for(door, user_of(platform))
    call = UNION if platform == "dingtalk" else INFO
    sandbox.hands.faults.plan(Fault(platform, call, 1, after_effect=True))

    with pytest.raises((Retryable, Rejected)) as caught:  # a client may repeat a GET by itself
        await door.sign_in(ticket)

    assert caught.value.__cause__ is None


def test_addresses_are_those_of_the_documents() -> None:
    redirect = "https://chit.example/app/signin/x"
    ding = dingtalk("http://s").sign_in_url(redirect=redirect, state="s1", inside=True)
    inside = wecom("http://s").sign_in_url(redirect=redirect, state="s1", inside=True)
    web = wecom("http://s").sign_in_url(redirect=redirect, state="s1", inside=False)

    back = "https%3A%2F%2Fchit.example%2Fapp%2Fsignin%2Fx"
    assert ding == (
        f"http://s/dingtalk-login/oauth2/auth?client_id=dingapp&redirect_uri={back}&state=s1"
        "&response_type=code&prompt=consent&scope=openid%20corpid"
    )
    assert inside == (
        f"http://s/wecom-open/connect/oauth2/authorize?appid=wwcorp&redirect_uri={back}"
        "&response_type=code&scope=snsapi_base&state=s1&agentid=1000002#wechat_redirect"
    )
    assert web == (
        "http://s/wecom-login/wwlogin/sso/login?login_type=CorpApp&appid=wwcorp&agentid=1000002"
        f"&redirect_uri={back}&state=s1"
    )
