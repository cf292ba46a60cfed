"""The pull as a job: what was seen already is not asked again; refusals reach administrators."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.events import UserRenamed, to_json
from bot.handlers.directory import Directories, pull, sync_directories
from bot.jobs.org import sync_org
from bot.jobs.running import Office, Run
from core.actions.basics import Settings
from core.company import Company, Messenger
from core.errors import Retryable
from core.outside import Capabilities, OutsideDepartment, OutsidePerson
from tests.fakes.memory import MemoryStorage
from tests.unit.jobs.outside_stage import Place

NOW = datetime(2026, 11, 25, 2, 10, tzinfo=UTC)


class Book:
    """An address book in memory; `asked` counts the pulls."""

    name: Messenger = "dingtalk"
    capabilities = Capabilities(kind="dingtalk", roles=frozenset({"org"}))

    def __init__(self, *users: str) -> None:
        self.users = users
        self.asked = 0

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        at = int(cursor or 0)
        following = str(at + 1) if at + 1 < len(self.users) else None
        return [OutsidePerson(u, f"人{u}") for u in self.users[at : at + 1]], following

    async def departments(
        self, cursor: str | None
    ) -> tuple[Sequence[OutsideDepartment], str | None]:
        self.asked += cursor is None
        return (), None

    async def close(self) -> None:
        """Nothing is held."""


class Endless(Book):
    """An address book in which departments stand above themselves."""

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        return (), cursor or "again"


async def office_of(book: Book, storage: MemoryStorage | None = None) -> Office:
    storage = storage or MemoryStorage(lambda: NOW)
    people = [
        {"id": f"p{i}", "name": f"人{i}", "dingtalk": str(i), "roles": ["employee", "admin"]}
        for i in range(6)
    ]
    company = Company.model_validate({"people": people})
    await storage.store.apply_company(company, expected_version=0, at=NOW, actor="administrator")
    return Office(
        store=storage.store,
        watches=storage.watches,
        settings=Settings(),
        zone=ZoneInfo("Asia/Shanghai"),
        public_url="",
        clock=lambda: NOW,
        spending=storage.spending,
        directories=Directories({"dingtalk": book}),
    )


def run_at(slot: datetime) -> Run:
    return Run("sync_org", "job:sync_org", slot, NOW, NOW.date())


async def test_what_an_earlier_pull_has_seen_is_not_asked_again() -> None:
    book = Book("0", "1", "2", "3", "4", "5", "new")
    office = await office_of(book)

    first = await sync_org(run_at(NOW), office)
    seen = await sync_org(run_at(NOW - timedelta(seconds=5)), office)
    by_hand = await sync_org(replace(run_at(NOW), asked=True), office)
    later = await sync_org(run_at(NOW + timedelta(seconds=5)), office)

    assert (first["changes"], seen, by_hand["changes"], later["changes"]) == (
        7,
        {"changes": 0},
        0,
        0,
    )
    assert book.asked == 3


async def test_a_refused_pull_is_told_to_administrators_once_and_changes_nothing() -> None:
    storage = MemoryStorage(lambda: NOW)
    office = await office_of(Book("0"), storage)

    counts = [await sync_org(run_at(NOW), office) for _ in range(2)]

    assert counts == [{"changes": 0, "held": 1}] * 2
    assert all(p.active for p in (await office.store.company()).people)
    assert await office.store.company_version() == 1
    told = await storage.outbox.lease(50, NOW, 60)
    assert sorted(item.lane for item in told) == [f"p{i}" for i in range(6)]


async def test_who_only_looks_sees_what_would_be_refused() -> None:
    office = await office_of(Book("0"))

    looked = await sync_directories(office.store, office.directories, NOW, dry_run=True)

    assert looked.held is not None
    assert (looked.held.code, len(looked.lines)) == ("org_leavers", 6)


async def test_an_address_book_without_end_is_given_up() -> None:
    with pytest.raises(Retryable, match="directory_endless"):
        await pull("dingtalk", Endless(), most_pages=50)


async def test_whom_wecom_renames_stays_who_they_are() -> None:
    place = Place()
    await place.submit()
    zhang = place.company.person("zhang")
    assert zhang is not None

    for number in range(2):
        event = UserRenamed("wecom", "zhangsan", "ZhangNew")
        await place.storage.inbox.put(f"renamed{number}", "wecom", to_json(event), place.now)
        await place.settle()

    found = (await place.storage.store.company()).person("zhang")
    assert found == zhang.model_copy(update={"wecom": "ZhangNew"})
    assert await place.storage.store.company_version() == 2
