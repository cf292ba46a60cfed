"""Approved in chat, booked in 金蝶: one balanced voucher, its number back, also after a restart."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from core.company import Company
from sandbox.erp.kingdee import Booked, KingdeeStandIn
from tests.contract.connector_stage import serving
from tests.flow.command import Console
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Json, Stage, on_stage, until
from tests.flow.test_main_job import number_of


def table_of(there: KingdeeStandIn, url: str) -> dict[str, object]:
    own = there.tenant
    return {
        "base_url": url,
        "acct_id": own.acct_id,
        "user": own.user,
        "app_id": own.app_id,
        "app_secret": own.app_secret,
        "account_book": own.book,
        "roles": ["voucher"],
        "timeout_s": 1,
        "rate": 500,
    }


@asynccontextmanager
async def kingdee_stage(
    company: Company, folder: Path, port: int, database: str
) -> AsyncIterator[tuple[Stage, KingdeeStandIn]]:
    there = KingdeeStandIn()
    async with serving(there.routes()) as url:
        connectors: Json = {"kingdee": table_of(there, url)}
        async with on_stage(company, folder, database, port, connectors=connectors) as stage:
            yield stage, there
    assert there.violations == []


async def approved(stage: Stage, words: str = "打车 45 昨天 去客户现场") -> str:
    """File a claim and have it approved, as people do."""
    zhang, wang = stage.phone("dingtalk", "zhang"), stage.phone("wecom", "wang")
    await zhang.say(words)
    draft = await zhang.card(action="submit")
    await zhang.click(draft, "submit")
    number = number_of(draft)
    await wang.click(await wang.card(number, action="approve"), "approve")
    return number


async def vouchers(stage: Stage, number: str) -> list[Json]:
    return (await stage.api("vouchers", claim=number))["items"]  # type: ignore[return-value]


async def posted(stage: Stage, number: str, count: int = 1) -> list[Json]:
    async def look() -> list[Json] | None:
        found = [v for v in await vouchers(stage, number) if v["state"] == "posted"]
        return found if len(found) == count else None

    return await until(look, f"{count} posted vouchers", lambda: vouchers(stage, number))


async def saved(stage: Stage, there: KingdeeStandIn, count: int = 1) -> Booked:
    async def look() -> Booked | None:
        return there.vouchers[-1] if len(there.vouchers) == count else None

    async def seen() -> object:
        return there.calls

    return await until(look, f"{count} vouchers there", seen)


def console(stage: Stage, folder: Path, there: KingdeeStandIn) -> Console:
    table = stage.config.connectors.systems["kingdee"]
    rows = [f"{k} = {json.dumps(v)}" for k, v in table_of(there, table.base_url).items()]
    text = "\n".join(["[connectors.kingdee]", *rows, ""])
    return Console.at(folder, stage.config.database.url, text)


@ON_SQLITE
async def test_what_is_approved_is_in_the_books_once_with_its_number(
    company: Company, tmp_path: Path, port: int, database_url: str
) -> None:
    async with kingdee_stage(company, tmp_path, port, database_url) as (stage, there):
        number = await approved(stage)

        (voucher,) = await posted(stage, number)

        (booked,) = there.vouchers
        assert (voucher["number"], voucher["kind"]) == (booked.number, "approval")
        assert (booked.status, booked.sides) == ("C", (Decimal(45), Decimal(45)))

        zhang = stage.phone("dingtalk", "zhang")
        await zhang.say(f"进度 {number}")
        await zhang.text(number, f"已入账，凭证号 {booked.number}")
        chit = console(stage, tmp_path, there)
        again = await chit.run("vouchers", "export", "--format", "kingdee", "--out", "-")
        assert (again.code, again.out) == (0, ""), again.err
        assert len(there.vouchers) == 1


@ON_POSTGRES
async def test_a_restart_between_save_and_answer_posts_once(
    company: Company, tmp_path: Path, port: int, database_url: str
) -> None:
    async with kingdee_stage(company, tmp_path, port, database_url) as (stage, there):
        there.faults.add("silence_after", "Save")
        number = await approved(stage)
        await saved(stage, there)

        await stage.restart()

        (voucher,) = await posted(stage, number)
        assert [v.number for v in there.vouchers] == [voucher["number"]]
        assert there.vouchers[0].status == "C"


async def test_what_is_refused_is_told_and_posted_by_hand_when_it_is_right(
    company: Company, tmp_path: Path, port: int
) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    async with kingdee_stage(company, tmp_path, port, database) as (stage, there):
        known = there.tenant
        there.tenant = type(known)(accounts=frozenset({"2241"}))
        number = await approved(stage)
        await stage.phone("dingtalk", "zhao").text("没有记进", number, "6601.03的科目不存在")
        chit = console(stage, tmp_path, there)
        listed = await chit.run("stuck", "list")
        assert "voucher.post" in listed.out
        assert there.vouchers == []

        there.tenant = known
        done = await chit.run("vouchers", "export", "--format", "kingdee", "--out", "-")

        assert done.code == 0, done.err
        (voucher,) = await posted(stage, number)
        assert f"{voucher['id']}\t{there.vouchers[0].number}" in done.out
        assert len(there.vouchers) == 1
