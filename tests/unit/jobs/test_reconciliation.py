"""The daily comparison: finance hears once of what differs, and of nothing else."""

from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from bot.desk.reconciliation import lines, workbook
from bot.desk.results import ResultDesk
from bot.handlers.reconciling import Sides
from bot.jobs.reconciliation import reconcile
from bot.jobs.running import Run
from bot.texts import Language, say
from connectors.filedrop.reading import read_table
from core.actions.basics import Settings
from core.change import Change
from core.claim import State
from core.company import Company
from core.notices import Say
from core.payment import Payment
from core.payment_batch import BatchState, PaymentBatch
from tests.contract.storage_samples import NOW, AnyStorage, apply, claim
from tests.fakes.links import MemoryLinks
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import SHANGHAI, office_of

COMPANY = Company.model_validate(
    {
        "people": [
            {"id": "zhang", "name": "张三"},
            {"id": "zhao", "name": "赵六", "roles": ["finance"]},
        ]
    }
)
RUN = Run("reconcile", "job:reconcile:x", NOW, NOW, NOW.date())


def moment() -> datetime:
    return NOW


async def storage_with(state: State) -> MemoryStorage:
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    made = replace(claim(), state=state, submitted_at=NOW)
    await storage.store.commit(Change(at=NOW, claims=(made,)))
    return storage


def told(storage: MemoryStorage) -> list[tuple[str, str]]:
    rows = storage.outbox.queue.rows.values()
    says = [r.payload for r in rows if isinstance(r.payload, Say)]
    return [(s.person, dict(s.fields)["rows"]) for s in says if s.code == "reconciled"]


async def test_finance_hears_of_what_differs_once() -> None:
    storage = await storage_with(State.PAYING)
    office = replace(office_of(storage, moment), links=MemoryLinks())

    counts = await reconcile(RUN, office)
    await reconcile(RUN, office)

    assert dict(counts) == {"compared": 1, "differing": 1}
    ((person, rows),) = told(storage)
    assert person == "zhao"
    assert "没有付款记录" in rows


async def test_what_fits_is_told_to_nobody() -> None:
    storage = await storage_with(State.IN_REVIEW)
    office = replace(office_of(storage, moment), links=MemoryLinks())

    assert dict(await reconcile(RUN, office)) == {"compared": 1, "differing": 0}
    assert told(storage) == []


async def test_what_was_submitted_after_the_day_is_left_out() -> None:
    storage = await storage_with(State.IN_REVIEW)
    found = await Sides(storage.store, MemoryLinks(), SHANGHAI).reconcile(date(2026, 11, 1))

    assert (found.claims, found.totals) == ((), ())


@pytest.mark.parametrize("day", [date.min, NOW.date(), date.max])
async def test_any_period_is_compared(storage: AnyStorage, day: date) -> None:
    links = MemoryLinks()

    assert (await Sides(storage.store, links, SHANGHAI).reconcile(day, date.min)).claims == ()
    assert (await Sides(storage.store, links, SHANGHAI).reconcile(day)).claims == ()


async def bank_says(storage: MemoryStorage, *rows: str) -> None:
    data = "\n".join(["id,amount,result,payee", *rows]).encode()
    await ResultDesk(storage.store, moment, Settings()).note(read_table(data), data)


async def test_what_the_bank_says_of_nothing_we_know_stays_until_it_is_settled_or_old() -> None:
    storage = await storage_with(State.PAYING)
    number = claim().number
    owed = Payment(f"P-{number}", number, "zhang", "张三", 35000, "6222", "招行", "exported", "B")
    await storage.store.commit(Change(at=NOW, payments=(owed,)))
    sides = Sides(storage.store, MemoryLinks(), SHANGHAI)
    wrong = ("P-BX-20990101-0001,9.99,paid,某人", f"P-{number},350.01,paid,张三")

    await bank_says(storage, *wrong, f"P-{number},1.00,nonsense,张三")
    await bank_says(storage, *wrong)
    office = replace(office_of(storage, moment), links=MemoryLinks())
    counts = await reconcile(RUN, office)
    found = await sides.reconcile(NOW.date())
    await bank_says(storage, f"P-{number},350.00,paid,张三")
    settled = await sides.reconcile(NOW.date())
    later = await sides.reconcile(NOW.date() + timedelta(days=7))

    unknown = ("P-BX-20990101-0001", 999, "paid", "no_such_payment")
    assert [astuple(r) for r in found.unnoted] == [
        (f"P-{number}", 35001, "paid", "result_amount"),
        unknown,
    ]
    assert counts["unnoted"] == 2
    assert [astuple(r) for r in settled.unnoted] == [unknown]
    assert later.unnoted == ()
    ((person, said),) = told(storage)
    assert (person, said.count("某人")) == ("zhao", 0)
    assert "P-BX-20990101-0001 银行 已付 ¥9.99：小票没有这笔付款" in said
    assert [line.split("\t")[3] for line in lines(found)][:2] == [
        "result_amount",
        "no_such_payment",
    ]
    book = load_workbook(BytesIO(workbook(replace(found, names={"sales": "市场部"}), "en")))
    assert book.sheetnames == ["银行未登记", "对账", "合计"]
    assert book["合计"]["B2"].value == "市场部"


@pytest.mark.parametrize(
    ("state", "checked", "silent"),
    [("released", None, True), ("waiting", None, False), ("released", NOW, False)],
)
async def test_a_bank_is_silent_from_the_day_on_which_its_file_may_leave(
    state: BatchState, checked: datetime | None, *, silent: bool
) -> None:
    storage = await storage_with(State.PAYING)
    number, long_ago = claim().number, NOW - timedelta(days=3)
    fen = claim().total_fen
    owed = Payment(f"P-{number}", number, "zhang", "张三", fen, "6222", "招行", "exported", "B")
    batch = PaymentBatch("B", "li", long_ago, state, checked_at=checked)
    await storage.store.commit(Change(at=NOW, payments=(owed,), batches=(batch,)))

    found = await Sides(storage.store, MemoryLinks(), SHANGHAI).reconcile(NOW.date())

    assert ("payment_silent" in found.claims[0].differences) == silent


async def test_the_way_to_all_of_it_stands_before_rows_that_may_be_cut() -> None:
    storage = await storage_with(State.PAYING)
    office = replace(office_of(storage, moment), links=MemoryLinks())
    await reconcile(RUN, office)
    rows = storage.outbox.queue.rows.values()
    fields = next(dict(r.payload.fields) for r in rows if isinstance(r.payload, Say))
    many = "\n".join([fields["rows"]] * 100)

    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        assert "http://chit/app/finance/reconcile" in say(
            "reconciled", language, {**fields, "rows": many}
        )
