"""`POST /api/v1/claims`: a claim that another system enters for somebody, once for each key."""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Annotated
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.handlers.finding import surroundings_of
from bot.handlers.refusals import visible_stop
from bot.handlers.wallet import card_voucher
from bot.texts.api import fault_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.web.access import Access
from bot.web.asked import body_of, fault, parsed
from bot.web.problems import Problem, language_of
from bot.web.shapes import Json
from core.actions import submission
from core.actions.basics import Cause, Settings, audit_of, lane_of
from core.actions.drafts import Voucher
from core.actions.entering import Entry, enter
from core.actions.verifying import ask_about
from core.change import Change, OnceRequest, Outgoing, StoredInvoice
from core.claim import PREFIXES, Claim, Kind, claim_number
from core.company import Company, Person
from core.currency import BASE, DIGITS, ForeignAmount, parse_minor, parse_rate
from core.dealings import Supplier, Trip
from core.errors import Conflict, OutsideError, Refused
from core.money import parse_yuan
from core.notices import Notice, ShowCard
from core.ports import Clock, Files, Store
from core.wallet import ChosenCard, WalletPort

MAX_LINES = 200
MAX_KEY = 255
_MAX_TEXT = 500

AMOUNT = r"^[0-9]{1,13}(\.[0-9]{1,3})?$"
_MANY_DIGITS = 9

Show = Callable[[Company, Claim, Language], Awaitable[Json]]


def _currency(code: str) -> str:
    if code not in DIGITS:
        raise fault("not_listed", allowed=", ".join(sorted(DIGITS)))
    return code


def _rate(text: str) -> str:
    try:
        return parse_rate(text)
    except ValueError:
        raise fault("not_rate") from None


def _units(amount: str, currency: str) -> ForeignAmount | None:
    """Give an amount in its currency's smallest unit; None in yuan, ValueError for parts of it."""
    return None if currency == BASE else ForeignAmount(currency, parse_minor(amount, currency))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CardRef(_Strict):
    """An invoice that lies as a card in a WeChat wallet."""

    card_id: str = Field(min_length=1, max_length=128)
    encrypt_code: str = Field(min_length=1, max_length=1024)


class NewLine(_Strict):
    """A line of a new claim; `invoice` is one that was received before, or a card.

    `amount` is in units of `currency`. What is not in yuan is converted at `rate` (yuan of one
    unit), else at the company's rate of the day.
    """

    category: str | None = Field(default=None, max_length=64)
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        default=BASE, json_schema_extra={"enum": [*sorted(DIGITS)]}
    )
    amount: str = Field(json_schema_extra={"pattern": AMOUNT})
    rate: Annotated[str, AfterValidator(_rate)] | None = None
    date: date
    description: str = Field(default="", max_length=_MAX_TEXT)
    project: str | None = Field(default=None, max_length=64)
    invoice: Annotated[str, Field(min_length=1, max_length=128)] | CardRef | None = None

    @field_validator("amount")
    @classmethod
    def _in_units(cls, text: str, around: ValidationInfo) -> str:
        """Accept what a person could have been charged; files and APIs carry plain decimals."""
        currency = around.data.get("currency", BASE)
        try:
            units = parse_yuan(text) if currency == BASE else parse_minor(text, currency)
        except ValueError:
            units = 0
        if units <= 0:
            plain = re.fullmatch(AMOUNT, text) and len(text) > _MANY_DIGITS
            raise fault("too_large" if plain else "not_amount", digits=str(DIGITS[currency]))
        return text

    @field_validator("rate")
    @classmethod
    def _of_another(cls, rate: str | None, around: ValidationInfo) -> str | None:
        if rate is not None and around.data.get("currency") == BASE:
            raise fault("no_rate_in_yuan")
        return rate


class NewSupplier(_Strict):
    """Whom the company pays for a purchase."""

    name: str = Field(min_length=1, max_length=60)
    account: str = Field(default="", max_length=34, pattern=r"^[0-9]*$", repr=False)
    bank: str = Field(default="", max_length=60)


class NewTrip(_Strict):
    """Where a travel request goes, and from which day until which."""

    city: str = Field(min_length=1, max_length=60)
    start: date
    end: date
    leaves_after_noon: bool = False
    back_before_noon: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "NewTrip":
        if self.end < self.start:
            raise fault("ends_before")
        return self


class NewClaim(_Strict):
    """Body of `POST /claims`; `standing` makes an advance petty cash."""

    kind: Kind = "reimbursement"
    employee: str = Field(min_length=1, max_length=64)
    lines: list[NewLine] = Field(min_length=1, max_length=MAX_LINES)
    submit: bool = False
    purpose: str = Field(default="", max_length=_MAX_TEXT)
    supplier: NewSupplier | None = None
    trip: NewTrip | None = None
    standing: bool = False

    @model_validator(mode="after")
    def _of_its_kind(self) -> "NewClaim":
        wanted = (
            ("supplier", self.supplier, "purchase_request"),
            ("trip", self.trip, "travel_request"),
            ("standing", self.standing, "advance"),
        )
        for name, value, kind in wanted:
            if value and self.kind != kind:
                raise fault("wrong_kind", field=name, kind=kind)
        return self


def _with_dealings(claim: Claim, asked: NewClaim) -> Claim:
    """Give a claim what was said of it beside its lines."""
    return replace(
        claim,
        purpose=one_line(asked.purpose, _MAX_TEXT),
        standing=asked.standing,
        supplier=_supplier(asked.supplier) if asked.supplier else None,
        trip=_trip(asked.trip) if asked.trip else None,
    )


def _supplier(said: NewSupplier) -> Supplier:
    return Supplier(one_line(said.name), said.account, one_line(said.bank))


def _trip(said: NewTrip) -> Trip:
    halves = (said.leaves_after_noon, said.back_before_noon)
    return Trip(one_line(said.city), said.start, said.end, *halves)


@dataclass(frozen=True, slots=True)
class ClaimsDoor:
    """The handler, what it writes to and reads from; `show` gives a claim as every answer does."""

    store: Store
    files: Files
    wallet: WalletPort | None
    access: Access
    settings: Settings
    clock: Clock
    zone: ZoneInfo
    show: Show
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def routes(self) -> list[web.RouteDef]:
        """Give the route."""
        return [web.post("/api/v1/claims", self.create)]

    async def create(self, request: web.Request) -> web.Response:
        """Enter a claim: 201; the same key with the same body gives the same claim again.

        With `submit` it goes into review at once. Where something stands against that it stays a
        draft, and its findings say what; a fault that the body can mend enters nothing.
        """
        token = self.access.require(request, "claims:write")
        key = f"api:{token.name}:{_key(request)}"
        asked = parsed(await body_of(request), NewClaim)
        digest = _digest(asked)
        company = await self.store.company()
        number = await self._known(key, digest) or await self._enter(
            company, asked, f"api:{token.name}", OnceRequest(key, digest, "")
        )
        claim = await self.store.claim(number)
        if claim is None:
            raise Conflict("request", claim=number)
        headers = {"Location": f"/api/v1/claims/{number}"}
        body = await self.show(company, claim, language_of(request))
        return web.json_response(body, status=HTTPStatus.CREATED, headers=headers)

    async def find_fault(self, body: bytes) -> Refused | None:
        """Say what stands against entering a claim that comes in a file; nothing is kept."""
        try:
            asked = parsed(body, NewClaim)
            company = await self.store.company()
            person = _employee(company, asked.employee)
            entries = [await self._entry(i, line, person) for i, line in enumerate(asked.lines)]
            cause = Cause(person.id, self.clock(), "file")
            enter(company, person, "-", asked.kind, entries, cause)
        except Problem as problem:
            return _refusal(problem)
        except Refused as refused:
            return refused
        return None

    async def take(self, body: bytes, key: str, by: str) -> tuple[str, bool]:
        """Enter a claim that comes in a file, once for each key; gives its number, and if new.

        Refused `file_key_reused` when the key came with another content.
        """
        try:
            asked = parsed(body, NewClaim)
            digest = _digest(asked)
            known = await self._known(key, digest)
            if known:
                return known, False
            company = await self.store.company()
            return await self._enter(company, asked, by, OnceRequest(key, digest, "")), True
        except Problem as problem:
            raise _refusal(problem) from None

    async def _known(self, key: str, digest: str) -> str | None:
        """Give the claim that a key has led to; Problem 409 when it was asked with another body."""
        known = await self.store.request(key)
        if known is None:
            return None
        if known.digest != digest:
            raise Problem(HTTPStatus.CONFLICT, "idempotency_key_reused", claim=known.claim)
        return known.claim

    async def _enter(self, company: Company, asked: NewClaim, by: str, once: OnceRequest) -> str:
        person = _employee(company, asked.employee)
        entries = [await self._entry(i, line, person) for i, line in enumerate(asked.lines)]
        now = self.clock()
        today = now.astimezone(self.zone).date()
        sequence = await self.store.next_number(PREFIXES[asked.kind], today)
        number = claim_number(asked.kind, today, sequence)
        cause = Cause(person.id, now, f"{by}:{number}")
        claim, records = enter(company, person, number, asked.kind, entries, cause)
        claim = _with_dealings(claim, asked)
        once = replace(once, claim=number)
        draft = self._draft(claim, records, by, cause, once)
        try:
            await self._commit(company, claim, draft, cause, today, submit=asked.submit)
        except Conflict:
            # The same key came twice at once, and the other one was first.
            found = await self._known(once.key, once.digest)
            if found is None:
                raise
            return found
        return number

    async def _commit(
        self,
        company: Company,
        claim: Claim,
        draft: Change,
        cause: Cause,
        today: date,
        *,
        submit: bool,
    ) -> None:
        """Commit the draft, or the submission with it; what blocks leaves the draft alone."""
        if submit:
            try:
                await self._submit(company, claim, draft, cause, today)
            except Refused as refused:
                if refused.code not in _KEPT:
                    raise await self._stopped(company, claim, refused) from None
            else:
                return
        await self.store.commit(draft)

    async def _submit(
        self, company: Company, claim: Claim, draft: Change, cause: Cause, today: date
    ) -> None:
        """Commit a submission; it is reckoned anew where another took of the same advance.

        Those of one person go one after another here; another replica may still be first.
        """
        async with self.turns.setdefault(claim.employee, asyncio.Lock()):
            for _ in range(TRIES):
                if await self._submitted(company, claim, draft, cause, today):
                    return
        raise Conflict("revision", claim=claim.number)

    async def _submitted(
        self, company: Company, claim: Claim, draft: Change, cause: Cause, today: date
    ) -> bool:
        """Try to commit a submission; False where another replica was first with something."""
        around = await surroundings_of(self.store, company, claim, today, self.settings)
        try:
            await self.store.commit(_joined(draft, submission.submit(claim, around, cause)))
        except Conflict as conflict:
            if conflict.code != "revision":
                raise
            return False
        return True

    async def _stopped(self, company: Company, claim: Claim, refused: Refused) -> Refused:
        """Tell administrators that nobody can be asked, as the chat does: once an hour.

        Nothing was entered, so that neither the notice nor the answer names a number.
        """
        facts = {name: value for name, value in refused.fields.items() if name != "number"}
        nameless = Refused(refused.code, **facts)
        told = visible_stop(company, claim.employee, nameless)
        now = self.clock()
        once = f"stop:{refused.code}:{claim.employee}:{facts.get('step', '')}:{now:%Y%m%d%H}"
        if told:
            notices = tuple(Outgoing(f"{once}#{n.person}", lane_of(n), n) for n in told)
            await self.store.commit(Change(at=now, outbox=notices))
        return nameless

    def _draft(
        self,
        claim: Claim,
        records: tuple[StoredInvoice, ...],
        by: str,
        cause: Cause,
        once: OnceRequest,
    ) -> Change:
        card = ShowCard(claim.employee, claim.number, "claim", fresh=True)
        questions = ask_about(claim, "draft") if self.settings.verify else ()
        told: tuple[Notice, ...] = (card, *questions)
        return Change(
            at=cause.at,
            claims=(claim,),
            invoices=records,
            audit=(audit_of(cause, "enter", claim.number, by=by),),
            outbox=tuple(
                Outgoing(f"{cause.source}!{i}", lane_of(notice), notice)
                for i, notice in enumerate(told)
            ),
            request=once,
        )

    async def _entry(self, place: int, line: NewLine, person: Person) -> Entry:
        return Entry(
            category=line.category,
            amount_fen=0 if line.currency != BASE else parse_yuan(line.amount),
            day=line.date,
            description=one_line(line.description, _MAX_TEXT),
            project=line.project,
            voucher=await self._voucher(place, line.invoice, person),
            foreign=_units(line.amount, line.currency),
            rate=line.rate,
        )

    async def _voucher(
        self, place: int, named: str | CardRef | None, person: Person
    ) -> Voucher | None:
        if named is None:
            return None
        if isinstance(named, CardRef):
            return await self._card(place, named)
        found = _chosen(await self._received(named), person)
        if len({v.identity or v.sha256 for v in found}) != 1:
            code = "ambiguous_invoice" if found else "no_such_invoice"
            raise Refused(code, line=str(place), invoice=named)
        return await self._again(found[-1])

    async def _again(self, known: StoredInvoice) -> Voucher:
        """Give a received voucher as if it came once more; its bytes are kept already."""
        name = known.id.removesuffix(f"-{known.claim}")
        claim = await self.store.claim(known.claim)
        lines = claim.lines if claim else ()
        on = [i for line in lines for i in line.invoices if i.file == known.sha256 and i.card]
        card = next((i.card for i in on if i.identity == known.identity), None)
        return Voucher(name, known.sha256, known.reading.file, known.reading, card)

    async def _received(self, named: str) -> list[StoredInvoice]:
        """Find vouchers by printed number, by identity, or by id."""
        by_number = list(await self.store.invoices(named))
        if by_number or "-" not in named:
            return by_number
        front, _, back = named.partition("-")
        coded = [v for v in await self.store.invoices(back) if v.identity == named]
        serial = [v for v in await self.store.invoices(front) if v.identity == named]
        return coded or serial or [v for v in await self.store.invoices_of(back) if v.id == named]

    async def _card(self, place: int, named: CardRef) -> Voucher:
        """Read a card in the wallet; Refused `card_unreadable`, `no_wallet`."""
        if self.wallet is None:
            raise Refused("no_wallet", line=str(place))
        try:
            found = await self.wallet.invoices([ChosenCard(named.card_id, named.encrypt_code)])
        except OutsideError as error:
            raise Refused("card_unreadable", line=str(place), reason=error.code) from None
        if len(found) != 1:
            raise Refused("card_unreadable", line=str(place), reason="none")
        return await card_voucher(self.store, self.files, self.wallet, found[0])


TRIES = 10
"""How often a submission is reckoned anew when claims of one person come at once."""
_KEPT = frozenset({"blocked", "budget", "duplicate_invoice"})
"""Refusals of a submission that leave a draft, whose findings tell them."""


def _joined(draft: Change, submitted: Change) -> Change:
    """Let a new claim be submitted in the change that enters it."""
    return replace(
        submitted,
        invoices=draft.invoices,
        audit=(*draft.audit, *submitted.audit),
        outbox=(*draft.outbox, *submitted.outbox),
        request=draft.request,
    )


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_missing", limit=MAX_KEY)
    return key


def _refusal(problem: Problem) -> Refused:
    """Say a problem of a request in the words of somebody who has handed in a file."""
    if problem.code == "idempotency_key_reused":
        return Refused("file_key_reused", number=str(problem.fields.get("claim", "")))
    faults = tuple(
        (f.place, fault_text(f.code, "zh", f.facts), fault_text(f.code, "en", f.facts))
        for f in problem.faults
    )
    return Refused("file_row", text=problem.code, faults=faults)


def _digest(asked: NewClaim) -> str:
    """Hash what a body says; spaces, the order of keys and defaults do not count."""
    told = asked.model_dump(mode="json", exclude_defaults=True)
    said = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _employee(company: Company, name: str) -> Person:
    person = company.person(name)
    if person is None or not person.active:
        code = "employee_inactive" if person else "unknown_employee"
        raise Refused(code, employee=name)
    return person


def _chosen(found: Iterable[StoredInvoice], person: Person) -> list[StoredInvoice]:
    """Take the person's own where there are any: several people may have sent one invoice."""
    everything = list(found)
    return [v for v in everything if v.owner == person.id] or everything
