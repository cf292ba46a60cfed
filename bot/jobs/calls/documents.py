"""Claims as documents of another platform: pushed once, taken back, told of their payment."""

import json
from dataclasses import replace

import structlog

from bot.jobs.calls import approval
from bot.jobs.calls.desk import Making, Outlet, made_once
from core.actions.following import follows
from core.claim import Claim, State
from core.company import Person
from core.notices import CallSystem
from core.outside import DOCUMENT, ApprovalPort, ClaimsPort, Form, Link, PaymentPort, Ref, SsoPort
from core.subscriptions import read_order

log = structlog.get_logger(__name__)

PURPOSE = DOCUMENT
PEOPLE = "staff"
"""The table of a mapping that says what the platform calls our people."""
SOON_S = 300
"""For so long an address is good that a browser is sent to at once."""
_AGREED = frozenset({State.APPROVED, State.PAYING, State.PAID})


async def push(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Give an approved claim to the platform, once a version; what it approved itself it has.

    A request that another claim follows is a permission only, and stays here.
    """
    claim = await outlet.store.claim(order.subject)
    if claim is None or claim.state not in _AGREED or follows(claim):
        log.info("document_not_wanted", system=outlet.name, claim=order.subject)
        return
    port = outlet.system
    if not isinstance(port, ClaimsPort):
        raise outlet.lacks("claims")
    if await _decided_there(outlet, claim):
        return

    async def create(key: str) -> tuple[Ref, Form]:
        form = await outlet.form(claim)
        return await port.push(form, key), form

    await made_once(outlet, Making(claim.hold, claim.number, PURPOSE, create, port.find))


async def _decided_there(outlet: Outlet, claim: Claim) -> bool:
    links = await documents(outlet, claim.number)
    return any(
        link.purpose == approval.PURPOSE and link.key.startswith(f"{claim.hold}#") for link in links
    )


async def documents(outlet: Outlet, number: str) -> list[Link]:
    """Give what stands there for a claim, newest last, without what was taken back."""
    return [
        link
        for link in await outlet.links.of(number)
        if link.system == outlet.name
        and link.purpose in {PURPOSE, approval.PURPOSE}
        and link.ref is not None
        and not link.error
    ]


async def take_back(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Take the document of a claim back that has been voided here."""
    for link in await documents(outlet, order.subject):
        if link.purpose == PURPOSE and link.state == "open" and link.ref is not None:
            if not isinstance(outlet.system, ApprovalPort):
                raise outlet.lacks("approval")
            await outlet.system.cancel(link.ref, approval.CANCELLED)
            await outlet.links.save(replace(link, state="closed", error="cancelled"))


async def report(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Tell what became of the payment of a claim that the platform has a document of."""
    if not isinstance(outlet.system, PaymentPort):
        raise outlet.lacks("payment")
    links = await documents(outlet, order.subject)
    if not links or links[-1].ref is None:
        log.info("no_document_to_report", system=outlet.name, claim=order.subject)
        return
    told = read_order(order)
    if told.name == "claim.paid":
        await outlet.system.report(links[-1].ref, "paid", "")
    else:
        reason = str(json.loads(told.data).get("reason", ""))
        await outlet.system.report(links[-1].ref, "failed", reason)


async def let_in(outlet: Outlet, claim: Claim, person: Person) -> str | None:
    """Give an address that opens a claim's document as somebody, once and soon.

    None where there is no document, or the mapping does not say who they are there.
    """
    links = await documents(outlet, claim.number)
    ref = links[-1].ref if links else None
    staff = outlet.mapping.tables.get(PEOPLE, {}).get(person.id) if outlet.mapping else None
    if ref is None or staff is None or not isinstance(outlet.system, SsoPort):
        return None
    return await outlet.system.link(str(staff), f"form:{ref.id}", SOON_S)
