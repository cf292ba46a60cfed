"""A step that 蓝凌 decides, as people live it: submitted in chat, decided there, heard here."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.oa.landray import LandrayForm, LandrayStandIn, Review
from tests.flow.oa_stage import OaStage, oa_stage, seen

TABLE = {"user": "rest", "password": "rest-pass", "template_id": LandrayForm().template}


@asynccontextmanager
async def landray_stage(
    folder: Path, **more: object
) -> AsyncIterator[tuple[OaStage, LandrayStandIn]]:
    oa = LandrayStandIn(people=("zhangsan", "wangfang", "boss"))
    async with oa_stage("landray", folder, oa.routes(), {**TABLE, **more}, context="/ekp") as place:
        yield place, oa
    assert oa.violations == []


async def begun(oa: LandrayStandIn, count: int = 1) -> Review:
    await seen(lambda: len(oa.reviews) == count, "a process in the OA")
    return list(oa.reviews.values())[-1]


async def test_a_signed_result_decides_and_withdrawing_here_abandons_there(tmp_path: Path) -> None:
    async with landray_stage(tmp_path, results={"1": "returned"}) as (place, oa):
        number = await place.submitted()
        first = await begun(oa)
        assert (first.creator, first.values["fd_amount"]) == ("zhangsan", "45.00")
        await place.phone.card("蓝凌 OA审批中", first.id[:20])

        await place.phone.say(f"撤回 {number}")
        await place.state_is(number, "withdrawn")
        await seen(lambda: first.status == "00", "the process to be abandoned")

        await place.phone.say(f"提交 {number}")
        second = await begun(oa, 2)
        assert await place.call_back(oa.result(second.id, "rejected", "请补附件"), "m1") == 200
        await place.state_is(number, "returned")
        await place.phone.card("请补附件")

        await place.phone.say(f"提交 {number}")
        third = await begun(oa, 3)
        said = oa.result(third.id, "approved", "同意")
        assert await place.call_back(said, "m2") == 200
        assert await place.call_back(said, "m2") == 200
        await place.state_is(number, "approved")
        # What comes late, of this process or of the one before, changes nothing any more.
        assert await place.call_back(oa.result(third.id, "rejected"), "m3") == 200
        assert await place.call_back(oa.result(first.id, "void"), "m4") == 200
        await place.all_is_done()
        claim = await place.stage.api(f"claims/{number}")
        assert claim["state"] == "approved"
        assert claim["approvals"][-1]["reason"] == "同意"  # type: ignore[index]


async def test_a_forged_result_decides_nothing(tmp_path: Path) -> None:
    async with landray_stage(tmp_path) as (place, oa):
        number = await place.submitted()
        made = await begun(oa)
        said = oa.result(made.id, "approved")
        other = "whsec_" + base64.b64encode(b"x" * 32).decode()

        assert await place.post(said, {}) == 403
        assert await place.call_back(said, secret=other) == 403
        assert await place.call_back(said, signed=oa.result(made.id, "rejected")) == 403
        assert await place.call_back('{"oaId": 1}') == 403
        await place.all_is_done()
        assert (await place.stage.api(f"claims/{number}"))["state"] == "in_review"


async def test_a_lost_answer_is_a_visible_stop_and_never_a_second_process(tmp_path: Path) -> None:
    async with landray_stage(tmp_path) as (place, oa):
        oa.faults.add("cut_off_after", "addReview")
        number = await place.submitted()
        await place.phone.text("还没有送达", number)
        made = oa.one()
        found = await place.console().run("stuck", "retry", number, "--found", made.id)
        assert found.code == 0, found.err

        assert await place.call_back(oa.result(made.id, "approved", "同意")) == 200
        await place.state_is(number, "approved")
        assert len(oa.reviews) == 1
