"""A claim whose step another system decides: delivery, polling and the inbox over memory."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.handlers.work import Rooms
from bot.jobs.calls.desk import Outlet
from bot.jobs.outside import Deliverer, Lead
from bot.jobs.reconcile import Reconciler
from bot.jobs.running import Runner
from bot.jobs.worker import InboxWorker
from core.actions.basics import Cause, Settings
from core.actions.submission import submit, withdraw
from core.claim import Claim, StoredFile
from core.company import Company
from core.mapping import load_mapping
from core.notices import CallSystem, Say
from core.outside import ApprovalState, Comment, Link
from tests.fakes.memory import MemoryStorage
from tests.fakes.oa import FakeOa
from tests.fakes.office import office_of
from tests.unit.core.core_house import NUMBER, around, claim_of, with_flow

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
MAPPING = """version: 1
rows:
  - {target: "@subject", from: "claim.number"}
  - {target: "@initiator", from: claim.employee, convert: person(id)}
  - {target: je, from: claim.total, convert: money2, required: true}
  - {target: ys, from: "claim.budgets[0].available_after"}
  - {target: "detail[dt1].je", each: claim.lines, from: line.amount}
  - {target: "@files[fj]", from: claim.files}
"""
ONE_STEP = "{name: OA审批, system: oa}"
FILE = b"%PDF-1.7"


class Bytes:
    """Files that are all the same."""

    async def get(self, sha256: str) -> bytes:
        if sha256.startswith("0"):
            raise FileNotFoundError(sha256)
        return FILE


class Place:
    """Everything between a claim and another system; the clock is the test's."""

    def __init__(self, *steps: str, oa: FakeOa | None = None) -> None:
        self.now = START
        self.storage = MemoryStorage(self.clock)
        self.oa = oa or FakeOa()
        self.company: Company = with_flow(*(steps or (ONE_STEP,)))
        store = self.storage.store
        self.outlet = Outlet(
            system=self.oa,
            mapping=load_mapping(MAPPING, "oa.yaml"),
            store=store,
            files=Bytes(),  # type: ignore[arg-type]  # only read
            links=self.storage.links,
            inbox=self.storage.inbox,
            clock=self.clock,
            zone=ZONE,
            public_url="http://chit",
        )
        self.lead = Lead(self.storage.leaders, self.outlet)
        self.deliverer = Deliverer(self.outlet, self.storage.outbox, self.lead)
        self.poller = Reconciler(self.outlet, self.lead, 60)
        rules = Settings()
        rooms = Rooms(store, None, None, None, rules, None)  # type: ignore[arg-type]  # never asked here
        office = office_of(self.storage, self.clock, rules)
        runner = Runner((), office, self.storage.slots)
        self.worker = InboxWorker(self.storage.inbox, rooms, runner, clock=self.clock, zone=ZONE)

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def submit(self, claim: Claim | None = None) -> Claim:
        """Put the company in force and submit a claim; nothing is delivered yet."""
        store = self.storage.store
        if not await store.company_version():
            await store.apply_company(self.company, expected_version=0, at=self.now, actor="t")
            self.later(1)
            draft = claim or claim_of(files=(StoredFile("ab" * 32, "发票.pdf"),))
            await store.commit(submit(draft, around(self.company), self.by("zhang")))
        else:
            self.later(1)
            await store.commit(submit(await self.claim(), around(self.company), self.by("zhang")))
        return await self.claim()

    async def withdraw(self) -> None:
        self.later(1)
        await self.storage.store.commit(withdraw(await self.claim(), self.by("zhang")))

    def by(self, person: str) -> Cause:
        return Cause(person, self.now, f"msg-{self.now.timestamp()}")

    async def claim(self) -> Claim:
        found = await self.storage.store.claim(NUMBER)
        assert found is not None
        return found

    async def settle(self) -> None:
        """Deliver and handle whatever is due, until nothing is."""
        for _ in range(20):
            orders = await self.deliverer.lease(10)
            for order in orders:
                await self.deliverer.handle(order)
            said = await self.storage.inbox.lease(10, self.now, 15)
            for item in said:
                await self.worker.handle(item)
            if not orders and not said:
                return
        raise AssertionError("it never comes to rest")

    async def crash(self) -> None:
        """Take an order in hand and die before it is carried out to its end."""
        await self.deliverer.lease(10)
        self.later(16)

    def say(self, status: str, *said: str, process: str = "1001", version: int = 0) -> None:
        comments = tuple(Comment("李经理", text, "批准") for text in said)
        self.oa.states[process] = ApprovalState(status, "节点", comments, version)  # type: ignore[arg-type]

    async def links(self) -> tuple[Link, ...]:
        return await self.storage.links.of(NUMBER)

    def told(self) -> list[str]:
        """Give the codes of what people were told."""
        rows = self.storage.outbox.queue.rows.values()
        return [r.payload.code for r in rows if isinstance(r.payload, Say)]

    def orders(self) -> list[tuple[str, str]]:
        """Give the orders to the system and what has become of each."""
        rows = self.storage.outbox.queue.rows.values()
        return [(r.payload.call, r.state) for r in rows if isinstance(r.payload, CallSystem)]
