"""Whatever is repeated, interrupted or answered badly has one effect."""

from tests.flow.stage import CROSSED, ON_POSTGRES, ON_SQLITE, STRAIGHT, Stage
from tests.flow.test_main_job import number_of


@STRAIGHT
async def test_a_message_three_times_with_a_restart_in_between(stage: Stage, platform: str) -> None:
    employee = stage.phone(platform, "zhang")

    await employee.say("打车 45 昨天 去客户现场", repeat=3)
    number = number_of(await employee.card("45.00", action="submit"))
    await stage.restart()
    await employee.say("打车 12 昨天 回公司")
    await employee.card("57.00", action="submit")
    claim = await stage.api(f"claims/{number}")

    assert [line["amount"] for line in claim["lines"]] == ["45.00", "12.00"]  # type: ignore[union-attr, index]


@CROSSED
async def test_a_click_three_times_is_one_decision(stage: Stage, platform: str) -> None:
    employee, manager = stage.phone(platform, "zhang"), stage.phone(platform, "wang")
    await employee.say("打车 45 昨天 去客户现场")
    draft = await employee.card("45.00", action="submit")
    number = number_of(draft)

    await employee.click(draft, "submit", repeat=3)
    approval = await manager.card(number, action="approve")
    await manager.click(approval, "approve", repeat=3)
    await employee.text(number, "通过")
    await stage.restart()
    claim = await stage.api(f"claims/{number}")
    entries = (await stage.api("budgets/sales-2026q4/entries"))["items"]

    assert [a["decision"] for a in claim["approvals"]] == ["approve"]  # type: ignore[union-attr, index]
    assert [e["kind"] for e in entries] == ["reserve", "consume"]  # type: ignore[union-attr, index]
    assert len((await stage.api("payments"))["items"]) == 1  # type: ignore[arg-type]


@ON_POSTGRES
async def test_a_card_whose_answer_was_lost_is_one_card(stage: Stage) -> None:
    employee = stage.phone("dingtalk", "zhang")
    call = "POST /v1.0/card/instances/createAndDeliver"
    await stage.fault(platform="dingtalk", call=call, times=1, after_effect=True)

    await employee.say("打车 45 昨天 去客户现场")
    await employee.card("45.00", action="submit")
    await employee.say("待办")
    await employee.text("没有待你审批")

    assert len(await employee.cards()) == 1


@ON_SQLITE
async def test_throttling_and_an_expired_token_lose_nothing(stage: Stage) -> None:
    employee = stage.phone("dingtalk", "zhang")
    call = "POST /v1.0/card/instances/createAndDeliver"
    body = {"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "message": "qps"}
    await stage.fault(platform="dingtalk", call=call, times=2, status=403, body=body)
    async with stage.session.post(f"{stage.sandbox.url}/sandbox/dingtalk/expire-tokens"):
        await employee.say("打车 45 昨天 去客户现场")

    assert await employee.card("45.00", action="submit")


@ON_POSTGRES
async def test_a_cut_stream_connects_again(stage: Stage) -> None:
    employee = stage.phone("dingtalk", "zhang")
    async with stage.session.post(f"{stage.sandbox.url}/sandbox/dingtalk/cut") as answer:
        assert answer.status == 200

    await employee.say("打车 45 昨天 去客户现场")

    assert await employee.card("45.00", action="submit")


@ON_SQLITE
async def test_a_wecom_token_that_died_is_renewed_once(stage: Stage) -> None:
    employee = stage.phone("wecom", "zhang")
    body = {"errcode": 42001, "errmsg": "access_token expired"}
    call = "POST /cgi-bin/message/send"
    await stage.fault(platform="wecom", call=call, times=1, status=200, body=body)

    await employee.say("打车 45 昨天 去客户现场")

    assert await employee.card("45.00", action="submit")


@STRAIGHT
async def test_a_blocked_click_counts_again_once_the_way_is_free(
    stage: Stage, platform: str
) -> None:
    employee = stage.phone(platform, "zhang")
    await employee.say("住宿 300 昨天 出差")
    draft = await employee.card("300.00", action="submit")
    number = number_of(draft)

    await employee.click(draft, "submit")
    await employee.text("发票")
    await employee.say("修改 类别 打车")
    await employee.click(await employee.card("市内交通", action="submit"), "submit")

    assert await stage.phone(platform, "wang").card(number, action="approve")
