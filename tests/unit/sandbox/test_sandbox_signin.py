"""The stand-ins of sign-in are as strict as what they stand for."""

from urllib.parse import urlencode

import pytest
from sandbox_support import Bot, Caller, Json, TestClock
from yarl import URL

DING = {
    "client_id": "dingapp",
    "response_type": "code",
    "prompt": "consent",
    "scope": "openid corpid",
    "state": "s1",
}
INSIDE = {
    "appid": "wwsimcorp000000001",
    "response_type": "code",
    "scope": "snsapi_base",
    "state": "s1",
}
WEB = {
    "login_type": "CorpApp",
    "appid": "wwsimcorp000000001",
    "agentid": "1000002",
    "state": "s1",
}
DOORS = {
    "/dingtalk-login/oauth2/auth": DING,
    "/wecom-open/connect/oauth2/authorize": INSIDE,
    "/wecom-login/wwlogin/sso/login": WEB,
}


async def ask(caller: Caller, bot: Bot, path: str, **changes: str) -> tuple[int, str, str]:
    query = {"redirect_uri": f"{bot.url}/app/signin/x", **DOORS[path], **changes}
    address = f"{caller.url}{path}?{urlencode(query)}"
    async with caller.session.get(URL(address, encoded=True), allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


@pytest.mark.parametrize("path", DOORS)
async def test_a_right_question_shows_people(caller: Caller, bot: Bot, path: str) -> None:
    status, page, _ = await ask(caller, bot, path)

    assert status == 200
    assert "张三" in page
    assert "外部联系人" in page


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/app"},
        {"redirect_uri": ""},
        {"state": "no spaces"},
        {"state": "a" * 129},
        {"appid": "other", "client_id": "other"},
    ],
)
async def test_a_wrong_question_leads_nowhere(
    caller: Caller, bot: Bot, path: str, changes: dict[str, str]
) -> None:
    status, page, location = await ask(caller, bot, path, sandbox_user="zhang", **changes)

    assert (status, location) == (400, "")
    assert "data-user" not in page


async def test_what_is_asked_for_must_be_known(caller: Caller, bot: Bot) -> None:
    wrong = [
        await ask(caller, bot, "/dingtalk-login/oauth2/auth", scope="corpid"),
        await ask(caller, bot, "/wecom-open/connect/oauth2/authorize", scope="snsapi_all"),
        await ask(caller, bot, "/wecom-open/connect/oauth2/authorize", scope="snsapi_privateinfo"),
        await ask(caller, bot, "/wecom-login/wwlogin/sso/login", agentid="1"),
    ]

    assert [status for status, *_ in wrong] == [400] * 4


async def code(caller: Caller, bot: Bot, path: str, user: str) -> str:
    _, _, location = await ask(caller, bot, path, sandbox_user=user)
    query = URL(location).query
    assert query["state"] == "s1"
    return query.get("authCode") or query["code"]


async def test_codes_run_out_and_belong_to_their_platform(
    caller: Caller, bot: Bot, clock: TestClock
) -> None:
    await caller.wecom_token()
    late = await code(caller, bot, "/wecom-login/wwlogin/sso/login", "ZhangSan")
    clock.now += 300
    foreign = await code(caller, bot, "/dingtalk-login/oauth2/auth", "staff-zhang")

    answers = [await member(caller, c) for c in (late, foreign, "", "none")]

    assert [a["errcode"] for a in answers] == [40029] * 4


async def member(caller: Caller, ticket: str) -> Json:
    query = {"access_token": caller.token, "code": ticket}
    _, answer = await caller.call("GET", "/wecom/cgi-bin/auth/getuserinfo", params=query)
    return answer  # type: ignore[no-any-return]


async def test_an_outsider_is_a_success_without_a_userid(caller: Caller, bot: Bot) -> None:
    await caller.wecom_token()
    path = "/wecom-open/connect/oauth2/authorize"

    answer = await member(caller, await code(caller, bot, path, "stranger"))

    assert answer["errcode"] == 0
    assert "userid" not in answer


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("wrong", 40014)])
async def test_wecom_asks_for_its_token(caller: Caller, token: str, errcode: int) -> None:
    caller.token = token

    assert (await member(caller, "c"))["errcode"] == errcode


GRANT = {"clientId": "dingapp", "clientSecret": "app-secret", "grantType": "authorization_code"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"clientSecret": "wrong"}, "invalidClientIdOrSecret"),
        ({"grantType": "refresh_token"}, "unsupported.grant.type"),
        ({"code": "none"}, "invalidParameter.authCode.notFound"),
    ],
)
async def test_a_wrong_exchange_is_refused(caller: Caller, changes: Json, code: str) -> None:
    path = "/dingtalk/v1.0/oauth2/userAccessToken"

    status, answer = await caller.call("POST", path, json={**GRANT, **changes})

    assert (status, answer["code"]) == (400, code)


async def test_the_persons_token_is_not_the_applications(caller: Caller, bot: Bot) -> None:
    await caller.dingtalk_token()
    ticket = await code(caller, bot, "/dingtalk-login/oauth2/auth", "staff-zhang")
    path = "/dingtalk/v1.0/oauth2/userAccessToken"
    _, granted = await caller.call("POST", path, json={**GRANT, "code": ticket})

    _, refused = await caller.new("GET", "/contact/users/me", None)
    caller.token = granted["accessToken"]
    _, me = await caller.new("GET", "/contact/users/me", None)
    status, _ = await caller.new("GET", "/contact/users/other", None)

    assert refused["code"] == "InvalidAuthentication"
    assert (me["nick"], "userid" in me) == ("张三", False)
    assert status == 400
