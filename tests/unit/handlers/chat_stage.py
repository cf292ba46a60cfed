"""A chat without a messenger: people say and press, the worker handles, the outbox is read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards.permits import Moment, allowed_actions, token_of
from bot.events import CardClicked, Event, Sender, TextReceived, to_json
from bot.handlers.dialogs import alive, armed_for
from bot.handlers.work import Rooms
from bot.jobs.worker import InboxWorker
from bot.texts import say
from core.actions.basics import Settings
from core.calendar import CHINA
from core.claim import Claim
from core.company import Company
from core.notices import Reply, Say, ShowCard
from core.ports import ClaimQuery, Page
from tests.fakes.links import MemoryLinks
from tests.fakes.memory import MemoryStorage

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
PEOPLE = [
    {"id": "boss", "name": "赵总", "roles": ["employee", "admin"]},
    {"id": "wang", "name": "王五", "department": "sales", "manager": "boss"},
    {"id": "zhang", "name": "张三", "department": "sales", "manager": "wang"},
    {"id": "li", "name": "李雷", "department": "sales", "manager": "boss"},
    {"id": "fin1", "name": "方方", "roles": ["employee", "finance"], "manager": "boss"},
    {"id": "fin2", "name": "冯冯", "roles": ["employee", "finance"], "manager": "boss"},
    {"id": "cash", "name": "钱钱", "roles": ["cashier"]},
]
STEPS = [
    {"name": "主管", "approvers": ["manager"]},
    {"name": "财务", "approvers": ["role:finance"]},
]


def company_with(*steps: dict[str, object], english: Sequence[str] = (), **flow: object) -> Company:
    """Make a company of these steps; everybody is known to DingTalk by their id."""
    return Company.model_validate(
        {
            "departments": [{"id": "sales", "name": "市场部", "head": "wang", "company": "hq"}],
            "companies": [{"id": "hq", "name": "Sample Ltd", "tax_id": "91310115MA1K4DEM3E"}],
            "people": [
                {**p, "dingtalk": p["id"], "language": "en" if p["id"] in english else "zh"}
                for p in PEOPLE
            ],
            "categories": [
                {"id": "taxi", "name": "交通", "keywords": ["打车"], "requires_invoice": False}
            ],
            "budgets": [
                {"id": "sales", "department": "sales", "period": "2026", "limit": "100000.00"}
            ],
            "flows": [{"id": "all", "steps": list(steps) or STEPS, **flow}],
        }
    )


@dataclass(slots=True)
class Chat:
    """The stage; `now` is the time there."""

    settings: Settings = field(default_factory=Settings)
    now: datetime = START
    links: MemoryLinks = field(default_factory=MemoryLinks)
    storage: MemoryStorage = field(init=False)
    worker: InboxWorker = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.storage = MemoryStorage(self.clock)
        nothing: Any = None
        storage = self.storage
        rooms = Rooms(
            storage.store,
            nothing,
            nothing,
            nothing,
            self.settings,
            storage.spending,
            links=self.links,
        )
        self.worker = InboxWorker(self.storage.inbox, rooms, nothing, clock=self.clock, zone=CHINA)

    def clock(self) -> datetime:
        return self.now

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    async def found(self, company: Company) -> "Chat":
        store = self.storage.store
        version = await store.company_version()
        await store.apply_company(company, expected_version=version, at=self.now, actor="admin")
        return self

    async def put(self, person: str, event: Event, key: str = "") -> None:
        self.count += 1
        await self.storage.inbox.put(key or f"m{self.count}", person, to_json(event), self.now)

    async def run(self) -> None:
        while items := await self.worker.lease(16):
            await asyncio.gather(*map(self.worker.handle, items))

    async def say(self, person: str, text: str) -> str:
        """Say something, and give what was answered."""
        before = len(self.storage.outbox.queue.rows)
        await self.put(person, TextReceived(Sender("dingtalk", person), text))
        await self.run()
        return await self.answers(person, before)

    async def press(
        self,
        person: str,
        claim: Claim,
        action: str,
        inputs: Mapping[str, str] | None = None,
        drawing: int = 1,
    ) -> str:
        before = len(self.storage.outbox.queue.rows)
        await self.put(person, self.click(person, claim, action, inputs, drawing))
        await self.run()
        return await self.answers(person, before)

    def click(
        self,
        person: str,
        claim: Claim,
        action: str,
        inputs: Mapping[str, str] | None = None,
        drawing: int = 1,
    ) -> CardClicked:
        token = token_of(claim, drawing).pack()
        return CardClicked(Sender("dingtalk", person), "card", action, token, dict(inputs or {}))

    async def answers(self, person: str, since: int = 0) -> str:
        company = await self.storage.store.company()
        reader = company.person(person)
        language = reader.language if reader else "zh"
        return "\n".join(
            say(n.code, language, dict(n.fields), company)
            for n in self.notices(since)
            if (isinstance(n, Reply) and n.user == person)
            or (isinstance(n, Say) and n.person == person)
        )

    def notices(self, since: int = 0) -> Sequence[object]:
        rows = sorted(self.storage.outbox.queue.rows.values(), key=lambda r: r.id)
        return [r.payload for r in rows if r.id > since]

    def cards(self, person: str, since: int = 0) -> list[ShowCard]:
        shown = [n for n in self.notices(since) if isinstance(n, ShowCard) and not n.due]
        return [c for c in shown if c.person == person]

    async def claim(self, number: str) -> Claim:
        found = await self.storage.store.claim(number)
        assert found
        return found

    async def submitted(self, yuan: int = 45, person: str = "zhang") -> Claim:
        """Let somebody claim a ride."""
        await self.say(person, f"打车 {yuan} 昨天 去客户现场")
        await self.say(person, "提交")
        page = await self.storage.store.claims(ClaimQuery(employee=person), Page(limit=1))
        return page.items[0]

    async def buttons(self, person: str, claim: Claim) -> tuple[str, ...]:
        """Give the buttons of an approver's card as it would be drawn now."""
        company = await self.storage.store.company()
        reader = company.person(person)
        assert reader
        dialog = alive(await self.storage.store.dialog(person), self.now)
        moment = Moment(self.now, armed_for(dialog, claim))
        return allowed_actions(claim, "approval", reader, None, moment)

    async def figures(self) -> tuple[int, int]:
        (balance,) = await self.storage.store.balances(["sales"])
        return balance.reserved_fen, balance.consumed_fen
