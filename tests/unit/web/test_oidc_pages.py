"""The company's identity provider as a door of the pages, next to the messengers."""

from collections.abc import AsyncIterator

import pytest
from web_stage import PAGE, Stage, claim, on_stage
from yarl import URL

from bot.channels.oidc.door import OidcDoor
from tests.fakes.identity_provider import CLIENT, SECRET, IdentityProvider, running_provider


@pytest.fixture
async def provider(stage: Stage) -> AsyncIterator[IdentityProvider]:
    async with running_provider(stage.clock) as found:
        stage.ways["oidc"] = OidcDoor(
            issuer=found.url, client_id=CLIENT, client_secret=SECRET, claim="sub", clock=stage.clock
        )
        yield found


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as found:
        yield found


async def start(stage: Stage) -> URL:
    status, _, headers = await stage.get(f"/app/signin/oidc/start?next={PAGE}")
    assert status == 302
    return URL(headers["Location"])


async def test_somebody_known_gets_the_page(stage: Stage, provider: IdentityProvider) -> None:
    await stage.keep(claim())

    back = provider.sign_in(str(await start(stage)), sub="zhang@corp")
    status, _, headers = await stage.get(back.path_qs)
    shown, _, _ = await stage.get(PAGE)

    assert (status, headers["Location"], shown) == (302, PAGE, 200)


async def test_the_choice_names_it(stage: Stage, provider: IdentityProvider) -> None:
    _, page, _ = await stage.get("/app/signin")

    assert provider.url
    assert "用公司账号登录" in page


async def test_who_is_not_in_the_company_stays_outside(
    stage: Stage, provider: IdentityProvider
) -> None:
    back = provider.sign_in(str(await start(stage)), sub="nobody@corp")
    status, _, _ = await stage.get(back.path_qs)

    assert status == 403


async def test_another_browser_cannot_finish_it(stage: Stage, provider: IdentityProvider) -> None:
    back = provider.sign_in(str(await start(stage)), sub="zhang@corp")
    stage.client.session.cookie_jar.clear()
    status, _, _ = await stage.get(back.path_qs)

    assert status == 401


async def test_a_provider_that_is_away_is_said_so(stage: Stage, provider: IdentityProvider) -> None:
    provider.ill = True

    status, page, _ = await stage.get(f"/app/signin/oidc/start?next={PAGE}")

    assert status == 502
    assert "暂时无法登录" in page
