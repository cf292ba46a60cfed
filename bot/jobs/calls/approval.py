"""Processes that decide steps of claims: begun once, cancelled, asked, reported when they move."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.events import SystemAnswered, SystemReported
from bot.jobs.calls import origins
from bot.jobs.calls.desk import Making, Outlet, made_once
from core.actions.processes import AGAIN, waits_for
from core.errors import Retryable, Unsupported
from core.notices import CallSystem
from core.outside import ApprovalPort, ApprovalState, Comment, Form, Link, Ref

log = structlog.get_logger(__name__)

PURPOSE = "approval"
CANCELLED = "申请人已在小票中撤回"
"""What the other system is told as the reason: it is read there, by people of the company."""
MOST_AGAIN = 50
EARLY = timedelta(hours=1)
"""For so long a signed word about a process that we do not know yet is kept."""
_STATUSES = {"approved", "rejected", "returned", "withdrawn", "void", "waiting"}


def _port(outlet: Outlet) -> ApprovalPort:
    if not isinstance(outlet.system, ApprovalPort):
        raise outlet.lacks("approval")
    return outlet.system


async def start(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Begin the process of a claim's step, once; a claim that no longer waits begins none."""
    claim = await outlet.store.claim(order.subject)
    if claim is None or not waits_for(claim, outlet.name, order.key):
        log.info("process_not_wanted", system=outlet.name, claim=order.subject)
        return
    port = _port(outlet)

    async def create(key: str) -> tuple[Ref, Form]:
        form = await outlet.form(claim)
        return await port.start(form, key), form

    key = await _free_key(outlet, order.key)
    link = await made_once(outlet, Making(key, order.subject, PURPOSE, create, port.find))
    begun = replace(order, key=key)
    await outlet.accept(
        f"begun:{outlet.name}:{key}", order.subject, SystemAnswered(begun, link.ref)
    )


async def _free_key(outlet: Outlet, key: str) -> str:
    """Give the key, or a numbered one when its process is over and the step waits again."""
    for count in range(1, MOST_AGAIN):
        tried = key if count == 1 else f"{key}{AGAIN}{count}"
        link = await outlet.links.find(outlet.name, tried)
        if link is None or link.state not in {"closed", "dropped"}:
            return tried
    raise Unsupported("begun_too_often", key=key)


async def cancel(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Take back every process of a step that is still open there."""
    base = order.key.partition(AGAIN)[0]
    for link in await outlet.links.of(order.subject):
        if link.system != outlet.name or link.key.partition(AGAIN)[0] != base:
            continue
        async with outlet.alone(link.key):
            await _take_back(outlet, await _open_link(outlet, link.key), "cancelled")


async def _open_link(outlet: Outlet, key: str) -> Link | None:
    """Read a link anew: whoever held its lock before may have closed it."""
    link = await outlet.links.find(outlet.name, key)
    return link if link is not None and link.state == "open" else None


async def _take_back(outlet: Outlet, link: Link | None, why: str) -> None:
    if link is None or link.ref is None:
        return
    await _port(outlet).cancel(link.ref, CANCELLED)
    await outlet.links.save(replace(link, state="closed", error=why))


async def query(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Ask about one process by its key and report what has changed."""
    await look(outlet, order.key)


async def take_hint(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Ask about every open process that a callback names; where asking is impossible, believe it.

    What is believed was signed with the secret that only that system has. It may come before the
    answer to our call that began the process, and waits for it then: nobody will say it again.
    """
    words = json.loads(order.field("words"))
    found = await outlet.links.matching(outlet.name, words)
    links = [link for link in found if link.purpose == PURPOSE]
    state = None if outlet.system.capabilities.query else _believed(order)
    if state and not links and _is_fresh(outlet, order):
        raise Retryable("no_such_process_yet", system=outlet.name)
    if not links:
        await origins.heard(outlet, words)
    for link in links:
        if outlet.system.capabilities.query:
            await look(outlet, link.key)
        elif state:
            async with outlet.alone(link.key):
                await _report(outlet, await _open_link(outlet, link.key), state)


def _believed(order: CallSystem) -> ApprovalState | None:
    """Give the state that a signed callback tells, if it tells one."""
    status, remark = order.field("status"), order.field("remark")
    if status not in _STATUSES:
        return None
    comments = (Comment("", remark),) if remark else ()
    return ApprovalState(status, order.field("node"), comments)  # type: ignore[arg-type]  # checked above


def _is_fresh(outlet: Outlet, order: CallSystem) -> bool:
    at = order.field("at")
    return bool(at) and outlet.clock() - datetime.fromisoformat(at) < EARLY


async def look(outlet: Outlet, key: str) -> None:
    """Ask where a process is and report it; one that nobody waits for any more is cancelled.

    A poll and a callback may look at once: one after the other, each at the link as it is then.
    """
    async with outlet.alone(key):
        link = await _open_link(outlet, key)
        if link is None or link.ref is None or link.purpose != PURPOSE:
            return
        claim = await outlet.store.claim(link.subject)
        if claim is not None and not waits_for(claim, outlet.name, key):
            await _let_go(outlet, link)
            return
        await _report(outlet, link, await _port(outlet).query(link.ref))


async def _let_go(outlet: Outlet, link: Link) -> None:
    """Take back a process that nobody waits for, or see it end where nothing can be taken back.

    That it goes on there was told when its end was ordered.
    """
    if outlet.system.capabilities.cancel:
        await _take_back(outlet, link, "stale")
    elif link.ref and (await _port(outlet).query(link.ref)).status != "waiting":
        await outlet.links.save(replace(link, state="closed", error="stale"))


async def _report(outlet: Outlet, link: Link | None, state: ApprovalState) -> None:
    """Put a state into the inbox when it is news: neither seen before nor older than what was."""
    if link is None:
        return
    version, digest = (*link.seen.split(":"), "")[:2]
    now = _digest(state)
    if now == digest or (state.version and state.version < int(version or 0)):
        return
    reports = link.reports + 1
    event = SystemReported(outlet.name, link.key, link.subject, state)
    key = f"report:{outlet.name}:{link.key}:{reports}:{now}"
    await outlet.accept(key, link.subject, event)
    over = state.status != "waiting"
    closed = replace(link, seen=_seen(state), reports=reports, state="closed" if over else "open")
    await outlet.links.save(closed)


async def ask_anew(outlet: Outlet, link: Link) -> Link:
    """Ask what became of a process, also of one that has ended; gives its link as it is now.

    Nothing follows for the claim: it is compared, and a person decides. Errors of `core.errors`.
    """
    if link.ref is None or not outlet.system.capabilities.query:
        return link
    async with outlet.alone(link.key):
        state = await _port(outlet).query(link.ref)
        known = await outlet.links.find(outlet.name, link.key) or link
        if state.status == known.said or known.state == "open":
            return known
        now = replace(known, seen=_seen(state))
        await outlet.links.save(now)
        return now


def _seen(state: ApprovalState) -> str:
    return f"{state.version}:{_digest(state)}:{state.status}"


def _digest(state: ApprovalState) -> str:
    said = "\n".join(f"{c.by}|{c.verdict}|{c.text}|{c.at}" for c in state.comments)
    return hashlib.sha256(f"{state.status}|{state.node}|{said}".encode()).hexdigest()[:16]
