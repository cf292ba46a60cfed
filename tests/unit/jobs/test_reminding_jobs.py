"""The daily reminders and the weekly digest, as they leave a job."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.jobs.digest import digest
from bot.jobs.registry import JOBS
from bot.jobs.reminders import reminders
from bot.jobs.running import Counts, Run
from bot.jobs.schedule import choose
from bot.texts import say
from bot.texts.jobs import counts_text
from core.approval import Plan, Step
from core.change import Change
from core.claim import Claim, Line, State
from core.company import Company
from core.dealings import AdvanceBook
from core.notices import Say
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import office_of

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""
LONG_AGO = NOW - timedelta(days=6)
COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部", "head": "wang"}],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales"},
            {"id": "wang", "name": "王芳", "department": "sales"},
        ],
        "budgets": [
            {"id": "q4", "department": "sales", "period": "2026-Q4", "limit": "100.00",
             "owners": ["wang"]},
            {"id": "q1", "department": "sales", "period": "2026-Q1", "limit": "100.00",
             "owners": ["wang"]},
        ],
        "policies": [{"id": "late", "kind": "claim_deadline", "days": 10}],
    }
)  # fmt: skip
DRAFT = Claim(
    "BX-20261124-0001", "hq", "reimbursement", State.DRAFT, "zhang", "sales", LONG_AGO,
    lines=(Line("taxi", 4500, LONG_AGO.date(), "去客户"),),
)  # fmt: skip
WAITING = replace(
    DRAFT,
    number="BX-20261124-0002",
    state=State.IN_REVIEW,
    submitted_at=LONG_AGO,
    plan=Plan((Step("主管", "any", ("wang",), since=LONG_AGO),)),
)
ADVANCE = replace(
    DRAFT,
    number="JK-20261001-0001",
    kind="advance",
    state=State.PAID,
    advance=AdvanceBook(None, paid_at=NOW - timedelta(days=40)),
)


async def stage() -> MemoryStorage:
    storage = MemoryStorage(lambda: NOW)
    await storage.store.apply_company(COMPANY, expected_version=0, at=NOW, actor="t")
    await storage.store.commit(Change(at=NOW, claims=(DRAFT, WAITING, ADVANCE)))
    return storage


def run_of(job: str) -> Run:
    return Run(job, f"job:{job}:1", NOW, NOW, NOW.date())


async def told(storage: MemoryStorage) -> dict[tuple[str, str], str]:
    """Give the texts that wait to be sent, lane after lane."""
    found: dict[tuple[str, str], str] = {}
    while items := await storage.outbox.lease(50, NOW, 15):
        for item in items:
            assert isinstance(item.notice, Say)
            text = say(item.notice.code, "zh", dict(item.notice.fields), COMPANY)
            found[item.notice.person, item.notice.code] = text
            await storage.outbox.finish(item, NOW)
    return found


async def repeated(storage: MemoryStorage) -> Counts:
    first = await reminders(run_of("reminders"), office_of(storage, lambda: NOW))
    assert await reminders(run_of("reminders"), office_of(storage, lambda: NOW)) == first
    return first


async def test_everybody_is_reminded_once_of_what_is_theirs() -> None:
    storage = await stage()

    counts = await repeated(storage)
    texts = await told(storage)

    assert set(texts) == {
        ("wang", "waiting_long"),
        ("zhang", "drafts_left"),
        ("zhang", "invoice_expiring"),
        ("zhang", "advance_overdue"),
    }
    assert counts == {"escalated": 0, "reminders": 4}
    assert "BX-20261124-0002 · 张三 · ¥45.00 · 已等 144 小时" in texts["wang", "waiting_long"]
    assert "http://chit/app/todo" in texts["wang", "waiting_long"]
    assert "BX-20261124-0001 · ¥45.00 · 草稿 · 6 天前" in texts["zhang", "drafts_left"]
    assert "第 1 行 · ¥45.00 · 2026-12-04 到期" in texts["zhang", "invoice_expiring"]
    assert "未还 ¥45.00 · 付款于 2026-10-21" in texts["zhang", "advance_overdue"]


async def test_the_digest_says_what_waits_and_how_budgets_stand() -> None:
    storage = await stage()

    counts = await digest(run_of("digest"), office_of(storage, lambda: NOW))
    texts = await told(storage)

    assert counts == {"digests": 1}
    assert counts_text(counts, "zh") == "发出汇总 1 份"
    text = texts["wang", "weekly_digest"]
    assert "等你审批 1 张，共 ¥45.00" in text
    assert "等得最久：BX-20261124-0002（144 小时）" in text
    assert "本部门近七天提交 1 张，共 ¥45.00" in text
    assert "市场部 2026-Q4：已用 0%，剩余 ¥100.00" in text
    assert "2026-Q1" not in text


async def test_the_digest_puts_a_week_beside_the_one_before() -> None:
    storage = await stage()
    lines = (Line("taxi", 3000, LONG_AGO.date()), Line("hotel", 9000, LONG_AGO.date()))
    earlier = NOW - timedelta(days=9)
    more = (
        replace(WAITING, number="BX-20261121-0001", submitted_at=earlier, lines=lines),
        replace(WAITING, number="BX-20261130-0001", submitted_at=NOW),
    )
    await storage.store.commit(Change(at=NOW, claims=more))

    await digest(run_of("digest"), office_of(storage, lambda: NOW))

    text = (await told(storage))["wang", "weekly_digest"]
    assert "近七天提交 1 张，共 ¥45.00，比前七天的 ¥120.00 少 ¥75.00" in text
    assert "主要是：taxi ¥45.00" in text


async def test_who_has_nothing_to_hear_gets_no_digest() -> None:
    storage = MemoryStorage(lambda: NOW)
    await storage.store.apply_company(COMPANY, expected_version=0, at=NOW, actor="t")
    today = replace(WAITING, submitted_at=NOW, plan=None)
    await storage.store.commit(Change(at=NOW, claims=(today,)))
    heads = {"departments": [{"id": "sales", "name": "市场部", "head": "wang"}], "budgets": []}
    bare = Company.model_validate({**COMPANY.model_dump(mode="json"), **heads})
    await storage.store.apply_company(bare, expected_version=1, at=NOW, actor="t")

    assert await digest(run_of("digest"), office_of(storage, lambda: NOW)) == {"digests": 0}


async def test_a_report_that_was_missed_over_a_long_holiday_is_made_up_for() -> None:
    job = next(job for job in JOBS if job.name == "monthly")
    due = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)

    assert list(choose(job, [due], due + timedelta(days=8))) == [due]
