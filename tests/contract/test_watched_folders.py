"""What comes in by a watched folder is taken once, or lies apart with its reason: every storage."""

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.desk.files_in import FilesIn
from bot.jobs.filedrop import Watcher
from bot.web.access import Access
from bot.web.api_claims import ClaimsDoor
from bot.web.shapes import Json
from connectors.filedrop.arrivals import ARRIVALS
from connectors.filedrop.watch import End, LocalBasket, Seen
from core.actions.basics import Settings
from core.change import Change
from core.claim import Claim, State
from core.company import Company
from core.notices import Say
from core.payment import Payment
from core.ports import ClaimQuery, Page
from storage.files import LocalFiles
from tests.contract.storage_samples import NOW, AnyStorage, apply, claim
from tests.fakes.memory import MemoryStorage

COMPANY = Company.model_validate(
    {
        "departments": [{"id": "sales", "name": "市场部"}],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales", "manager": "zhao"},
            {"id": "zhao", "name": "赵六", "roles": ["finance"]},
        ],
        "categories": [{"id": "taxi", "name": "交通", "account": "66", "requires_invoice": False}],
        "flows": [{"id": "f", "when": "true", "steps": [{"name": "x", "approvers": ["manager"]}]}],
    }
)
HEAD = "key,employee,category,amount,date,description,submit\n"


def moment() -> datetime:
    return NOW


async def shown(company: Company, found: Claim) -> Json:
    raise NotImplementedError(company, found)


@dataclass(frozen=True, slots=True)
class Office:
    """A watched folder beside a storage."""

    storage: AnyStorage
    root: Path

    def watcher(self, basket: LocalBasket | None = None, *, control: bool = False) -> Watcher:
        store, zone = self.storage.store, ZoneInfo("Asia/Shanghai")
        files = LocalFiles(self.root / "files")
        door = ClaimsDoor(
            store,
            files,
            None,
            Access(()),
            Settings(),
            moment,
            zone,
            shown,
        )
        desk = FilesIn("filedrop", store, door, moment, Settings(), ARRIVALS, control, 0)
        return Watcher(basket or LocalBasket(self.root), desk, self.storage.leaders, moment, 60, 0)

    async def look(self, *, control: bool = False) -> tuple[int, int]:
        counts = await self.watcher(control=control).look()
        return counts["done"], counts["quarantine"]

    def put(self, name: str, data: str | bytes) -> None:
        (self.root / "in").mkdir(parents=True, exist_ok=True)
        (self.root / "in" / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def ends(self, end: str) -> list[str]:
        return sorted(p.name for p in (self.root / end).iterdir())

    def waiting(self) -> list[str]:
        return sorted(p.name for p in (self.root / "in").iterdir())

    def reason(self) -> str:
        (path,) = (self.root / "quarantine").glob("*.reason.txt")
        return path.read_text("utf-8-sig")

    async def claims(self) -> list[Claim]:
        page = await self.storage.store.claims(ClaimQuery(), Page())
        return sorted(page.items, key=lambda c: c.number)


@pytest.fixture
async def office(storage: AnyStorage, tmp_path: Path) -> Office:
    await apply(storage, COMPANY)
    return Office(storage, tmp_path)


@pytest.fixture
async def desk(tmp_path: Path) -> Office:
    """Give a folder beside a storage in memory, for what the storage has no part in."""
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    return Office(storage, tmp_path)


async def test_claims_are_entered_once_with_the_lines_of_their_key(office: Office) -> None:
    rows = "A1,zhang,taxi,45.00,2026-11-20,客户,是\nA1,zhang,taxi,5.00,2026-11-21,回,是\n"
    office.put("claims-nov.csv", f"{HEAD}{rows},zhang,taxi,7.00,2026-11-22,,\n")

    first = await office.look()
    office.put("报销 again.csv", f"{HEAD}{rows}")
    second = await office.look()

    assert (first, second) == ((1, 0), (1, 0))
    submitted, draft = await office.claims()
    assert (submitted.state, submitted.total_fen) == (State.IN_REVIEW, 5000)
    assert (draft.state, draft.total_fen) == (State.DRAFT, 700)
    assert office.waiting() == []
    (path,) = (office.root / "done").glob("claims-nov*.receipt.json")
    receipt = json.loads(path.read_text())
    told = [(row["rows"], row["about"], row["done"]) for row in receipt["rows"]]
    assert told == [([2, 3], submitted.number, "new"), ([4], draft.number, "new")]


async def test_a_claim_comes_in_another_currency_with_its_rate(office: Office) -> None:
    head = "员工,类别,金额,币种,汇率,日期\n"
    office.put(
        "报销.csv", f"{head}zhang,taxi,3000,JPY,0.05,2026-11-20\nzhang,taxi,9,,,2026-11-20\n"
    )
    first = await office.look()
    office.put("claims.csv", f"{head}zhang,taxi,30,USD,,2026-11-20\n")

    assert (first, await office.look()) == ((1, 0), (0, 1))
    claims = await office.claims()
    assert sorted(c.total_fen for c in claims) == [900, 15000]
    (line,) = next(c.lines for c in claims if c.total_fen == 15000)
    assert line.foreign is not None
    assert (line.foreign.currency, line.foreign.minor, line.foreign.source) == (
        "JPY", 3000, "entered",
    )  # fmt: skip
    assert "USD" in office.reason()


async def test_one_bad_row_enters_none_and_says_where(office: Office) -> None:
    office.put(
        "claims.csv",
        f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n,zhang,taxi,-3,2026-11-20,,\n,li,taxi,3,2026-11-20,,\n",
    )

    assert await office.look() == (0, 1)
    assert await office.claims() == []
    assert "第 3 行" in office.reason()
    assert "第 4 行" in office.reason()
    assert "第 2 行" not in office.reason()


async def test_a_key_with_another_content_is_refused(office: Office) -> None:
    office.put("claims-1.csv", f"{HEAD}A1,zhang,taxi,45.00,2026-11-20,,\n")
    await office.look()
    office.put("claims-2.csv", f"{HEAD}A1,zhang,taxi,46.00,2026-11-20,,\n")

    assert await office.look() == (0, 1)
    (known,) = await office.claims()
    assert known.number in office.reason()


async def test_results_of_a_bank_are_noted_and_bad_rows_lie_apart(office: Office) -> None:
    number = "BX-20261125-0001"
    owed = Payment(f"P-{number}", number, "zhang", "张三", 10000, "6222", "招行", "exported", "B")
    await office.storage.store.commit(
        Change(at=NOW, claims=(replace(claim(number), state=State.PAYING),), payments=(owed,))
    )
    row = f"P-{number},{number},6222,张三,100.00,成功,\n"
    office.put(
        "银行结果.csv", f"id,claim,account,payee,amount,result,reason\n{row}P-x,,,,1,成功,\n"
    )

    assert await office.look() == (0, 1)
    found = await office.storage.store.payment(f"P-{number}")
    assert found is not None
    assert found.state == "paid"
    assert "第 3 行" in office.reason()
    assert "其余 1 项已登记" in office.reason()


async def test_people_and_budgets_are_all_or_nothing(office: Office) -> None:
    office.put("people.csv", "id,name,department\nnew,新人,sales\n")
    office.put("预算.csv", "id,department,period,limit\nb1,sales,2026-Q4,10\nb2,none,2026-Q4,x\n")

    assert await office.look() == (1, 1)
    company = await office.storage.store.company()
    assert company.person("new") is not None
    assert company.budgets == ()
    assert "第 3 行" in office.reason()


async def test_a_kind_that_the_folder_does_not_take_lies_apart(desk: Office) -> None:
    watcher = desk.watcher()
    assert isinstance(watcher.desk, FilesIn)
    narrow = Watcher(
        watcher.watched, replace(watcher.desk, takes=("claims",)), watcher.leaders, moment, 60, 0
    )
    desk.put("people.csv", "id,name,roles\nevil,恶人,admin\n")

    assert await narrow.look() == {"done": 0, "quarantine": 1, "waits": 0}
    assert (await desk.storage.store.company()).person("evil") is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("claims.csv", b"key,employee\n\x00"),
        ("claims.csv", b"\xff\xfe\x80"),
        ("claims.xlsx", b"PK\x03\x04broken"),
        ("claims.csv", b"employee,amount,date,colour\n"),
        ("notes.csv", b"a,b\n1,2\n"),
        ("claims.exe", b"MZ"),
        ("..claims.csv", b"x"),
        ("claims.csv", HEAD.encode() + b"=cmd|' /C calc'!A0,zhang,taxi,1,2026-11-20,,maybe\n"),
    ],
)
async def test_what_cannot_be_read_lies_apart(desk: Office, name: str, data: bytes) -> None:
    desk.put(name, data)

    assert await desk.look() == (0, 1)
    assert desk.waiting() == []
    assert any(not kept.endswith((".txt", ".json")) for kept in desk.ends("quarantine"))
    assert "\n\n" in desk.reason()


async def test_links_and_folders_are_never_followed(desk: Office, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n")
    desk.put("claims.csv", "")
    (desk.root / "in" / "claims.csv").unlink()
    (desk.root / "in" / "claims.csv").symlink_to(secret)

    assert await desk.look() == (0, 1)
    assert await desk.claims() == []
    assert secret.exists()


async def test_drafts_and_files_without_their_control_wait(office: Office) -> None:
    data = f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n"
    office.put("claims.csv.tmp", data)
    assert await office.look() == (0, 0)
    office.put("claims.csv", data)
    assert await office.look(control=True) == (0, 0)
    digest = hashlib.sha256(data.encode()).hexdigest()
    told = {"count": 1, "total": "45.00", "sha256": digest}
    office.put("claims.csv.control.json", json.dumps(told))

    assert await office.look(control=True) == (1, 0)
    assert office.waiting() == ["claims.csv.tmp"]
    assert len(await office.claims()) == 1


@pytest.mark.parametrize("told", [{"count": 2}, {"total": "45.01"}, {"sha256": "0"}, {}, []])
async def test_what_does_not_fit_its_control_file_lies_apart(desk: Office, told: object) -> None:
    desk.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n")
    desk.put("claims.csv.control.json", json.dumps(told))

    assert await desk.look() == (0, 1)
    assert await desk.claims() == []


class Dying(LocalBasket):
    """A folder whose machine dies after the database knows, and before the file has moved."""

    async def end(
        self, seen: Seen, end: End, kept: str, data: bytes, beside: Mapping[str, bytes]
    ) -> None:
        raise OSError(seen, end, kept, len(data), beside)


async def test_a_crash_between_noting_and_moving_takes_nothing_twice(office: Office) -> None:
    office.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,是\n")

    died = await office.watcher(Dying(office.root)).look()
    between = office.waiting()
    after = await office.look()

    assert (dict(died), between, after) == (
        {"done": 0, "quarantine": 0, "waits": 1},
        ["claims.csv"],
        (1, 0),
    )
    assert len(await office.claims()) == 1


class Replacing(LocalBasket):
    """A folder in which somebody puts another file in the place of the one that is taken."""

    async def end(
        self, seen: Seen, end: End, kept: str, data: bytes, beside: Mapping[str, bytes]
    ) -> None:
        draft = self.path / "in" / "new.tmp"
        draft.write_text(f"{HEAD},zhang,taxi,9.00,2026-11-20,,\n")
        draft.rename(self.path / "in" / seen.name)
        await super().end(seen, end, kept, data, beside)


async def test_a_file_that_takes_the_place_of_another_is_taken_too(desk: Office) -> None:
    desk.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n")

    first = await desk.watcher(Replacing(desk.root)).look()
    between = desk.waiting()
    second = await desk.look()

    assert (first["done"], between, second) == (1, ["claims.csv"], (1, 0))
    assert sorted(c.total_fen for c in await desk.claims()) == [900, 4500]
    kept = [n for n in desk.ends("done") if n.endswith(".csv")]
    assert len(kept) == 2


async def test_half_a_file_waits_for_its_end(desk: Office) -> None:
    watcher = desk.watcher()
    assert isinstance(watcher.desk, FilesIn)
    patient = replace(watcher.desk, patience_s=60)
    looking = Watcher(watcher.watched, patient, watcher.leaders, moment, 60, 0)
    desk.put("claims.csv", f"{HEAD},zhang,taxi,4")

    early = await looking.look()
    desk.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n")
    whole = await looking.look()

    assert (early["waits"], whole["done"]) == (1, 1)
    assert [c.total_fen for c in await desk.claims()] == [4500]


@pytest.mark.parametrize("stamp", [0, 1, 253_402_300_800 * 9])
async def test_a_clock_that_is_wrong_keeps_no_file_from_being_taken(
    desk: Office, stamp: int
) -> None:
    desk.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,\n")
    os.utime(desk.root / "in" / "claims.csv", (stamp, stamp))

    assert await desk.look() == (1, 0)


async def test_a_name_of_other_letters_lies_apart(desk: Office) -> None:
    (desk.root / "in").mkdir(parents=True)
    for name in ("报销.csv".encode("gbk"), b"claims-\xff.csv"):
        (desk.root / "in" / os.fsdecode(name)).write_text(HEAD)

    assert await desk.look() == (0, 2)
    reasons = [p.read_text("utf-8-sig") for p in (desk.root / "quarantine").glob("*.reason.txt")]
    assert any("「报销.csv」" in reason for reason in reasons)


async def test_a_file_that_cannot_be_understood_at_all_stops_no_other(desk: Office) -> None:
    class Odd(LocalBasket):
        async def read(self, seen: Seen) -> bytes:
            if seen.name == "claims-1.csv":
                raise LookupError(seen)
            return await super().read(seen)

    desk.put("claims-1.csv", HEAD)
    desk.put("claims-2.csv", HEAD)

    counts = await desk.watcher(Odd(desk.root)).look()

    assert counts == {"done": 1, "quarantine": 0, "waits": 1}


async def test_a_control_file_that_does_not_come_is_told_once(desk: Office) -> None:
    taker = desk.watcher(control=True).desk
    assert isinstance(taker, FilesIn)
    seen = Seen("claims.csv", 9, 1.0)
    basket = LocalBasket(desk.root)

    ends = [await taker.take(basket, replace(seen, quiet_s=s)) for s in (60.0, 4000.0, 4060.0)]

    assert ends == [None, None, None]
    assert isinstance(desk.storage, MemoryStorage)
    told = [row.payload for row in desk.storage.outbox.queue.rows.values()]
    assert [(p.person, p.code) for p in told if isinstance(p, Say)] == [("zhao", "file_waits")]


async def test_every_fault_is_told_at_its_row_by_the_title_that_stands_there(desk: Office) -> None:
    head = "编号,员工,类别,金额,日期,提交"
    rows = [
        "A,张三,taxi,4 5,2026-11-20,",
        "A,张三,taxi,1,2026-13-01,",
        "B,张三,taxi,1,20261120,也许",
    ]
    desk.put("报销.csv", "\n".join(["", "十一月报销", head, *rows, ""]))

    assert await desk.look() == (0, 1)
    zh, _, en = desk.reason().partition("\n\n")
    assert [line.split("：")[:2] for line in zh.splitlines()[:2]] == [
        ["第 4 行", "A: 金额"],
        ["第 5 行", "A: 日期"],
    ]
    assert "第 6 行：B: 提交这一列写 是 或 否，不能写「也许」" in zh
    assert "Row 5: A: date: " in en


async def test_two_replicas_take_a_file_once(office: Office) -> None:
    office.put("claims.csv", f"{HEAD},zhang,taxi,45.00,2026-11-20,,是\n")
    watchers = [office.watcher() for _ in range(4)]

    counts = await asyncio.gather(*(watcher.look() for watcher in watchers))

    assert sum(count["done"] for count in counts) == 1
    assert len(await office.claims()) == 1
