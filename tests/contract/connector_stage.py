"""What contract tests of connectors share: a kit, a form, a stand-in that serves."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.kit import Kit
from core.outside import Attachment, Form
from tests.fakes.links import MemoryFacts, MemoryJournal


def utc_now() -> datetime:
    return datetime.now(UTC)


def kit_of(memory: MemoryFacts | None = None, journal: MemoryJournal | None = None) -> Kit:
    zone = ZoneInfo("Asia/Shanghai")
    return Kit(utc_now, journal or MemoryJournal(), memory or MemoryFacts(), zone)


FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="101",
    fields={"dh": "BX-20261125-0007", "je": Decimal("300.50"), "sy": "去客户现场", "ys": None},
    details={
        "formtable_main_194_dt1": (
            {"fylx": "1", "je": "200.00", "rq": "2026-11-24", "bz": "打车"},
            {"fylx": "2", "je": "100.50", "rq": "2026-11-25", "bz": None},
        )
    },
    files=(Attachment("发票.pdf", "ab" * 32, b"%PDF-1.7 bytes", "fj"),),
)


@asynccontextmanager
async def serving(routes: Iterable[web.RouteDef]) -> AsyncIterator[str]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(routes)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
