"""Files that leave by the clock: each batch once, also where a crash or a checker comes between."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from bot.cron import Cron
from bot.desk.files_out import FilesOut
from bot.jobs.files_out import files_out
from bot.jobs.running import Run
from bot.parts.outgoing import TimedDrop
from connectors.filedrop.drop import Place
from connectors.filedrop.payment_files import payment_format
from connectors.filedrop.voucher_files import voucher_format
from core.change import Change
from core.company import Company, PaymentRules
from core.errors import Retryable
from core.notices import Say
from core.ports import Page
from tests.contract.storage_samples import NOW, apply
from tests.contract.test_storage_accounting import COMPANY, approve
from tests.fakes.links import MemoryLinks
from tests.fakes.memory import MemoryStorage

ZONE = ZoneInfo("Asia/Shanghai")
NUMBER = "BX-20261125-0001"


def moment() -> datetime:
    return NOW


@dataclass
class Shelf:
    """A place that keeps what it is given; while `down` it is not there."""

    files: dict[str, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    down: bool = False

    async def put(self, name: str, data: bytes, beside: Mapping[str, bytes]) -> None:
        if self.down:
            raise OSError(name)
        self.puts.append(name)
        self.files |= {**beside, name: data}


async def storage_with(company: Company = COMPANY) -> MemoryStorage:
    storage = MemoryStorage(moment)
    people = [{"id": "zhang", "name": "张三"}, {"id": "zhao", "name": "赵六", "roles": ["finance"]}]
    whole = Company.model_validate({**company.model_dump(by_alias=True), "people": people})
    await apply(storage, whole)
    await approve(storage, NUMBER)
    return storage


def told(storage: MemoryStorage) -> list[tuple[str, str]]:
    payloads = [r.payload for r in storage.outbox.queue.rows.values()]
    return [(p.person, p.code) for p in payloads if isinstance(p, Say)]


def out_of(
    storage: MemoryStorage, place: Place, links: MemoryLinks, maker: str | None = None
) -> FilesOut:
    pay, book = payment_format("csv"), voucher_format("csv")
    return FilesOut("filedrop", storage.store, links, moment, ZONE, place, maker, pay, book)


async def test_what_is_owed_leaves_once_with_its_control_totals() -> None:
    storage, shelf, links = await storage_with(), Shelf(), MemoryLinks()

    first = await out_of(storage, shelf, links).run()
    again = await out_of(storage, shelf, links).run()

    assert (first, again) == (2, 0)
    assert [n for n in shelf.puts if n.startswith("V")] == ["VB-20261125-0001.csv"]
    assert [n for n in shelf.puts if n.startswith("PAY-")] == ["PAY-20261125-0001.csv"]
    assert b'"total": "100.00"' in shelf.files["PAY-20261125-0001.csv.control.json"]


async def test_a_batch_that_could_not_be_put_is_put_by_the_next_run() -> None:
    storage, shelf, links = await storage_with(), Shelf(down=True), MemoryLinks()

    for _ in range(2):
        with pytest.raises(OSError, match="PAY"):
            await out_of(storage, shelf, links).run()
    assert told(storage) == [("zhao", "file_not_put")]
    shelf.down = False
    await out_of(storage, shelf, links).run()
    await out_of(storage, shelf, links).run()

    payments = [name for name in shelf.puts if name.startswith("PAY-")]
    assert payments == ["PAY-20261125-0001.csv"]
    rows = list(csv.DictReader(shelf.files[payments[0]].decode("utf-8-sig").splitlines()))
    assert [row["claim"] for row in rows] == [NUMBER]


async def test_a_large_batch_waits_for_its_checker() -> None:
    rules = PaymentRules.model_validate({"check_above": "10.00"})
    storage = await storage_with(COMPANY.model_copy(update={"payments": rules}))
    shelf, links = Shelf(), MemoryLinks()

    await out_of(storage, shelf, links, "zhao").run()
    waiting = list(shelf.puts)
    (batch,) = (await storage.store.payment_batches(Page())).items
    released = replace(batch, state="released", checker="qian")
    await storage.store.commit(Change(at=NOW, batches=(released,)))
    await out_of(storage, shelf, links, "zhao").run()
    await out_of(storage, shelf, links, "zhao").run()

    assert [n for n in waiting if n.startswith("PAY-")] == []
    assert batch.state == "waiting"
    assert [n for n in shelf.puts if n.startswith("PAY-")] == [f"{batch.id}.csv"]


async def test_without_a_maker_a_large_batch_does_not_leave() -> None:
    rules = PaymentRules.model_validate({"check_above": "10.00"})
    storage = await storage_with(COMPANY.model_copy(update={"payments": rules}))
    shelf = Shelf()

    await out_of(storage, shelf, MemoryLinks()).run()

    assert told(storage) == [("zhao", "maker_missing")]
    assert [n for n in shelf.puts if n.startswith("PAY-")] == []
    assert (await storage.store.payments("pending", Page())).items != ()


@dataclass
class Counted:
    """A place that is due at its own times."""

    times: Cron
    put_so_far: int = 0
    down: bool = False

    def is_due(self, slot: datetime) -> bool:
        return TimedDrop(None, self.times).is_due(slot)  # type: ignore[arg-type]  # times alone

    async def put(self) -> int:
        if self.down:
            raise Retryable("sftp_down")
        self.put_so_far += 1
        return 1


async def test_every_place_has_its_own_times() -> None:
    evening, monday = Counted(Cron("0 18 * * *", ZONE)), Counted(Cron("30 9 * * mon", ZONE))
    both = Cron("0 18 * * *; 30 9 * * mon", ZONE)
    office = SimpleNamespace(files_out=(evening, monday))
    start = datetime(2026, 11, 29, tzinfo=ZONE)
    slots = list(both.between(start, start + timedelta(days=2)))

    for slot in slots:
        run = Run("files_out", "k", slot.astimezone(UTC), slot, slot.date())
        await files_out(run, office)  # type: ignore[arg-type]  # what of the office is needed
    asked = Run("files_out", "k", start, start, start.date(), asked=True)
    await files_out(asked, office)  # type: ignore[arg-type]  # what of the office is needed

    assert [s.hour for s in slots] == [18, 9, 18]
    assert (evening.put_so_far, monday.put_so_far) == (3, 2)


async def test_a_place_that_is_not_there_stops_no_other() -> None:
    gone, there = Counted(Cron("0 18 * * *", ZONE), down=True), Counted(Cron("0 18 * * *", ZONE))
    office = SimpleNamespace(files_out=(gone, there))
    run = Run("files_out", "k", NOW, NOW, NOW.date(), asked=True)

    with pytest.raises(Retryable):
        await files_out(run, office)  # type: ignore[arg-type]  # what of the office is needed

    assert there.put_so_far == 1
