"""Ten thousand claims of every sort, lived through by chance: the books balance to the fen.

The judge is beancount, a double-entry checker that knows nothing of ours.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from beancount import loader
from core_house import NOW, TODAY, by, claim_of, company_of, invoice, taxi

from core.actions.basics import Settings
from core.actions.booking import booked
from core.actions.bouncing import bounce
from core.actions.outcome import payments_of
from core.actions.settlement import pay
from core.change import Change
from core.claim import Claim, Line, State
from core.company import Company
from core.currency import ForeignAmount
from core.dealings import Clearing, Supplier
from core.exchange import spent
from core.money import format_yuan
from core.payment import Payment
from core.voucher import Voucher, VoucherLine
from core.voucher_sheet import by_day

CLAIMS = 10_000
CURRENCIES = {"USD": "7.0827", "EUR": "8.2513", "JPY": "0.0463", "HKD": "0.9101"}
PAPERS = (
    "digital_special", "vat_special", "digital_general", "rail_e", "rail_paper", "air_itinerary",
    "bus", "toll", "ride_hailing", "taxi", "quota", "other",
)  # fmt: skip


def company() -> Company:
    found = company_of()
    categories = tuple(
        c.model_copy(
            update={
                "account": f"6601.{i:02d}",
                "accounts": {"lab": f"5301.{i:02d}"},
                "input_tax": c.id != "meal",
            }
        )
        for i, c in enumerate(found.categories, 1)
    )
    rules = found.vouchers.model_copy(update={"originals": True})
    return found.model_copy(update={"categories": categories, "vouchers": rules})


COMPANY = company()


@dataclass
class Life:
    """One claim and its vouchers, from approval to wherever chance leads."""

    claim: Claim
    chance: random.Random
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    payment: Payment | None = None

    def take(self, change: Change) -> None:
        made = booked(change, COMPANY, tuple(self.vouchers.values()), TODAY).vouchers
        self.vouchers |= {v.id: v for v in made}
        self.claim = change.claims[0]
        self.payment = change.payments[0] if change.payments else self.payment
        for name, voucher in self.vouchers.items():
            if voucher.state == "open" and self.chance.random() < 0.5:
                self.vouchers[name] = replace(voucher, state="exported")

    def live_through(self) -> None:
        payments = payments_of(self.claim, COMPANY)
        self.take(Change(at=NOW, claims=(self.claim,), payments=payments))
        if not payments:
            return
        if self.chance.random() < 0.1:
            self.take(Change(at=NOW, claims=(replace(self.claim, state=State.VOID),)))
            return
        for _ in range(self.chance.randint(0, 3)):
            self._step()

    def _step(self) -> None:
        assert self.payment
        if self.payment.paid_fen and self.chance.random() < 0.4:
            some = self.chance.randint(1, self.payment.paid_fen)
            back = bounce(self.claim, self.payment, COMPANY, by("bank"), "退票", some)
            self.take(back)
        elif self.payment.owed_fen:
            some = self.chance.randint(1, self.payment.owed_fen)
            change = pay(self.claim, self.payment, by("cash"), Settings(), amount_fen=some)
            assert change
            self.take(change)


def random_line(chance: random.Random) -> Line:
    total = chance.choice((1, 2, 99, 100, chance.randint(1, 10_000_000)))
    claimed = chance.choice((total, chance.randint(1, total)))
    tax = chance.choice((None, 0, total * 6 // 106, total * 9 // 109))
    paper = invoice(
        kind=chance.choice(PAPERS),
        tax_fen=tax,
        total_fen=total,
        amount_fen=total - (tax or 0),
        date=date(chance.choice((2018, 2024, 2025, 2026)), chance.randint(1, 11), 3),
    )
    line = taxi(
        category=chance.choice(("taxi", "hotel", "meal")),
        amount_fen=claimed,
        invoice=chance.choice((paper, None)),
        department=chance.choice((None, "lab", "sales")),
        project=chance.choice((None, "apollo")),
    )
    if line.invoice or chance.random() < 0.6:
        return line
    currency, rate = chance.choice(tuple(CURRENCIES.items()))
    return spent(COMPANY, line, ForeignAmount(currency, claimed + 99), "zhang", rate=rate)


def random_claim(number: int, chance: random.Random) -> Claim:
    lines = tuple(random_line(chance) for _ in range(chance.randint(1, 6)))
    claim = claim_of(
        *lines,
        number=f"BX-20261125-{number:05d}",
        state=State.APPROVED,
        kind=chance.choice(("reimbursement",) * 6 + ("welfare", "advance", "purchase_request")),
        supplier=chance.choice((None, None, None, Supplier("文具公司", "955"))),
    )
    if claim.kind == "reimbursement" and claim.supplier is None and chance.random() < 0.3:
        part = chance.randint(1, claim.total_fen)
        whole = part == claim.total_fen
        state = State.PAID if whole else State.APPROVED
        return replace(claim, clears=(Clearing("JK-20261101-0001", part),), state=state)
    return claim


@cache
def lives() -> tuple[Life, ...]:
    chance = random.Random(20261125)
    found = tuple(Life(random_claim(number, chance), chance) for number in range(CLAIMS))
    for life in found:
        life.live_through()
    return found


def beancount_of(vouchers: Sequence[Voucher]) -> str:
    """Write vouchers as beancount has them; another currency with its price in yuan."""
    out = [
        'option "operating_currency" "CNY"',
        'option "inferred_tolerance_default" "CNY:0.0000001"',
        'plugin "beancount.plugins.auto_accounts"',
    ]
    for voucher in vouchers:
        out.append(f'{voucher.day.isoformat()} * "{voucher.id}"')
        out += [f"  {_posting(line)}" for line in voucher.lines]
    return "\n".join([*out, ""])


def _posting(line: VoucherLine) -> str:
    yuan = line.debit_fen - line.credit_fen
    account = f"Assets:X{line.account.replace('.', '-')}"
    if line.original_fen is None:
        return f"{account}  {format_yuan(yuan)} CNY"
    sign = 1 if line.debit_fen else -1
    units = format_yuan(sign * line.original_fen)
    return f"{account}  {units} {line.currency} @@ {format_yuan(abs(yuan))} CNY"


def test_every_voucher_of_ten_thousand_claims_balances() -> None:
    found = lives()
    vouchers = [v for life in found for v in life.vouchers.values()]

    _, errors, _ = loader.load_string(beancount_of(vouchers))

    assert errors == []
    assert {v.reason for v in vouchers} <= {"", "nothing_to_book"}
    assert len(found) == CLAIMS
    assert {v.kind for v in vouchers} == {"approval", "payment", "reversal"}
    assert sum(v.reverses is not None for v in vouchers) > 500
    assert len({line.currency for v in vouchers for line in v.lines}) == len(CURRENCIES) + 1


def test_beancount_would_see_a_fen() -> None:
    life = lives()[0]
    (voucher, *_) = life.vouchers.values()
    first = replace(voucher.lines[0], debit_fen=voucher.lines[0].debit_fen + 1, original_fen=None)

    _, errors, _ = loader.load_string(
        beancount_of([replace(voucher, lines=(first, *voucher.lines[1:]))])
    )

    assert errors


def test_payments_are_what_the_claims_come_to() -> None:
    for life in lives():
        claim, owed = life.claim, life.payment.amount_fen if life.payment else 0
        if claim.kind == "purchase_request" and not owed:
            continue

        assert owed + claim.cleared_fen == claim.total_fen
        standing = [v for v in life.vouchers.values() if v.state != "void"]
        noted = sum(v.amount_fen for v in standing if v.payment)
        arrived = life.payment.paid_fen if life.payment else 0
        assert noted == (0 if claim.state is State.VOID else arrived)
        if claim.state is State.VOID:
            assert sum(v.total_fen for v in standing) == 0


def test_a_day_summed_up_comes_to_the_same() -> None:
    vouchers = [
        v for life in lives() for v in life.vouchers.values() if v.state not in {"void", "refused"}
    ]

    sheets = by_day(vouchers, "VD-20261125-0001")

    lines = [line for sheet in sheets for line in sheet.lines]
    assert sum(x.debit_fen - x.credit_fen for x in lines) == 0
    for account in {x.account for v in vouchers for x in v.lines}:
        each = sum(
            x.debit_fen - x.credit_fen for v in vouchers for x in v.lines if x.account == account
        )
        assert each == sum(x.debit_fen - x.credit_fen for x in lines if x.account == account)
