"""The page of card invoices: one foreign script, signed, for people with WeCom only."""

import json

import pytest
from pydantic import ValidationError
from web_stage import WORK, Stage, on_stage

from bot.events import CardInvoicesChosen, from_json
from bot.settings import WeComSettings
from core.errors import Retryable
from core.wallet import ChosenCard

PAGE = "/app/invoices/cards"
CARD = {"card_id": "c1", "encrypt_code": "e1", "app_id": "wx"}


async def post(stage: Stage, body: object) -> tuple[int, dict[str, object]]:
    async with stage.client.post(PAGE, json=body) as answer:
        return answer.status, json.loads(await answer.read())


async def test_the_page_runs_one_script_of_the_vendor_and_no_other(stage: Stage) -> None:
    await stage.be("z")

    status, page, headers = await stage.get(f"{PAGE}?from=chat", **WORK)
    policy = headers["Content-Security-Policy"]

    assert status == 200
    assert "script-src 'self' https://wwcdn.weixin.qq.com/node/open/js/wecom-jssdk-" in policy
    assert policy.count("https://") == 1
    assert "unsafe" not in policy
    assert stage.wallet.signed == [f"http://127.0.0.1:8000{PAGE}?from=chat"]
    assert 'data-signature="signature1"' in page
    assert "wwcdn" not in (await stage.get("/app/upload"))[2]["Content-Security-Policy"]


async def test_a_choice_is_one_message_however_often_it_comes(stage: Stage) -> None:
    await stage.be("z")
    body = {"id": "choice-1", "cards": [CARD, CARD]}

    first, again = await post(stage, body), await post(stage, body)
    (item,) = await stage.storage.inbox.lease(9, stage.now, 60)
    event = from_json(item.body)

    assert first == again == (202, {"id": "choice-1", "state": "waiting"})
    assert isinstance(event, CardInvoicesChosen)
    assert event.cards == (ChosenCard("c1", "e1"),)
    assert (event.sender.channel, event.sender.user, item.lane) == ("wecom", "Z", "wecom:z")
    assert (await stage.get(f"{PAGE}/choice-1"))[1] == '{"state": "waiting"}'


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"id": "choice-1", "cards": []},
        {"id": "short", "cards": [CARD]},
        {"id": "choice-1", "cards": [CARD] * 21},
        {"id": "choice-1", "cards": [{"card_id": "c1"}]},
        {"id": "choice-1", "cards": [{"card_id": "", "encrypt_code": "e"}]},
    ],
)
async def test_what_is_no_choice_is_refused(stage: Stage, body: object) -> None:
    await stage.be("z")

    assert await post(stage, body) == (400, {"error": "bad_request"})


async def test_only_people_with_wecom_have_the_page(stage: Stage) -> None:
    assert (await post(stage, {}))[0] == 401
    await stage.be("a")

    assert (await stage.get(PAGE))[0] == 404
    assert (await stage.get(f"{PAGE}/choice-1"))[0] == 404


async def test_without_wecom_there_is_no_page() -> None:
    async with on_stage(doors=("dingtalk",)) as stage:
        await stage.be("z")

        assert (await stage.get(PAGE))[0] == 404


async def test_a_wallet_that_cannot_be_opened_says_so(stage: Stage) -> None:
    await stage.be("z")
    stage.wallet.fault = Retryable("wecom_network")

    status, page, _ = await stage.get(PAGE, **WORK)

    assert status == 502
    assert "暂时打不开卡包" in page


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/x.js; script-src *",
        "https://cdn.example/x.js 'unsafe-inline'",
        "https://cdn.example/",
        "javascript://x/y.js",
        "https://user@cdn.example/x.js",
    ],
)
def test_an_address_that_would_widen_the_policy_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        WeComSettings(sdk_url=url)
