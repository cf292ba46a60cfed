"""The pages on a real port over storage in memory, and messengers that say what they are told."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.desk.clerk import Clerk
from bot.desk.payments import PaymentDesk
from bot.desk.stuck import StuckDesk
from bot.desk.vouchers import VoucherDesk
from bot.events import ChannelName, to_json
from bot.handlers.reconciling import Sides
from bot.pictures.gallery import Gallery
from bot.port import CardPicker, Inbound
from bot.settings import SDK_URL
from bot.web.admin_page import AdminPage, Remedies
from bot.web.budgets_page import BudgetsPage
from bot.web.cards_page import CardsPage
from bot.web.claim_page import ClaimPage
from bot.web.decide_page import DecidePage
from bot.web.doors import Door as Way
from bot.web.doors import MessengerDoor
from bot.web.finance_batches import FinanceBatches
from bot.web.finance_entries import DeskRoom
from bot.web.finance_orders import FinanceOrders
from bot.web.finance_page import FinancePage
from bot.web.finance_reconcile import FinanceReconcile
from bot.web.pages import Pages
from bot.web.press import Presses
from bot.web.report_page import ReportPage
from bot.web.sessions import Visits
from bot.web.signin import SignIn
from bot.web.site import Site
from bot.web.thumbs import Thumbs
from bot.web.todo_page import TodoPage
from bot.web.upload_page import UploadPage
from core.actions.basics import Settings
from core.approval import Decision, Plan, Step
from core.change import Change
from core.claim import Claim, Line, LineInvoice, State, StoredFile
from core.company import Company, Person
from core.errors import OutsideError
from core.outside import Capabilities
from core.payment import Payment
from core.ports import DoorName
from tests.fakes.links import MemoryJournal, MemoryLinks
from tests.fakes.memory import MemoryStorage
from tests.fakes.slots import MemorySlots

AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
NUMBER = "BX-20261125-0007"
PAGE = f"/app/claims/{NUMBER}"
DING = {"User-Agent": "Mozilla/5.0 (iPhone) DingTalk/7.6.0"}
WORK = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0 wxwork/4.1.22"}

COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部", "head": "wang"}],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales", "dingtalk": "z", "wecom": "Z",
             "oidc": "zhang@corp"},
            {"id": "wang", "name": "王五", "dingtalk": "w", "wecom": "W"},
            {"id": "li", "name": "李雷", "dingtalk": "l", "wecom": "L"},
            {"id": "zhao", "name": "赵六", "roles": ["finance"], "dingtalk": "f", "wecom": "F"},
            {"id": "ann", "name": "Ann", "language": "en", "roles": ["auditor"], "dingtalk": "a"},
            {"id": "sun", "name": "孙洋", "roles": ["admin"], "dingtalk": "s"},
            {"id": "nina", "name": "Nina"},
            {"id": "left", "name": "孙八", "active": False, "dingtalk": "gone", "wecom": "Gone"},
        ],
        "categories": [{"id": "taxi", "name": "市内交通", "requires_invoice": False}],
        "budgets": [
            {"id": "q4", "department": "sales", "period": "2026-Q4", "limit": "10000.00"}
        ],
        "flows": [
            {"id": "f", "cc": ["person:sun"],
             "steps": [{"name": "主管", "approvers": ["person:wang"]}]}
        ],
    }
)  # fmt: skip

INVOICE = LineInvoice(
    identity="26312000000123456789",
    number="26312000000123456789",
    code=None,
    kind="digital_general",
    seller="上海滴滴出行科技有限公司",
    buyer="示例科技有限公司",
    date=date(2026, 11, 24),
    total_fen=28000,
)


def claim(**changes: object) -> Claim:
    line = Line("taxi", 28000, date(2026, 11, 24), "去客户现场", None, INVOICE, ("total",))
    made = Claim(
        number=NUMBER,
        company="main",
        kind="reimbursement",
        state=State.IN_REVIEW,
        employee="zhang",
        department="sales",
        created_at=AT,
        submitted_at=AT,
        lines=(line,),
        plan=Plan((Step("主管", "any", ("wang",)), Step("财务", "any", ("zhao",)))),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def decided(verdict: str, reason: str, to: str | None = None) -> Plan:
    decision = Decision("wang", verdict, reason, AT, "m1", to)  # type: ignore[arg-type]
    return Plan((Step("主管", "any", ("wang",), (decision,)), Step("财务", "any", ("zhao",))))


PAYMENT = Payment(f"P-{NUMBER}", NUMBER, "zhang", "张三", 28000, "6222021234567890", "招商银行")


@dataclass
class Door:
    """A messenger: each code is a user or what goes wrong."""

    name: ChannelName
    codes: dict[str, str | OutsideError] = field(default_factory=dict)

    def sign_in_url(self, *, redirect: str, state: str, inside: bool) -> str:
        query = {"redirect": redirect, "state": state, "inside": str(inside)}
        return str(URL(f"https://{self.name}.example/auth").with_query(query))

    async def sign_in(self, code: str) -> str:
        found = self.codes.pop(code)
        if isinstance(found, OutsideError):
            raise found
        return found


class Wallet:
    """The messenger as the one who signs pages."""

    def __init__(self) -> None:
        self.fault: OutsideError | None = None
        self.signed: list[str] = []

    async def card_picker(self, url: str) -> CardPicker:
        if self.fault:
            raise self.fault
        self.signed.append(url)
        return CardPicker("wwcorp", 1764000000, "nonce1", "signature1", "cardsign1")


class MemoryFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self.kept:
            raise FileNotFoundError(sha256)
        return self.kept[sha256]

    async def drop(self, sha256: str) -> None:
        self.kept.pop(sha256, None)


@dataclass
class Wire:
    """A messenger as far as the administration page looks at it."""

    up: bool

    def connected(self) -> bool:
        return self.up


class Stage:
    """Everything that a test of pages needs; `client` keeps cookies as a browser does."""

    def __init__(self, public_url: str, doors: tuple[ChannelName, ...]) -> None:
        self.now = AT
        self.storage = MemoryStorage(self.clock)
        self.files = MemoryFiles()
        self.doors: dict[ChannelName, Door] = {name: Door(name) for name in doors}
        self.ways: dict[DoorName, Way] = {n: MessengerDoor(d) for n, d in self.doors.items()}
        self.wallet = Wallet()
        self.slots = MemorySlots(self.storage.inbox)
        self.journal = MemoryJournal()
        self.channels = {"dingtalk": Wire(up=True), "wecom": Wire(up=False)}
        self.systems: dict[str, Capabilities] = {}
        self.drawn: list[bytes] = []
        site = Site(public_url)
        visits = Visits(site, self.storage.sessions, self.storage.store, self.clock)
        zone = ZoneInfo("Asia/Shanghai")
        presses = Presses(
            self.storage.traces,
            self.accept,
            self.doors,  # type: ignore[arg-type]  # a dict of doors is a mapping of them
            patience_s=0.1,
        )
        self.pages = Pages(
            site,
            SignIn(site, visits, self.ways),
            ClaimPage(
                site,
                self.storage.store,
                self.files,
                Settings("approved", "allow"),
                self.clock,
                zone,
                Thumbs(self.draw),
                DecidePage(site, self.storage.store, presses, self.clock),
            ),
            TodoPage(site, self.storage.store, Settings(), presses, self.clock, zone),
            UploadPage(
                site,
                self.storage.store,
                self.files,
                self.storage.traces,
                self.accept,
                self.doors,  # type: ignore[arg-type]  # a dict of doors is a mapping of them
            ),
            CardsPage(
                site,
                self.storage.store,
                self.storage.traces,
                self.accept,
                self.wallet if "wecom" in doors else None,
                SDK_URL,
            ),
            BudgetsPage(site, self.storage.store, self.storage.usages, self.clock, zone),
            ReportPage(
                site, self.storage.store, self.storage.spending, Gallery(), self.clock, zone
            ),
            self.finance(site, zone),
            AdminPage(
                site,
                self.storage.store,
                self.storage.inbox,
                self.slots,
                self.storage.dead,
                self.journal,
                self.channels,  # type: ignore[arg-type]  # what of channels is needed here
                self.systems,
                Remedies(self.retry, self.drop),
                self.clock,
                zone,
            ),
        )
        self.client: TestClient[web.Request, web.Application]

    def finance(self, site: Site, zone: ZoneInfo) -> FinancePage:
        """Build the finance desk with the real desks behind it."""
        store, room = self.storage.store, DeskRoom(self.clock, zone)
        clerk = Clerk(
            PaymentDesk(store, self.clock, zone),
            VoucherDesk(store, self.clock, zone),
            Sides(store, MemoryLinks(), zone),
            Settings("approved", "allow"),
        )
        orders = FinanceOrders(
            site,
            self.storage.traces,
            self.accept,
            self.doors,  # type: ignore[arg-type]  # a dict of doors is a mapping of them
            patience_s=0.1,
        )
        batches = FinanceBatches(site, store, clerk, orders, room)
        compared = FinanceReconcile(site, store, clerk, room)
        return FinancePage(site, store, room, clerk, orders, batches, compared)

    async def draw(self, data: bytes) -> bytes | None:
        self.drawn.append(data)
        return b"\xff\xd8\xff small" if data.startswith(b"%PDF-") else None

    def stuck(self, person: Person) -> StuckDesk:
        storage = self.storage
        parts = (storage.dead, MemoryLinks(), storage.inbox, storage.store, self.clock)
        return StuckDesk(*parts, actor=person.id, door="page")

    async def retry(self, person: Person, number: str) -> int:
        return await self.stuck(person).retry(number)

    async def drop(self, person: Person, number: str) -> int:
        return await self.stuck(person).drop(number)

    async def accept(self, inbound: Inbound) -> bool:
        body = to_json(inbound.event)
        return await self.storage.inbox.put(inbound.key, inbound.lane, body, self.now)

    def clock(self) -> datetime:
        return self.now

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.pages.guard()])
        app.on_response_prepare.append(self.pages.site.protect)
        app.add_routes(self.pages.routes())
        return app

    async def keep(self, made: Claim, *payments: Payment) -> None:
        await self.storage.store.commit(Change(at=AT, claims=(made,), payments=payments))

    async def add_file(self, made: Claim, name: str, data: bytes) -> tuple[Claim, str]:
        sha256 = await self.files.put(data)
        return replace(made, files=(*made.files, StoredFile(sha256, name))), sha256

    async def get(self, path: str, **headers: str) -> tuple[int, str, "Headers"]:
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, (await answer.read()).decode("utf-8", "replace"), answer.headers

    async def leave_for(self, path: str = PAGE, agent: dict[str, str] = DING) -> URL:
        """Ask for a page without a session; gives where the messenger is asked."""
        status, _, headers = await self.get(path, **agent)
        assert status == 302, status
        return URL(headers["Location"])

    async def come_back(
        self, to: URL, user: str | OutsideError, name: str = "authCode"
    ) -> tuple[int, str, "Headers"]:
        """Return from the messenger with a code for somebody."""
        channel = to.host.partition(".")[0]  # type: ignore[union-attr]
        self.doors[channel].codes["c1"] = user  # type: ignore[index]
        back = URL(to.query["redirect"]).update_query({name: "c1", "state": to.query["state"]})
        return await self.get(back.path_qs)

    async def be(self, user: str) -> None:
        """Sign in as somebody, at a browser that knows nobody yet."""
        self.client.session.cookie_jar.clear()
        status, page, _ = await self.come_back(await self.leave_for(), user)
        assert status == 302, page


Headers = dict[str, str]


@asynccontextmanager
async def on_stage(
    public_url: str = "http://127.0.0.1:8000",
    doors: tuple[ChannelName, ...] = ("dingtalk", "wecom"),
) -> AsyncIterator[Stage]:
    stage = Stage(public_url, doors)
    await stage.storage.store.apply_company(COMPANY, expected_version=0, at=AT, actor="t")
    async with TestClient(TestServer(stage.app())) as stage.client:
        yield stage
