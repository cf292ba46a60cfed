"""Questions to the tax bureau: through the relay, back through the inbox, five a day, for weeks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handlers.work import Rooms
from bot.jobs.drawing import Studio
from bot.jobs.relay import Relay
from bot.jobs.running import Runner
from bot.jobs.verifying import HANDS, NotYet, Verifier
from bot.jobs.worker import InboxWorker
from core.actions.basics import Cause, Settings, VerifyRules, outgoing
from core.actions.verifying import ask_about, ask_after_payment
from core.change import Change
from core.claim import Claim, Line, LineInvoice, State
from core.company import Company
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.notices import Notice, Say, VerifyInvoice
from core.verification import Verification, VerifyRequest
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import office_of

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)
NUMBER = "BX-20261125-0001"
ZONE = ZoneInfo("Asia/Shanghai")
INVOICE = LineInvoice(
    "26117000000123456789",
    "26117000000123456789",
    None,
    "digital_general",
    "和平饭店",
    None,
    DAY,
    10600,
)
COMPANY = Company.model_validate(
    {
        "people": [
            {"id": "zhang", "name": "张三", "manager": "wang"},
            {"id": "wang", "name": "王五", "roles": ["employee", "finance"]},
            {"id": "qian", "name": "钱七", "roles": ["employee", "cashier"]},
        ]
    }
)


@dataclass(slots=True)
class Bureau:
    """A provider that answers what the test says and counts what reached it."""

    said: Callable[[], Verification]
    asked: list[VerifyRequest] = field(default_factory=list)
    knows: bool = True
    provider: str = "fake"

    def supports(self, request: VerifyRequest) -> bool:
        return self.knows

    async def verify(self, request: VerifyRequest) -> Verification:
        self.asked.append(request)
        return self.said()

    async def close(self) -> None:
        """Hold nothing open."""


class Place:
    """Relay and worker over memory, a bureau, and a clock that the test moves."""

    def __init__(self, state: str = "normal") -> None:
        self.now = START
        self.say(state)
        self.storage = MemoryStorage(self.clock)
        self.bureau = Bureau(self.speak)
        store, inbox = self.storage.store, self.storage.inbox
        self.verifier = Verifier(self.bureau, store, self.storage.tries, inbox, self.clock)
        rules = Settings(verify=VerifyRules())
        self.relay = Relay(
            self.storage.outbox,
            store,
            Studio(store, rules, self.storage.usages, {}, "http://chit"),
            {},
            self.clock,
            ZONE,
            verifier=self.verifier,
        )
        rooms = Rooms(store, None, None, None, rules, None)  # type: ignore[arg-type]  # never asked here
        office = office_of(self.storage, self.clock, rules)
        runner = Runner((), office, self.storage.slots)
        self.worker = InboxWorker(inbox, rooms, runner, clock=self.clock, zone=ZONE)
        self.told: list[Notice] = []

    def clock(self) -> datetime:
        return self.now

    def speak(self) -> Verification:
        return self.answer()

    def say(self, state: str, reason: str = "") -> None:
        said = Verification(state, provider="fake", reason=reason)  # type: ignore[arg-type]
        self.answer: Callable[[], Verification] = lambda: said

    def fail(self, error: OutsideError) -> None:
        def broken() -> Verification:
            raise error

        self.answer = broken

    async def keep(self, claim: Claim, *questions: VerifyInvoice) -> None:
        cause = Cause("zhang", self.now, f"m-{self.now:%d%H%M%S}-{claim.revision}")
        asked = outgoing(cause, questions or ask_about(claim, "draft"))
        await self.storage.store.commit(Change(at=self.now, claims=(claim,), outbox=asked))

    async def settle(self) -> None:
        """Send and handle whatever is due, until nothing is."""
        while True:
            notices = await self.relay.lease(16)
            self.told += [i.notice for i in notices if not isinstance(i.notice, VerifyInvoice)]
            for item in notices:
                await self.relay.handle(item)
            answers = await self.worker.lease(16)
            for answer in answers:
                await self.worker.handle(answer)
            if not notices and not answers:
                return

    async def state(self) -> str | None:
        found = await self.storage.store.verified((INVOICE.identity or "",))
        return next((c.verification.state for c in found.values()), None)

    async def claim(self) -> Claim:
        found = await self.storage.store.claim(NUMBER)
        assert found is not None
        return found


@pytest.fixture
async def place() -> Place:
    made = Place()
    await made.storage.store.apply_company(COMPANY, expected_version=0, at=START, actor="t")
    return made


def claim_in(state: State = State.DRAFT) -> Claim:
    return Claim(
        number=NUMBER,
        company="hq",
        kind="reimbursement",
        state=state,
        employee="zhang",
        department="sales",
        created_at=START,
        lines=(Line("hotel", 10600, DAY, invoice=INVOICE),),
    )


async def test_the_answer_comes_back_through_the_inbox(place: Place) -> None:
    await place.keep(claim_in())

    await place.settle()

    assert await place.state() == "normal"
    (row,) = place.storage.inbox.queue.rows.values()
    assert (row.lane, row.state) == (f"verify:{NUMBER}", "done")
    assert row.key.startswith("verified:")


async def test_a_repeated_question_has_one_answer(place: Place) -> None:
    question = VerifyInvoice(NUMBER, place_request())

    await place.verifier.ask("k1", question)
    await place.verifier.ask("k1", question)

    assert len(place.storage.inbox.queue.rows) == 1


def place_request() -> VerifyRequest:
    return ask_about(claim_in(), "draft")[0].request


async def test_a_fresh_answer_serves_another_draft(place: Place) -> None:
    await place.keep(claim_in())
    await place.settle()
    await place.keep(replace(claim_in(), number="BX-20261125-0002"))
    await place.settle()
    once = len(place.bureau.asked)

    place.now += timedelta(days=2)
    await place.keep(replace(claim_in(), number="BX-20261125-0003"))
    await place.settle()

    assert (once, len(place.bureau.asked)) == (1, 2)


async def test_before_payment_it_is_always_asked_again(place: Place) -> None:
    await place.keep(claim_in(State.APPROVED))
    await place.settle()
    place.say("red_lettered")

    await place.keep(await place.claim(), *ask_about(claim_in(), "payment"))
    await place.settle()

    assert len(place.bureau.asked) == 2
    assert [f.code for f in (await place.claim()).findings] == ["verify_red"]


async def test_pending_then_normal(place: Place) -> None:
    place.say("pending", "not_found")
    await place.keep(claim_in(State.IN_REVIEW))
    await place.settle()
    first = [f.code for f in (await place.claim()).findings]
    place.say("normal")

    await place.settle()
    too_early = len(place.bureau.asked)
    place.now += timedelta(hours=4)
    await place.settle()

    assert (first, too_early) == (["verify_pending"], 1)
    assert await place.state() == "normal"
    assert (await place.claim()).findings == ()


async def test_five_questions_a_day_and_no_more(place: Place) -> None:
    place.say("pending", "not_found")
    for minute in range(8):
        place.now = START + timedelta(minutes=minute)
        await place.keep(replace(claim_in(), number=f"BX-20261125-{minute:04d}"))
        await place.settle()
    today = len(place.bureau.asked)

    place.now = START + timedelta(days=1, minutes=10)
    place.say("normal")
    await place.settle()

    assert today == 5
    assert len(place.bureau.asked) > 5
    assert await place.state() == "normal"


async def test_void_after_payment_reaches_finance(place: Place) -> None:
    paid = claim_in(State.PAID)
    await place.keep(paid, *ask_after_payment(paid, place.now, 30))
    await place.settle()
    early = len(place.bureau.asked)
    place.say("void")

    place.now += timedelta(days=30)
    await place.settle()

    assert early == 0
    assert [(n.person, n.code) for n in place.told if isinstance(n, Say)] == [
        ("wang", "void_after_paid")
    ]
    trail = (await place.storage.store.audit(page())).items
    assert ("verify", NUMBER) in [(r.action, r.subject) for r in trail]
    assert [f.code for f in (await place.claim()).findings] == ["verify_void"]


def page() -> object:
    from core.ports import Page

    return Page()


async def test_a_provider_that_is_down_costs_no_try(place: Place) -> None:
    place.fail(Retryable("verify_unreachable"))
    await place.keep(claim_in())
    for _ in range(20):
        await place.settle()
        place.now += timedelta(minutes=11)
    place.say("normal")

    await place.settle()

    assert len(place.bureau.asked) > 12, "a question is not given up"
    assert await place.state() == "normal"


async def test_a_lost_answer_costs_one(place: Place) -> None:
    place.fail(ResultUnknown("verify_lost"))
    await place.keep(claim_in())
    for _ in range(20):
        await place.settle()
        place.now += timedelta(minutes=11)

    assert len(place.bureau.asked) == 5
    assert await place.state() == "pending"


@pytest.mark.parametrize("error", [Rejected("verify_refused"), AuthFailed("verify_account")])
async def test_what_a_person_must_mend_is_no_verdict(place: Place, error: OutsideError) -> None:
    place.fail(error)
    await place.keep(claim_in())

    await place.settle()

    assert await place.state() is None
    assert await place.storage.tries.take(INVOICE.identity or "", DAY, 1), "no try was used"


async def test_kinds_that_a_provider_lacks_are_not_asked(place: Place) -> None:
    place.bureau.knows = False
    await place.keep(claim_in())

    await place.settle()

    assert place.bureau.asked == []
    assert await place.state() == "unsupported"


async def test_a_question_waits_for_its_day_and_for_a_hand(place: Place) -> None:
    due = START + timedelta(days=1)
    with pytest.raises(NotYet) as early:
        await place.verifier.ask("k1", VerifyInvoice(NUMBER, place_request(), "after", due))

    for _ in range(HANDS):
        await place.verifier.hands.acquire()
    with pytest.raises(NotYet) as busy:
        await place.verifier.ask("k2", VerifyInvoice(NUMBER, place_request()))

    assert (early.value.at, busy.value.at) == (due, START + timedelta(seconds=1))
    assert place.bureau.asked == []


async def test_many_at_once_share_the_days_tries(place: Place) -> None:
    place.say("pending", "not_found")
    questions = (
        place.verifier._answer(VerifyInvoice(NUMBER, place_request()), START) for _ in range(9)
    )

    await asyncio.gather(*questions)

    assert len(place.bureau.asked) == 5


async def test_without_a_provider_a_question_is_dropped(place: Place) -> None:
    mute = replace(place.relay, verifier=None)
    await place.keep(claim_in())

    (item,) = await mute.lease(1)
    await mute.handle(item)

    assert place.storage.outbox.queue.rows[item.id].state == "done"
    assert place.storage.inbox.queue.rows == {}
