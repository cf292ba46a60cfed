"""Systems of accounts against strict stand-ins: outcomes under faults, one voucher each time."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.erpnext.adapter import ErpNext
from connectors.odoo.adapter import Odoo
from connectors.sap_b1.adapter import SapB1
from connectors.sap_b1.wire import Account
from connectors.yonyou.adapter import Yonyou
from connectors.yonyou.wire import Heading, first_day, sign
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unfinished
from core.mapping import load_mapping
from core.outside import Ref, VoucherPort
from sandbox.erp.book import Book
from sandbox.erp.erpnext import ErpNextStandIn
from sandbox.erp.odoo import OdooStandIn
from sandbox.erp.sap_b1 import SapB1StandIn
from sandbox.erp.yonyou import YonyouStandIn
from tests.contract.books_stage import BOOKED, FAULTS, KEY, RED, TIMEOUT_S, form_of, own_form
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryJournal

StandIn = SapB1StandIn | ErpNextStandIn | OdooStandIn | YonyouStandIn
WRONG = "wrong-secret-value"
DRAFTS = frozenset({"erpnext", "odoo"})
"""Kinds that make a draft first and post it with a second call."""
TRIES = 4
KEYED = frozenset({"erpnext", "odoo"})
"""Kinds whose calls carry a key each: they have no session to lose."""


def sap(url: str, journal: MemoryJournal, secret: str) -> SapB1:
    account = Account("DEMO", "manager", secret or SapB1StandIn.login[2])
    kit = kit_of(journal=journal)
    return SapB1("sap_b1", kit, base_url=url, account=account, rate=500, timeout_s=TIMEOUT_S)


def erpnext(url: str, journal: MemoryJournal, secret: str) -> ErpNext:
    own = ErpNextStandIn
    return ErpNext(
        "erpnext",
        kit_of(journal=journal),
        base_url=url,
        key=own.key,
        secret=secret or own.secret,
        company=own.company,
        rate=500,
        timeout_s=TIMEOUT_S,
    )


def odoo(url: str, journal: MemoryJournal, secret: str) -> Odoo:
    own = OdooStandIn
    return Odoo(
        "odoo",
        kit_of(journal=journal),
        base_url=url,
        key=secret or own.key,
        journal=own.journal,
        database=own.database,
        rate=500,
        timeout_s=TIMEOUT_S,
    )


def yonyou(url: str, journal: MemoryJournal, secret: str) -> Yonyou:
    own = YonyouStandIn
    return Yonyou(
        "yonyou",
        kit_of(journal=journal),
        base_url=url,
        app_key=own.app_key,
        app_secret=secret or own.app_secret,
        heading=Heading(own.account_book, own.voucher_type, "13800000000"),
        tenant=own.tenant,
        rate=500,
        timeout_s=TIMEOUT_S,
    )


Make = Callable[[str, MemoryJournal, str], VoucherPort]
KINDS: Mapping[str, tuple[Callable[[], StandIn], Make]] = {
    "sap_b1": (SapB1StandIn, sap),
    "erpnext": (ErpNextStandIn, erpnext),
    "odoo": (OdooStandIn, odoo),
    "yonyou": (YonyouStandIn, yonyou),
}
POSTS = {
    "sap_b1": ["JournalEntries"],
    "erpnext": ["Journal Entry", "ACC-JV"],
    "odoo": ["create", "action_post"],
    "yonyou": ["addVoucher"],
}
"""What makes a voucher, and what finishes it."""


@dataclass(slots=True)
class Place:
    kind: str
    there: StandIn
    make: Make
    url: str
    journal: MemoryJournal

    @property
    def book(self) -> Book:
        return self.there.book

    def port(self, secret: str = "") -> VoucherPort:
        return self.make(self.url, self.journal, secret)


@pytest.fixture(params=list(KINDS))
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    build, make = KINDS[request.param]
    there = build()
    async with serving(there.routes()) as url:
        yield Place(request.param, there, make, url, MemoryJournal())
    assert there.book.violations == []


@pytest.fixture
async def port(place: Place) -> AsyncIterator[VoucherPort]:
    made = place.port()
    yield made
    await made.close()


async def until_there(place: Place, port: VoucherPort, *, look: bool = True) -> Ref:
    """Post as the service does: what failed is looked up before it is tried again."""
    for _ in range(TRIES):
        try:
            there = await port.find(KEY) if look else None
            return there or await port.post(own_form(place.kind), KEY)
        except (Retryable, ResultUnknown):
            look = True
    raise AssertionError("it never gets there")


async def test_a_voucher_is_posted_balanced_under_its_number(
    place: Place, port: VoucherPort
) -> None:
    ref = await port.post(own_form(place.kind), KEY)

    (entry,) = place.book.entries
    assert (ref.id, ref.number) == (entry.id, entry.number)
    assert (entry.state, entry.key) == ("posted", KEY)
    assert entry.lines == [
        ("6601.03", Decimal("283.5"), Decimal(0)),
        ("2221.01", Decimal("16.5"), Decimal(0)),
        ("2241", Decimal(0), Decimal(300)),
    ]


@pytest.mark.parametrize("fault", FAULTS)
async def test_posted_once_under_every_fault(place: Place, port: VoucherPort, fault: str) -> None:
    misdeed = FAULTS[fault]
    for call in POSTS[place.kind]:
        if misdeed:
            place.book.faults.add(misdeed, call)

    ref = await until_there(place, port, look=False)

    (entry,) = place.book.entries
    assert (entry.state, ref.number) == ("posted", entry.number)


@pytest.mark.parametrize("fault", FAULTS)
async def test_there_already_is_adopted_under_every_fault(
    place: Place, port: VoucherPort, fault: str
) -> None:
    first = await until_there(place, port, look=False)
    misdeed = FAULTS[fault]
    if misdeed:
        place.book.faults.add(misdeed)

    assert await until_there(place, port) == first
    assert await port.post(own_form(place.kind), KEY) == first
    assert len(place.book.entries) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_refused_with_its_words_under_every_fault(
    place: Place, port: VoucherPort, fault: str
) -> None:
    place.book.accounts = frozenset({"2241", "2221.01"})
    misdeed = FAULTS[fault]
    if misdeed:
        place.book.faults.add(misdeed)

    with pytest.raises(Rejected) as refused:
        await until_there(place, port)

    assert "6601.03" in str(refused.value.fields["text"])
    assert place.book.entries == []


async def test_a_red_voucher_takes_another_one_back(place: Place, port: VoucherPort) -> None:
    await port.post(own_form(place.kind), KEY)
    await port.post(own_form(place.kind, RED), RED.id)

    black, red = place.book.entries
    left = [d - c for _, d, c in black.lines]
    right = [d - c for _, d, c in red.lines]
    assert [a + b for a, b in zip(left, right, strict=True)] == [0, 0, 0]
    assert (black.key, red.key) == (KEY, RED.id)


async def test_a_draft_that_may_not_be_posted_is_there_and_goes_on_later(
    place: Place, port: VoucherPort
) -> None:
    if place.kind not in DRAFTS:
        return
    place.book.locked = True

    with pytest.raises(Unfinished, match="unfinished") as refused:
        await until_there(place, port)

    assert "The period is locked" in str(refused.value.fields["text"])
    with pytest.raises(Unfinished):
        await port.find(KEY)
    place.book.locked = False
    assert await port.find(KEY)
    assert [e.state for e in place.book.entries] == ["posted"]


async def test_a_lost_session_costs_one_sign_in(place: Place, port: VoucherPort) -> None:
    await port.post(own_form(place.kind), KEY)
    place.book.faults.add("expired_token")

    await port.find(KEY)

    assert place.book.signed_in == (0 if place.kind in KEYED else 2)


async def test_two_that_carry_our_key_are_for_people(place: Place, port: VoucherPort) -> None:
    await port.post(own_form(place.kind), KEY)
    if isinstance(place.there, YonyouStandIn):
        place.there.refuses_doubles = False
        await port.post(own_form(place.kind), KEY)
    else:
        place.book.entries.append(place.book.entries[0])

    with pytest.raises(Rejected) as refused:
        await port.find(KEY)

    assert refused.value.code == "several_found"


async def test_wrong_credentials_need_a_person_and_no_secret_is_told(place: Place) -> None:
    port = place.port(WRONG)

    with pytest.raises(AuthFailed) as failed:
        await port.post(own_form(place.kind), KEY)

    await port.close()
    told = str(failed.value) + "".join(r.request + r.response for r in place.journal.rows)
    assert WRONG not in told
    assert place.book.entries == []


async def test_a_gateway_without_discovery_serves_everything_itself() -> None:
    there = YonyouStandIn()
    async with serving(there.routes(alone=True)) as url:
        port = Yonyou(
            "yonyou",
            kit_of(),
            base_url=url,
            app_key=there.app_key,
            app_secret=there.app_secret,
            heading=Heading(there.account_book, there.voucher_type),
            timeout_s=TIMEOUT_S,
        )
        ref = await port.post(own_form("yonyou"), KEY)
        await port.close()

    assert [e.number for e in there.book.entries] == [ref.number]


async def test_no_secret_goes_to_a_foreign_gateway() -> None:
    there = YonyouStandIn()
    there.moved_to = "https://elsewhere.example.com"
    async with serving(there.routes()) as url:
        port = yonyou(url, MemoryJournal(), "")
        with pytest.raises(Rejected, match="foreign_gateway"):
            await port.post(own_form("yonyou"), KEY)
        await port.close()

    assert there.book.signed_in == 0


def test_the_signature_is_that_of_the_reference() -> None:
    found = sign("abc", "secret", 1764072000000)

    assert found == {
        "appKey": "abc",
        "timestamp": "1764072000000",
        "signature": "bkHpyk9vKXG8UrJgEipTaY6yeMbgnu5m9ZywudOu3EU=",
    }


@pytest.mark.parametrize(
    ("key", "day"),
    [
        (KEY, date(2026, 11, 25)),
        ("V-P-BX-20261125-0007-1", date(2026, 11, 25)),
        ("V-20269999", None),
        ("V-1", None),
    ],
)
def test_a_key_says_since_when(key: str, day: date | None) -> None:
    assert first_day(key) == day


@pytest.mark.parametrize("kind", ["yonyou", "erpnext"])
def test_worked_mappings_write_whole_vouchers(kind: str) -> None:
    path = Path("mappings") / f"{kind}.yaml"
    form = form_of(BOOKED, load_mapping(path.read_text("utf-8"), str(path)))

    (rows,) = form.details.values()
    assert len(rows) == 3
    if kind == "yonyou":
        assert rows[0]["clientAuxiliaryList"] == [{"filedCode": "0001", "valueCode": "sales"}]
        assert "creditOrg" not in rows[0]
    else:
        assert rows[2]["party"] == "HR-EMP-00001"
        assert rows[0]["account"] == "6601.03 - 市内交通 - DEMO"
