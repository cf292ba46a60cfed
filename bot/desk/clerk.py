"""What finance does on its page: batches made and handed out, results taken, the books compared.

Everything is done by the desks that the command line uses, in the name of the person who asks.
"""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from bot.desk.outlets import KeptOutlet
from bot.desk.payments import Batch, PaymentDesk, require_fit
from bot.desk.reconciliation import workbook
from bot.desk.results import ResultDesk, RowDone
from bot.desk.vouchers import By, Exported, VoucherDesk
from bot.handlers.reconciling import Reconciliation, Sides
from bot.texts.template import Language
from bot.texts.waiting import waiting_rows
from connectors.filedrop.payment_files import PaymentFormat, payment_formats
from connectors.filedrop.reading import read_table, read_table_apart
from connectors.filedrop.template import Template
from connectors.filedrop.voucher_files import VoucherFormat, voucher_formats
from core.actions.basics import Cause, Settings, audit_of
from core.actions.settlement import PAYERS
from core.change import Change
from core.company import Company, Person
from core.errors import Refused
from core.payment_batch import OrderList
from core.table_cells import header_place, plain_title
from core.voucher_sheet import SheetList

F = TypeVar("F", PaymentFormat, VoucherFormat)
FEW = 20
"""Rows of a file that are shown on a page."""
HIDDEN = 8
"""Accounts this long or longer show their ends alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file before it is taken: its first rows, with accounts hidden, and what lies beside it.

    `text` is shown where a file is no table.
    """

    name: str
    size: int
    sha256: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: str = ""
    unconfirmed: str = ""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Acts for people on the page; Refused `not_allowed` for whoever neither pays nor books."""

    payments: PaymentDesk
    vouchers: VoucherDesk
    sides: Sides
    settings: Settings
    templates: Path | None = None
    usual: Mapping[str, str] | None = None
    """The forms of the settings, by `payments` and `vouchers`."""

    def payment_forms(self) -> Sequence[PaymentFormat]:
        """Give the forms of payment files, the usual one first; Refused `bad_template`."""
        return _first(tuple(payment_formats(self.templates).values()), self._usual("payments"))

    def voucher_forms(self) -> Sequence[VoucherFormat]:
        """Give the forms of voucher files, the usual one first; Refused `bad_template`."""
        return _first(tuple(voucher_formats(self.templates).values()), self._usual("vouchers"))

    def _usual(self, use: str) -> str:
        return (self.usual or {}).get(use, "")

    def _pays(self, name: str) -> PaymentFormat:
        return _named(self.payment_forms(), name)

    def _books(self, name: str) -> VoucherFormat:
        return _named(self.voucher_forms(), name)

    async def due(
        self, person: Person, form: str, only: Collection[str] | None
    ) -> tuple[Batch, Shown | None]:
        """Say what somebody's next batch would have in it, and how its file would begin."""
        chosen = self._pays(form)
        batch = await self.payments.preview(chosen, only, person.id)
        if not batch.orders:
            return batch, None
        at = self.payments.clock().astimezone(self.payments.zone)
        orders = OrderList("PAY-preview", at, batch.orders)
        return batch, await _payment_shown(chosen, orders)

    async def make_batch(self, person: Person, form: str, only: Collection[str] | None) -> Batch:
        """Make a batch in somebody's name; its file is written when it is asked for."""
        _require_payer(person)
        chosen = self._pays(form)
        out = KeptOutlet(chosen.name, chosen.extension)
        return await self.payments.export(chosen, out, person.id, only, leaves=False)

    async def batch_shown(self, name: str, form: str) -> Shown:
        """Show the file of a batch, also of one that still waits for its checker."""
        return await _payment_shown(self._pays(form), await self.payments.look(name))

    async def batch_file(self, person: Person, name: str, form: str) -> KeptOutlet:
        """Hand somebody the file of a batch; the record keeps who has had it."""
        _require_payer(person)
        chosen = self._pays(form)
        out = KeptOutlet(chosen.name, chosen.extension)
        await self.payments.rewrite(name, chosen, out)
        await self._record(person, "download_batch", name, form=chosen.name)
        return out

    async def note_results(self, person: Person, data: bytes) -> Sequence[RowDone]:
        """Note a bank's results from a file that somebody has brought."""
        _require_payer(person)
        table = await read_table_apart(data)
        desk = ResultDesk(self.payments.store, self.payments.clock, self.settings, actor=person.id)
        return await desk.note(table, data)

    async def voucher_shown(
        self, form: str, batch: str | None, by: By | None, language: Language
    ) -> tuple[Shown, Sequence[str]]:
        """Show a voucher file, of an earlier batch or of the next one, and what waits and why."""
        chosen, company = self._books(form), await self.vouchers.store.company()
        found = await self.vouchers.look(chosen, batch, by)
        shown = await _voucher_shown(chosen, found.sheets, company)
        return shown, waiting_rows(found.waiting, company, language)

    async def voucher_preview(self, form: str, by: By | None) -> KeptOutlet:
        """Give the file that the next batch would be; nothing is noted."""
        chosen, company = self._books(form), await self.vouchers.store.company()
        found = await self.vouchers.look(chosen, None, by)
        out = KeptOutlet(chosen.name, chosen.extension)
        data = await asyncio.to_thread(chosen, found.sheets, company)
        await out.publish(found.sheets, data)
        return out

    async def export_vouchers(self, person: Person, form: str, by: By | None) -> Exported:
        """Take what waits for the books into a batch; its file is written when it is asked for."""
        _require_payer(person)
        chosen = self._books(form)
        done = await self.vouchers.export(chosen, KeptOutlet(chosen.name, chosen.extension), by)
        await self._record(person, "take_vouchers", done.sheets.batch, form=chosen.name)
        return done

    async def voucher_file(self, person: Person, batch: str, form: str) -> KeptOutlet:
        """Hand somebody the file of a batch of vouchers."""
        _require_payer(person)
        chosen = self._books(form)
        out = KeptOutlet(chosen.name, chosen.extension)
        await self.vouchers.rewrite(batch, chosen, out)
        await self._record(person, "download_vouchers", batch, form=chosen.name)
        return out

    async def note_numbers(self, person: Person, data: bytes) -> int:
        """Note the numbers that the books gave, from a file; gives how many were new.

        The record keeps who brought it: the books act in it themselves.
        """
        _require_payer(person)
        digest = hashlib.sha256(data).hexdigest()
        await self._record(person, "bring_numbers", digest)
        return await self.vouchers.number(numbers_in(await read_table_apart(data)))

    async def reconcile(self, since: date, day: date) -> Reconciliation:
        """Compare what all sides say."""
        return await self.sides.reconcile(day, since)

    def workbook(self, found: Reconciliation, language: Language) -> bytes:
        """Write a comparison as a workbook."""
        return workbook(found, language)

    async def _record(self, person: Person, action: str, subject: str, **fields: str) -> None:
        """Keep who was handed a file; many times may be."""
        now = self.payments.clock()
        cause = Cause(person.id, now, f"page:{action}:{subject}:{now.isoformat()}")
        entry = audit_of(cause, action, subject, **fields)
        await self.payments.store.commit(Change(at=now, audit=(entry,)))


def numbers_in(table: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Read a table of vouchers and their numbers; Refused `results_header`."""
    place = header_place(table, {"id", "number"})
    head = [plain_title(cell) for cell in table[place]] if table else []
    if "id" not in head or "number" not in head:
        raise Refused("results_header", columns="id, number")
    name, number = head.index("id"), head.index("number")
    long = [row for row in table[place + 1 :] if len(row) > max(name, number)]
    return [(row[name], row[number]) for row in long if row[name] and row[number]]


def _require_payer(person: Person) -> None:
    if not PAYERS.intersection(person.roles):
        raise Refused("not_allowed", action="make_batch", person=person.id)


def _first(forms: tuple[F, ...], usual: str) -> tuple[F, ...]:
    return tuple(sorted(forms, key=lambda form: form.name != usual))


def _named(forms: Sequence[F], name: str) -> F:
    found = next((f for f in forms if f.name == name), None)
    if found is None:
        raise Refused("no_such_form", form=name[:40])
    return found


async def _payment_shown(form: PaymentFormat, orders: OrderList) -> Shown:
    require_fit(orders, form)
    data = await asyncio.to_thread(form, orders)
    some = OrderList(orders.batch, orders.made_at, orders.orders[:FEW])
    head = data if some.count == orders.count else await asyncio.to_thread(form, some)
    secret = {o.account for o in some.orders} | {o.payer.account for o in some.orders}
    return _shown(form, orders.batch, data, head, secret)


async def _voucher_shown(form: VoucherFormat, sheets: SheetList, company: Company) -> Shown:
    data = await asyncio.to_thread(form, sheets, company)
    some = SheetList(sheets.batch, sheets.made_at, sheets.word, sheets.sheets[:FEW])
    head = data if some.count == sheets.count else await asyncio.to_thread(form, some, company)
    return _shown(form, sheets.batch, data, head, set())


def _shown(
    form: PaymentFormat | VoucherFormat, batch: str, data: bytes, head: bytes, secret: set[str]
) -> Shown:
    """Show how a file begins; nobody reads a whole account off a screen."""
    out = KeptOutlet(form.name, form.extension)
    name, digest = f"{batch}.{out.extension}", hashlib.sha256(data).hexdigest()
    hidden = {a: hide(a) for a in secret if len(a) >= HIDDEN}
    template: Template | None = form.template
    if template is None:
        text = head.decode("utf-8", "replace")
        for account, shown in hidden.items():
            text = text.replace(account, shown)
        lines = "\n".join(text.splitlines()[: 2 * FEW])
        return Shown(name, len(data), digest, (), (), lines, form.unconfirmed)
    table = read_table(head)
    rows = [tuple(hidden.get(c.lstrip("'"), c) for c in r) for r in table[template.header :]]
    return Shown(
        name, len(data), digest, template.titles, tuple(rows), unconfirmed=form.unconfirmed
    )


def hide(account: str) -> str:
    """Show the ends of an account alone."""
    return f"{account[:4]}••••{account[-4:]}"
