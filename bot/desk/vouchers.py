"""Voucher files out: each voucher once, whole batches, and the books' numbers back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal, Protocol

from core.actions.basics import Cause
from core.actions.booking import export_vouchers, post, rebuilt, redate, renumber
from core.actions.outcome import payments_of
from core.change import Change
from core.claim import Claim
from core.company import Company
from core.errors import Conflict, Refused
from core.outside import Links
from core.payment import Payment
from core.ports import Clock, Page, Store, VoucherQuery
from core.voucher import PEOPLE, Voucher, VoucherState, Waiting
from core.voucher_building import Occasion, build_approval
from core.voucher_sheet import Sheet, SheetList, by_day, one_each

PAGE = 500
BOOKS = "books"
"""Who acts when vouchers go to the books and their numbers come back."""
TRIES = 5
FREE = frozenset({"", PEOPLE})
"""Whose vouchers files may take: those that no connected system posts."""

By = Literal["claim", "day"]


class Form(Protocol):
    """How vouchers are written."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def find_unfit(self) -> Callable[[Sheet, Company], str | None]:
        """Says why a sheet cannot be written in it."""
        ...

    def __call__(self, sheets: SheetList, company: Company) -> bytes:
        """Write sheets."""
        ...


class Outlet(Protocol):
    """Where the file goes: it is there in draft before anything is noted, and appears after."""

    async def prepare(self, listed: SheetList, data: bytes) -> None:
        """Keep the bytes safe, unseen by whoever waits for the file."""

    async def publish(self, listed: SheetList, data: bytes) -> None:
        """Let the file appear, with its hash and control totals."""

    async def drop(self) -> None:
        """Forget what was prepared."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into one file."""

    sheets: SheetList
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many vouchers could be made now that could not before, and those that still wait."""

    made: int
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class VoucherDesk:
    """Takes vouchers to the books by files."""

    store: Store
    clock: Clock
    zone: tzinfo

    async def export(
        self, form: Form, out: Outlet, by: By | None = None, entity: str | None = None
    ) -> Exported:
        """Write every open voucher into one file, never one twice.

        Those that could not be made before are tried again first. `by` is the company's setting
        unless it is given. Refused `nothing_to_export_vouchers`, with those that still `waiting`.
        """
        company = await self.store.company()
        waiting = (await self.rebuild(company)).waiting
        for _ in range(TRIES):
            opened = [v for v in await self._listed("open", entity) if v.taken_by in FREE]
            reasons = [self._reason(v, form, company) for v in opened]
            fitting = [v for v, reason in zip(opened, reasons, strict=True) if reason is None]
            unfit = [_waits(v, why) for v, why in zip(opened, reasons, strict=True) if why]
            late = [*waiting, *unfit]
            if not fitting:
                raise Refused("nothing_to_export_vouchers", waiting=tuple(late))
            try:
                sheets = await self._take(fitting, form, out, company, by)
            except Conflict:
                continue
            return Exported(sheets, tuple(late))
        raise Refused("revision")

    def _reason(self, voucher: Voucher, form: Form, company: Company) -> str | None:
        return form.find_unfit(one_each([voucher])[0], company)

    async def _take(
        self, found: Sequence[Voucher], form: Form, out: Outlet, company: Company, by: By | None
    ) -> SheetList:
        now = self.clock()
        day = now.astimezone(self.zone).date()
        way = by or company.vouchers.by
        prefix = "VD" if way == "day" else "VB"
        sequence = await self.store.next_number(prefix, day)
        batch = f"{prefix}-{day:%Y%m%d}-{sequence:04d}"
        change = export_vouchers(found, batch, Cause(BOOKS, now, f"vouchers:{batch}"))
        sheets = self._sheets(batch, found, company)
        data = form(sheets, company)
        await out.prepare(sheets, data)
        try:
            await self.store.commit(change)
        except Conflict:
            await out.drop()
            raise
        await out.publish(sheets, data)
        return sheets

    def _sheets(self, batch: str, vouchers: Sequence[Voucher], company: Company) -> SheetList:
        """Arrange a batch; its name says how, so that it is always arranged alike."""
        made = by_day(vouchers, batch) if batch.startswith("VD-") else one_each(vouchers)
        at = max(v.created_at for v in vouchers).astimezone(self.zone)
        return SheetList(batch, at, company.vouchers.word, made)

    async def rewrite(self, batch: str, form: Form, out: Outlet) -> Exported:
        """Write the file of an earlier batch again; Refused `no_such_batch`, `batch_unfit`."""
        company = await self.store.company()
        sheets = await self._batch(batch, company)
        unfit = [(s, form.find_unfit(s, company)) for s in sheets.sheets]
        rows = "\n".join(f"{sheet.id}: {reason}" for sheet, reason in unfit[:200] if reason)
        if rows:
            raise Refused("batch_unfit", batch=batch, rows=rows)
        data = form(sheets, company)
        await out.prepare(sheets, data)
        await out.publish(sheets, data)
        return Exported(sheets)

    async def look(self, form: Form, batch: str | None = None, by: By | None = None) -> Exported:
        """Give what an earlier batch has, or what the next one would have; notes nothing.

        What does not fit the form, or cannot be made yet, waits with its reason.

        Refused `no_such_batch`, `nothing_to_export_vouchers`.
        """
        company = await self.store.company()
        if batch is not None:
            return Exported(await self._batch(batch, company))
        opened = [v for v in await self._listed("open", None) if v.taken_by in FREE]
        reasons = {v.id: self._reason(v, form, company) for v in opened}
        found = [v for v in opened if reasons[v.id] is None]
        unmade = await self._listed("refused", None)
        refused = [
            *(Waiting(v.id, v.claim, v.reason, v.facts) for v in unmade),
            *(_waits(v, reason) for v in opened if (reason := reasons[v.id])),
        ]
        if not found:
            raise Refused("nothing_to_export_vouchers", waiting=tuple(refused))
        name = "VD-preview" if (by or company.vouchers.by) == "day" else "VB-preview"
        return Exported(self._sheets(name, found, company), tuple(refused))

    async def _batch(self, batch: str, company: Company) -> SheetList:
        found = await self._pages(VoucherQuery(batch=batch))
        if not found:
            raise Refused("no_such_batch", batch=batch)
        return self._sheets(batch, found, company)

    async def batches(self) -> dict[str, tuple[int, int]]:
        """Give every batch with how many vouchers it has and their sum in fen, newest first."""
        found: dict[str, tuple[int, int]] = {}
        for voucher in await self._pages(VoucherQuery()):
            if voucher.batch:
                count, total = found.get(voucher.batch, (0, 0))
                found[voucher.batch] = (count + 1, total + voucher.total_fen)
        return dict(sorted(found.items(), key=lambda row: row[0].split("-")[1:], reverse=True))

    async def preview(self, number: str) -> tuple[Voucher, ...]:
        """Show the vouchers of a claim, or the one that its approval would make as it is now.

        Refused `no_such_claim`.
        """
        claim = await self.store.claim(number)
        if claim is None:
            raise Refused("no_such_claim", number=number[:40])
        known = await self.store.vouchers_of([number])
        if known:
            return known
        company, now = await self.store.company(), self.clock()
        occasion = Occasion(company, claim, now.astimezone(self.zone).date(), now)
        return (build_approval(occasion, payments_of(claim, company)),)

    async def number(self, given: Sequence[tuple[str, str]], *, renumbered: bool = False) -> int:
        """Note the numbers that the books gave: of vouchers, or of sheets of a batch by day.

        Gives how many were new. Books that were `renumbered` (凭证整理) may give another number.
        What can be noted is, whatever the other rows say: Refused `numbers_left` names those, each
        with `no_such_voucher`, `other_number` or `wrong_voucher_state`.
        """
        noted = 0
        left: list[Waiting] = []
        for name, number in given:
            try:
                members = await self._named(name)
                noted += sum([await self._is_noted(v.id, number, renumbered) for v in members])
            except Refused as refused:
                facts = tuple((k, str(v)) for k, v in refused.fields.items())
                left.append(Waiting(name[:60], "", refused.code, facts))
        if left:
            raise Refused("numbers_left", count=str(noted), waiting=tuple(left))
        return noted

    async def _is_noted(self, name: str, number: str, renumbered: bool) -> bool:  # noqa: FBT001
        """Note a number; false where it is known. Refused as `core.actions.booking.post`."""
        for _ in range(TRIES):
            voucher = await self.store.voucher(name)
            if voucher is None:
                raise Refused("no_such_voucher", voucher=name)
            now = self.clock()
            cause = Cause(BOOKS, now, f"posted:{name}:{number}:{now.isoformat()}")
            day = now.astimezone(self.zone).date()
            change = (renumber if renumbered else post)(voucher, number, cause, day)
            if change is None:
                return False
            try:
                await self.store.commit(change)
            except Conflict:
                continue
            return True
        raise Refused("revision")

    async def redate(self, names: Sequence[str], day: date, links: Links) -> tuple[Voucher, ...]:
        """Move vouchers to another day, as into the first period that is open; gives them.

        All or none. Refused `no_such_voucher`, `wrong_voucher_state` where one has gone out, and
        `voucher_under_way` where its system may have it already.
        """
        moved: list[Voucher] = []
        for name in dict.fromkeys(names):
            voucher = await self.store.voucher(name)
            if voucher is None:
                raise Refused("no_such_voucher", voucher=name[:60])
            taken = voucher.state == "open" and bool(voucher.taken_by)
            known = await links.find(voucher.taken_by, name) if taken else None
            if known is not None and known.state not in {"new", "dropped"}:
                raise Refused("voucher_under_way", voucher=name, system=voucher.taken_by)
            moved.append(voucher)
        now = self.clock()
        cause = Cause(BOOKS, now, f"redate:{day}:{now.isoformat()}")
        await self.store.commit(redate(moved, day, cause))
        return tuple(moved)

    async def _named(self, name: str) -> tuple[Voucher, ...]:
        voucher = await self.store.voucher(name)
        if voucher:
            return (voucher,)
        batch = name.rpartition("-")[0]
        found = await self._pages(VoucherQuery(batch=batch)) if batch.startswith("VD-") else []
        sheets = by_day(found, batch)
        members = next((sheet.of for sheet in sheets if sheet.id == name), ())
        if not members:
            raise Refused("no_such_voucher", voucher=name[:60])
        return members

    async def rebuild(self, company: Company) -> Rebuilt:
        """Try refused vouchers again with the accounts of now."""
        made_now = 0
        waiting: list[Waiting] = []
        for voucher in await self._listed("refused", None):
            claim, payments = await self._claim_of(voucher)
            made = rebuilt(voucher, claim, payments, company) if claim else voucher
            if made.state == "refused":
                waiting.append(Waiting(voucher.id, voucher.claim, made.reason, made.facts))
            elif await self._is_kept(made):
                made_now += 1
        return Rebuilt(made_now, tuple(waiting))

    async def _is_kept(self, made: Voucher) -> bool:
        """Keep a voucher that could be made; false where somebody else has done so meanwhile."""
        try:
            await self.store.commit(Change(at=self.clock(), vouchers=(made,)))
        except Conflict:
            return False
        return True

    async def _claim_of(self, voucher: Voucher) -> tuple[Claim | None, list[Payment]]:
        claim = await self.store.claim(voucher.claim)
        payment = await self.store.payment(f"P-{voucher.claim}")
        return claim, [payment] if payment else []

    async def _listed(self, state: VoucherState, entity: str | None) -> list[Voucher]:
        return await self._pages(VoucherQuery(state=state, company=entity))

    async def _pages(self, query: VoucherQuery) -> list[Voucher]:
        page = await self.store.vouchers(query, Page(limit=PAGE))
        found = list(page.items)
        while page.next:
            page = await self.store.vouchers(query, Page(page.next, PAGE))
            found += page.items
        return found


def _waits(voucher: Voucher, reason: str) -> Waiting:
    return Waiting(voucher.id, voucher.claim, reason)
