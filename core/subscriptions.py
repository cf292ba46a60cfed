"""Which connected systems are told of what: events become orders in the same commit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from core.change import Change, Outgoing
from core.claim import Claim
from core.happenings import Facts, Happened, VoucherFacts, happened
from core.notices import SYSTEM_LANES, CallSystem
from core.outside import Role

SEND = "event.send"
SYNC_TODO = "todo.sync"
POST_VOUCHER = "voucher.post"
SYNC_CENTRE = "centre.sync"
_FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)
CALLS_OF: Mapping[Role, Mapping[str, str]] = {
    "claims": {
        "claim.approved": "claims.push",
        "claim.voided": "claims.take_back",
        "claim.reopened": "claims.take_back",
    },
    "payment": {"claim.paid": "payment.report", "payment.failed": "payment.report"},
}
"""What a system of a role is made to do at an event; `event` is sent every event that it wants."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A system in one of its roles; `events` are those that a webhook wants, none of them all.

    One that `posts` takes accounting vouchers by calls: those of its `companies`, or of all. One
    that `keeps` documents of claims is told what becomes of them. A list of to-dos that is a
    `centre` of approvals shows whole submissions.
    """

    system: str
    role: Role
    events: frozenset[str] = frozenset()
    posts: bool = False
    companies: frozenset[str] = frozenset()
    keeps: bool = False
    centre: bool = False

    def call_for(self, event: str) -> str | None:
        """Give what the system is made to do at an event, None for nothing."""
        if self.role == "event":
            return SEND if not self.events or event in self.events else None
        if self.posts and event == "voucher.created":
            return POST_VOUCHER
        return CALLS_OF.get(self.role, {}).get(event) if self.keeps else None

    def wants(self, facts: Facts) -> bool:
        """Whether something is the system's business: vouchers are those of its companies."""
        if not self.companies or not isinstance(facts, VoucherFacts):
            return True
        return facts.company in self.companies


def with_events(change: Change, subscriptions: Iterable[Subscription]) -> Change:
    """Add to a change the orders that follow from what it makes true."""
    wanted = tuple(subscriptions)
    if not wanted:
        return change
    orders = (
        *(o for event in happened(change) for o in orders_for(event, wanted)),
        *_todo_orders(change, wanted),
    )
    return replace(change, outbox=(*change.outbox, *orders)) if orders else change


def orders_for(event: Happened, subscriptions: Iterable[Subscription]) -> Iterator[Outgoing]:
    """Give an order for each system that is to be told, in the lane of its subject."""
    data = _FACTS.dump_json(event.facts).decode()
    fields = (("event", event.name), ("at", event.at.isoformat()), ("data", data))
    for wanted in subscriptions:
        call = wanted.call_for(event.name)
        if call and wanted.wants(event.facts):
            notice = CallSystem(wanted.system, call, event.subject, _key_of(event, call), fields)
            lane = f"{SYSTEM_LANES}{wanted.system}:{event.subject}"
            yield Outgoing(f"{call}:{wanted.system}:{event.key}", lane, notice)


def _key_of(event: Happened, call: str) -> str:
    """Give our key of what is made there: a voucher has one for good, however often it is told."""
    if call == POST_VOUCHER and isinstance(event.facts, VoucherFacts):
        return event.facts.id
    return event.key


def _todo_orders(change: Change, wanted: Iterable[Subscription]) -> Iterator[Outgoing]:
    """Have to-do lists brought in line with every claim that has or had somebody to wait for."""
    lists = [s for s in wanted if s.role == "todo"]
    for claim in change.claims:
        for there in lists if claim.plan else ():
            call = SYNC_CENTRE if there.centre else SYNC_TODO
            key = centre_key(claim) if there.centre else claim.number
            notice = CallSystem(there.system, call, claim.number, key)
            lane = f"{SYSTEM_LANES}{there.system}:{claim.number}"
            yield Outgoing(f"{call}:{there.system}:{claim.number}@{claim.revision}", lane, notice)


def centre_key(claim: Claim) -> str:
    """Name what a centre of approvals shows of one version: BX-20261125-0007/1:centre."""
    return f"{claim.hold}:centre"


@dataclass(frozen=True, slots=True)
class Told:
    """An event as an order carries it."""

    name: str
    at: datetime
    data: str


def read_order(order: CallSystem) -> Told:
    """Read the event of an order; ValueError when it carries none."""
    return Told(
        order.field("event"), datetime.fromisoformat(order.field("at")), order.field("data")
    )
