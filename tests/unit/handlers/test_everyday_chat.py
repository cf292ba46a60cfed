"""Everyday words in the chat, as an employee, an approver and an administrator write them."""

import re

import pytest

from tests.unit.handlers.chat_stage import STEPS, Chat, company_with


@pytest.fixture
async def chat() -> Chat:
    return await Chat().found(company_with())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("谢谢", ["不客气"]),
        ("发票抬头是什么", ["名称：Sample Ltd", "税号：91310115MA1K4DEM3E"]),
        ("转人工", ["赵总", "反馈"]),
        ("怎么撤回", ["撤回 单号"]),
        ("钱什么时候到", ["还没有报销单"]),
        ("提叫", ["是不是想发「提交」"]),
        ("天气不错", ["没看懂「天气不错」", "帮助"]),
        ("修改", ["没有可以这样操作的单据"]),
        ("回复 李四 好", ["权限"]),
        ("查 张三 报销", ["还没有报销单"]),
        ("幫助", ["你好，我是小票"]),
        ("出差 上海", ["起止日期", "出差 上海 12-01 至 12-03"]),
        ("出差 上海 12-01", ["2026-12-01", "结束日期"]),
        ("打车 1e9", ["不是金额"]),
        ("BX-20261125-9", ["完整的单号"]),
        ("打" * 3000, ["太长", "一句话发一笔"]),
        ("\u200b\x00", ["没看懂"]),
    ],
)
async def test_an_employee_is_answered_kindly(chat: Chat, text: str, words: list[str]) -> None:
    said = await chat.say("zhang", text)

    assert [w for w in words if w not in said] == [], said


async def test_the_only_open_claim_is_told_in_full_and_several_in_brief(chat: Chat) -> None:
    await chat.submitted(45)
    chat.later(hours=3)
    one = await chat.say("zhang", "进度")
    await chat.submitted(60)
    await chat.say("zhang", "打车 70")
    several = await chat.say("zhang", "什么时候到账")

    assert "▶ 主管：等王五" in one
    assert "从 11-25 10:00 起等待，已 3 小时" in one
    assert "进行中的单据" in several
    assert "¥45.00 · 去客户现场 · 审批中\n▶ 主管：等王五 · 已等 3 小时" in several
    assert several.index("审批中") < several.index("草稿")


async def test_nothing_under_way_is_not_nothing_at_all(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"驳回 {claim.number} 私人消费")
    await chat.say("zhang", "删除")

    assert "没有进行中的单据" in await chat.say("zhang", "进度")


async def test_what_is_submitted_already_is_named(chat: Chat) -> None:
    claim = await chat.submitted()

    for text in ("提交", "删除", "修改"):
        assert f"{claim.number} 已经在审批中" in await chat.say("zhang", text)


async def test_a_claim_is_taken_in_hand_by_words(chat: Chat) -> None:
    await chat.say("zhang", "打车 45 昨天")

    said = await chat.say("zhang", "修改")

    assert "正在修改" in said
    assert "共 1 行" in said


async def test_a_nod_confirms_what_was_asked_and_is_thanked_for_otherwise(chat: Chat) -> None:
    claims = [await chat.submitted(45), await chat.submitted(60)]
    await chat.say("wang", "全部同意")

    await chat.say("wang", "好的")
    after = [await chat.claim(c.number) for c in claims]

    assert [c.plan.current for c in after if c.plan] == [1, 1]
    assert "不客气" in await chat.say("wang", "好的")


async def test_a_dialog_is_left_by_a_word_of_either_script(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"驳回 {claim.number}")

    assert "已取消" in await chat.say("wang", "取消！")
    assert (await chat.claim(claim.number)).state == claim.state


@pytest.mark.parametrize(
    "text",
    [
        "help", "help employee", "help requests", "help queries", "help approver", "help manager",
        "help finance", "help admin", "help notices", "thanks", "invoice title", "human", "upload",
        "my claims", "progress", "drafts", "todo", "budget", "notices", "notice off reminders",
        "notice off approvals", "notice off weather", "quiet 22:00-8:00", "quiet noon", "quiet off",
        "feedback the photo was misread", "feedback", "submitt", "weather", "edit", "submit",
        "withdraw", "discard", "remind", "why", "copy", "why BX-20261125-0099", "BX-20261125-9",
        "approve", "reject", "approve all", "delegate Nobody until 12-05", "delegate",
        "delegations", "cancel delegation", "travel", "travel Shanghai", "travel Shanghai 12-01",
        "purchase",
        "purchase 1200", "advance", "petty cash", "welfare", "taxi", "taxi 100,50", "taxi NaN",
        "taxi -5", "taxi 45 tomorrow", "taxi 45 2026-02-30", "45", "split line 1", "merge 1",
        "reduce", "void BX-20261125-0001 twice", "supplier", "claims of Nobody", "paid",
        "payment failed BX-20261125-0001 closed", "confirm batch", "budget request", "reply Bob hi",
        "transfer", "add signer", "cancel", "urgent", "on behalf of Nobody taxi 45", "\u5e6b\u5fd9",
        "can I claim", "can I claim rockets 300", "own car 36 km", "travel 45 taxi",
    ],
)  # fmt: skip
async def test_who_reads_english_is_answered_in_english(text: str) -> None:
    chat = await Chat().found(company_with(*STEPS, english=["zhang"]))
    said = await chat.say("zhang", text)
    names = ("张三", "赵总", "市场部", "交通", "主管", "财务", "重复", "预算", text)
    for name in names:
        said = said.replace(name, "")

    assert re.findall("[\u4e00-\u9fff，。：；？！「」]+", said) == []


async def test_a_message_of_several_lines_fills_one_draft_once(chat: Chat) -> None:
    before = len(chat.storage.outbox.queue.rows)
    await chat.say("zhang", "打车 45 昨天\n打车 60\n打车 70 前天 回家")
    claim = await chat.claim("BX-20261125-0001")

    assert [x.amount_fen for x in claim.lines] == [4500, 6000, 7000]
    assert len(chat.cards("zhang", before)) == 1


async def test_words_are_answered_where_a_card_is_only_drawn_again(chat: Chat) -> None:
    await chat.say("zhang", "打车 45 昨天")

    submitted = await chat.say("zhang", "提交")
    approved = await chat.say("wang", "同意 BX-20261125-0001 好")
    pressed = await chat.press("fin1", await chat.claim("BX-20261125-0001"), "approve")

    assert submitted == "好的，BX-20261125-0001 现在是「审批中」，等王五审批。"
    assert approved == "好的，BX-20261125-0001 现在是「审批中」，等方方、冯冯审批。"
    assert pressed == ""


async def test_spending_is_written_as_its_reader_writes() -> None:
    chat = await Chat().found(company_with(*STEPS, english=["wang"]))
    await chat.submitted(45)

    english = await chat.say("wang", "how much did we spend this year")
    chinese = await chat.say("zhang", "今年花了多少")

    assert "Spent in 2026-01 to 2026-12 up to 11-25, 市场部: ¥45.00 (1 line(s))." in english
    assert "交通 ¥45.00 (100%)" in english
    assert "2026-01 至 2026-12" in chinese
    assert "交通 ¥45.00（100%）" in chinese


async def test_an_english_life_of_a_claim() -> None:
    chat = await Chat().found(company_with(*STEPS, english=["zhang", "wang"]))
    await chat.say("zhang", "打车 45 yesterday visiting a client")
    await chat.say("zhang", "打车 45 昨天")
    await chat.say("zhang", "edit 2 amount 60")
    await chat.say("zhang", "submit")
    number = "BX-20261125-0001"

    assert "waits for 王五" in await chat.say("zhang", "where is my money")
    assert "105.00" in await chat.say("wang", "todo")
    assert "reply with the reason (Reject" in await chat.say("wang", f"reject {number}")
    await chat.say("wang", "too much")
    assert "rejected: “too much”" in await chat.answers("zhang")
