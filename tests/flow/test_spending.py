"""上个月市场部打车花了多少: asked in chat, answered from what was submitted, to who may see it."""

import re

from tests.flow.stage import ON_POSTGRES, Stage


@ON_POSTGRES
async def test_a_head_asks_and_a_stranger_may_not(stage: Stage) -> None:
    zhang = stage.phone("dingtalk", "zhang")
    await zhang.say("打车 45 今天 去客户现场")
    card = await zhang.card("45.00", action="submit")
    await zhang.click(card, "submit")
    await zhang.card("审批中")
    wang, li = stage.phone("wecom", "wang"), stage.phone("wecom", "li")

    await wang.say("本月市场部打车花了多少")
    answer = await wang.text("支出")
    await li.say("本月市场部打车花了多少")
    refusal = await li.text("没有权限看")
    await zhang.say("我这个月花了多少")
    own = await zhang.text("支出")

    assert "45.00" in answer
    assert "45.00" not in refusal
    assert re.search(r"张三.*支出 ¥45\.00", own)
