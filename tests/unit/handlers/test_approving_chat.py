"""Approving in the chat: by button and by words alike, once, and with a way back."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from chat_stage import STEPS, Chat, company_with

from bot.cards.actions import Token
from bot.events import CardClicked, Sender
from bot.handlers.batch import Batch, batch_of
from bot.handlers.dialogs import alive
from bot.handlers.document import claim_json
from bot.handlers.overdue import escalate_overdue, overdue_now
from bot.handlers.roster import reroute_all
from bot.handlers.typed import COMMANDS
from bot.jobs.routing import route
from bot.jobs.running import Run
from core.actions.basics import Settings
from core.claim import Claim, State
from core.company import Company
from core.company_file import deactivate_missing
from core.notices import Say
from core.outside import DOCUMENT, Link, LinkState
from core.phrases.intents import Command
from core.ports import ClaimQuery, Page


@pytest.fixture
async def chat() -> Chat:
    return await Chat().found(company_with())


def waiting(claim: Claim) -> tuple[str, ...]:
    assert claim.plan
    return claim.plan.waiting()


# every action, by button and by words


async def test_the_buttons_of_an_approver(chat: Chat) -> None:
    claim = await chat.submitted()

    assert await chat.buttons("wang", claim) == (
        "approve", "reject", "return", "transfer", "add_signer",
    )  # fmt: skip
    for other in ("zhang", "li", "fin1", "boss"):
        assert await chat.buttons(other, claim) == ()


ACTIONS = [
    "approve",
    "confirm",
    "reject",
    "return",
    "return_back",
    "return_anew",
    "transfer",
    "add_signer",
    "reduce",
    "hold_line",
    "undo",
]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("person", ["zhang", "li", "boss", "fin1", "cash"])
async def test_nobody_but_who_is_asked_decides(chat: Chat, action: str, person: str) -> None:
    claim = await chat.submitted()
    before = await chat.claim(claim.number)

    inputs = {"reason": "不行", "person": "li", "line": "1", "amount": "1"}
    said = await chat.press(person, claim, action, inputs)

    assert await chat.claim(claim.number) == before
    assert said


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("同意 {n}", State.IN_REVIEW),
        ("驳回 {n} 金额不对", State.REJECTED),
        ("退回 {n} 缺附件", State.RETURNED),
        ("转交 {n} 给 李雷", State.IN_REVIEW),
        ("加签 {n} 李雷", State.IN_REVIEW),
    ],
)
async def test_words_do_what_buttons_do(chat: Chat, words: str, state: State) -> None:
    claim = await chat.submitted()

    await chat.say("wang", words.format(n=claim.number))

    after = await chat.claim(claim.number)
    assert after.state is state
    assert after.revision == claim.revision + 1
    assert after.plan
    assert after.plan.last
    assert after.plan.last.actor == "wang"


async def test_a_button_without_a_name_asks_for_one(chat: Chat) -> None:
    claim = await chat.submitted()

    asked = await chat.press("wang", claim, "transfer")
    said = await chat.say("wang", "李雷")

    assert "转交" in asked
    assert "李雷" in said
    assert waiting(await chat.claim(claim.number)) == ("li",)


@pytest.mark.parametrize(
    ("said", "name", "steps"),
    [
        ("转交 {n}", "给李雷", ["主管", "财务"]),
        ("转交", "李雷 我出差", ["主管", "财务"]),
        ("加签 {n} 前", "李雷", ["加签 · 李雷", "主管", "财务"]),
        ("加签 {n}", "李雷 前 请先看", ["加签 · 李雷", "主管", "财务"]),
    ],
)
async def test_words_without_a_name_ask_for_one(
    chat: Chat, said: str, name: str, steps: list[str]
) -> None:
    claim = await chat.submitted()

    asked = await chat.say("wang", said.format(n=claim.number))
    await chat.say("wang", name)

    after = await chat.claim(claim.number)
    assert "请直接回复姓名" in asked
    assert after.plan
    assert [s.name for s in after.plan.steps] == steps
    assert waiting(after) == ("li",)


@pytest.mark.parametrize(
    ("person", "people"),
    [
        ("李雷", [("wang",), ("li",), ("fin1", "fin2")]),
        ("李雷 前", [("li",), ("wang",), ("fin1", "fin2")]),
    ],
)
async def test_a_name_on_the_card_is_taken(
    chat: Chat, person: str, people: list[tuple[str, ...]]
) -> None:
    claim = await chat.submitted()

    await chat.press("wang", claim, "add_signer", {"person": person})

    after = await chat.claim(claim.number)
    assert after.plan
    assert [s.approvers for s in after.plan.steps] == people
    assert "加签 · 李雷" in [s.name for s in after.plan.steps]


async def test_one_more_before_and_after_by_words(chat: Chat) -> None:
    claim = await chat.submitted()

    said = await chat.say("wang", f"加签 {claim.number} 李雷 前 请先看")

    assert "先审批" in said
    assert waiting(await chat.claim(claim.number)) == ("li",)


# once


async def test_d01_five_presses_at_once_are_one_decision(chat: Chat) -> None:
    claim = await chat.submitted()
    for i in range(5):
        await chat.put("wang", chat.click("wang", claim, "approve", drawing=i), key=f"c{i}")

    await chat.run()

    after = await chat.claim(claim.number)
    assert after.plan
    assert [d.approver for d in after.plan.steps[0].decisions] == ["wang"]
    assert waiting(after) == ("fin1", "fin2")


async def test_d03_yes_and_no_at_once_exactly_one_counts_and_both_see_it(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    claim = await chat.claim(claim.number)
    before = len(chat.storage.outbox.queue.rows)
    await chat.put("fin1", chat.click("fin1", claim, "approve"), key="yes")
    await chat.put("fin2", chat.click("fin2", claim, "reject", {"reason": "不行"}), key="no")

    await asyncio.gather(chat.run(), chat.run())

    after = await chat.claim(claim.number)
    assert after.plan
    verdicts = [d.decision for d in after.plan.steps[1].decisions]
    assert verdicts in (["approve"], ["reject"])
    for person in ("fin1", "fin2"):
        assert chat.cards(person, before)


async def test_d05_a_forwarded_card_gives_nobody_a_say(chat: Chat) -> None:
    claim = await chat.submitted()

    said = await chat.press("li", claim, "approve")

    assert "不需要你审批" in said
    assert waiting(await chat.claim(claim.number)) == ("wang",)


async def test_d07_a_press_after_withdrawal_is_stale(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("zhang", f"撤回 {claim.number}")

    said = await chat.press("wang", claim, "approve")

    assert "卡片" in said
    assert (await chat.claim(claim.number)).state is State.WITHDRAWN


# sending back


async def test_back_to_me_is_kept_until_the_claim_comes_back(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    await chat.say("fin1", f"退回 {claim.number} 缺附件 回到我")

    await chat.say("zhang", f"提交 {claim.number}")

    assert waiting(await chat.claim(claim.number)) == ("fin1", "fin2")


async def test_the_reason_may_follow_and_the_wish_is_remembered(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")

    asked = await chat.say("fin1", f"退回 {claim.number} 回到我")
    await chat.say("fin1", "缺附件")
    await chat.say("zhang", f"提交 {claim.number}")

    assert "理由" in asked
    assert waiting(await chat.claim(claim.number)) == ("fin1", "fin2")


@pytest.mark.parametrize("to", ["到第1步", "到上一步", "到主管", "给王五"])
async def test_an_earlier_step_is_named_in_many_ways(chat: Chat, to: str) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")

    said = await chat.say("fin1", f"退回 {claim.number} {to} 请再核对")

    after = await chat.claim(claim.number)
    assert (after.state, waiting(after)) == (State.IN_REVIEW, ("wang",)), said
    assert "请再核对" in await chat.answers("wang")


@pytest.mark.parametrize("to", ["给张三", "给申请人"])
async def test_back_to_the_employee_by_name(chat: Chat, to: str) -> None:
    claim = await chat.submitted()

    await chat.say("wang", f"退回 {claim.number} {to} 缺附件")

    assert (await chat.claim(claim.number)).state is State.RETURNED


async def test_words_that_name_nobody_are_part_of_the_reason(chat: Chat) -> None:
    claim = await chat.submitted()

    await chat.say("wang", f"退回 {claim.number} 到店消费的不能报")
    after = await chat.claim(claim.number)

    assert after.plan
    assert "店消费的不能报" in after.plan.steps[0].decisions[0].reason
    assert "没有可以退回" in await chat.say(
        "wang", f"退回 {(await chat.submitted(30)).number} 到第3步 x"
    )


@pytest.mark.parametrize(
    ("action", "inputs", "people"),
    [
        ("return", {}, ("wang",)),
        ("return_back", {}, ("fin1", "fin2")),
        ("return_anew", {}, ("wang",)),
        ("return", {"back": "yes"}, ("fin1", "fin2")),
    ],
)
async def test_a_button_says_where_a_returned_claim_goes_on(
    chat: Chat, action: str, inputs: dict[str, str], people: tuple[str, ...]
) -> None:
    claim = await chat.submitted()
    await chat.press("wang", claim, "approve")
    claim = await chat.claim(claim.number)
    offered = await chat.buttons("fin1", claim)

    await chat.press("fin1", claim, action, {"reason": "缺附件", **inputs})
    await chat.say("zhang", f"提交 {claim.number}")

    assert "return_back" in offered
    assert waiting(await chat.claim(claim.number)) == people


async def test_a_button_without_a_reason_keeps_where_it_leads(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.press("wang", claim, "approve")
    claim = await chat.claim(claim.number)

    asked = await chat.press("fin1", claim, "return_back")
    await chat.say("fin1", "缺附件")
    await chat.say("zhang", f"提交 {claim.number}")

    assert "理由" in asked
    assert waiting(await chat.claim(claim.number)) == ("fin1", "fin2")


async def test_the_page_returns_to_an_earlier_step(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.press("wang", claim, "approve")
    claim = await chat.claim(claim.number)

    inputs = {"reason": "请再核对", "to": "step 1", "back": "yes"}
    await chat.press("fin1", claim, "return", inputs)

    after = await chat.claim(claim.number)
    assert (after.state, waiting(after)) == (State.IN_REVIEW, ("wang",))


# single lines


@pytest.mark.parametrize(
    ("amount", "total", "said"),
    [("30", 4000, ""), ("0", 1000, ""), ("45", 5500, "核减"), ("x", 5500, "金额")],
)
async def test_the_page_reduces_a_line(chat: Chat, amount: str, total: int, said: str) -> None:
    await chat.say("zhang", "打车 10 昨天 去机场")
    claim = await chat.submitted()
    line = next(i for i, x in enumerate(claim.lines, 1) if x.amount_fen == 4500)

    inputs = {"line": str(line), "amount": amount, "reason": "超标"}
    answer = await chat.press("wang", claim, "reduce", inputs)

    after = await chat.claim(claim.number)
    assert after.total_fen == total, answer
    assert said in answer
    assert after.version == claim.version + (not said)
    assert await chat.figures() == (total, 0)


async def test_the_page_holds_a_line(chat: Chat) -> None:
    await chat.say("zhang", "打车 10 昨天 去机场")
    claim = await chat.submitted()

    await chat.press("wang", claim, "hold_line", {"line": "1", "reason": "等发票"})

    after = await chat.claim(claim.number)
    page = await chat.storage.store.claims(ClaimQuery(employee="zhang"), Page(limit=5))
    apart = next(c for c in page.items if c.split_from == claim.number)
    assert (len(after.lines), len(apart.lines), apart.paused) == (1, 1, "等发票")
    assert waiting(after) == waiting(apart) == ("wang",)


# taking back


async def test_a_decision_is_taken_back_by_button_within_its_minute(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.press("wang", claim, "approve")
    decided = await chat.claim(claim.number)

    offered = await chat.buttons("wang", decided)
    said = await chat.press("wang", decided, "undo")

    assert offered == ("undo",)
    assert "已撤销" in said
    assert waiting(await chat.claim(claim.number)) == ("wang",)


async def test_the_button_goes_after_its_minute_and_words_say_so(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    chat.later(seconds=61)

    assert await chat.buttons("wang", await chat.claim(claim.number)) == ()
    assert "一分钟" in await chat.say("wang", f"撤销 {claim.number}")


@pytest.mark.parametrize("act", ["同意 {n}", "驳回 {n} 不行", "退回 {n} 缺附件"])
async def test_a_final_word_is_taken_back_and_the_money_is_as_it_was(chat: Chat, act: str) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    held = await chat.figures()

    await chat.say("fin1", act.format(n=claim.number))
    said = await chat.say("fin1", f"撤销 {claim.number}")

    after = await chat.claim(claim.number)
    assert "已撤销" in said
    assert (after.state, waiting(after)) == (State.IN_REVIEW, ("fin1", "fin2"))
    assert held == await chat.figures() == (4500, 0)
    await chat.say("fin2", f"同意 {claim.number}")
    assert (await chat.claim(claim.number)).state is State.APPROVED
    assert await chat.figures() == (0, 4500)


async def test_what_was_paid_is_not_taken_back(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    await chat.say("fin1", f"同意 {claim.number}")
    await chat.say("cash", f"已付 {claim.number}")

    assert "已经付出" in await chat.say("fin1", f"撤销 {claim.number}")
    assert (await chat.claim(claim.number)).state is State.PAID


@pytest.mark.parametrize(
    ("state", "purpose", "version", "refused"),
    [
        ("open", DOCUMENT, 1, True),
        ("sending", DOCUMENT, 1, True),
        ("unknown", DOCUMENT, 1, True),
        ("new", DOCUMENT, 1, False),
        ("closed", DOCUMENT, 1, False),
        ("open", "voucher", 1, False),
        ("open", DOCUMENT, 0, False),
    ],
)
async def test_what_another_system_has_is_not_taken_back(
    chat: Chat, state: LinkState, purpose: str, version: int, *, refused: bool
) -> None:
    claim = await chat.submitted()
    await chat.say("wang", f"同意 {claim.number}")
    await chat.say("fin1", f"同意 {claim.number}")
    key = f"{claim.number}/{version}"
    await chat.links.begin(Link("hose", key, claim.number, purpose, state, chat.now))

    said = await chat.say("fin1", f"撤销 {claim.number}")

    assert ("已经发到" in said) is refused
    after = await chat.claim(claim.number)
    assert after.state is (State.APPROVED if refused else State.IN_REVIEW)
    payment = await chat.storage.store.payment(f"P-{claim.number}")
    assert payment
    assert payment.state == ("pending" if refused else "cancelled")


async def test_an_owner_says_the_same_word_and_withdraws(chat: Chat) -> None:
    claim = await chat.submitted()

    await chat.say("zhang", f"撤销 {claim.number}")

    assert (await chat.claim(claim.number)).state is State.WITHDRAWN


# high amounts


@pytest.fixture
async def careful() -> Chat:
    return await Chat(Settings(second_tap_above_fen=1000_00)).found(company_with())


async def test_a_high_amount_wants_a_second_press(careful: Chat) -> None:
    claim = await careful.submitted(1000)

    asked = await careful.press("wang", claim, "approve")
    offered = await careful.buttons("wang", claim)
    still = await careful.claim(claim.number)
    await careful.press("wang", claim, "approve", drawing=2)
    pressed = await careful.claim(claim.number)
    await careful.press("wang", claim, "confirm", drawing=3)

    assert "¥1,000.00" in asked
    assert offered[0] == "confirm"
    assert waiting(still) == waiting(pressed) == ("wang",)
    assert waiting(await careful.claim(claim.number)) == ("fin1", "fin2")


@pytest.mark.parametrize("second", ["确认", "同意 {n}", "yes"])
async def test_a_high_amount_wants_a_second_word(careful: Chat, second: str) -> None:
    claim = await careful.submitted(1000)

    await careful.say("wang", f"同意 {claim.number} 注意标准")
    assert waiting(await careful.claim(claim.number)) == ("wang",)
    await careful.say("wang", second.format(n=claim.number))

    after = await careful.claim(claim.number)
    assert after.plan
    assert after.plan.steps[0].decisions[0].reason == "注意标准"


async def test_the_second_yes_does_not_wait_for_ever(careful: Chat) -> None:
    claim = await careful.submitted(1000)
    await careful.press("wang", claim, "approve")
    careful.later(minutes=6)

    await careful.press("wang", claim, "confirm", drawing=2)

    assert waiting(await careful.claim(claim.number)) == ("wang",)


async def test_a_small_amount_is_agreed_to_at_once(careful: Chat) -> None:
    claim = await careful.submitted(999)

    await careful.press("wang", claim, "approve")

    assert waiting(await careful.claim(claim.number)) == ("fin1", "fin2")


async def test_only_who_is_asked_is_asked_twice(careful: Chat) -> None:
    claim = await careful.submitted(1000)

    assert "不需要你审批" in await careful.press("li", claim, "approve")


# many at once


async def test_clean_claims_are_agreed_to_together_after_one_word(careful: Chat) -> None:
    claims = [await careful.submitted(yuan) for yuan in (30, 40, 2000)]

    asked = await careful.say("wang", "全部同意")
    still = [waiting(await careful.claim(c.number)) for c in claims]
    done = await careful.say("wang", "确认")

    assert "2 张" in asked
    assert "¥70.00" in asked
    assert "另有 1 张" in asked
    assert still == [("wang",)] * 3
    assert "已同意 2 张" in done
    after = [waiting(await careful.claim(c.number)) for c in claims]
    assert after == [("fin1", "fin2"), ("fin1", "fin2"), ("wang",)]
    assert careful.cards("fin1")


async def press_list(chat: Chat, person: str, action: str, mark: int, owner: str = "") -> str:
    """Press a button of a list; `owner` is whose list it is."""
    before = len(chat.storage.outbox.queue.rows)
    token = Token(f"todo-{owner or person}", mark, drawing=before).pack()
    await chat.put(person, CardClicked(Sender("dingtalk", person), "card", action, token, {}))
    await chat.run()
    return await chat.answers(person, before)


async def list_of(chat: Chat, person: str) -> Batch:
    dialog = alive(await chat.storage.store.dialog(person), chat.now)
    return await batch_of(chat.storage.store, chat.settings, person, dialog)


async def test_two_presses_agree_to_a_list(careful: Chat) -> None:
    claims = [await careful.submitted(yuan) for yuan in (30, 40, 2000)]

    await careful.say("wang", "待办")
    shown = await list_of(careful, "wang")
    await press_list(careful, "wang", "approve_all", shown.mark)
    armed = await list_of(careful, "wang")
    still = [waiting(await careful.claim(c.number)) for c in claims]
    done = await press_list(careful, "wang", "confirm_all", armed.mark)
    again = await press_list(careful, "wang", "confirm_all", armed.mark)

    assert [c.fresh for c in careful.cards("wang") if c.purpose == "todo"] == [
        True, False, False, False,
    ]  # fmt: skip
    assert ([c.number for c in shown.claims], shown.others) == (
        [claims[1].number, claims[0].number], 1,
    )  # fmt: skip
    assert (shown.armed, armed.armed) == (False, True)
    assert still == [("wang",)] * 3
    assert "已同意 2 张" in done
    assert all(c.number in done for c in claims[:2])
    assert "过期" in again
    after = [waiting(await careful.claim(c.number)) for c in claims]
    assert after == [("fin1", "fin2"), ("fin1", "fin2"), ("wang",)]


@pytest.mark.parametrize("action", ["approve_all", "confirm_all"])
@pytest.mark.parametrize("person", ["zhang", "li", "boss", "fin1", "cash"])
async def test_nobody_agrees_to_a_list_of_somebody_else(
    chat: Chat, action: str, person: str
) -> None:
    claims = [await chat.submitted(yuan) for yuan in (30, 40)]
    await chat.say("wang", "全部同意")
    asked = await list_of(chat, "wang")

    forwarded = await press_list(chat, person, action, asked.mark, owner="wang")
    own = await press_list(chat, person, action, asked.mark)

    assert "发给别人" in forwarded
    assert own
    assert [waiting(await chat.claim(c.number)) for c in claims] == [("wang",)] * 2


async def test_an_old_list_is_stale_and_what_moved_on_is_named(chat: Chat) -> None:
    claims = [await chat.submitted(yuan) for yuan in (30, 40)]
    await chat.say("wang", "全部同意")
    asked = await list_of(chat, "wang")
    await chat.say("wang", f"驳回 {claims[0].number} 不行")
    gone = await press_list(chat, "wang", "confirm_all", asked.mark)
    await chat.submitted(50)

    await press_list(chat, "wang", "approve_all", 0)
    fresh = await list_of(chat, "wang")
    stale = await press_list(chat, "wang", "confirm_all", asked.mark)
    await chat.say("zhang", f"撤回 {claims[1].number}")
    done = await press_list(chat, "wang", "confirm_all", fresh.mark)
    never = await press_list(chat, "wang", "confirm_all", 0)

    assert "过期" in never
    assert "过期" in gone
    assert "过期" in stale
    assert "已同意 1 张" in done
    assert f"{claims[1].number} 已有变化" in done


async def test_what_changed_since_the_list_is_left_alone(chat: Chat) -> None:
    claims = [await chat.submitted(yuan) for yuan in (30, 40)]
    await chat.say("wang", "批量同意")
    await chat.say("zhang", f"撤回 {claims[0].number}")

    done = await chat.say("wang", "确认")

    assert "已同意 1 张" in done
    assert claims[0].number in done
    assert (await chat.claim(claims[0].number)).state is State.WITHDRAWN


async def test_another_word_confirms_nothing_and_an_empty_list_says_so(chat: Chat) -> None:
    assert "没有等你审批" in await chat.say("wang", "全部同意")
    claim = await chat.submitted()
    await chat.say("wang", "全部同意")

    await chat.say("wang", "等等")
    await chat.say("wang", "待办")
    await chat.say("wang", "取消")
    await chat.say("wang", "确认")

    assert waiting(await chat.claim(claim.number)) == ("wang",)


# standing in


async def test_what_waits_moves_to_the_stand_in_and_back(chat: Chat) -> None:
    claim = await chat.submitted()
    seen = len(chat.storage.outbox.queue.rows)

    said = await chat.say("wang", "委托 李雷 至 11-27")

    assert "李雷" in said
    assert "1 张" in said
    assert waiting(await chat.claim(claim.number)) == ("li",)
    assert [c.fresh for c in chat.cards("li", seen)] == [True]
    assert [c.only_open for c in chat.cards("wang", seen)] == [True]
    assert "王五" in await chat.answers("li")
    new = await chat.submitted(30)
    assert waiting(new) == ("li",)
    await chat.say("wang", "取消委托")
    for number in (claim.number, new.number):
        assert waiting(await chat.claim(number)) == ("wang",)


async def test_a_delegation_ends_by_itself(chat: Chat) -> None:
    claim = await chat.submitted()
    await chat.say("wang", "委托 李雷 至 11-26")
    store, settings = chat.storage.store, chat.settings

    chat.later(days=1, hours=13)
    assert await reroute_all(store, settings, chat.now, "run-1") == 0
    chat.later(hours=1)
    late = await chat.say("li", f"同意 {claim.number}")
    moved = await reroute_all(store, settings, chat.now, "run-2")

    assert "到期" in late
    assert moved == 1
    assert waiting(await chat.claim(claim.number)) == ("wang",)
    assert chat.cards("wang")[-1].fresh


async def test_a_delegation_begins_on_its_day_and_for_its_kinds(chat: Chat) -> None:
    await chat.say("wang", "委托 李雷 从 11-26 至 11-27 报销")

    today = await chat.submitted()
    chat.later(days=1)
    tomorrow = await chat.submitted(30)
    await chat.say("zhang", "借款 2000 备用金")
    await chat.say("zhang", "提交")
    page = await chat.storage.store.claims(ClaimQuery(kind="advance"), Page(limit=1))

    assert waiting(today) == ("wang",)
    assert waiting(tomorrow) == ("li",)
    assert waiting(page.items[0]) == ("wang",)
    assert await reroute_all(chat.storage.store, chat.settings, chat.now, "run") == 1


async def test_d09_a_stand_in_never_decides_on_a_claim_of_their_own(chat: Chat) -> None:
    await chat.say("wang", "委托 张三 至 11-27")

    claim = await chat.submitted()

    assert waiting(claim) == ("wang",)
    assert "本人" in await chat.say("zhang", f"同意 {claim.number}")


async def test_delegations_are_listed(chat: Chat) -> None:
    assert "没有委托" in await chat.say("wang", "我的委托")
    await chat.say("wang", "委托 李雷 至 11-27")

    for person in ("wang", "li"):
        assert "2026-11-27" in await chat.say(person, "我的委托")


# leaving, being late, finding nobody


async def test_d11_when_somebody_leaves_whoever_is_above_is_asked(chat: Chat) -> None:
    claim = await chat.submitted()
    company = await chat.storage.store.company()
    rest = company.model_dump(by_alias=True)
    rest["people"] = [p for p in rest["people"] if p["id"] != "wang"]
    for p in rest["people"]:
        p["manager"] = None if p["manager"] == "wang" else p["manager"]
    rest["departments"][0]["head"] = None
    await chat.found(deactivate_missing(company, Company.model_validate(rest)))

    moved = await reroute_all(chat.storage.store, chat.settings, chat.now, "company:2")

    assert moved == 1
    assert waiting(await chat.claim(claim.number)) == ("boss",)
    assert "离职" in await chat.answers("zhang")


async def test_what_is_late_goes_up(chat: Chat) -> None:
    await chat.found(company_with({**STEPS[0], "hours": 4}, STEPS[1]))
    claim = await chat.submitted()
    store = chat.storage.store

    assert await overdue_now(store, chat.now) == ()
    chat.later(hours=5)
    (late,) = await overdue_now(store, chat.now)
    done = await escalate_overdue(store, chat.settings, chat.now, "run-1")
    again = await escalate_overdue(store, chat.settings, chat.now, "run-2")

    assert (late.claim.number, late.people) == (claim.number, ("wang",))
    assert (done, again) == (1, 0)
    assert waiting(await chat.claim(claim.number)) == ("wang", "boss")
    assert "超过时限" in await chat.answers("zhang")


async def test_no_approver_is_told_to_the_employee_and_to_the_administrators(chat: Chat) -> None:
    await chat.found(company_with({"name": "审计", "approvers": ["role:auditor"]}))

    claim = await chat.submitted()

    assert claim.state is State.DRAFT
    assert "找不到审批人" in await chat.answers("zhang")
    told = [n for n in chat.notices() if isinstance(n, Say) and n.person == "boss"]
    assert [(n.code, dict(n.fields)["step"]) for n in told] == [("stopped_submission", "审计")]


async def test_a_small_clean_claim_passes_by_itself(chat: Chat) -> None:
    await chat.found(company_with(*STEPS, auto_approve_up_to="100.00"))

    claim = await chat.submitted(100)

    assert claim.state is State.APPROVED
    assert await chat.figures() == (0, 10000)
    assert all(c.only_open for c in chat.cards("wang"))
    assert [c.purpose for c in chat.cards("cash")] == ["payment"]


def test_every_word_has_its_handler() -> None:
    assert set(Command.__args__) <= set(COMMANDS)  # type: ignore[attr-defined]


async def test_the_job_moves_and_escalates_and_says_how_many(chat: Chat) -> None:
    await chat.found(company_with({**STEPS[0], "hours": 4}, STEPS[1]))
    late = await chat.submitted()
    await chat.say("fin1", "委托 李雷 从 11-26 至 11-27")
    chat.later(days=1)
    office: Any = SimpleNamespace(store=chat.storage.store, settings=chat.settings)
    run = Run("routing", "job:routing:1", chat.now, chat.now, chat.now.date())
    other = await chat.submitted(30)
    await chat.say("wang", f"同意 {other.number}")

    first = await route(run, office)
    second = await route(run, office)

    assert dict(first) == {"moved": 0, "escalated": 1}
    assert dict(second) == {"moved": 0, "escalated": 0}
    assert waiting(await chat.claim(late.number)) == ("wang", "boss")
    assert waiting(await chat.claim(other.number)) == ("li", "fin2")


async def test_other_systems_read_in_whose_place_somebody_decided(chat: Chat) -> None:
    await chat.say("wang", "委托 李雷 至 11-27")
    claim = await chat.submitted()
    await chat.say("li", f"同意 {claim.number}")

    approvals = claim_json(await chat.claim(claim.number), (), [])["approvals"]

    assert isinstance(approvals, list)
    assert (approvals[0]["approver"], approvals[0]["on_behalf_of"]) == ("li", "wang")
