"""Handing one's decisions to somebody for a time, and taking them back."""

from collections.abc import Iterable

from core.actions.basics import Cause, audit_of, outgoing
from core.change import Change
from core.company import Person
from core.delegation import Delegation, cancelled, check_new
from core.errors import Refused
from core.notices import Say


def delegate(new: Delegation, to: Person, known: Iterable[Delegation], cause: Cause) -> Change:
    """Let somebody decide in the actor's place; the delegate is told.

    Refused as `core.delegation.check_new`, and `unknown_person` for somebody who has left.
    """
    if not to.active:
        raise Refused("unknown_person", person=to.id)
    check_new(new, [d for d in known if d.id != new.id])
    fields = (("person", new.person), *window_of(new))
    return Change(
        at=cause.at,
        delegations=(new,),
        audit=(audit_of(cause, "delegate", new.person, to=new.to, **dict(window_of(new))),),
        outbox=outgoing(cause, [Say(new.to, "delegated_to_you", fields)]),
    )


def window_of(delegation: Delegation) -> tuple[tuple[str, str], ...]:
    """Give when a delegation holds and for what, for texts and the record."""
    return (
        ("since", delegation.since.isoformat()),
        ("until", delegation.until.isoformat()),
        ("kinds", " ".join(delegation.kinds)),
    )


def take_back(mine: Iterable[Delegation], cause: Cause) -> Change:
    """End the actor's delegations now; the delegates are told. Refused `no_delegation`."""
    ended = [cancelled(d, cause.at) for d in mine if d.person == cause.actor]
    if not ended:
        raise Refused("no_delegation")
    told = [Say(d.to, "delegation_ended", (("person", d.person),)) for d in ended]
    return Change(
        at=cause.at,
        delegations=tuple(ended),
        audit=tuple(audit_of(cause, "end_delegation", d.person, to=d.to) for d in ended),
        outbox=outgoing(cause, told),
    )
