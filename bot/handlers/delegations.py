"""委托: who decides in somebody's place, from when until when, and what waits moves at once."""

from datetime import timedelta

from bot.handlers.approvals import find_person
from bot.handlers.finding import midnight
from bot.handlers.roster import reroute_waiting
from bot.handlers.work import Work
from bot.texts import kind_text
from bot.texts.alerts import part
from bot.texts.names import person_name
from core.actions.basics import Cause
from core.actions.delegating import delegate, take_back, window_of
from core.delegation import Delegation
from core.errors import Refused
from core.phrases.intents import Delegate, EndDelegation, ShowDelegations
from core.routing import Roster


async def on_delegate(command: Delegate, work: Work) -> None:
    """Let a colleague decide for some days, the last one included; what waits moves now."""
    to = find_person(work, command.person_text)
    new = _delegation(command, to.id, work)
    known = await work.store.delegations(work.now)
    await work.also(delegate(new, to, known, _cause(work)))
    moved = await _move(work, work.person.id)
    said = work.reply(
        "delegated", person=to.name, moved=str(moved) if moved else "", **dict(window_of(new))
    )
    await work.tell(said)


def _delegation(command: Delegate, to: str, work: Work) -> Delegation:
    zone = work.rooms.settings.zone
    begins = midnight(command.start, zone) if command.start else work.now
    return Delegation(
        id=work.source,
        person=work.person.id,
        to=to,
        begins=begins,
        ends=midnight(command.until + timedelta(days=1), zone),
        since=command.start or work.today,
        until=command.until,
        kinds=command.kinds,
    )


def _cause(work: Work) -> Cause:
    """Give the cause of what is committed before the answer; its notices have keys of their own."""
    return Cause(work.person.id, work.now, f"{work.source}:delegation")


async def _move(work: Work, waiting_for: str) -> int:
    delegations = await work.store.delegations(work.now)
    roster = Roster(work.company, delegations, work.rooms.settings.zone)
    return await reroute_waiting(work.store, roster, _cause(work), waiting_for)


async def on_end(_: EndDelegation, work: Work) -> None:
    """Decide by oneself again: what waits for the delegates comes back."""
    known = await work.store.delegations(work.now)
    mine = [d for d in known if d.person == work.person.id]
    await work.also(take_back(mine, _cause(work)))
    moved = 0
    for to in dict.fromkeys(d.to for d in mine):
        moved += await _move(work, to)
    await work.tell(work.reply("delegation_cancelled", moved=str(moved) if moved else ""))


async def on_show(_: ShowDelegations, work: Work) -> None:
    """Say for whom one stands in, and who stands in for oneself."""
    known = await work.store.delegations(work.now)
    mine = [d for d in known if work.person.id in {d.person, d.to}]
    if not mine:
        raise Refused("no_delegation")
    await work.answer("delegations", rows="\n".join(_row(work, d) for d in mine))


def _row(work: Work, delegation: Delegation) -> str:
    names = [person_name(work.company, p) for p in (delegation.person, delegation.to)]
    language = work.person.language
    join = "、" if language == "zh" else ", "
    kinds = join.join(kind_text(k, language) for k in delegation.kinds)
    days = part("days", language, start=f"{delegation.since}", end=f"{delegation.until}")
    return " · ".join(word for word in (" → ".join(names), days, kinds) if word)
