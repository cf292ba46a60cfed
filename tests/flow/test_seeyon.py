"""A step that 致远 decides, as people live it: submitted in chat, decided there, heard here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.oa.seeyon import Process, SeeyonStandIn
from tests.flow.oa_stage import OaStage, oa_stage, seen

TABLE = {
    "user": "rest",
    "password": "rest-pass",
    "template_code": "BX_001",
    "login_name": "boss",
}


@asynccontextmanager
async def seeyon_stage(
    folder: Path, people: str = "", **more: object
) -> AsyncIterator[tuple[OaStage, SeeyonStandIn]]:
    oa = SeeyonStandIn(people=("zhangsan", "wangfang", "boss"))
    async with oa_stage("seeyon", folder, oa.routes(), {**TABLE, **more}, people=people) as place:
        yield place, oa
    assert oa.violations == []


async def begun(oa: SeeyonStandIn, count: int = 1) -> Process:
    await seen(lambda: len(oa.processes) == count, "a process in the OA")
    return list(oa.processes.values())[-1]


async def test_a_claim_is_decided_there_withdrawn_here_and_tried_again(tmp_path: Path) -> None:
    async with seeyon_stage(tmp_path) as (place, oa):
        number = await place.submitted()
        first = await begun(oa)
        assert (first.sender, first.main["单号"], first.main["金额"]) == (
            "zhangsan",
            number,
            "45.00",
        )
        assert first.rows["formson_0020"][0]["费用类型"] == "市内交通"

        await place.phone.say(f"撤回 {number}")
        await place.state_is(number, "withdrawn")
        await seen(lambda: first.state == 5, "the process to be revoked")

        await place.phone.say(f"提交 {number}")
        second = await begun(oa, 2)
        oa.send_back(second.summary)
        await place.state_is(number, "returned")

        await place.phone.say(f"提交 {number}")
        third = await begun(oa, 3)
        await place.phone.card("致远 OA审批中", third.summary)
        oa.finish(third.summary)
        assert await place.call_back(f'{{"summaryId": "{third.summary}"}}') == 200
        assert await place.call_back("{}", signed="other") == 403
        await place.state_is(number, "approved")


async def test_a_lost_answer_is_a_visible_stop_and_never_a_second_process(tmp_path: Path) -> None:
    async with seeyon_stage(tmp_path) as (place, oa):
        oa.faults.add("cut_off_after", "process/start")
        number = await place.submitted()
        await place.phone.text("还没有送达", number)
        await place.stage.restart()
        assert len(oa.processes) == 1
        made = oa.one()

        found = await place.console().run("stuck", "retry", number, "--found", made.summary)
        assert found.code == 0, found.err

        oa.finish(made.summary)
        await place.state_is(number, "approved")
        assert len(oa.processes) == 1


async def test_what_waits_for_people_stands_in_its_to_do_list(tmp_path: Path) -> None:
    roles = ["todo"]
    async with seeyon_stage(tmp_path, "manager", roles=roles) as (place, oa):
        number = await place.submitted()
        await seen(lambda: oa.todos, "a to-do in the OA")
        (todo,) = oa.todos.values()
        assert (todo["noneBindingReceiver"], todo["state"]) == ("wangfang", "0")
        assert number in str(todo["title"])

        await place.stage.phone("dingtalk", "wang").say(f"同意 {number}")
        await place.state_is(number, "approved")
        await seen(lambda: todo["state"] == "1", "the to-do to be over")
