"""金蝶云·星空 against a strict stand-in: each outcome under each fault, one voucher each time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from bot.desk.tables import lines_of
from connectors.kingdee.adapter import Kingdee
from connectors.kingdee.wire import Account, sign
from connectors.kit.pace import Pace
from core.company import Company
from core.errors import (
    AuthFailed,
    OutsideError,
    Rejected,
    ResultUnknown,
    Retryable,
    Unfinished,
)
from core.mapping import load_mapping
from core.outside import Ref, TablePort
from sandbox.erp.kingdee import KingdeeStandIn, Tenant
from tests.contract.books_stage import BOOKED, FAULTS, KEY, RED, TIMEOUT_S, form_of, own_form
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryJournal

FORM = own_form("kingdee")
Login = Literal["signature", "session"]
TRIES = 4


@dataclass(slots=True)
class Place:
    there: KingdeeStandIn
    url: str
    journal: MemoryJournal

    def port(self, **changes: object) -> Kingdee:
        own = self.there.tenant
        account = Account(own.acct_id, own.user, own.app_id, own.app_secret)
        settings: dict[str, object] = {
            "base_url": self.url,
            "account": account,
            "book": own.book,
            "login": self.there.login,
            "rate": 500,
            "timeout_s": TIMEOUT_S,
        }
        return Kingdee("kingdee", kit_of(journal=self.journal), **{**settings, **changes})  # type: ignore[arg-type]  # as the settings say


@pytest.fixture(params=["signature", "session"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    there = KingdeeStandIn(login=request.param)
    async with serving(there.routes()) as url:
        yield Place(there, url, MemoryJournal())
    assert there.violations == []


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Kingdee]:
    made = place.port()
    yield made
    await made.close()


async def until_there(port: Kingdee) -> Ref:
    """Post as the service does: what failed is looked up and tried again."""
    for _ in range(TRIES):
        try:
            return await port.find(KEY) or await port.post(FORM, KEY)
        except (Retryable, ResultUnknown):
            continue
    raise AssertionError("it never gets there")


async def test_a_voucher_is_saved_submitted_audited_and_balanced(
    place: Place, port: Kingdee
) -> None:
    ref = await port.post(FORM, KEY)

    (booked,) = place.there.vouchers
    assert (ref.id, ref.number) == (booked.id, booked.number)
    assert booked.status == "C"
    assert booked.sides == (Decimal(300), Decimal(300))
    assert booked.entries[0]["FEXPLANATION"] == f"市内交通 张三 BX-20261125-0007 CVN:{KEY}"
    assert [e["FACCOUNTID"] for e in booked.entries] == [
        {"FNumber": "6601.03"},
        {"FNumber": "2221.01"},
        {"FNumber": "2241"},
    ]
    assert (booked.entries[0]["FDEBIT"], booked.entries[0]["FAMOUNTFOR"]) == (
        Decimal("283.5"),
        Decimal("283.5"),
    )
    assert (booked.head["FDate"], booked.head["FYEAR"], booked.head["FPERIOD"]) == (
        "2026-11-25",
        2026,
        11,
    )


@pytest.mark.parametrize("call", ["ExecuteBillQuery", "Save", "Submit", "Audit"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_posted_once_under_every_fault(
    place: Place, port: Kingdee, call: str, fault: str
) -> None:
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, call)

    ref = await until_there(port)

    (booked,) = place.there.vouchers
    assert (booked.status, ref.number) == ("C", booked.number)


@pytest.mark.parametrize("fault", FAULTS)
async def test_there_already_is_adopted_under_every_fault(
    place: Place, port: Kingdee, fault: str
) -> None:
    first = await port.post(FORM, KEY)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed)

    assert await until_there(port) == first
    assert len(place.there.vouchers) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_refused_with_its_words_under_every_fault(
    place: Place, port: Kingdee, fault: str
) -> None:
    place.there.tenant = replace(place.there.tenant, accounts=frozenset({"2241", "2221.01"}))
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "Save")

    with pytest.raises(Rejected) as refused:
        await until_there(port)

    assert "6601.03的科目不存在" in str(refused.value.fields["text"])
    assert place.there.vouchers == []


async def test_what_was_only_saved_is_finished(place: Place, port: Kingdee) -> None:
    half = place.port(audit=False)
    await half.post(FORM, KEY)
    await half.close()
    assert [v.status for v in place.there.vouchers] == ["Z"]

    await port.post(FORM, KEY)

    assert [v.status for v in place.there.vouchers] == ["C"]
    assert place.there.calls.count("DynamicFormService.Save") == 1


@pytest.mark.parametrize("step", ["Submit", "Audit"])
async def test_a_step_that_is_refused_says_what_is_there_already(
    place: Place, port: Kingdee, step: str
) -> None:
    place.there.stubborn.add(step)

    with pytest.raises(Unfinished) as refused:
        await port.post(FORM, KEY)

    (booked,) = place.there.vouchers
    assert str(refused.value.fields["text"]).startswith(f"{booked.number}: ")
    with pytest.raises(Unfinished):
        await port.find(KEY)

    place.there.stubborn.clear()
    ref = await port.find(KEY)
    assert ref == Ref(port.name, "voucher", booked.id, booked.number)
    assert [v.status for v in place.there.vouchers] == ["C"]


async def test_keys_that_begin_alike_are_different_vouchers(place: Place, port: Kingdee) -> None:
    red = await port.post(own_form("kingdee", RED), RED.id)
    black = await port.post(FORM, KEY)

    assert red.id != black.id
    assert place.there.vouchers[0].sides == (Decimal(-300), Decimal(-300))


async def test_two_that_carry_our_key_are_for_people(place: Place, port: Kingdee) -> None:
    await port.post(FORM, KEY)
    place.there.vouchers.append(replace(place.there.vouchers[0], id="900", number="PZ900"))

    with pytest.raises(Rejected) as refused:
        await port.find(KEY)

    assert "PZ900" in str(refused.value.fields["text"])


async def test_a_lost_session_costs_one_login(place: Place, port: Kingdee) -> None:
    await port.post(FORM, KEY)
    place.there.expire()

    await port.find(KEY)

    assert place.there.logins == (2 if place.there.login == "session" else 0)


async def test_wrong_credentials_need_a_person_and_no_secret_is_told(place: Place) -> None:
    own = place.there.tenant
    port = place.port(account=Account(own.acct_id, own.user, own.app_id, "wrong-secret-value"))

    with pytest.raises(AuthFailed) as failed:
        await port.post(FORM, KEY)

    await port.close()
    place.there.violations.clear()
    told = str(failed.value) + "".join(r.request + r.response for r in place.journal.rows)
    assert "wrong-secret-value" not in told
    assert place.there.vouchers == []


async def test_an_address_without_the_site_gets_it(place: Place) -> None:
    port = place.port(base_url=f"{place.url}/K3Cloud/")

    await port.post(FORM, KEY)

    await port.close()
    assert len(place.there.vouchers) == 1


def test_signatures_are_those_of_the_vendors_kit() -> None:
    own = Tenant(user="demo")
    path = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.Save.common.kdsvc"
    account = Account(own.acct_id, own.user, own.app_id, own.app_secret)

    headers = sign(account, path, 1764072000)

    assert headers["X-Api-Signature"] == (
        "MWI4M2NhNmZlYjM0NzQyN2ZhNTljZDA1NTVlYTA5Y2RiODhkNGYyYTExMjBmODc2YzM3ZDg1NWJmMTRkYWEwNQ=="
    )
    assert headers["X-Kd-Signature"] == (
        "MWIxYjg0OGJmMWYxMzExNDc4ZjliM2IyMjU2ZDc5ZGZhYjZjYzY1NDBiMjMyN2Y1NDJlY2UyNWFiOTZmZDI2MA=="
    )
    assert headers["X-Kd-Appdata"] == "NjA5OWQyZjNhMWIyYzMsZGVtbywyMDUyLDA="


def test_the_worked_mapping_adds_dimensions() -> None:
    path = Path("mappings/kingdee.yaml")
    form = form_of(BOOKED, load_mapping(path.read_text("utf-8"), str(path)))

    first, tax, owed = form.details["FEntity"]
    assert first["FDetailID"] == {
        "FDETAILID__FFLEX5": {"FNumber": "BM001"},
        "FDETAILID__FFLEX7": {"FNumber": "YG001"},
    }
    assert tax["FDetailID"] == {"FDETAILID__FFLEX5": {"FNumber": "BM001"}}
    assert owed["FDetailID"] == {"FDETAILID__FFLEX7": {"FNumber": "YG001"}}


@dataclass(slots=True)
class Watch:
    """A clock that only moves when somebody sleeps."""

    now_s: float = 0.0

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


async def test_a_thousand_vouchers_use_the_allowed_rate_and_never_more() -> None:
    watch, count, rate = Watch(), 1000, 10
    there = KingdeeStandIn()
    async with serving(there.routes()) as url:
        place = Place(there, url, MemoryJournal())
        pace = Pace(rate, 1.0, now=watch.now, sleep=watch.sleep)
        port = place.port(pace=pace, timeout_s=10, audit=False)
        for number in range(count):
            key = f"V-BX-20261125-{number:04d}-1"
            await port.post(FORM, key)
        await port.close()

    assert len(there.vouchers) == count
    made = len(there.calls)
    assert made == 2 * count
    assert rate * 0.95 <= made / watch.now_s <= rate


async def test_errors_are_those_of_the_house(place: Place, port: Kingdee) -> None:
    place.there.faults.add("fault_after", "Save")

    with pytest.raises(OutsideError) as failed:
        await port.post(FORM, KEY)

    assert isinstance(failed.value, ResultUnknown)


async def test_codes_of_dimensions_are_listed_page_by_page(place: Place, port: Kingdee) -> None:
    rows: list[dict[str, object]] = [
        {"FNumber": f"BM{i:04d}", "FName": f"部门{i}"} for i in range(2500)
    ]
    rows[7]["FName"] = "市场部"
    place.there.tables["BD_Department"] = rows
    company = Company.model_validate({"departments": [{"id": "sales", "name": "市场部"}]})

    found = await port.table("BD_Department", "FNumber", "FName")
    lines = list(lines_of(company, "BD_Department", found))
    with pytest.raises(Rejected, match="query_refused"):
        await port.table("BD_Department", "FNumber", "FNothing")

    assert isinstance(port, TablePort)
    assert len(found) == 2500
    assert lines[:3] == ["tables:", "  BD_Department:", '    sales: "BM0007"  # 市场部']
    assert len(lines) == 3 + 2499
