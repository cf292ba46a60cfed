"""From the link on a card to the page of the claim: signing in, seeing it, and nothing more."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from yarl import URL

from tests.flow.stage import CROSSED, ON_POSTGRES, ON_SQLITE, STRAIGHT, Card, Stage
from tests.flow.test_main_job import number_of

AGENTS = {
    "dingtalk": "Mozilla/5.0 (iPhone) AppleWebKit/605 DingTalk/7.6.0 AliApp(DingTalk/7.6.0)",
    "wecom": "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0 wxwork/4.1.22",
}
VOUCHERS = {"dingtalk": ("meal.pdf", "application/pdf"), "wecom": ("hotel-photo.jpg", "image/jpeg")}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"


@asynccontextmanager
async def browser(agent: str = BROWSER) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"User-Agent": agent}) as session:
        yield session


async def read(session: aiohttp.ClientSession, url: str | URL) -> tuple[int, str, URL]:
    async with session.get(url) as answer:
        return answer.status, await answer.text(), answer.url


def link_of(card: Card) -> str:
    found = re.search(r"https?://[^\"\s)]+/app/claims/[A-Z0-9-]+", card.text)
    assert found, card.text
    return found.group()


def choice(page: str, user: str) -> str:
    """Find where the sandbox's sign-in leads when that person confirms."""
    found = re.search(rf'data-user="{user}" href="([^"]+)"', page)
    assert found, page
    return found.group(1).replace("&amp;", "&")


async def sign_in(session: aiohttp.ClientSession, url: str, user: str) -> tuple[int, str, URL]:
    """Open a page in a messenger's browser and be that person."""
    status, page, at = await read(session, url)
    assert status == 200
    return await read(session, at.join(URL(choice(page, user), encoded=True)))


async def drafted(stage: Stage, platform: str) -> str:
    phone = stage.phone(platform, "zhang")
    await phone.say("打车 45 昨天 去<b>客户</b>现场")
    return link_of(await phone.card("45.00", action="submit"))


@STRAIGHT
async def test_a_card_leads_to_the_page_of_its_claim(
    stage: Stage, samples: Path, platform: str
) -> None:
    phone = stage.phone(platform, "zhang")
    name, kind = VOUCHERS[platform]
    invoice = (samples / name).read_bytes()
    await phone.send(name, invoice, kind)
    card = await phone.card(action="submit")
    claim = await stage.api(f"claims/{number_of(card)}")

    async with browser(AGENTS[platform]) as session:
        status, page, at = await sign_in(session, link_of(card), phone.user)
        file = re.search(r'href="(/app/claims/[^"]+/files/[0-9a-f]{64})"', page)
        assert file, page
        async with session.get(stage.service.url + file.group(1)) as answer:
            data, given = await answer.read(), answer.content_type

    assert (status, at.path) == (200, f"/app/claims/{claim['number']}")
    assert f"{float(str(claim['total'])):,.2f}" in page
    assert str(claim["lines"][0]["invoice"]["number"]) in page  # type: ignore[index]
    assert (data, given) == (invoice, kind)


@CROSSED
async def test_words_of_people_stay_words(stage: Stage, platform: str) -> None:
    link = await drafted(stage, platform)

    async with browser(AGENTS[platform]) as session:
        _, page, _ = await sign_in(session, link, stage.phone(platform, "zhang").user)

    assert "客户" in page
    assert "<b>客户</b>" not in page


@STRAIGHT
async def test_only_those_concerned_see_a_claim(stage: Stage, platform: str) -> None:
    link = await drafted(stage, platform)
    unknown = re.sub(r"\d{4}$", "9999", link)

    async with browser(AGENTS[platform]) as session:
        foreign = await sign_in(session, link, stage.phone(platform, "li").user)
        missing = await read(session, unknown)
    async with browser(AGENTS[platform]) as session:
        cashier = await sign_in(session, link, stage.phone(platform, "qian").user)

    assert foreign[0] == missing[0] == 404
    assert foreign[1] == missing[1]
    assert cashier[0] == 200


@CROSSED
async def test_a_sign_in_works_once_and_in_its_own_browser(stage: Stage, platform: str) -> None:
    link = await drafted(stage, platform)
    user = stage.phone(platform, "zhang").user

    async with browser(AGENTS[platform]) as session, browser(AGENTS[platform]) as other:
        _, page, at = await read(session, link)
        confirm = at.join(URL(choice(page, user), encoded=True))
        async with session.get(confirm, allow_redirects=False) as answer:
            back = answer.headers["Location"]
        stolen = await read(other, back)
        without_state = await read(session, URL(back).without_query_params("state"))
        first = await read(session, back)
        again = await read(session, back)

    assert [stolen[0], without_state[0], first[0], again[0]] == [401, 401, 200, 401]


@STRAIGHT
async def test_an_outsider_is_refused(stage: Stage, platform: str) -> None:
    link = await drafted(stage, platform)

    async with browser(AGENTS[platform]) as session:
        status, page, _ = await sign_in(session, link, "stranger")
        after, _, _ = await read(session, f"{stage.service.url}/app/todo")

    assert status == 403
    assert "没有你的账号" in page
    assert after == 200
    assert "¥" not in page


@ON_SQLITE
async def test_other_browsers_choose_and_come_back(stage: Stage) -> None:
    link = await drafted(stage, "wecom")

    async with browser() as session:
        _, chooser, at = await read(session, link)
        starts = re.findall(r'href="(/app/signin/\w+/start\?[^"]+)"', chooser)
        status, _, landed = await sign_in(
            session, f"{at.origin()}{starts[1]}", stage.phone("wecom", "zhang").user
        )
        async with session.post(f"{at.origin()}/app/logout") as answer:
            left = answer.url
        _, _, asked = await read(session, link)

    assert [s.split("/")[3] for s in starts] == ["dingtalk", "wecom"]
    assert (status, str(landed)) == (200, link)
    assert left.path == asked.path == "/app/signin"


@ON_POSTGRES
async def test_what_waits_is_listed(stage: Stage) -> None:
    phone = stage.phone("dingtalk", "zhang")
    await drafted(stage, "dingtalk")
    await phone.say("提交")
    approval = await stage.phone("dingtalk", "wang").card("45.00", action="approve")
    number = number_of(approval)

    pages = {}
    for person in ("wang", "li"):
        async with browser(AGENTS["dingtalk"]) as session:
            user = stage.phone("dingtalk", person).user
            _, pages[person], at = await sign_in(session, f"{stage.service.url}/app/", user)
            assert at.path == "/app/todo"

    assert f"/app/claims/{number}" in pages["wang"]
    assert "待我审批" in pages["wang"]
    assert number not in pages["li"]
