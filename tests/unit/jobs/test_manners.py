"""When people are told: switches, quiet hours, much at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.jobs.manners import MANY, Manners
from bot.jobs.verifying import NotYet
from core.approval import Plan, Step
from core.change import Change, Outgoing
from core.claim import Claim, Line, State
from core.company import Company
from core.notices import Reply, Say, ShowCard, Told
from core.ports import OutboxItem
from core.preferences import OFF, Preferences
from core.quiet import parse_quiet
from tests.fakes.memory import MemoryStorage

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
"""23:30 in Shanghai."""
DAY = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 26, 8, 0, tzinfo=ZONE)
CARD = ShowCard("wang", "BX-1", "approval", fresh=True)
NUDGE = Say("wang", "reminded", (("number", "BX-1"),))
ANSWER = Reply("dingtalk", "staff-wang", "todo_empty")
REDRAWN = ShowCard("wang", "BX-1", "approval", only_open=True)


def claim(number: str, at: datetime, *, waits: bool = True) -> Claim:
    steps = (Step("直属主管", "any", ("wang",), since=at),)
    state = State.IN_REVIEW if waits else State.WITHDRAWN
    lines = (Line("taxi", 4500, at.date()),)
    plan = Plan(steps)
    made = Claim(number, "hq", "reimbursement", state, "zhang", "sales", at, lines=lines, plan=plan)
    return replace(made, submitted_at=at)


class Desk:
    """A memory with one claim that waits for wang, and manners over it."""

    def __init__(self, now: datetime, quiet: str = "22:00-08:00", above: int = 0) -> None:
        self.now = now
        self.storage = MemoryStorage(lambda: self.now)
        self.manners = Manners(self.storage.store, ZONE, parse_quiet(quiet), above, "http://chit")

    async def prepare(self, *claims: Claim, wishes: Preferences | None = None) -> None:
        company = Company.model_validate(
            {"people": [{"id": "wang", "name": "王芳"}, {"id": "zhang", "name": "张三"}]}
        )
        store = self.storage.store
        await store.apply_company(company, expected_version=0, at=self.now, actor="t")
        kept = (wishes,) if wishes else ()
        await store.commit(Change(at=self.now, claims=claims, preferences=kept))

    async def weigh(self, notice: Told, lane: str = "wang") -> Told | None:
        return await self.manners.weigh(OutboxItem(1, 1, "k", lane, notice, 0), notice, self.now)

    async def queued(self) -> list[OutboxItem]:
        return list(await self.storage.outbox.lease(50, self.now, 15))


@pytest.mark.parametrize("notice", [ANSWER, REDRAWN, Say("wang", "discarded")])
async def test_answers_and_redrawn_cards_never_wait(notice: Told) -> None:
    desk = Desk(NIGHT)
    await desk.prepare()

    assert await desk.weigh(notice) == notice


@pytest.mark.parametrize("notice", [CARD, NUDGE])
async def test_at_night_what_can_wait_leaves_the_lane_and_waits(notice: Told) -> None:
    desk = Desk(NIGHT)
    await desk.prepare(claim("BX-1", NIGHT))

    told = await desk.weigh(notice)
    (later,) = await desk.queued()
    with pytest.raises(NotYet) as wait:
        await desk.weigh(later.notice, later.lane)  # type: ignore[arg-type]
    desk.now = MORNING
    in_the_morning = await desk.weigh(later.notice, later.lane)  # type: ignore[arg-type]

    assert told is None
    assert later.lane == "quiet:wang"
    assert wait.value.at == MORNING
    assert in_the_morning == notice


async def test_what_nobody_waits_for_any_more_is_not_shown_in_the_morning() -> None:
    desk = Desk(MORNING)
    await desk.prepare(claim("BX-1", NIGHT, waits=False))

    assert await desk.weigh(CARD, "quiet:wang") is None
    assert await desk.weigh(CARD) == CARD


@pytest.mark.parametrize(
    ("wishes", "notice", "told"),
    [
        (Preferences("wang", ("reminders",)), NUDGE, False),
        (Preferences("wang", ("digest",)), NUDGE, True),
        (Preferences("wang", ("approvals",)), CARD, True),
        (Preferences("wang", ("results",)), Say("wang", "paid"), True),
    ],
)
async def test_switches_hold_but_for_decisions_and_money(
    wishes: Preferences, notice: Told, *, told: bool
) -> None:
    desk = Desk(DAY)
    await desk.prepare(claim("BX-1", DAY), wishes=wishes)

    assert await desk.weigh(notice) == (notice if told else None)
    assert await desk.queued() == []


@pytest.mark.parametrize(
    ("own", "now", "waits"),
    [
        (None, NIGHT, True),
        (OFF, NIGHT, False),
        ("12:00-13:00", DAY, True),
        ("12:00-13:00", NIGHT, False),
    ],
)
async def test_own_quiet_hours_come_before_the_companys(
    own: str | None, now: datetime, *, waits: bool
) -> None:
    desk = Desk(now)
    await desk.prepare(claim("BX-1", now), wishes=Preferences("wang", (), own))

    assert (await desk.weigh(CARD) is None) == waits


async def test_many_approvals_of_an_hour_come_as_one_list() -> None:
    desk = Desk(DAY, above=2)
    fresh = [claim(f"BX-{i}", DAY - timedelta(minutes=i)) for i in range(1, 4)]
    await desk.prepare(*fresh, claim("BX-9", DAY - timedelta(hours=3)))

    told = [
        await desk.weigh(CARD),
        await desk.weigh(ShowCard("wang", "BX-2", "approval", fresh=True)),
    ]
    (only,) = await desk.queued()
    with pytest.raises(NotYet):
        await desk.weigh(only.notice, only.lane)  # type: ignore[arg-type]
    desk.now = DAY + timedelta(minutes=30)
    listed = await desk.weigh(only.notice, only.lane)  # type: ignore[arg-type]

    assert told == [None, None]
    assert isinstance(listed, Say)
    fields = dict(listed.fields)
    assert (listed.code, fields["count"], fields["link"]) == (MANY, "4", "http://chit")
    assert fields["rows"].startswith("BX-9 · 张三 · ¥45.00 · 已等 3 小时")


async def test_a_few_approvals_come_one_by_one() -> None:
    desk = Desk(DAY, above=2)
    await desk.prepare(
        claim("BX-1", DAY), claim("BX-2", DAY), claim("BX-3", DAY - timedelta(hours=2))
    )

    assert await desk.weigh(CARD) == CARD


async def test_setting_aside_twice_is_once() -> None:
    desk = Desk(NIGHT)
    await desk.prepare(claim("BX-1", NIGHT))

    await desk.weigh(CARD)
    await desk.weigh(CARD)

    assert [o.lane for o in await desk.queued()] == ["quiet:wang"]
    assert Outgoing("k~quiet", "quiet:wang", CARD).key == "k~quiet"
