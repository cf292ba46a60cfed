"""Ten thousand claims of every sort, lived through by chance: the books balance to the fen.

The judge is beancount, a double-entry checker that knows nothing of ours: it checks every voucher,
and what the accounts come to against sums that are worked out here from the claims alone.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from beancount import loader
from core_house import NOW, TODAY, by, claim_of, company_of, invoice, taxi

from core.actions.basics import Settings
from core.actions.booking import booked
from core.actions.bouncing import bounce
from core.actions.clearing import opened
from core.actions.outcome import payments_of
from core.actions.settlement import pay, repay
from core.change import Change
from core.claim import Claim, Line, LineInvoice, State
from core.company import Company
from core.currency import DIGITS, ForeignAmount
from core.dealings import Clearing, Supplier
from core.exchange import spent
from core.money import format_yuan
from core.payment import Payment
from core.shares import Share, split_line
from core.voucher import Voucher, VoucherLine
from core.voucher_sheet import by_day

CLAIMS = 10_000
CURRENCIES = {"USD": "7.0827", "EUR": "8.2513", "JPY": "0.0463", "HKD": "0.9101"}
PRINTED = {
    "digital_special": date(2016, 5, 1), "vat_special": date(2016, 5, 1),
    "rail_e": date(2024, 11, 1), "toll": date(2018, 1, 1), "ride_hailing": date(2019, 4, 1),
}  # fmt: skip
"""Kinds of vouchers whose printed tax counts, each since a day."""
FARES = date(2019, 4, 1), date(2025, 9, 30)
"""The days in which paper tickets of rail and air counted; those of coaches still do."""
PAPERS = (
    *PRINTED, "digital_general", "rail_paper", "air_itinerary", "bus", "taxi", "quota", "other",
)  # fmt: skip
TAX, CAPITAL = "2221.01.01", "1604"


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
    projects = tuple(p.model_copy(update={"accounts": {"hotel": CAPITAL}}) for p in found.projects)
    rules = found.vouchers.model_copy(update={"originals": True})
    return found.model_copy(
        update={"categories": categories, "projects": projects, "vouchers": rules}
    )


COMPANY = company()
PLACES = {"taxi": "01", "hotel": "02", "meal": "03"}


@dataclass
class Life:
    """One claim and its vouchers, from approval to wherever chance leads."""

    claim: Claim
    chance: random.Random
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    payment: Payment | None = None

    @property
    def counts(self) -> bool:
        """Whether the books have something of it in the end."""
        return self.claim.state is not State.VOID and any(
            v.kind == "approval" and v.lines for v in self.vouchers.values()
        )

    @property
    def approval(self) -> Voucher:
        return next(v for v in self.vouchers.values() if v.kind == "approval")

    @property
    def returned_fen(self) -> int:
        return self.claim.advance.settled_fen if self.claim.advance else 0

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
        while self.claim.kind == "advance" and self.claim.open_fen and self.chance.random() < 0.6:
            back = self.chance.randint(1, self.claim.open_fen)
            self.take(repay(self.claim, COMPANY, by("cash"), back))

    def _step(self) -> None:
        assert self.payment
        if self.payment.paid_fen and self.chance.random() < 0.4 and not self.claim.advance:
            some = self.chance.randint(1, self.payment.paid_fen)
            back = bounce(self.claim, self.payment, COMPANY, by("bank"), "退票", some)
            self.take(back)
        elif self.payment.owed_fen:
            whole = self.payment.owed_fen
            some = self.chance.choice((whole, self.chance.randint(1, whole)))
            change = pay(self.claim, self.payment, by("cash"), Settings(), amount_fen=some)
            assert change
            self.take(change)


def random_paper(name: str, chance: random.Random, total: int) -> LineInvoice:
    kind = chance.choice(PAPERS)
    tax = chance.choice((None, 0, total * 6 // 106, total * 9 // 109))
    return invoice(
        name,
        number=name if kind not in {"rail_paper", "air_itinerary"} else name[-8:],
        kind=kind,
        tax_fen=tax,
        total_fen=total,
        amount_fen=total - (tax or 0),
        date=date(chance.choice((2018, 2024, 2025, 2026)), chance.randint(1, 11), 3),
    )


def random_lines(name: str, chance: random.Random) -> tuple[Line, ...]:
    """Make an expense; some are shared by several departments, projects and categories."""
    total = chance.choice((1, 2, 99, 100, *(chance.randint(1, 10_000_000) for _ in range(4))))
    claimed = chance.choice((total, total, chance.randint(1, total)))
    line = taxi(
        category=chance.choice(tuple(PLACES)),
        amount_fen=claimed,
        invoice=chance.choice((random_paper(name, chance, total), None)),
        department=chance.choice((None, "lab", "sales")),
        project=chance.choice((None, "apollo")),
    )
    if not line.invoice and chance.random() < 0.4:
        currency, rate = chance.choice(tuple(CURRENCIES.items()))
        line = spent(COMPANY, line, ForeignAmount(currency, claimed + 99), "zhang", rate=rate)
    if chance.random() < 0.7:
        return (line,)
    shares = [
        Share(
            chance.randint(1, 9),
            chance.choice((None, "lab", "sales")),
            chance.choice((None, "apollo")),
            chance.choice((None, None, None, *PLACES)),
        )
        for _ in range(chance.randint(2, 5))
    ]
    return split_line(line, shares)


def random_claim(number: int, chance: random.Random) -> Claim:
    names = (f"253120{number:06d}{i:08d}" for i in range(chance.randint(1, 6)))
    lines = tuple(line for name in names for line in random_lines(name, chance))
    claim = claim_of(
        *lines,
        number=f"BX-20261125-{number:05d}",
        state=State.APPROVED,
        kind=chance.choice(("reimbursement",) * 6 + ("welfare", "advance", "purchase_request")),
        supplier=chance.choice((None, None, None, Supplier("文具公司", "955"))),
    )
    if claim.kind == "advance":
        return replace(claim, advance=opened(claim), supplier=None)
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


def standing() -> list[Life]:
    return [life for life in lives() if life.counts]


HEADER = (
    'option "operating_currency" "CNY"',
    'option "inferred_tolerance_default" "CNY:0.0000001"',
    'plugin "beancount.plugins.auto_accounts"',
)


def beancount_of(vouchers: Sequence[Voucher], comes_to: Mapping[str, Decimal]) -> str:
    """Write vouchers as beancount has them; another currency with its price in yuan.

    `comes_to` is what "ACCOUNT CURRENCY" must come to the day after.
    """
    out = [*HEADER, "2000-01-01 open Assets:Spent"]
    for voucher in vouchers:
        out.append(f'{voucher.day.isoformat()} * "{voucher.id}"')
        out += [f"  {_posting(line)}" for line in voucher.lines]
    for what, sum_ in comes_to.items():
        account, currency = what.split()
        out.append(f"2026-11-26 balance {account}  {sum_:.2f} ~ 0 {currency}")
    return "\n".join([*out, ""])


def name_of(account: str) -> str:
    """Name an account; what is spent and its tax stand under one."""
    above = "Spent:" if account.startswith(("6601", "5301", TAX, CAPITAL)) else ""
    return f"Assets:{above}X{account.replace('.', '-')}"


def _posting(line: VoucherLine) -> str:
    yuan = line.debit_fen - line.credit_fen
    account = name_of(line.account)
    if line.original_fen is None:
        return f"{account}  {format_yuan(yuan)} CNY"
    sign = 1 if line.debit_fen else -1
    units = format_yuan(sign * line.original_fen)
    return f"{account}  {units} {line.currency} @@ {format_yuan(abs(yuan))} CNY"


def expected_sums() -> dict[str, Decimal]:
    """Work out from claims and payments alone what each account comes to."""
    fen: Counter[str] = Counter()
    for life in standing():
        claim, paid = life.claim, life.payment.paid_fen if life.payment else 0
        advance = claim.kind == "advance"
        owed = name_of("2202" if claim.supplier else "2241")
        fen[f"{owed} CNY"] -= claim.total_fen - sum(c.amount_fen for c in claim.clears) - paid
        fen[f"{name_of('1002')} CNY"] -= paid - life.returned_fen
        fen[f"{name_of('1221')} CNY"] -= sum(c.amount_fen for c in claim.clears)
        if advance:
            fen[f"{name_of('1221')} CNY"] += claim.total_fen - life.returned_fen
        for line in () if advance else claim.lines:
            spent_in = line.foreign
            if spent_in is None or not spent_in.minor or not line.amount_fen:
                fen["Assets:Spent CNY"] += line.amount_fen
            else:
                hundredths = spent_in.minor * 10 ** (2 - DIGITS[spent_in.currency])
                fen[f"Assets:Spent {spent_in.currency}"] += hundredths
    return {what: Decimal(sum_) / 100 for what, sum_ in fen.items()}


def test_every_voucher_of_ten_thousand_claims_balances_and_the_accounts_come_to_the_claims() -> (
    None
):
    found = lives()
    vouchers = [v for life in found for v in life.vouchers.values()]
    in_books = [v for v in vouchers if v.state != "void"]

    _, errors, _ = loader.load_string(beancount_of(in_books, expected_sums()))
    _, taken_back, _ = loader.load_string(beancount_of([v for v in vouchers if v.lines], {}))

    assert errors == []
    assert taken_back == []
    assert {v.reason for v in vouchers} <= {"", "nothing_to_book"}
    assert len(found) == CLAIMS
    assert {v.kind for v in vouchers} == {"approval", "payment", "return", "reversal"}
    assert sum(v.reverses is not None for v in vouchers) > 500
    assert sum(v.kind == "return" for v in vouchers) > 100
    assert len({line.currency for v in vouchers for line in v.lines}) == len(CURRENCIES) + 1


def test_beancount_would_see_a_fen() -> None:
    life = standing()[0]
    (voucher, *_) = life.vouchers.values()
    first = replace(voucher.lines[0], debit_fen=voucher.lines[0].debit_fen + 1, original_fen=None)
    sums = expected_sums()
    bank = f"{name_of('1002')} CNY"
    all_vouchers = [v for life in lives() for v in life.vouchers.values() if v.state != "void"]

    wrong = beancount_of([replace(voucher, lines=(first, *voucher.lines[1:]))], {})
    other = beancount_of(all_vouchers, {**sums, bank: sums[bank] + Decimal("0.01")})

    assert loader.load_string(wrong)[1]
    assert [e.entry.account for e in loader.load_string(other)[1]] == [name_of("1002")]


def deductible(paper: LineInvoice) -> int:
    """Work out by the letter of the rules what of a voucher's tax counts, in fen."""
    day, first, last = paper.date or date.min, *FARES
    if paper.kind in PRINTED:
        return (paper.tax_fen or 0) if day >= PRINTED[paper.kind] else 0
    base, rate = {
        "rail_paper": (paper.total_fen, 9),
        "air_itinerary": (paper.amount_fen, 9),
        "bus": (paper.total_fen, 3),
    }.get(paper.kind, (0, 1))
    if day < first or (paper.kind != "bus" and day > last):
        return 0
    tax = Decimal(base or 0) * rate / (100 + rate)
    return int(tax.quantize(Decimal(1), ROUND_HALF_UP))


def papers_of(claim: Claim) -> Iterator[tuple[LineInvoice, list[Line]]]:
    """Give each voucher of a claim with the lines that share it."""
    shared: dict[str, list[Line]] = defaultdict(list)
    for line in claim.lines:
        if line.invoice:
            shared[str(line.invoice.identity)].append(line)
    for lines in shared.values():
        assert lines[0].invoice
        yield lines[0].invoice, lines


def taxes_of(voucher: Voucher) -> Counter[str]:
    """Give the tax that a voucher deducts, by the number of what it is the tax of."""
    found: Counter[str] = Counter()
    for entry in voucher.lines:
        if entry.account == TAX:
            assert entry.category != "meal"
            found[entry.summary.split()[1]] += entry.debit_fen
    return found


def test_the_tax_of_every_voucher_counts_once_and_to_the_fen() -> None:
    exact = 0
    for life in standing():
        if life.claim.kind == "advance":
            continue
        found = taxes_of(life.approval)
        for paper, lines in papers_of(life.claim):
            counting = [x for x in lines if x.category != "meal"]
            worth = max(paper.total_fen or 0, sum(x.amount_fen for x in lines))
            claimed = sum(x.amount_fen for x in counting)
            expected = Fraction(deductible(paper) * claimed, worth)
            tax = found.pop(str(paper.number), 0)
            assert abs(tax - expected) <= len(counting)
            if claimed == worth and all(x.amount_fen > 100 for x in lines):
                assert tax == expected
                exact += tax > 0 and len(lines) > 1
        assert not found
    assert exact > 100


def test_every_line_is_spent_on_the_account_of_its_category_and_department() -> None:
    for life in standing():
        claim = life.claim
        if claim.kind == "advance":
            continue
        wanted: Counter[tuple[str | None, str]] = Counter()
        found: Counter[tuple[str | None, str]] = Counter()
        for line in claim.lines:
            wanted[line.category, line.department or claim.department] += line.amount_fen
        for entry in life.approval.lines:
            if entry.category is None:
                continue
            department = entry.department or ""
            found[entry.category, department] += entry.debit_fen
            head = "5301" if department == "lab" else "6601"
            capital = entry.category == "hotel" and entry.project == "apollo"
            own = CAPITAL if capital else f"{head}.{PLACES[entry.category]}"
            assert entry.account in {TAX, own}
        assert +found == +wanted


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
