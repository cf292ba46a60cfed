"""Rows of the finance desk, written in one language for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.texts.names import person_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.texts.words import kind_text, payment_reason_text, payment_state_text, state_text
from bot.web.claim_book import voucher_rows
from bot.web.todo_page import Mark
from core.actions.settlement import PAYERS
from core.claim import Claim
from core.company import Company, Person
from core.money import format_cny
from core.payment import OVER, Payment, PaymentState, mask_account
from core.payment_batch import PaymentBatch
from core.ports import Clock, Sliced
from core.voucher import Voucher

LISTS = ("payments", "batches", "vouchers", "reconcile", "advances", "late")
PAYMENTS: tuple[PaymentState, ...] = ("pending", "failed", "exported", "paid", "cancelled")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the desk; `path` opens it, `why` says what is wrong.

    `pick` is the payment that a batch may take; `pays` says that the reader may note what has
    become of it.
    """

    number: str
    name: str
    amount: str
    state: str
    state_text: str
    path: str = ""
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    why: str = ""
    pick: str = ""
    pays: bool = False
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A list, or a state within one, to go to."""

    text: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class DeskWriter:
    """Writes entries for one reader; whoever may pay finds what to do beside them."""

    company: Company
    language: Language
    now: datetime
    zone: ZoneInfo
    advance_days: int
    payer: str = ""
    """The reader, where they may pay."""

    def say(self, code: str, **fields: str) -> str:
        """Write a text of the pages."""
        return page_text(code, self.language, **fields)

    def day(self, at: datetime) -> str:
        """Write a moment."""
        return f"{at.astimezone(self.zone):%m-%d %H:%M}"

    def payment(self, payment: Payment, batch: PaymentBatch | None = None) -> Entry:
        """Write a payment; its account shows its end alone.

        `batch` is the one it is in: what waits there for a second person has not gone out.
        """
        account = mask_account(payment.account).replace("*", "•")[-8:]
        where = " ".join(p for p in (one_line(payment.bank, 30), account) if p)
        parts = (where, payment.batch or "", one_line(payment.reference, 40))
        missing = not payment.account and payment.state in {"pending", "failed"}
        return Entry(
            number=payment.claim,
            name=one_line(payment.payee_name or person_name(self.company, payment.payee), 40),
            amount=format_cny(payment.owed_fen or payment.amount_fen),
            state=payment.state,
            state_text=self.say("payment_waits")
            if payment.state == "exported" and batch and batch.state == "waiting"
            else payment_state_text(payment.state, self.language),
            path=f"/app/claims/{payment.claim}",
            notes=(*(p for p in parts if p), *self._in_part(payment)),
            marks=(Mark(self.say("no_account"), "warm"),) if missing else (),
            why=one_line(payment_reason_text(payment.reason, self.language))
            if payment.state in {"failed", "cancelled"}
            else "",
            pick=payment.id if self.payer and payment.state in {"pending", "failed"} else "",
            pays=self.payer not in {"", payment.payee} and payment.state not in OVER,
        )

    def _in_part(self, payment: Payment) -> tuple[str, ...]:
        if not payment.paid_fen or payment.state == "paid":
            return ()
        return (self.say("paid_so_far", amount=format_cny(payment.paid_fen)),)

    def batch(self, batch: PaymentBatch, payments: Sequence[Payment]) -> Entry:
        """Write a batch with what the bank has said of it so far."""
        counts = {s: sum(p.state == s for p in payments) for s in PAYMENTS}
        open_ = counts["exported"]
        maker = person_name(self.company, batch.maker)
        checker = person_name(self.company, batch.checker) if batch.checker else ""
        people = f"{maker} → {checker}" if checker else maker
        told = [
            self.say(f"batch_{state}", count=str(counts[state]))
            for state in ("paid", "failed")
            if counts[state]
        ]
        waits = batch.state == "released" and open_
        return Entry(
            number=batch.id,
            path=f"/app/finance/batches/{batch.id}",
            name=self.say("payments_in", count=str(batch.count)),
            amount=format_cny(batch.total_fen),
            state=batch.state,
            state_text=self.say(f"batch_{batch.state}"),
            notes=(self.day(batch.created_at), people, *told),
            marks=(Mark(self.say("batch_open", count=str(open_)), "warm"),) if waits else (),
        )

    def vouchers(self, found: Sliced[Voucher]) -> Sequence[Entry]:
        """Write vouchers with the reason of those that cannot be made."""
        batches = {v.id: v.batch for v in found.items if v.batch}
        return [
            Entry(
                number=row.claim,
                name=row.what,
                amount=row.amount,
                state=row.state,
                state_text=row.state_text,
                path=f"/app/claims/{row.claim}",
                notes=tuple(n for n in (row.id, row.where) if n),
                why=row.why,
                batch=batches.get(row.id, ""),
            )
            for row in voucher_rows(found.items, self.company, self.language)
        ]

    def advance(self, claim: Claim) -> Entry:
        """Write an advance that is open."""
        paid = claim.advance.paid_at if claim.advance else None
        overdue = bool(
            paid and not claim.standing and self.now - paid > timedelta(days=self.advance_days)
        )
        mark = Mark(self.say("overdue"), "hot") if overdue else None
        kind = Mark(self.say("petty_cash")) if claim.standing else None
        return Entry(
            number=claim.number,
            name=person_name(self.company, claim.employee),
            amount=format_cny(claim.open_fen),
            state=claim.state.value,
            state_text=self.say("advance_open"),
            path=f"/app/claims/{claim.number}",
            notes=(
                self.say("advance_of", total=format_cny(claim.total_fen)),
                *((self.day(paid),) if paid else ()),
            ),
            marks=tuple(m for m in (mark, kind) if m),
        )

    def late(self, claim: Claim) -> Entry:
        """Write a claim whose step is past its deadline."""
        step = claim.plan.step if claim.plan else None
        people = [person_name(self.company, p) for p in (step.waiting() if step else ())]
        names = ("、" if self.language == "zh" else ", ").join(people[:3])
        due = step.due if step else None
        return Entry(
            number=claim.number,
            name=f"{person_name(self.company, claim.employee)} · "
            f"{kind_text(claim.kind, self.language)}",
            amount=format_cny(claim.total_fen),
            state=claim.state.value,
            state_text=state_text(claim.state, self.language),
            path=f"/app/claims/{claim.number}",
            notes=(self.say("waits_for", people=names),) if names else (),
            marks=(Mark(self.say("todo_late", at=self.day(due)), "hot"),) if due else (),
        )


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """What every page of the desk is written with; `advance_days` makes an advance overdue."""

    clock: Clock
    zone: ZoneInfo
    advance_days: int = 30

    def writer(self, company: Company, person: Person) -> DeskWriter:
        """Give what writes entries for somebody."""
        payer = person.id if may_pay(person) else ""
        now = self.clock()
        return DeskWriter(company, person.language, now, self.zone, self.advance_days, payer)


def may_pay(person: Person) -> bool:
    """Whether somebody may do something on the finance desk, and not only look."""
    return bool(PAYERS.intersection(person.roles))


def tabs_of(here: str, language: Language) -> list[Tab]:
    """Give the lists of the desk to go to."""
    return [
        Tab(page_text(f"desk_{name}", language), _path_of(name), name == here) for name in LISTS
    ]


def _path_of(name: str) -> str:
    return "/app/finance/reconcile" if name == "reconcile" else f"/app/finance?list={name}"
