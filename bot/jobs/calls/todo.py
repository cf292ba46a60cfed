"""To-do lists of other systems: what waits for people here is shown there, and goes with it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.jobs.calls.desk import Outlet
from bot.texts import say
from bot.texts.names import person_name
from bot.texts.words import kind_text
from core.claim import Claim, State
from core.company import Company
from core.money import format_cny
from core.notices import CallSystem
from core.outside import Link, Todo, TodoPort

PURPOSE = "todo"


async def sync(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Bring the list there in line with whom a claim waits for now."""
    if not isinstance(outlet.system, TodoPort):
        raise outlet.lacks("todo")
    claim = await outlet.store.claim(order.subject)
    if claim is None:
        return
    company = await outlet.store.company()
    wanted = {todo.key: todo for todo in _wanted(outlet, claim, company)}
    shown = {
        link.key: link
        for link in await outlet.links.of(order.subject)
        if link.system == outlet.name and link.purpose == PURPOSE
    }
    for key, todo in wanted.items():
        if key not in shown or shown[key].state != "open":
            await outlet.system.put(todo)
            await _keep(outlet, claim, todo)
    for key, link in shown.items():
        if link.state == "open" and key not in wanted:
            gone = _todo(outlet, claim, company, key.rpartition(":")[2], key)
            await outlet.system.done(gone)
            await outlet.links.save(replace(link, state="closed"))


def _wanted(outlet: Outlet, claim: Claim, company: Company) -> Iterator[Todo]:
    plan = claim.plan
    if plan is None or claim.state is not State.IN_REVIEW:
        return
    for person in plan.waiting():
        if outlet.known_as(company, person) is None:
            continue
        key = f"{claim.hold}#{plan.current}:{person}"
        yield _todo(outlet, claim, company, person, key)


def _todo(outlet: Outlet, claim: Claim, company: Company, person: str, key: str) -> Todo:
    name = person_name(company, claim.employee)
    fields = {"name": name, "kind": kind_text(claim.kind, "zh")}
    title = f"{say('todo_there', 'zh', fields)} {format_cny(claim.total_fen)} {claim.number}"
    return Todo(
        key=key,
        person=outlet.known_as(company, person) or person,
        title=title,
        link=f"{outlet.public_url}/app/claims/{claim.number}",
        creator=outlet.known_as(company, claim.employee) or "",
        at=outlet.clock(),
    )


async def _keep(outlet: Outlet, claim: Claim, todo: Todo) -> None:
    link = Link(outlet.name, todo.key, claim.number, PURPOSE, "open", outlet.clock())
    kept = await outlet.links.begin(link)
    await outlet.links.save(replace(kept, state="open"))
