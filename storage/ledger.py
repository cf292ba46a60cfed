"""Money in memory: what holds do to budgets, judged with the locks already taken.

Its records are named tuples: they are made under the lock, in a quarter of a dataclass's time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple, NoReturn

from core.budget import (
    Charge,
    LimitVersion,
    carried_over,
    ceiling_of,
    judge_amount,
    sum_charges,
)
from core.change import Bar, Consume, Move, Rebook, Release, Reserve, Reverse, ShiftLimit
from core.errors import Conflict, Refused
from core.money import format_yuan
from storage.undoable import Undoable

End = Literal["consume", "release", "reverse"]


class Account(NamedTuple):
    """A budget's figures; a budget that has left the company's file has control `ignore`.

    `rolls` names the months that it rolls with and `starts` its place among them; `version`
    counts its limits; `tolerance` is a percentage as text.
    """

    id: str
    limit_fen: int
    ceiling_fen: int
    control: str
    frozen: bool = False
    reserved_fen: int = 0
    consumed_fen: int = 0
    closed: bool = False
    tolerance: str = "0"
    rolls: str | None = None
    starts: date | None = None
    version: int = 0

    @property
    def used_fen(self) -> int:
        """What is reserved or consumed."""
        return self.reserved_fen + self.consumed_fen

    def moved(self, reserved_fen: int, consumed_fen: int) -> "Account":
        """Give the figures after so much more."""
        return self._replace(
            reserved_fen=self.reserved_fen + reserved_fen,
            consumed_fen=self.consumed_fen + consumed_fen,
        )


class Held(NamedTuple):
    """A hold with how it ended, None while it is live, and what was spent then."""

    claim: str
    charges: tuple[Charge, ...]
    at: datetime
    end: End | None = None
    ended_at: datetime | None = None
    spent: tuple[Charge, ...] = ()
    moved: bool = False


class Entry(NamedTuple):
    """A line of the journal. The two deltas of all of a budget's lines sum to its counters."""

    budget: str
    hold: str
    claim: str
    kind: Literal["reserve", "release", "consume"]
    amount_fen: int
    reserved_fen: int
    consumed_fen: int
    at: datetime


def reversal_of(hold: str) -> str:
    """Name the mark that a spent hold has been refunded: there is one at most."""
    return f"{hold}~"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Budgets and holds as far as a batch concerns them, and the lines that it wrote.

    `chains` names the budgets that roll together, in the order of their months.
    """

    accounts: Undoable[str, Account] = field(default_factory=Undoable)
    holds: Undoable[str, Held] = field(default_factory=Undoable)
    entries: list[Entry] = field(default_factory=list)
    limits: list[LimitVersion] = field(default_factory=list)
    chains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def post(self, move: Move, at: datetime) -> None:
        """Make one move.

        Refused `budget` (contract §5) or `hold_ended`, also for a hold that never was; Conflict
        `revision` when the hold's name is taken or a budget is unknown.
        """
        if isinstance(move, Reserve):
            self._reserve(move, at)
        elif isinstance(move, Consume):
            self._consume(move, at)
        elif isinstance(move, Release):
            self._end(move.hold, "release", (), at, sure=False)
        elif isinstance(move, Reverse):
            self._reverse(move.hold, at)
        elif isinstance(move, Rebook):
            self._rebook(move, at)
        elif isinstance(move, ShiftLimit):
            self._shift(move, at)
        else:
            self._bar(move)

    def _reserve(self, move: Reserve, at: datetime) -> None:
        hold = move.hold
        if hold.name in self.holds:
            raise Conflict("revision", hold=hold.name)
        for charge in hold.charges:
            exempt = charge.budget in move.exempt
            self._set_aside(charge, hold.name, hold.claim, at, sure=move.sure, exempt=exempt)
        self.holds[hold.name] = Held(hold.claim, hold.charges, at)

    def _set_aside(
        self,
        charge: Charge,
        hold: str,
        claim: str,
        at: datetime,
        *,
        sure: bool,
        exempt: bool = False,
    ) -> None:
        """Reserve what a charge needs; an expected refund gives no room before it is real.

        What is `sure` has been judged under another name; what is `exempt` may exceed the limit.
        """
        account = self._account(charge.budget)
        verdict = judge_amount(
            charge.amount_fen,
            used_fen=account.used_fen,
            ceiling_fen=account.ceiling_fen + self.carried(account),
            control="warn" if exempt and account.control == "block" else account.control,
            frozen=account.frozen or account.closed,
        )
        if verdict == "block" and not sure:
            refuse(account, charge.amount_fen, self.carried(account))
        if (amount := charge.amount_fen) > 0:
            self._write(Entry(account.id, hold, claim, "reserve", amount, amount, 0, at))

    def carried(self, account: Account) -> int:
        """Give what the other months of a cumulative budget leave to this one."""
        if account.rolls is None:
            return 0
        names = self.chains[account.rolls]
        chain = [(a.limit_fen, a.used_fen) for a in (self._account(n) for n in names)]
        return carried_over(chain, names.index(account.id))

    def _consume(self, move: Consume, at: datetime) -> None:
        held = self.holds.get(move.hold)
        if move.if_live and (held is None or held.end is not None):
            return
        held = self._live(move.hold)
        charges = held.charges if move.charges is None else move.charges
        self._end(move.hold, "consume", charges, at, sure=move.sure)

    def _end(
        self, name: str, end: End, spent: tuple[Charge, ...], at: datetime, *, sure: bool
    ) -> None:
        held = self._live(name)
        reserved = _sums(held.charges, floor=True)
        spending = _sums(spent, floor=False)
        booked: list[Charge] = []
        for budget in sorted({*reserved, *spending}):
            amount = spending.get(budget, 0)
            left = reserved.get(budget, 0)
            if amount > left:
                self._set_aside(Charge(budget, amount - left), name, held.claim, at, sure=sure)
                left = amount
            real = self._spend(budget, amount, name, held.claim, at, from_hold=max(0, amount))
            booked += [Charge(budget, real)] if real else []
            rest = left - max(0, amount)
            if rest:
                self._write(Entry(budget, name, held.claim, "release", rest, -rest, 0, at))
        self.holds[name] = held._replace(end=end, ended_at=at, spent=tuple(booked))

    def _spend(
        self, budget: str, amount_fen: int, hold: str, claim: str, at: datetime, *, from_hold: int
    ) -> int:
        """Book an expense, or a refund: it gives back at most what the budget has spent."""
        spent = max(amount_fen, -self._account(budget).consumed_fen)
        if spent:
            self._write(Entry(budget, hold, claim, "consume", spent, -from_hold, spent, at))
        return spent

    def _reverse(self, name: str, at: datetime) -> None:
        held = self.holds.get(name)
        if held is not None and held.end is None:
            self._end(name, "release", (), at, sure=False)
            return
        mark = reversal_of(name)
        if held is None or held.end != "consume" or mark in self.holds:
            raise Refused("hold_ended", hold=name)
        for charge in held.spent:
            self._spend(charge.budget, -charge.amount_fen, name, held.claim, at, from_hold=0)
        self.holds[mark] = Held(held.claim, (), at, "reverse", at)

    def _rebook(self, move: Rebook, at: datetime) -> None:
        held = self._live(move.hold)
        before, after = _sums(held.charges, floor=True), _sums(move.charges, floor=True)
        for budget in sorted({*before, *after}):
            more = after.get(budget, 0) - before.get(budget, 0)
            if more > 0:
                self._write(Entry(budget, move.hold, held.claim, "reserve", more, more, 0, at))
            if more < 0:
                self._write(Entry(budget, move.hold, held.claim, "release", -more, more, 0, at))
        self.holds[move.hold] = held._replace(charges=move.charges, moved=True)

    def _shift(self, move: ShiftLimit, at: datetime) -> None:
        account = self._account(move.budget)
        limit = account.limit_fen + move.by_fen
        room = limit - account.used_fen + self.carried(account)
        if move.by_fen < 0 and min(limit, room) < 0:
            refuse(account, -move.by_fen, self.carried(account))
        version = account.version + 1
        ceiling = ceiling_of(limit, Decimal(account.tolerance))
        self.accounts[account.id] = account._replace(
            limit_fen=limit, ceiling_fen=ceiling, version=version
        )
        self.limits.append(
            LimitVersion(account.id, version, limit, move.kind, move.source, move.actor, at)
        )

    def _bar(self, move: Bar) -> None:
        account = self._account(move.budget)
        self.accounts[account.id] = account._replace(
            frozen=account.frozen if move.frozen is None else move.frozen,
            closed=account.closed if move.closed is None else move.closed,
        )

    def _write(self, entry: Entry) -> None:
        account = self._account(entry.budget)
        self.accounts[entry.budget] = account.moved(entry.reserved_fen, entry.consumed_fen)
        self.entries.append(entry)

    def _account(self, budget: str) -> Account:
        account = self.accounts.get(budget)
        if account is None:
            raise Conflict("revision", budget=budget)
        return account

    def _live(self, name: str) -> Held:
        held = self.holds.get(name)
        if held is None or held.end is not None:
            raise Refused("hold_ended", hold=name)
        return held


def refuse(account: Account, amount_fen: int, carried_fen: int = 0) -> NoReturn:
    """Say no with the figures, in yuan."""
    available = account.limit_fen - account.used_fen + carried_fen
    raise Refused(
        "budget",
        budget=account.id,
        limit=format_yuan(account.limit_fen),
        available=format_yuan(available),
        amount=format_yuan(amount_fen),
        over=format_yuan(max(0, amount_fen - available)),
    )


def _sums(charges: tuple[Charge, ...], *, floor: bool) -> dict[str, int]:
    """Sum by budget; `floor` counts only what was really set aside."""
    counted = (Charge(c.budget, max(0, c.amount_fen)) for c in charges) if floor else charges
    return {c.budget: c.amount_fen for c in sum_charges(counted)}
