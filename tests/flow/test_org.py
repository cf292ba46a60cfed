"""People come from the address books: a new colleague claims, a leaver's approvals move up."""

import asyncio
from pathlib import Path

from core.company import Company
from core.ports import ClaimQuery, Page
from sandbox.config import SandboxPerson
from sandbox.contacts import Member
from tests.flow.command import Console
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Stage, on_stage, until

ORG = {"follow": True, "match": "job_number"}
MEI = SandboxPerson("mei", "韩梅", "", "staff-mei", "HanMei")
SALES = 2
"""The first department of the sample company in the stand-ins."""


def with_newcomer(platform: str) -> Member:
    user = MEI.dingtalk if platform == "dingtalk" else MEI.wecom
    return Member(user, MEI.name, (SALES,), job_number="0042")


async def waiting(stage: Stage, person: str) -> list[str]:
    query = ClaimQuery(waiting_for=person)
    page = await stage.service.storage.store.claims(query, Page(None, 10))
    return [c.number for c in page.items]


@ON_POSTGRES
async def test_a_new_colleague_claims_and_a_leaver_hands_over(
    company: Company, tmp_path: Path, port: int, database_url: str
) -> None:
    staged = on_stage(company, tmp_path, database_url, port, org=ORG, newcomers=(MEI,))
    async with asyncio.timeout(300), staged as stage:
        ding = stage.sandbox.hands.contacts["dingtalk"]
        wecom = stage.sandbox.hands.contacts["wecom"]
        for contacts in (ding, wecom):
            contacts.members.pop(MEI.dingtalk, None)
            contacts.members.pop(MEI.wecom, None)
        await ding.join(with_newcomer("dingtalk"))
        await wecom.join(with_newcomer("wecom"))
        await _known(stage, 7)

        mei = stage.phone("wecom", "mei")
        await mei.say("打车 45 今天 去客户现场")
        await mei.card("45.00", action="submit")
        await mei.say("提交")
        await stage.phone("wecom", "wang").card("BX-", action="approve")
        assert len(await waiting(stage, "wang")) == 1

        del wecom.members["WangFang"]
        await ding.leave("staff-wang")
        approval = await stage.phone("wecom", "sun").card("BX-", action="approve")

        assert await waiting(stage, "wang") == []
        await stage.phone("wecom", "sun").click(approval, "approve")
        after = await stage.service.storage.store.company()
        found = after.person("staff-mei")
        wang = after.person("wang")
        assert found is not None
        assert wang is not None
        assert (found.wecom, found.department, wang.active) == ("HanMei", "sales", False)


async def _known(stage: Stage, count: int) -> None:
    store = stage.service.storage.store

    async def look() -> bool | None:
        people = (await store.company()).people
        return True if sum(bool(p.wecom and p.dingtalk) for p in people) == count else None

    async def seen() -> object:
        return [p.id for p in (await store.company()).people]

    await until(look, f"{count} people of both", seen)


def settings_of(stage: Stage) -> str:
    ding, wecom = stage.config.dingtalk, stage.config.wecom
    return f"""
[dingtalk]
enabled = true
client_id = "{ding.client_id}"
client_secret = "{ding.client_secret.get_secret_value()}"
api_url = "{ding.api_url}"
oapi_url = "{ding.oapi_url}"

[wecom]
enabled = true
corp_id = "{wecom.corp_id}"
agent_id = {wecom.agent_id}
secret = "{wecom.secret.get_secret_value()}"
token = "{wecom.token.get_secret_value()}"
encoding_aes_key = "{wecom.encoding_aes_key.get_secret_value()}"
api_url = "{wecom.api_url}"
"""


@ON_SQLITE
async def test_an_administrator_looks_first_and_then_pulls(stage: Stage, tmp_path: Path) -> None:
    console = Console.at(tmp_path, stage.config.database.url, settings_of(stage))
    store = stage.service.storage.store
    ding = stage.sandbox.hands.contacts["dingtalk"]
    ding.members["staff-zhang"] = Member("staff-zhang", "张三丰", (SALES + 1,))
    ding.members["other"] = Member("other", "韩梅", (SALES,))
    before = await store.company_version()

    looked = await console.run("sync", "org", "--dry-run")
    assert looked.code == 0, looked.err
    assert "~ people zhang 张三丰: name 张三 → 张三丰" in looked.out
    assert "+ people other 韩梅" in looked.out
    assert await store.company_version() == before

    done = await console.run("sync", "org")
    again = await console.run("sync", "org", "dingtalk")
    assert (done.code, done.out) == (0, looked.out)
    assert (again.code, again.out) == (0, "")

    ding.refusal = 60011
    failed = await console.run("sync", "org")
    assert failed.code == 1
    assert "通讯录权限" in failed.err

    applied = await console.run("company", "apply", Path("sandbox/company.yaml"))
    assert applied.code == 0, applied.err
    assert "= people zhang: name, department, manager (dingtalk)" in applied.out
    company = await store.company()
    people = [p for i in ("zhang", "other") if (p := company.person(i))]
    assert [(p.department, p.active) for p in people] == [("tech", True), ("sales", True)]
    assert await store.company_version() == before + 1
