"""A thousand claims pushed to an OA within its published limit, a slow OA and the chat beside it.

All that is real is here: commits, orders of the same commits, pumps, leases, links, the connector
and HTTP to a strict stand-in. The limit is DingTalk's: 20 calls a second.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from benchmarks.figures import MS, Figure, beside, p95
from benchmarks.places import database
from bot.clock import utc_now
from bot.jobs.calls.desk import Outlet
from bot.jobs.outside import PARALLEL, Deliverer, Lead
from bot.jobs.pump import Pump
from connectors.dingtalk_oa.adapter import DingTalkOa
from connectors.dingtalk_oa.client import RATE
from connectors.kit import Application, Kit
from connectors.weaver.adapter import Weaver
from core.actions.basics import Cause
from core.actions.submission import submit
from core.company import Company
from core.mapping import load_mapping
from core.outside import System
from core.ports import OutboxItem
from sandbox.oa.dingtalk import DingTalkApprovals
from sandbox.oa.weaver import WeaverStandIn
from storage.files import open_files
from storage.open import Storage, open_storage
from tests.contract.connector_stage import serving
from tests.unit.core.core_house import around, claim_of, with_flow

DOCUMENTS, SLOW = 1000, 50
SLOW_S = 3.0
"""How long the slow OA takes for each call."""
PATIENCE_S = 300.0
ZONE = ZoneInfo("Asia/Shanghai")
MAPPING = """version: 1
rows:
  - {target: "@subject", from: claim.number}
  - {target: "@initiator", from: claim.employee, convert: person(id)}
  - {target: %s, from: claim.number, required: true}
  - {target: %s, from: claim.total, convert: money2, required: true}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Two OAs and what delivers to them."""

    storage: Storage
    dingtalk: DingTalkApprovals
    weaver: WeaverStandIn
    companies: Sequence[Company]
    pumps: Sequence[Pump[OutboxItem]]


async def run() -> AsyncIterator[Figure]:
    """Give the rate and how long commits of the chat take meanwhile, alone and beside a slow OA."""
    allowed = RATE[0] / RATE[1]
    alone, quiet = await _busy(slow=0)
    yield beside("systems.push", alone, "documents/s", allowed, "DingTalk's limit")
    both, talk = await _busy(slow=SLOW)
    slowly = f"{SLOW} documents to an OA that takes {SLOW_S:g} s a call"
    yield beside("systems.push.beside_slow", both, "documents/s", alone, f"without {slowly}")
    yield beside("systems.chat.beside_slow", talk * MS, "ms", quiet * MS, f"without {slowly}")


async def _busy(*, slow: int) -> tuple[float, float]:
    """Push while the chat goes on; gives the rate, and the 95th percentile of its commits."""
    told: list[float] = []
    async with _place() as place:
        talking = asyncio.create_task(_talk(place, told))
        rate = await _pushed(place, slow=slow)
        talking.cancel()
    return rate, p95(told)


async def _pushed(place: Place, *, slow: int) -> float:
    """Submit claims that the OAs decide; gives how many processes a second began at the fast one."""
    for number in range(slow):
        await _commit(place, 5000 + number, "weaver")
    for number in range(DOCUMENTS):
        await _commit(place, number, "dingtalk_oa")
    for pump in place.pumps:
        pump.start()
    begun = place.dingtalk.processes
    until = time.monotonic() + PATIENCE_S
    while len(begun) < DOCUMENTS:
        if time.monotonic() > until:
            raise RuntimeError(f"{len(begun)} of {DOCUMENTS} were pushed")
        await asyncio.sleep(0.05)
    if place.dingtalk.violations:
        raise RuntimeError(place.dingtalk.violations[0])
    times = sorted(process.begun for process in begun.values())
    return (len(times) - 1) / (times[-1] - times[0])


async def _talk(place: Place, told: list[float]) -> None:
    """Go on committing as the chat does, five times a second."""
    for number in range(9000, 9999):
        told.append(await _commit(place, number, ""))
        await asyncio.sleep(0.2)


async def _commit(place: Place, number: int, system: str) -> float:
    """Submit a claim that a system decides, or people; gives the time that it took."""
    order = ("dingtalk_oa", "weaver", "")
    company = place.companies[order.index(system)]
    at = utc_now() + timedelta(microseconds=number)
    claim = claim_of(number=f"BX-20261125-{number:04d}")
    change = submit(claim, around(company), Cause("zhang", at, f"m{number}"))
    begin = time.perf_counter()
    await place.storage.store.commit(change)
    return time.perf_counter() - begin


@asynccontextmanager
async def _place() -> AsyncIterator[Place]:
    """Serve both OAs, and pump what is committed to each."""
    dingtalk = DingTalkApprovals({"zhang": "张三"}, lambda token: token == "good")  # noqa: S105
    weaver = WeaverStandIn(users=("zhang",))
    weaver.latency_s = SLOW_S
    routes: list[web.RouteDef] = [*dingtalk.routes(), *weaver.routes()]
    async with serving(routes) as url, database("sqlite") as there:
        if there is None:
            return
        storage = await open_storage(there, utc_now)
        steps = [f"{{name: OA, system: {name}}}" for name in ("dingtalk_oa", "weaver")]
        steps.append("{name: 主管, approvers: [manager]}")
        companies = [with_flow(s).model_copy(update={"budgets": ()}) for s in steps]
        await storage.store.apply_company(
            companies[-1], expected_version=0, at=utc_now(), actor="bench"
        )
        outlets = _outlets(storage, url)
        pumps = [_pump(storage, outlet) for outlet in outlets]
        try:
            yield Place(storage, dingtalk, weaver, companies, pumps)
        finally:
            await asyncio.gather(*(pump.stop(1) for pump in pumps))
            for outlet in outlets:
                await outlet.system.close()
            await storage.close()


def _outlets(storage: Storage, url: str) -> Sequence[Outlet]:
    async def token(refused: str = "") -> str:
        del refused
        return "good"

    application = Application(token, f"{url}/dingtalk", f"{url}/dingtalk-oapi")
    kit = Kit(utc_now, storage.journal, storage.memory, ZONE, "bench", {"dingtalk": application})
    fast = DingTalkOa("dingtalk_oa", kit, process_code="PROC-CHIT")
    slow = Weaver(
        "weaver", kit, base_url=url, app_id="chit", user_id="zhang", workflow_id="194", timeout_s=30
    )
    return (
        _outlet(storage, fast, MAPPING % ("单号", "金额")),
        _outlet(storage, slow, MAPPING % ("dh", "je")),
    )


def _outlet(storage: Storage, system: System, mapping: str) -> Outlet:
    return Outlet(
        system=system,
        mapping=load_mapping(mapping, "bench.yaml"),
        store=storage.store,
        files=open_files("file:dist/bench-files"),
        links=storage.links,
        inbox=storage.inbox,
        clock=utc_now,
        zone=ZONE,
        public_url="http://bench",
    )


def _pump(storage: Storage, outlet: Outlet) -> Pump[OutboxItem]:
    deliverer = Deliverer(outlet, storage.outbox, Lead(storage.leaders, outlet))
    return Pump(
        f"system-{outlet.name}",
        lease=deliverer.lease,
        handle=deliverer.handle,
        renew=deliverer.renew,
        wait=storage.wait_outbox,
        parallel=PARALLEL,
    )
