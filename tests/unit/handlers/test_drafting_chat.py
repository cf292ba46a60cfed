"""Several drafts at once, in the chat: what goes where, and which one a bare word means."""

import pytest
from chat_stage import Chat, company_with

from core.claim import Claim, State
from core.ports import ClaimQuery, Page

ONE = {"name": "主管", "approvers": ["manager"]}


async def drafts(chat: Chat, state: State = State.DRAFT) -> list[Claim]:
    query = ClaimQuery(employee="zhang", state=state)
    return list((await chat.storage.store.claims(query, Page(limit=20))).items)


async def trip_approved(chat: Chat) -> Claim:
    """Let a trip of next week be approved; gives the draft that follows."""
    await chat.say("zhang", "出差 上海 12-01 至 12-03 900 拜访客户")
    await chat.say("zhang", "提交")
    await chat.say("wang", "同意")
    (draft,) = await drafts(chat)
    return draft


async def test_what_is_not_of_the_trip_has_a_draft_of_its_own() -> None:
    chat = await Chat().found(company_with(ONE))
    trip = await trip_approved(chat)
    chat.later(hours=2)

    said = await chat.say("zhang", "打车 45 昨天 去客户现场")
    again = await chat.say("zhang", "打车 30 昨天 回公司")
    sent = await chat.say("zhang", "提交")

    assert f"不在 {trip.number} 的范围内（行程 12-01 ~ 12-03）" in said
    assert "范围内" not in again, "said once, when the draft begins"
    assert "好几张" not in sent
    (waiting,) = await drafts(chat, State.IN_REVIEW)
    assert [line.amount_fen for line in waiting.lines] == [4500, 3000]
    assert (await chat.claim(trip.number)).carries == trip.carries


async def test_a_draft_in_hand_takes_all_until_it_is_submitted() -> None:
    chat = await Chat().found(company_with(ONE))
    trip = await trip_approved(chat)
    chat.later(hours=2)

    await chat.press("zhang", trip, "edit")
    await chat.say("zhang", "打车 45 昨天 去机场")
    await chat.say("zhang", "打车 30 昨天 去车站")

    (only,) = await drafts(chat)
    assert (only.number, len(only.lines)) == (trip.number, 2)
    await chat.say("zhang", "提交")
    assert (await chat.claim(trip.number)).state is State.IN_REVIEW


@pytest.mark.parametrize(("minutes", "asked"), [(5, False), (45, True)])
async def test_a_bare_word_means_what_was_on_the_screen_last(minutes: int, asked: bool) -> None:  # noqa: FBT001 a table
    chat = await Chat().found(company_with(ONE))
    trip = await trip_approved(chat)
    chat.later(hours=2)
    await chat.say("zhang", "打车 45 昨天 去客户现场")
    chat.later(minutes=minutes)

    said = await chat.say("zhang", "提交")

    assert ("好几张单据" in said) is asked
    assert (f"· {trip.number} · ¥0.00 · 上海" in said) is asked
    assert len(await drafts(chat)) == 1 + asked


async def test_what_came_back_just_now_is_meant() -> None:
    chat = await Chat().found(company_with(ONE))
    claim = await chat.submitted(45)
    await chat.say("zhang", "打车 30 昨天 回公司")
    chat.later(hours=2)
    await chat.say("wang", f"退回 {claim.number} 补充说明")

    await chat.say("zhang", "提交")

    assert (await chat.claim(claim.number)).state is State.IN_REVIEW
    assert len(await drafts(chat)) == 1


async def test_what_is_in_hand_for_a_colleague_is_meant_too() -> None:
    chat = await Chat().found(company_with(ONE))
    await chat.say("wang", "代 张三 打车 45 昨天 去客户")
    (draft,) = await drafts(chat)

    await chat.say("wang", "提交")

    assert (await chat.claim(draft.number)).state is State.IN_REVIEW


@pytest.mark.parametrize(("minutes", "changed"), [(5, "CC-"), (45, "BX-")])
async def test_an_edit_means_what_was_on_the_screen_last(minutes: int, changed: str) -> None:
    chat = await Chat().found(company_with(ONE))
    await chat.say("zhang", "打车 30 昨天 回公司")
    await chat.say("zhang", "出差 上海 12-01 至 12-03 900 拜访客户")
    chat.later(minutes=minutes)

    await chat.say("zhang", "修改 金额 25")

    assert [c.number[:3] for c in await drafts(chat) if c.total_fen == 2500] == [changed]


async def test_what_was_not_clear_is_said_to_be_left_out() -> None:
    chat = await Chat().found(company_with(ONE))
    await chat.say("zhang", "打车 30 昨天 回公司")
    asked = await chat.say("zhang", "打车 昨天 去机场")

    said = await chat.say("zhang", "提交")

    assert "多少钱" in asked
    assert "「打车 昨天 去机场」还没说清" in said
    assert [c.total_fen for c in await drafts(chat, State.IN_REVIEW)] == [3000]


async def test_a_trip_moves_with_the_day_of_its_request() -> None:
    chat = await Chat().found(company_with(ONE))
    await chat.say("zhang", "出差 上海 12-01 至 12-03 900 拜访客户")
    (asked,) = await drafts(chat)

    await chat.say("zhang", f"修改 {asked.number} 日期 12-08")

    moved = await chat.claim(asked.number)
    assert moved.trip is not None
    assert (moved.trip.start.day, moved.trip.end.day) == (8, 10)
    assert moved.purpose == moved.lines[0].description == "上海 12-08~12-10 拜访客户"


async def test_what_a_colleague_writes_meanwhile_is_not_meant() -> None:
    chat = await Chat().found(company_with(ONE))
    await chat.say("zhang", "打车 30 昨天 回公司")
    (own,) = await drafts(chat)
    chat.later(minutes=1)
    await chat.say("wang", "代 张三 打车 45 昨天 去客户")

    await chat.say("zhang", "提交")

    assert (await chat.claim(own.number)).state is State.IN_REVIEW


async def test_who_owes_an_advance_is_told_how_it_goes_back() -> None:
    chat = await Chat().found(company_with(ONE))
    nothing = await chat.say("zhang", "归还")
    await chat.say("zhang", "借款 1000 展会")
    await chat.say("zhang", "提交")
    await chat.say("wang", "同意")
    (lent,) = await drafts(chat, State.APPROVED)
    await chat.say("cash", f"已付 {lent.number}")

    owed = await chat.say("zhang", "归还")
    which = await chat.say("cash", "归还")
    await chat.say("cash", f"归还 {lent.number}")

    assert "没有要归还的借款" in nothing
    assert f"· {lent.number} · ¥1,000.00" in owed
    assert "交还出纳 钱钱" in owed
    assert "例如「归还 JK-20261125-0001 380.66」" in which
    assert (await chat.claim(lent.number)).open_fen == 0
