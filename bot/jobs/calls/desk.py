"""What a call to a connected system may touch, and how something is made there at most once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from bot.events import Answer, to_json
from bot.handlers.document import Object, document_of
from bot.texts import finding_text
from core.budget import charges_on_record
from core.claim import Claim
from core.company import Company
from core.converters import Around
from core.errors import (
    AuthFailed,
    OutsideError,
    Rejected,
    ResultUnknown,
    Retryable,
    Unfinished,
    Unsupported,
)
from core.mapping import FieldMapping, apply_mapping
from core.notices import CallSystem
from core.outside import Attachment, Form, Link, Links, Ref, System
from core.ports import Clock, Files, Inbox, Store

MOST_WORDS = 300
PEOPLE = "people"
"""The table of a mapping that says what a system calls our people."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One connected system and everything that calls to it need."""

    system: System
    mapping: FieldMapping | None
    store: Store
    files: Files
    links: Links
    inbox: Inbox
    clock: Clock
    zone: ZoneInfo
    public_url: str
    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def alone(self, key: str) -> asyncio.Lock:
        """Give what one thing's link is read and written under, poll and callback side by side."""
        return self.locks.setdefault(key, asyncio.Lock())

    @property
    def name(self) -> str:
        """The system's name."""
        return self.system.name

    def known_as(self, company: Company, person: str) -> str | None:
        """Give what the system calls one of us; None for whom a messenger's system does not know.

        A table `people` of the mapping says so first; other systems may use our own ids.
        """
        table = self.mapping.tables.get(PEOPLE, {}) if self.mapping else {}
        if person in table:
            return str(table[person])
        found = company.person(person)
        messenger = self.system.capabilities.people
        if not messenger:
            return person
        return (found.dingtalk if messenger == "dingtalk" else found.wecom) if found else None

    def lacks(self, role: str) -> Unsupported:
        """Make the error of a system that is asked for what it does not do."""
        return Unsupported("no_such_role", system=self.name, role=role)

    async def accept(self, key: str, subject: str, answer: Answer) -> None:
        """Put what a system said into the inbox, in the lane of its claim."""
        lane = f"system:{self.name}:{subject}"
        await self.inbox.put(key, lane, to_json(answer), self.clock())

    async def document(self, claim: Claim, company: Company) -> Object:
        """Write a claim as mappings read it."""
        budgets = [charge.budget for charge in charges_on_record(company, claim)]
        balances = await self.store.balances(budgets) if budgets else ()
        texts = [(f, finding_text(f, "zh", company)) for f in claim.findings]
        link = f"{self.public_url}/app/claims/{claim.number}"
        return document_of(claim, company, texts, balances, link)

    async def form(self, claim: Claim) -> Form:
        """Make the form of a claim, with the bytes of its files; Rejected `mapping`."""
        company = await self.store.company()
        return await self.filled(await self.document(claim, company), company)

    async def filled(self, document: Object, company: Company) -> Form:
        """Make the form of a document by the mapping; Rejected `mapping`."""
        if self.mapping is None:
            raise Rejected("mapping", text="no mapping is set", row=self.name)
        form = apply_mapping(self.mapping, document, Around(company, self.zone))
        link = str(document.get("link") or "")
        files = [
            Attachment(w.name, w.sha256, await self._bytes(w.sha256), w.slot, link)
            for w in form.wanted
        ]
        return replace(form, files=tuple(files))

    async def _bytes(self, sha256: str) -> bytes:
        try:
            return await self.files.get(sha256)
        except FileNotFoundError:
            raise Rejected("file_gone", text=sha256[:12]) from None


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call. `run` raises the errors of `core.errors`.

    A `creates` call is never repeated blindly after a lost answer (see `made_once`); any other may
    be: a ResultUnknown of it is tried again.
    """

    run: Callable[[Outlet, CallSystem, str], Awaitable[None]]
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Making:
    """Something that is to be made in a system under our key."""

    key: str
    subject: str
    purpose: str
    create: Callable[[str], Awaitable[tuple[Ref, Form]]]
    find: Callable[[str], Awaitable[Ref | None]]


async def made_once(outlet: Outlet, making: Making) -> Link:
    """Give the link of what was made, made now unless it was before.

    The mark `sending` is durable before the call: whoever finds it (after a crash, too) treats the
    first answer as lost and looks it up by our key. ResultUnknown where that cannot be done: then a
    person must look.
    """
    name, at = outlet.name, outlet.clock()
    fresh = Link(name, making.key, making.subject, making.purpose, "sending", at)
    link = await outlet.links.begin(fresh)
    if link is fresh:
        return await _sent(outlet, link, making)
    if link.state in {"open", "closed"}:
        return link
    if link.state != "new":
        found = await _found(outlet, link, making)
        if found is not None:
            return await _kept(outlet, link, found)
    sending = replace(link, state="sending", at=outlet.clock())
    await outlet.links.save(sending)
    return await _sent(outlet, sending, making)


async def _found(outlet: Outlet, link: Link, making: Making) -> Ref | None:
    try:
        return await making.find(making.key)
    except Unfinished as error:
        await outlet.links.save(_begun(link, error))
        raise
    except Unsupported:
        raise ResultUnknown("answer_lost", key=making.key) from None


async def _sent(outlet: Outlet, link: Link, making: Making) -> Link:
    try:
        ref, form = await making.create(making.key)
    except ResultUnknown as error:
        await outlet.links.save(replace(link, state="unknown", error=error.code))
        raise
    except Unfinished as error:
        await outlet.links.save(_begun(link, error))
        raise
    except (AuthFailed, Rejected, Retryable, Unsupported) as error:
        await outlet.links.save(replace(link, state="new", error=words_of(error)))
        raise
    return await _kept(outlet, replace(link, stamp=form.stamp, initiator=form.initiator), ref)


def _begun(link: Link, error: Unfinished) -> Link:
    """Note that something is there, though not whole: nobody may take it for not being there.

    Its id is our key: numbers come again with every period, and no two links have one id.
    """
    called = str(error.fields.get("called", ""))
    ref = Ref(link.system, "unfinished", link.key, called)
    return replace(link, state="unknown", ref=ref, error=words_of(error))


def words_of(error: OutsideError) -> str:
    """Give what a system said of what it refused, else the code."""
    return str(error.fields.get("text") or error.code)[:MOST_WORDS]


async def _kept(outlet: Outlet, link: Link, ref: Ref) -> Link:
    kept = replace(link, state="open", ref=ref, error="", at=outlet.clock())
    await outlet.links.save(kept)
    return kept


def is_early(order: CallSystem, now: datetime) -> bool:
    """Whether an order is not due yet."""
    return order.not_before is not None and now < order.not_before
