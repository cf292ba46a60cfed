"""Deciding in somebody's place for a time: who may stand in for whom, and who does so now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.errors import Refused


@dataclass(frozen=True, slots=True)
class Delegation:
    """From `begins` until before `ends`, `to` decides in `person`'s place.

    `since` and `until` are the first and last day, as people say it. `kinds` are the kinds of
    claims that are meant, empty for all. A cancelled one ends when it was cancelled.
    """

    id: str
    person: str
    to: str
    begins: datetime
    ends: datetime
    since: date
    until: date
    kinds: tuple[str, ...] = ()

    def covers(self, kind: str, at: datetime) -> bool:
        """Whether it holds for a kind of claim at a moment."""
        return self.begins <= at < self.ends and (not self.kinds or kind in self.kinds)

    def meets(self, other: "Delegation") -> bool:
        """Whether both hold at some moment."""
        return self.begins < other.ends and other.begins < self.ends

    def shares(self, other: "Delegation") -> bool:
        """Whether some claim would fall under both."""
        kinds = not self.kinds or not other.kinds or set(self.kinds) & set(other.kinds)
        return bool(kinds) and self.meets(other)


def check_new(new: Delegation, known: Iterable[Delegation]) -> None:
    """Refuse a delegation that would make a chain, a loop or two delegates for one claim.

    Refused `delegate_self`, `delegation_window` (it ends before it begins), `delegate_taken` (one
    holds already), `delegate_away` (the delegate has delegated), `delegate_busy` (who delegates
    stands in for somebody).
    """
    if new.person == new.to:
        raise Refused("delegate_self")
    if new.begins >= new.ends:
        raise Refused("delegation_window")
    for other in known:
        if other.person == new.person and other.shares(new):
            raise Refused("delegate_taken", person=other.to, until=other.until.isoformat())
        if other.person == new.to and other.meets(new):
            raise Refused("delegate_away", person=new.to, until=other.until.isoformat())
        if other.to == new.person and other.meets(new):
            raise Refused("delegate_busy", person=other.person, until=other.until.isoformat())


def cancelled(delegation: Delegation, at: datetime) -> Delegation:
    """End a delegation now; one that has not begun never holds."""
    return replace(delegation, ends=min(delegation.ends, max(at, delegation.begins)))


def find_delegate(
    delegations: Iterable[Delegation], person: str, kind: str, at: datetime
) -> Delegation | None:
    """Find who decides for a person on a kind of claim at a moment."""
    return next((d for d in delegations if d.person == person and d.covers(kind, at)), None)
