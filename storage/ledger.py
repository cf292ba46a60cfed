"""Money in memory: what holds do to budgets, judged with the locks already taken."""

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NoReturn, TypeVar

from core.budget import Charge, Hold, judge_amount
from core.change import Consume, Move, Release, Reserve
from core.errors import Conflict, Refused
from core.money import format_yuan

K = TypeVar("K")
V = TypeVar("V")
End = Literal["consume", "release"]


def layer(below: MutableMapping[K, V]) -> MutableMapping[K, V]:
    """Lay an empty page over a mapping: reading looks through, writing stays on the page."""
    return ChainMap({}, below)


def merge(below: MutableMapping[K, V], above: MutableMapping[K, V]) -> None:
    """Write a page laid over a mapping down into it."""
    below.update(above.maps[0] if isinstance(above, ChainMap) else above)


@dataclass(frozen=True, slots=True)
class Account:
    """A budget's figures; a budget that has left the company's file has control `ignore`."""

    id: str
    limit_fen: int
    ceiling_fen: int
    control: str
    frozen: bool = False
    reserved_fen: int = 0
    consumed_fen: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A hold with how it ended, None while it is live."""

    claim: str
    charges: tuple[Charge, ...]
    at: datetime
    end: End | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal. The two deltas of all of a budget's lines sum to its counters."""

    budget: str
    hold: str
    claim: str
    kind: Literal["reserve", "release", "consume"]
    amount_fen: int
    reserved_fen: int
    consumed_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """Budgets and holds as far as a batch concerns them, and the lines that it wrote."""

    accounts: MutableMapping[str, Account]
    holds: MutableMapping[str, Held]
    entries: list[Entry] = field(default_factory=list)

    def fork(self) -> "Ledger":
        """Give a copy to try a change on."""
        return Ledger(layer(self.accounts), layer(self.holds))

    def absorb(self, fork: "Ledger") -> None:
        """Take over what a change did to its copy."""
        merge(self.accounts, fork.accounts)
        merge(self.holds, fork.holds)
        self.entries.extend(fork.entries)

    def post(self, move: Move, at: datetime) -> None:
        """Make one move.

        Refused `budget` (contract §5) or `hold_ended`, also for a hold that never was; Conflict
        `revision` when the hold's name is taken or a budget is unknown.
        """
        if isinstance(move, Reserve):
            self._reserve(move.hold, at, sure=move.sure)
        elif isinstance(move, Release):
            self._end(move.hold, "release", (), at, sure=False)
        else:
            self._consume(move, at)

    def _reserve(self, hold: Hold, at: datetime, *, sure: bool) -> None:
        if hold.name in self.holds:
            raise Conflict("revision", hold=hold.name)
        for charge in hold.charges:
            self._set_aside(charge, hold.name, hold.claim, at, sure=sure)
        self.holds[hold.name] = Held(hold.claim, hold.charges, at)

    def _set_aside(
        self, charge: Charge, hold: str, claim: str, at: datetime, *, sure: bool
    ) -> None:
        """Reserve what a charge needs; an expected refund gives no room before it is real.

        What is `sure` has been judged under another name.
        """
        account = self._account(charge.budget)
        verdict = judge_amount(
            charge.amount_fen,
            used_fen=account.reserved_fen + account.consumed_fen,
            ceiling_fen=account.ceiling_fen,
            control=account.control,
            frozen=account.frozen,
        )
        if verdict == "block" and not sure:
            refuse(account, charge.amount_fen)
        if (amount := charge.amount_fen) > 0:
            self._write(Entry(account.id, hold, claim, "reserve", amount, amount, 0, at))

    def _consume(self, move: Consume, at: datetime) -> None:
        held = self._live(move.hold)
        charges = held.charges if move.charges is None else move.charges
        self._end(move.hold, "consume", charges, at, sure=move.sure)

    def _end(
        self, name: str, end: End, spent: tuple[Charge, ...], at: datetime, *, sure: bool
    ) -> None:
        held = self._live(name)
        reserved = _sums(held.charges, floor=True)
        spending = _sums(spent, floor=False)
        for budget in sorted({*reserved, *spending}):
            amount = spending.get(budget, 0)
            left = reserved.get(budget, 0)
            if amount > left:
                self._set_aside(Charge(budget, amount - left), name, held.claim, at, sure=sure)
                left = amount
            self._spend(budget, amount, name, held.claim, at)
            rest = left - max(0, amount)
            if rest:
                self._write(Entry(budget, name, held.claim, "release", rest, -rest, 0, at))
        self.holds[name] = replace(held, end=end, ended_at=at)

    def _spend(self, budget: str, amount_fen: int, hold: str, claim: str, at: datetime) -> None:
        """Book an expense, or a refund: it gives back at most what the budget has spent."""
        spent = max(amount_fen, -self._account(budget).consumed_fen)
        if spent:
            from_hold = -max(0, spent)
            self._write(Entry(budget, hold, claim, "consume", spent, from_hold, spent, at))

    def _write(self, entry: Entry) -> None:
        account = self._account(entry.budget)
        self.accounts[entry.budget] = replace(
            account,
            reserved_fen=account.reserved_fen + entry.reserved_fen,
            consumed_fen=account.consumed_fen + entry.consumed_fen,
        )
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


def refuse(account: Account, amount_fen: int) -> NoReturn:
    """Say no with the figures, in yuan."""
    available = account.limit_fen - account.reserved_fen - account.consumed_fen
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
    sums: dict[str, int] = {}
    for charge in charges:
        amount = max(0, charge.amount_fen) if floor else charge.amount_fen
        sums[charge.budget] = sums.get(charge.budget, 0) + amount
    return sums
