"""Accounting vouchers posted to the books of another system: once each, their numbers back."""

from datetime import timedelta

import structlog

from bot.events import SystemAnswered
from bot.handlers.voucher_document import voucher_document
from bot.jobs.calls.desk import Making, Outlet, made_once
from core.actions.basics import Cause
from core.actions.booking import take
from core.approval import OUTSIDE
from core.errors import Rejected, Retryable
from core.notices import CallSystem
from core.outside import Form, Link, Ref, VoucherPort
from core.voucher import PEOPLE, Voucher

log = structlog.get_logger(__name__)

PURPOSE = "voucher"
BEGUN = frozenset({"sending", "unknown", "open"})
"""States of a link behind which a voucher may stand in the books already."""


async def post(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Post a voucher, unless the books have it or it went out by another way.

    It is taken first, so that no file carries it as well. One that may be there already is asked
    for, also when it has been taken back meanwhile: its red voucher follows from its number.
    """
    port = _port(outlet)
    voucher = await outlet.store.voucher(order.key)
    link = await outlet.links.find(outlet.name, order.key)
    begun = link is not None and link.state in BEGUN
    if voucher is None or voucher.number or not (begun or _is_ours(voucher, outlet.name)):
        log.info("voucher_not_wanted", system=outlet.name, voucher=order.key)
        return
    if not begun:
        await _take(outlet, voucher)

    async def create(key: str) -> tuple[Ref, Form]:
        form = await form_of(outlet, voucher)
        return await port.post(form, key), form

    async def find(key: str) -> Ref | None:
        found = await port.find(key)
        if found is None:
            _wait_for(outlet, link)
        return found

    made = await made_once(outlet, Making(order.key, order.subject, PURPOSE, create, find))
    answer = SystemAnswered(order, made.ref)
    await outlet.accept(f"posted:{outlet.name}:{order.key}", order.subject, answer)


def _port(outlet: Outlet) -> VoucherPort:
    if not isinstance(outlet.system, VoucherPort):
        raise outlet.lacks("voucher")
    return outlet.system


def _is_ours(voucher: Voucher, system: str) -> bool:
    """Whether a system may post a voucher that it has not begun with."""
    return voucher.state == "open" and voucher.taken_by in {"", PEOPLE, system}


async def _take(outlet: Outlet, voucher: Voucher) -> None:
    """Let no file take it; Conflict when somebody else was first."""
    now = outlet.clock()
    cause = Cause(f"{OUTSIDE}{outlet.name}", now, f"take:{outlet.name}:{voucher.id}")
    change = take(voucher, outlet.name, cause)
    if change:
        await outlet.store.commit(change)


def _wait_for(outlet: Outlet, link: Link | None) -> None:
    """Wait before making what was not found: a call whose answer was lost may still be at work."""
    if link is None:
        return
    settles_s = outlet.system.capabilities.settles_s
    rest_s = (link.at + timedelta(seconds=settles_s) - outlet.clock()).total_seconds()
    if rest_s > 0:
        raise Retryable("may_still_arrive", retry_after_s=rest_s, key=link.key)


async def form_of(outlet: Outlet, voucher: Voucher) -> Form:
    """Make the form of a voucher by the system's mapping; Rejected `mapping`."""
    claim = await outlet.store.claim(voucher.claim)
    if claim is None:
        raise Rejected("no_such_claim", text=voucher.claim)
    company = await outlet.store.company()
    document = await outlet.document(claim, company)
    return await outlet.filled({**document, "voucher": voucher_document(voucher, company)}, company)
