"""The form on the page of a claim: one event as of a click, once; told to nobody else."""

import re
from dataclasses import replace
from datetime import timedelta
from zlib import crc32

import pytest
from web_stage import NUMBER, PAGE, Stage, claim

from bot.events import CardClicked, Event, from_json
from core.approval import Plan, Step
from core.change import Change, Dialog
from core.claim import Finding, State

DECIDE = f"{PAGE}/decide"


def fields_of(page: str) -> dict[str, str]:
    found = re.search(
        r'name="token" value="([^"]+)">\s*<input type="hidden" name="once" value="(\w+)"', page
    )
    assert found, page
    return {"token": found[1], "once": found[2]}


async def send(stage: Stage, **fields: str) -> tuple[int, str]:
    async with stage.client.post(DECIDE, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def taken(stage: Stage) -> list[Event]:
    rows = await stage.storage.inbox.lease(50, stage.now, 60)
    for row in rows:
        await stage.storage.inbox.finish(row)
    return [e for row in rows if isinstance(e := from_json(row.body), CardClicked)]


async def test_only_whose_turn_it_is_finds_a_form(stage: Stage) -> None:
    await stage.keep(claim())
    shown = {}
    for user in ("z", "w", "f", "a"):
        await stage.be(user)
        shown[user] = 'value="approve"' in (await stage.get(PAGE))[1]

    assert shown == {"z": False, "w": True, "f": False, "a": False}


@pytest.mark.parametrize(
    ("action", "words", "more", "inputs"),
    [
        ("approve", "", {}, {}),
        ("approve", "下次注意", {}, {"opinion": "下次注意"}),
        ("reject", "超出标准", {"where": "back"}, {"reason": "超出标准"}),
        ("return", "请补充客户名称\n谢谢", {}, {"reason": "请补充客户名称\n谢谢"}),
        ("return", "缺附件", {"where": "back"}, {"reason": "缺附件", "back": "yes"}),
        ("return", "缺附件", {"where": "anew"}, {"reason": "缺附件", "back": "no"}),
        (
            "return",
            "再看",
            {"where": "step:1:back"},
            {"reason": "再看", "back": "yes", "to": "step 1"},
        ),
        ("return", "再看", {"where": "step:x"}, {"reason": "再看"}),
        ("transfer", "李雷", {"place": "before"}, {"person": "李雷"}),
        ("add_signer", "李雷", {"place": "before"}, {"person": "李雷", "place": "before"}),
        (
            "reduce",
            "超标",
            {"line": "1", "amount": "200"},
            {"reason": "超标", "line": "1", "amount": "200"},
        ),
        ("hold_line", "等发票", {"line": "2", "amount": ""}, {"reason": "等发票", "line": "2"}),
    ],
)
async def test_a_form_is_the_event_of_a_click(
    stage: Stage, action: str, words: str, more: dict[str, str], inputs: dict[str, str]
) -> None:
    await stage.keep(claim())
    await stage.be("w")
    fields = fields_of((await stage.get(PAGE))[1])

    status, where = await send(stage, action=action, words=words, **more, **fields)
    (event,) = await taken(stage)

    assert (status, where.partition("?")[0]) == (303, PAGE)
    assert isinstance(event, CardClicked)
    assert (event.sender.channel, event.sender.user) == ("dingtalk", "w")
    assert (event.action, event.inputs) == (action, inputs)
    assert event.token == f"{NUMBER}~1~0~0"


async def test_the_same_form_twice_is_one_event_and_a_new_page_another(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.be("w")
    first = fields_of((await stage.get(PAGE))[1])
    again = fields_of((await stage.get(PAGE))[1])

    for fields in (first, first, again):
        await send(stage, action="reject", words="超标", **fields)

    assert await stage.storage.inbox.oldest_waiting() == stage.now
    assert len(stage.storage.inbox.queue.rows) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "pay", "token": f"{NUMBER}~1~0~0"},
        {"action": "approve", "token": "BX-20261125-0008~1~0~0"},
        {"action": "approve", "token": "nonsense"},
        {"action": "approve", "token": f"{NUMBER}~x~0~0"},
    ],
)
async def test_forged_forms_are_refused(stage: Stage, fields: dict[str, str]) -> None:
    await stage.keep(claim())
    await stage.be("w")

    status, _ = await send(stage, **fields)

    assert status == 400
    assert await taken(stage) == []


async def test_a_rejection_without_words_changes_nothing(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.be("w")
    fields = fields_of((await stage.get(PAGE))[1])

    assert await send(stage, action="reject", words="  ", **fields) == (303, PAGE)
    assert await taken(stage) == []


async def test_another_site_cannot_send_a_form(stage: Stage) -> None:
    await stage.keep(claim())
    await stage.be("w")
    fields = fields_of((await stage.get(PAGE))[1]) | {"action": "approve"}
    evil = {"Origin": "https://evil.example"}

    async with stage.client.post(DECIDE, data=fields, headers=evil) as answer:
        assert answer.status == 403
    assert await taken(stage) == []


async def test_who_has_not_signed_in_signs_in_and_comes_to_the_claim(stage: Stage) -> None:
    await stage.keep(claim())
    stage.client.session.cookie_jar.clear()
    status, where = await send(stage, action="approve", token=f"{NUMBER}~1~0~0")
    after, _, headers = await stage.get(DECIDE)

    assert (status, where.startswith("/app/signin?next=")) == (302, True)
    assert (after, headers["Location"]) == (303, PAGE)


async def test_what_became_of_a_form_is_told_to_its_sender_alone(stage: Stage) -> None:
    await stage.keep(claim(plan=Plan((Step("主管", "all", ("wang", "zhao")),))))
    await stage.be("w")
    fields = fields_of((await stage.get(PAGE))[1])
    _, where = await send(stage, action="approve", words="", **fields)
    waiting = (await stage.get(where))[1]
    (row,) = await stage.storage.inbox.lease(1, stage.now, 60)
    await stage.storage.inbox.finish(row)
    done = (await stage.get(where))[1]
    await stage.be("f")
    other = (await stage.get(where))[1]

    assert "正在处理" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "已处理" in done
    assert 'http-equiv="refresh"' not in done
    assert 'class="told' not in other


async def test_a_claim_that_is_decided_has_no_form(stage: Stage) -> None:
    await stage.keep(replace(claim(), state=State.APPROVED))
    await stage.be("w")

    assert 'name="token"' not in (await stage.get(PAGE))[1]


async def test_a_high_amount_is_asked_for_twice_here_too(stage: Stage) -> None:
    await stage.keep(claim())
    place = (("number", NUMBER), ("version", "1"), ("step", "0"))
    first_yes = Dialog("wang", "confirm", place, stage.now + timedelta(minutes=5))
    await stage.storage.store.commit(Change(at=stage.now, dialogs=(first_yes,)))
    await stage.be("w")

    _, page, _ = await stage.get(PAGE)
    await send(stage, action="confirm", words="", **fields_of(page))
    (event,) = await taken(stage)

    assert "请再确认一次" in page
    assert 'value="approve"' not in page
    assert isinstance(event, CardClicked)
    assert event.action == "confirm"


# agreeing to several together

TODO, BATCH = "/app/todo", "/app/todo/batch"


async def kept(stage: Stage, *numbers: str, **changes: object) -> None:
    for number in numbers:
        await stage.keep(replace(claim(**changes), number=number))


async def push(stage: Stage, **fields: str) -> tuple[int, str]:
    async with stage.client.post(BATCH, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_several_clean_claims_are_offered_together_and_asked_for_once(stage: Stage) -> None:
    numbers = ("BX-20261125-0001", "BX-20261125-0002")
    await kept(stage, *numbers)
    await kept(stage, "BX-20261125-0003", findings=(Finding("weekend", "warn"),))
    await stage.be("w")
    _, page, _ = await stage.get(TODO)

    status, where = await push(stage, action="approve_all", **fields_of(page))
    (event,) = await taken(stage)
    marks = " ".join(f"{n}/1/0" for n in numbers)
    dialog = Dialog("wang", "batch", (("claims", marks),), stage.now + timedelta(minutes=5))
    await stage.storage.store.commit(Change(at=stage.now, dialogs=(dialog,)))
    asked = (await stage.get(where))[1]
    await push(stage, action="confirm_all", **fields_of(asked))
    (second,) = await taken(stage)

    assert "批量同意 2 张（¥560.00）" in page
    assert (status, where.partition("?")[0]) == (303, TODO)
    assert isinstance(event, CardClicked)
    assert (event.action, event.sender.user) == ("approve_all", "w")
    assert event.token.startswith("todo-wang~")
    assert "确认同意这 2 张" in asked
    assert [asked.count(f"BX-20261125-000{i}") for i in (1, 2, 3)] == [4, 4, 2]
    assert isinstance(second, CardClicked)
    assert second.action == "confirm_all"
    assert second.token.split("~")[1] == str(crc32(marks.encode()))


@pytest.mark.parametrize("user", ["z", "l", "f", "a", "w"])
async def test_nothing_is_offered_together_where_nothing_or_one_waits(
    stage: Stage, user: str
) -> None:
    await kept(stage, NUMBER)
    await stage.be(user)

    assert BATCH not in (await stage.get(TODO))[1]


@pytest.mark.parametrize(
    "fields",
    [{}, {"action": "approve", "token": "todo-wang~1~0~0"}, {"action": "approve_all"}],
)
async def test_forged_lists_are_refused(stage: Stage, fields: dict[str, str]) -> None:
    await stage.be("w")

    assert (await push(stage, **fields))[0] == 400
    assert await taken(stage) == []
