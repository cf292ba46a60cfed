"""Files that leave by the clock: each batch once, finished by the next run where a crash cut in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Protocol

import structlog

from bot.desk.outlets import Listed, PlaceOutlet
from bot.desk.payments import PaymentDesk
from bot.desk.vouchers import VoucherDesk
from connectors.filedrop.drop import Place
from connectors.filedrop.payment_files import PaymentFormat
from connectors.filedrop.voucher_files import VoucherFormat
from core.actions.basics import Cause, outgoing
from core.change import Change
from core.errors import OutsideError, Refused
from core.notices import Say
from core.outside import Link, Links
from core.ports import Clock, Store

log = structlog.get_logger(__name__)

PAGE = 100
TOLD = ("cashier", "finance", "admin")
GONE = frozenset({"no_such_batch", "batch_was_cancelled"})
NOTHING = frozenset({"nothing_to_export", "nothing_to_export_vouchers"})


class _Form(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def extension(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NotedOutlet:
    """A place whose batches are noted before anything is taken, and again when they lie there."""

    system: str
    purpose: str
    store: Store
    links: Links
    clock: Clock
    inner: PlaceOutlet

    async def prepare(self, listed: Listed, data: bytes) -> None:
        """Note the batch: whatever happens now, the next run finishes it."""
        del data
        key = f"{self.purpose}:{listed.batch}"
        link = Link(self.system, key, listed.batch, self.purpose, "open", self.clock())
        await self.links.begin(link)

    async def publish(self, listed: Listed, data: bytes) -> None:
        """Put the file there, then note that it lies there; people hear once where it cannot."""
        try:
            await self.inner.publish(listed, data)
        except (OSError, OutsideError):
            await self._tell(listed.batch)
            raise
        found = await self.links.find(self.system, f"{self.purpose}:{listed.batch}")
        if found is not None:
            await self.links.save(replace(found, state="closed"))

    async def _tell(self, batch: str) -> None:
        fields = (("batch", batch), ("system", self.system))
        key = f"not_put:{self.system}:{self.purpose}:{batch}"
        await tell(self.store, self.clock(), key, "file_not_put", fields)

    async def drop(self) -> None:
        """Keep the note: a batch that waits for its checker leaves by a later run."""


@dataclass(frozen=True, slots=True)
class FilesOut:
    """Drops what is owed and what is to be booked into one connected place."""

    name: str
    store: Store
    links: Links
    clock: Clock
    zone: tzinfo
    place: Place
    maker: str | None
    payments: PaymentFormat | None
    vouchers: VoucherFormat | None

    async def run(self) -> int:
        """Finish what an earlier run has begun or a checker has let go, then drop what is new.

        Gives how many files were put. Errors of the place leave the rest to the next run.
        """
        paid = await self._pay(self.payments) if self.payments else 0
        return paid + (await self._book(self.vouchers) if self.vouchers else 0)

    async def _pay(self, form: PaymentFormat) -> int:
        desk, out = PaymentDesk(self.store, self.clock, self.zone), self._out(form, "payments")
        put = await self._finish(out, lambda name: desk.rewrite(name, form, out))
        return put + await self._new(lambda: _left(desk, form, out, self.maker))

    async def _book(self, form: VoucherFormat) -> int:
        desk, out = VoucherDesk(self.store, self.clock, self.zone), self._out(form, "vouchers")
        put = await self._finish(out, lambda name: desk.rewrite(name, form, out))
        return put + await self._new(lambda: _booked(desk, form, out))

    def _out(self, form: _Form, what: str) -> NotedOutlet:
        inner = PlaceOutlet(self.place, form.name, form.extension)
        purpose = f"file:{what}"
        return NotedOutlet(self.name, purpose, self.store, self.links, self.clock, inner)

    async def _finish(self, out: NotedOutlet, rewrite: Callable[[str], Awaitable[object]]) -> int:
        put, after = 0, ""
        while links := await self.links.open(self.name, out.purpose, after, PAGE):
            for link in links:
                put += await self._again(link, rewrite)
            after = links[-1].key
        return put

    async def _again(self, link: Link, rewrite: Callable[[str], Awaitable[object]]) -> int:
        try:
            await rewrite(link.subject)
        except Refused as refused:
            if refused.code in GONE:
                await self.links.save(replace(link, state="dropped"))
            return 0
        return 1

    async def _new(self, export: Callable[[], Awaitable[int]]) -> int:
        try:
            return await export()
        except Refused as refused:
            if refused.code not in NOTHING:
                log.warning("files_not_put", system=self.name, code=refused.code)
                now = self.clock()
                key = f"not_out:{self.name}:{refused.code}:{now.astimezone(self.zone):%Y%m%d}"
                fields = {k: v for k, v in refused.fields.items() if isinstance(v, str)}
                await tell(self.store, now, key, refused.code, tuple(fields.items()))
            return 0


async def tell(
    store: Store, now: datetime, key: str, code: str, fields: tuple[tuple[str, str], ...]
) -> None:
    """Tell those who answer for files something, once for each key."""
    company = await store.company()
    people = {p.id: p for role in TOLD for p in company.with_role(role)}
    said = [Say(person, code, fields) for person in people]
    await store.commit(Change(at=now, outbox=outgoing(Cause("system", now, key), said)))


async def _left(desk: PaymentDesk, form: PaymentFormat, out: NotedOutlet, maker: str | None) -> int:
    """Export payments, for each company of the group where a file does not say who pays.

    Gives how many files were put: one that waits for a second person is not.
    """
    put, others = 0, True
    while others:
        batch = await desk.export(form, out, maker)
        put, others = put + (not batch.waits), batch.others
    return put


async def _booked(desk: VoucherDesk, form: VoucherFormat, out: NotedOutlet) -> int:
    await desk.export(form, out)
    return 1
