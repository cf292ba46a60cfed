"""Signing in: by the messenger of the browser, once, in that browser, and back to where it was."""

import re
from http.cookies import SimpleCookie

import pytest
from web_stage import DING, NUMBER, PAGE, WORK, Stage, claim, on_stage
from yarl import URL

from bot.web.signin import HOME, local_target
from core.errors import AuthFailed, OutsideError, Rejected, Retryable
from core.ports import Page


@pytest.mark.parametrize(("agent", "host"), [(DING, "dingtalk.example"), (WORK, "wecom.example")])
async def test_a_messengers_browser_goes_to_its_messenger(
    stage: Stage, agent: dict[str, str], host: str
) -> None:
    away = await stage.leave_for(agent=agent)

    channel = host.partition(".")[0]
    assert away.host == host
    assert away.query["redirect"] == f"http://127.0.0.1:8000/app/signin/{channel}"
    assert re.fullmatch("[0-9a-f]{64}", away.query["state"])
    assert away.query["inside"] == "True"


async def test_other_browsers_choose(stage: Stage) -> None:
    status, _, headers = await stage.get(PAGE)
    _, page, _ = await stage.get(headers["Location"])

    starts = [URL(link) for link in re.findall(r'href="([^"]+/start[^"]+)"', page)]
    assert status == 302
    assert [s.path for s in starts] == [f"/app/signin/{c}/start" for c in ("dingtalk", "wecom")]
    assert {s.query["next"] for s in starts} == {PAGE}
    away = await stage.leave_for(str(starts[1]), {})
    assert (away.host, away.query["inside"]) == ("wecom.example", "False")


async def test_one_messenger_needs_no_choice() -> None:
    async with on_stage(doors=("wecom",)) as stage:
        away = await stage.leave_for(agent=DING)

    assert (away.host, away.query["inside"]) == ("wecom.example", "False")


async def test_without_a_messenger_the_page_says_so() -> None:
    async with on_stage(doors=()) as stage:
        _, page, _ = await stage.get("/app/signin")

    assert "还没有启用" in page


@pytest.mark.parametrize("name", ["authCode", "code"])
async def test_who_comes_back_gets_the_page_asked_for(stage: Stage, name: str) -> None:
    await stage.keep(claim())

    status, _, headers = await stage.come_back(await stage.leave_for(), "z", name)
    shown, page, _ = await stage.get(PAGE)

    assert (status, headers["Location"]) == (302, PAGE)
    assert shown == 200
    assert NUMBER in page


async def test_a_sign_in_is_on_the_record(stage: Stage) -> None:
    await stage.be("z")

    records = (await stage.storage.store.audit(Page())).items
    assert [(r.actor, r.action, r.source) for r in records][-1] == (
        "zhang",
        "sign_in",
        "signin:dingtalk",
    )


async def test_the_session_cookie_is_out_of_reach(stage: Stage) -> None:
    _, _, headers = await stage.come_back(await stage.leave_for(), "z")

    cookie = SimpleCookie(headers["Set-Cookie"])["chit_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/app")
    assert not cookie["secure"]
    assert cookie.value not in repr(vars(stage.storage.sessions))


async def test_behind_tls_and_a_path_cookies_and_links_follow() -> None:
    async with on_stage("https://erp.example.com/chit/") as stage:
        away = await stage.leave_for()
        async with stage.client.get("/app/signin") as answer:
            page, transport = await answer.text(), answer.headers["Strict-Transport-Security"]
        async with stage.client.get(PAGE, headers=DING, allow_redirects=False) as answer:
            cookie = SimpleCookie(answer.headers["Set-Cookie"])["chit_signin"]

    assert away.query["redirect"] == "https://erp.example.com/chit/app/signin/dingtalk"
    assert (cookie["secure"], cookie["path"]) == (True, "/chit/app")
    assert 'href="/chit/app/signin/dingtalk/start' in page
    assert transport.startswith("max-age=")


async def test_a_state_works_once(stage: Stage) -> None:
    away = await stage.leave_for()
    first, *_ = await stage.come_back(away, "z")
    second, page, _ = await stage.come_back(away, "w")

    assert (first, second) == (302, 401)
    assert "登录已失效" in page


@pytest.mark.parametrize(
    "query",
    ["", "authCode=c1", "authCode=c1&state=", "authCode=c1&state=0123", "state=%00&authCode=c1"],
)
async def test_a_missing_or_foreign_state_is_refused(stage: Stage, query: str) -> None:
    await stage.leave_for()

    status, *_ = await stage.get(f"/app/signin/dingtalk?{query}")

    assert status == 401


async def test_a_state_belongs_to_the_browser_that_began(stage: Stage) -> None:
    away = await stage.leave_for()
    stage.client.session.cookie_jar.clear()

    status, *_ = await stage.come_back(away, "z")

    assert status == 401


async def test_two_states_are_none(stage: Stage) -> None:
    away = await stage.leave_for()
    state = away.query["state"]

    status, *_ = await stage.get(f"/app/signin/dingtalk?authCode=c&state={state}&state={state}")

    assert status == 401


async def test_a_state_belongs_to_its_messenger(stage: Stage) -> None:
    away = await stage.leave_for(agent=DING)
    stage.doors["wecom"].codes["c1"] = "Z"

    status, *_ = await stage.get(f"/app/signin/wecom?code=c1&state={away.query['state']}")

    assert status == 401


async def test_ten_minutes_are_enough(stage: Stage) -> None:
    away = await stage.leave_for()
    stage.on(minutes=10)

    status, *_ = await stage.come_back(away, "z")

    assert status == 401


async def test_two_pages_may_be_on_their_way(stage: Stage) -> None:
    one, two = await stage.leave_for(), await stage.leave_for("/app/todo")

    _, _, first = await stage.come_back(one, "z")
    _, _, second = await stage.come_back(two, "z")

    assert (first["Location"], second["Location"]) == (PAGE, "/app/todo")


@pytest.mark.parametrize("code", ["", "%00", "a" * 513, "x&code=y", "%E5%BC%A0"])
async def test_what_is_no_code_never_reaches_the_messenger(stage: Stage, code: str) -> None:
    away = await stage.leave_for()

    status, *_ = await stage.get(
        f"/app/signin/dingtalk?authCode={code}&state={away.query['state']}"
    )

    assert status == 401


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Rejected("code_refused"), 401, "登录没有成功"),
        (Rejected("stranger"), 403, "没有你的账号"),
        (Retryable("unreachable"), 502, "暂时无法登录"),
        (AuthFailed("wecom_secret"), 502, "暂时无法登录"),
    ],
)
async def test_a_messengers_no_is_explained(
    stage: Stage, error: OutsideError, status: int, words: str
) -> None:
    found, page, headers = await stage.come_back(await stage.leave_for(), error)

    assert found == status
    assert words in page
    assert "chit_session" not in headers.get("Set-Cookie", "")


@pytest.mark.parametrize("user", ["nobody", "gone"])
async def test_only_people_who_work_here_come_in(stage: Stage, user: str) -> None:
    status, page, _ = await stage.come_back(await stage.leave_for(), user)

    assert status == 403
    assert "没有你的账号" in page


async def test_a_session_lasts_while_it_is_used(stage: Stage) -> None:
    await stage.be("z")

    for _ in range(3):
        stage.on(hours=11)
        assert (await stage.get("/app/todo"))[0] == 200
    stage.on(hours=12)

    assert (await stage.get("/app/todo"))[0] == 302


async def test_no_session_lasts_longer_than_a_week(stage: Stage) -> None:
    await stage.be("z")

    lasted = 0
    while (await stage.get("/app/todo"))[0] == 200:
        stage.on(hours=6)
        lasted += 6

    assert lasted == 7 * 24


async def test_who_leaves_the_company_is_out_at_once(stage: Stage) -> None:
    await stage.be("z")
    company = await stage.storage.store.company()
    people = tuple(p.model_copy(update={"active": p.id != "zhang"}) for p in company.people)
    without = company.model_copy(update={"people": people})
    await stage.storage.store.apply_company(
        type(company).model_validate(without.model_dump(by_alias=True)),
        expected_version=1,
        at=stage.now,
        actor="t",
    )

    assert (await stage.get("/app/todo"))[0] == 302


async def test_signing_in_again_ends_the_session_before(stage: Stage) -> None:
    await stage.be("z")
    jar = stage.client.session.cookie_jar
    before = next(c.value for c in jar if c.key == "chit_session")
    away = await stage.leave_for("/app/signin/dingtalk/start?next=/app/todo", {})
    await stage.come_back(away, "w")

    status, _, _ = await stage.get("/app/todo", Cookie=f"chit_session={before}")
    jar.clear()
    old, _, _ = await stage.get("/app/todo", Cookie=f"chit_session={before}")

    assert (status, old) == (200, 302)


async def test_signing_out_ends_the_session_everywhere(stage: Stage) -> None:
    await stage.be("z")
    value = next(c.value for c in stage.client.session.cookie_jar if c.key == "chit_session")
    async with stage.client.post("/app/logout", allow_redirects=False) as answer:
        left = answer.status, answer.headers["Location"]

    status, _, _ = await stage.get("/app/todo", Cookie=f"chit_session={value}")

    assert left == (303, "/app/signin")
    assert status == 302


@pytest.mark.parametrize("value", ["", "x", "0" * 64, "a" * 5000, "\u5f20"])
async def test_made_up_cookies_open_nothing(stage: Stage, value: str) -> None:
    status, _, _ = await stage.get("/app/todo", Cookie=f"chit_session={value}")

    assert status == 302


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/app/",
        "https://evil.example/app/",
        "/app",
        "/application",
        "/app/\\evil.example",
        "/app/x\r\nSet-Cookie: a=b",
        "/app/signin/dingtalk?code=1",
        "/app/logout",
        "javascript:alert(1)",
        "/api/v1/claims",
        "",
        "/app/" + "a" * 400,
    ],
)
def test_only_pages_of_ours_are_come_back_to(address: str) -> None:
    assert local_target(address) == HOME


@pytest.mark.parametrize("address", [PAGE, "/app/todo?x=1&y=%E5%BC%A0", f"{PAGE}/files/0a"])
def test_pages_of_ours_are_come_back_to(address: str) -> None:
    assert local_target(address) == address
