"""A month's report: the page for finance, its pictures, and files to keep."""

import asyncio
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.handlers.reporting import collect_month, may_read
from bot.pictures.gallery import Gallery
from bot.reports.month import Writer
from bot.web.site import Site
from connectors.filedrop.workbook import workbook_bytes
from core.company import Person
from core.phrases.months import index_of, month_at
from core.ports import Clock, Store
from core.spending import Spending

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_MONTHS, SHOWN_ROWS = 12, 30


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The handlers and what they read from; who may not see reports finds no page."""

    site: Site
    store: Store
    spending: Spending
    gallery: Gallery
    clock: Clock
    zone: ZoneInfo

    async def months(self, _: web.Request, person: Person) -> web.Response:
        """List the months that there are reports of."""
        _require(person)
        this = index_of(f"{self.clock().astimezone(self.zone):%Y-%m}")
        months = [month_at(this - i) for i in range(SHOWN_MONTHS)]
        return self.site.render("reports.html", person.language, months=months, shown=None)

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show a month."""
        writer = await self._writer(request, person)
        return self.site.render(
            "reports.html",
            person.language,
            months=(),
            shown=writer.report.month,
            tables=[t for t in writer.tables()[1:] if t.rows],
            shown_rows=SHOWN_ROWS,
        )

    async def file(self, request: web.Request, person: Person) -> web.Response:
        """Give a month as a picture, a PDF or a workbook."""
        writer = await self._writer(request, person)
        kind = request.match_info["kind"]
        name = f"chit-{writer.report.month}.{kind}"
        if kind == "xlsx":
            book = await asyncio.to_thread(workbook_bytes, writer.tables())
            return _download(book, XLSX, name)
        if kind == "pdf":
            printed = await self.gallery.print(writer.pages(), writer.title(), person.language)
            return _download(printed, "application/pdf", name)
        png = await self.gallery.draw(writer.picture())
        return web.Response(body=png, content_type="image/png", headers=_PRIVATE)

    async def _writer(self, request: web.Request, person: Person) -> Writer:
        _require(person)
        month = request.match_info["month"]
        if not _MONTH.fullmatch(month):
            raise web.HTTPNotFound
        report = await collect_month(self.store, self.spending, month, self.zone)
        return Writer(report, await self.store.company(), person.language)


_PRIVATE = {"Cache-Control": "private, no-store"}


def _require(person: Person) -> None:
    if not may_read(person):
        raise web.HTTPNotFound


def _download(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **_PRIVATE}
    return web.Response(body=body, content_type=kind, headers=headers)
