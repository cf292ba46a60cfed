"""One batch of the finance desk, made, checked, handed out: of payments or of vouchers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePath
from typing import cast
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.texts.accounting import left_text
from bot.texts.names import person_name
from bot.texts.refusals import refusal_text
from bot.web.finance_entries import DeskRoom, Entry, may_pay
from bot.web.finance_orders import FinanceOrders, once
from bot.web.finance_port import By, Clerk, Kept, Shown
from bot.web.navigation import may_see_finance
from bot.web.site import Site
from core.actions.batching import needs_checker
from core.company import Company, Person
from core.errors import Conflict, Refused
from core.money import format_cny
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.ports import Page, Store, VoucherQuery

MAX_BYTES = 20 * 1024 * 1024
MAX_PICKS = 20_000
"""Payments that a batch is made of as they were seen; of more it is made of all that is owed."""
SHOWN_ROWS = 200
"""Rows of results, and payments of a batch, that a page lists."""
NEXT = "next"
"""The batch of vouchers that would be made now."""
_PRIVATE = {"Cache-Control": "private, no-store"}


PageOf = Callable[[web.Request, Person], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A row of results as the page shows it."""

    number: int
    payment: str
    state: str
    why: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class FinanceBatches:
    """The handlers; who has no business here finds no page, who may only look does nothing."""

    site: Site
    store: Store
    clerk: Clerk
    orders: FinanceOrders
    room: DeskRoom

    def said(self, page: PageOf) -> PageOf:
        """Make a page that says what was refused, a form in the firm's folder for one."""

        async def handle(request: web.Request, person: Person) -> web.StreamResponse:
            try:
                return await page(request, person)
            except (Refused, Conflict) as error:
                company = await self.store.company()
                return self._refused(error, person, company, "/app/finance")

        return handle

    async def preview(self, request: web.Request, person: Person) -> web.Response:
        """Show the batch that would be made: of what was picked, or of all that is owed."""
        _require(person)
        only = _picks(request.query.getall("pick", []))
        company = await self.store.company()
        forms = self.clerk.payment_forms()
        chosen = request.query.get("form") or forms[0].name
        batch, shown = await self.clerk.due(person, chosen, only)
        total = sum(o.amount_fen for o in batch.orders)
        return self.site.render(
            "finance_preview.html",
            person.language,
            person=person,
            forms=forms,
            chosen=chosen,
            picks=sorted(only or ()),
            seen=[o.id for o in batch.orders] if len(batch.orders) <= MAX_PICKS else [],
            count=str(len(batch.orders)),
            total=format_cny(total),
            checked=needs_checker(company, total),
            left=[
                (x.payment, left_text(x.reason, person.language)) for x in batch.left[:SHOWN_ROWS]
            ],
            shown=shown,
            may_act=may_pay(person),
        )

    async def make(self, request: web.Request, person: Person) -> web.Response:
        """Make a batch in the name of who presses, and show it."""
        _require_payer(person)
        given = await request.post()
        picks = [value for value in given.getall("pick", []) if isinstance(value, str)]
        form = str(given.get("form", ""))
        batch = await self.clerk.make_batch(person, form, _picks(picks))
        there = f"/app/finance/batches/{quote(batch.id)}?form={quote(form)}"
        return self.site.redirect(there, HTTPStatus.SEE_OTHER)

    async def batch(self, request: web.Request, person: Person) -> web.Response:
        """Show a batch: who made and checked it, its file, what the bank has said."""
        _require(person)
        batch = await self.store.payment_batch(request.match_info["id"])
        if batch is None:
            raise web.HTTPNotFound
        company = await self.store.company()
        payments = await self.store.payments_in(batch.id)
        desk = self.room.writer(company, person)
        chosen = request.query.get("form", "")
        shown, fault = await self._file(batch, chosen, person, company)
        return self.site.render(
            "finance_batch.html",
            person.language,
            person=person,
            head=desk.batch(batch, payments),
            batch=batch,
            maker=person_name(company, batch.maker),
            checker=person_name(company, batch.checker) if batch.checker else "",
            entries=[desk.payment(p, batch) for p in payments[:SHOWN_ROWS]],
            more=str(max(0, len(payments) - SHOWN_ROWS)),
            forms=self.clerk.payment_forms(),
            chosen=chosen,
            shown=shown,
            fault=fault,
            told=await self.orders.told(request, person, company),
            note=request.query.get("note", "") == "words_missing",
            may_act=may_pay(person),
            own=_own(batch, payments, person),
            once=once(),
        )

    async def _file(
        self, batch: PaymentBatch, form: str, person: Person, company: Company
    ) -> tuple[Shown | None, str]:
        if not form or batch.state == "cancelled":
            return None, ""
        try:
            return await self.clerk.batch_shown(batch.id, form), ""
        except Refused as refused:
            return None, refusal_text(refused, person.language, company)

    async def file(self, request: web.Request, person: Person) -> web.Response:
        """Hand out the file of a batch, or what lies beside it."""
        _require_payer(person)
        given = await request.post()
        name, form = str(given.get("batch", "")), str(given.get("form", ""))
        try:
            kept = await self.clerk.batch_file(person, name, form)
        except (Refused, Conflict) as refused:
            company = await self.store.company()
            return self._refused(refused, person, company, "/app/finance?list=batches")
        return _handed(kept, str(given.get("what", "")))

    async def results(self, request: web.Request, person: Person) -> web.Response:
        """Note a bank's results from a file, and show what became of every row."""
        _require_payer(person)
        company = await self.store.company()
        data = await _uploaded(request)
        try:
            done = await self.clerk.note_results(person, data)
        except Refused as refused:
            back = "/app/finance?list=payments&state=exported"
            return self._refused(refused, person, company, back)
        rows = [
            Uploaded(
                r.number, r.payment, "refused", refusal_text(r.refusal, person.language, company)
            )
            if r.refusal
            else Uploaded(
                r.number, r.payment, "noted" if r.noted else "known", verdict=r.verdict or ""
            )
            for r in done
        ]
        rows.sort(key=lambda row: (row.state != "refused", row.number))
        counts = {s: str(sum(r.state == s for r in rows)) for s in ("noted", "known", "refused")}
        return self.site.render(
            "finance_results.html",
            person.language,
            person=person,
            rows=rows[:SHOWN_ROWS],
            counts=counts,
        )

    async def voucher_batch(self, request: web.Request, person: Person) -> web.Response:
        """Show a batch of vouchers, or the one that would be made now."""
        _require(person)
        name = request.match_info["batch"]
        company = await self.store.company()
        forms = self.clerk.voucher_forms()
        chosen = request.query.get("form") or forms[0].name
        by = _by(request.query.get("by", ""))
        try:
            shown, left = await self.clerk.voucher_shown(
                chosen, None if name == NEXT else name, by, person.language
            )
        except Refused as refused:
            return self._refused(refused, person, company, "/app/finance?list=vouchers")
        return self.site.render(
            "finance_vouchers.html",
            person.language,
            person=person,
            batch=name,
            new=name == NEXT,
            forms=forms,
            chosen=chosen,
            by=by or company.vouchers.by,
            shown=shown,
            left=left[:SHOWN_ROWS],
            entries=[] if name == NEXT else await self._vouchers(name, company, person),
            may_act=may_pay(person),
        )

    async def _vouchers(self, batch: str, company: Company, person: Person) -> list[Entry]:
        found = await self.store.vouchers(VoucherQuery(batch=batch), Page(limit=SHOWN_ROWS))
        return list(self.room.writer(company, person).vouchers(found))

    async def export_vouchers(self, request: web.Request, person: Person) -> web.Response:
        """Take what waits for the books into a batch, and show it."""
        _require_payer(person)
        given = await request.post()
        form, by = str(given.get("form", "")), _by(str(given.get("by", "")))
        try:
            done = await self.clerk.export_vouchers(person, form, by)
        except (Refused, Conflict) as refused:
            company = await self.store.company()
            return self._refused(refused, person, company, "/app/finance?list=vouchers&state=open")
        there = f"/app/finance/vouchers/{quote(done.sheets.batch)}?form={quote(form)}"
        return self.site.redirect(there, HTTPStatus.SEE_OTHER)

    async def voucher_file(self, request: web.Request, person: Person) -> web.Response:
        """Hand out a file of vouchers; what would be the next one is for all who may look."""
        _require(person)
        given = await request.post()
        name, form = str(given.get("batch", "")), str(given.get("form", ""))
        try:
            if name == NEXT:
                kept = await self.clerk.voucher_preview(form, _by(str(given.get("by", ""))))
            else:
                kept = await self.clerk.voucher_file(person, name, form)
        except (Refused, Conflict) as refused:
            company = await self.store.company()
            return self._refused(refused, person, company, "/app/finance?list=vouchers")
        return _handed(kept, str(given.get("what", "")))

    async def numbers(self, request: web.Request, person: Person) -> web.Response:
        """Note the numbers that the books gave."""
        _require_payer(person)
        data = await _uploaded(request)
        back = "/app/finance?list=vouchers&state=exported"
        try:
            noted = await self.clerk.note_numbers(person, data)
        except (Refused, Conflict) as refused:
            return self._refused(refused, person, await self.store.company(), back)
        return self.site.redirect(f"{back}&noted={noted}", HTTPStatus.SEE_OTHER)

    async def back(self, _: web.Request) -> web.Response:
        """Send a browser that has signed in meanwhile to the desk."""
        return self.site.redirect("/app/finance", HTTPStatus.SEE_OTHER)

    def _refused(
        self, error: Refused | Conflict, person: Person, company: Company, back: str
    ) -> web.Response:
        """Say why nothing was done, and lead back."""
        text = refusal_text(error, person.language, company)
        return self.site.render(
            "finance_refused.html",
            person.language,
            HTTPStatus.CONFLICT,
            person=person,
            text=text,
            back=back,
        )


def _own(batch: PaymentBatch, payments: Sequence[Payment], person: Person) -> str:
    """Say why somebody may not check a batch: they made it, or are paid by it; "" if they may.

    What they have filed for others, or for a supplier, the order itself refuses.
    """
    if batch.maker == person.id:
        return "check_own"
    paid = any(p.payee == person.id and p.to == "employee" for p in payments)
    return "check_paid" if paid else ""


def _require(person: Person) -> None:
    if not may_see_finance(person):
        raise web.HTTPNotFound


def _require_payer(person: Person) -> None:
    if not may_pay(person):
        raise web.HTTPNotFound


def _picks(given: list[str]) -> frozenset[str] | None:
    """Give what was picked; nothing picked means everything."""
    return frozenset(given[:MAX_PICKS]) or None


def _by(text: str) -> By | None:
    return cast("By", text) if text in {"claim", "day"} else None


def _handed(kept: Kept, what: str) -> web.Response:
    """Give the file, or the one beside it whose name ends so."""
    beside = {f"{kept.name}.{what}": kept.beside.get(f"{kept.name}.{what}")}
    name, data = next(((n, d) for n, d in beside.items() if d is not None), (kept.name, kept.data))
    headers = {"Content-Disposition": f'attachment; filename="{PurePath(name).name}"', **_PRIVATE}
    return web.Response(body=data, content_type="application/octet-stream", headers=headers)


async def _uploaded(request: web.Request) -> bytes:
    """Read the one file of a form, counted while it comes."""
    try:
        part = await (await request.multipart()).next()
    except (ValueError, AssertionError, RuntimeError):
        raise web.HTTPBadRequest from None
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise web.HTTPBadRequest
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > MAX_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_BYTES, len(data))
    return bytes(data)
