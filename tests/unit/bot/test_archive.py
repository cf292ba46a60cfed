"""The archive: what a month's package holds, that it never varies, and what may be deleted."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot.desk.archive import Archive
from bot.desk.package import suffix_of
from connectors.filedrop.long_table import write_xlsx
from core.approval import Decision, Plan, Step
from core.change import Change, StoredInvoice
from core.claim import Claim, Confirmation, Finding, Line, LineInvoice, State, StoredFile
from core.company import Company
from core.errors import Refused
from core.invoice import Reading, ReadingFinding
from core.payment import Payment
from core.ports import Page
from storage.files import LocalFiles
from tests.fakes.memory import MemoryStorage

PDF = b"%PDF-1.7 an invoice"
PHOTO = b"\xff\xd8\xff a photo"
TRIPS = b"%PDF-1.7 trips"
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NUMBER = "BX-20261120-0001"
SELLER = '=HYPERLINK("http://evil","滴滴")'
COMPANY = Company.model_validate(
    {
        "companies": [{"id": "hq", "name": "示例科技有限公司"}, {"id": "sz", "name": "深圳"}],
        "people": [{"id": "zhang", "name": "张三", "bank_account": "6222021234567890"}],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
    }
)


class Desk:
    """The archive over a storage in memory and files on disk, with a clock to move."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
        self.storage = MemoryStorage(self.clock)
        self.files = LocalFiles(folder / "files")
        self.folder = folder
        zone = ZoneInfo("Asia/Shanghai")
        self.archive = Archive(self.storage.store, self.files, self.clock, zone)

    def clock(self) -> datetime:
        return self.now

    async def export(self, name: str = "a.zip", **given: str) -> zipfile.ZipFile:
        await self.archive.export(
            given.get("month", "2026-11"), self.folder / name, write_xlsx, given.get("company")
        )
        return zipfile.ZipFile(self.folder / name)

    async def keep(self, claim: Claim, *vouchers: StoredInvoice) -> None:
        payment = Payment(
            f"P-{claim.number}", claim.number, "zhang", "张三", 4500, "6222021234567890", "招行",
            state="paid", batch="PAY-1", reference="R-9",
        )  # fmt: skip
        await self.storage.store.commit(
            Change(at=AT, claims=(claim,), invoices=vouchers, payments=(payment,))
        )

    async def audit(self) -> list[tuple[str, str, dict[str, str]]]:
        lines = (await self.storage.store.audit(Page())).items
        return [(x.action, x.subject, dict(x.fields)) for x in lines]


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    await made.storage.store.apply_company(COMPANY, expected_version=0, at=AT, actor="t")
    return made


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def settled(at: datetime = AT, number: str = NUMBER, **values: object) -> Claim:
    """Make a paid claim: a ride with its itinerary, and a photo that is no voucher."""
    decision = Decision("wang", "approve", "同意", at, "m1")
    invoice = LineInvoice(
        "2" * 20, "2" * 20, None, "digital_general", SELLER, "示例科技有限公司",
        date(2026, 11, 19), 4500, sha(PDF), itinerary=sha(TRIPS), tax_fen=131,
    )  # fmt: skip
    claim = Claim(
        number=number,
        company="hq",
        kind="reimbursement",
        state=State.PAID,
        employee="zhang",
        department="sales",
        created_at=at - timedelta(days=1),
        submitted_at=at - timedelta(hours=5),
        lines=(Line("taxi", 4500, date(2026, 11, 19), "去客户现场", None, invoice, ("date",)),),
        findings=(Finding("weekend", "warn", 0), Finding("doubt", "warn", 0)),
        plan=Plan((Step("主管", "any", ("wang",), (decision,)),), 1),
        files=tuple(
            StoredFile(sha(data), name)
            for data, name in ((PDF, "发票.pdf"), (TRIPS, "行程单.pdf"), (PHOTO, "../../x.jpg"))
        ),
        confirmed=(Confirmation("zhang", at, "两次出行", ("k",)),),
    )
    return replace(claim, **values)  # type: ignore[arg-type]


def voucher(claim: str = NUMBER) -> StoredInvoice:
    reading = Reading(
        "发票.pdf",
        ok=True,
        kind="digital_general",
        number="2" * 20,
        amount_fen=4369,
        total_fen=4500,
        seller=SELLER,
        seller_taxid="91310115MA1K40000X",
        findings=(ReadingFinding("weak", "看不清", ("date",)),),
    )
    return StoredInvoice(f"v-{claim}", "2" * 20, sha(PDF), "zhang", claim, AT, reading)


async def put_all(desk: Desk) -> None:
    for data in (PDF, TRIPS, PHOTO):
        await desk.files.put(data)
    await desk.keep(settled(), voucher())


async def test_a_package_has_originals_indexes_and_hashes_of_everything(desk: Desk) -> None:
    await put_all(desk)

    box = await desk.export()

    originals = {f"files/{sha(d)[:2]}/{sha(d)}{end}": d for d, end in (
        (PDF, ".pdf"), (TRIPS, ".pdf"), (PHOTO, ".jpg"))}  # fmt: skip
    assert {n: box.read(n) for n in box.namelist() if n.startswith("files/")} == originals
    manifest = json.loads(box.read("manifest.json"))
    assert (manifest["month"], manifest["claims"], manifest["missing"]) == ("2026-11", 1, [])
    listed = {e["path"]: (e["sha256"], e["size"]) for e in manifest["entries"]}
    assert set(listed) == {*originals, "index.json", "index.xlsx"}
    for path, known in listed.items():
        assert known == (sha(box.read(path)), len(box.read(path)))


async def test_the_index_links_vouchers_claims_checks_and_payment(desk: Desk) -> None:
    await put_all(desk)

    (entry,) = json.loads((await desk.export()).read("index.json"))["claims"]

    assert (entry["number"], entry["name"], entry["total"]) == (NUMBER, "张三", "45.00")
    assert entry["settled_at"] == AT.isoformat()
    (line,) = entry["lines"]
    assert (line["account"], line["invoice"]["sha256"]) == ("6601.03", sha(PDF))
    assert line["invoice"]["itinerary"].endswith(f"{sha(TRIPS)}.pdf")
    (read,) = entry["invoices"]
    assert (read["amount"], read["findings"][0]["code"], read["owner"]) == (
        "43.69",
        "weak",
        "zhang",
    )
    assert read["path"] == line["invoice"]["path"]
    assert entry["payment"]["reference"] == "R-9"
    assert [a["approver"] for a in entry["approvals"]] == ["wang"]
    assert entry["confirmed"][0]["reason"] == "两次出行"
    assert "6222021234567890" not in json.dumps(entry)


async def test_the_table_has_a_row_a_voucher_and_no_formula(desk: Desk) -> None:
    await put_all(desk)

    data = (await desk.export()).read("index.xlsx")
    header, *rows = load_workbook(io.BytesIO(data)).active.iter_rows()  # type: ignore[union-attr]

    names = [str(cell.value) for cell in header]
    first = dict(zip(names, rows[0], strict=True))
    assert (first["seller"].value, first["seller"].data_type) == (SELLER, "s")
    assert (first["claimed"].value, first["tax"].value, first["line"].value) == (45, 1.31, 1)
    assert (first["findings"].value, first["doubts"].value) == ("weekend", "date")
    assert (first["payment_state"].value, first["seller_taxid"].value) == (
        "paid",
        "91310115MA1K40000X",
    )
    kinds = names.index("kind")
    assert [row[kinds].value for row in rows] == ["digital_general", "itinerary", "file"]


async def test_the_same_records_give_the_same_bytes_at_any_hour(desk: Desk) -> None:
    await put_all(desk)
    await desk.export("a.zip")
    desk.now += timedelta(days=3)
    await desk.export("b.zip")

    one, two = ((desk.folder / name).read_bytes() for name in ("a.zip", "b.zip"))

    assert one == two
    assert not list(desk.folder.glob("*.tmp"))
    assert (desk.folder / "a.zip").stat().st_mode & 0o077 == 0


async def test_an_export_is_on_the_record_with_the_manifests_hash(desk: Desk) -> None:
    await put_all(desk)
    box = await desk.export()

    (entry,) = [e for e in await desk.audit() if e[0] == "export_archive"]

    assert entry[1] == "2026-11"
    assert entry[2]["manifest"] == sha(box.read("manifest.json"))
    assert (entry[2]["claims"], entry[2]["files"], entry[2]["company"]) == ("1", "3", "all")


async def test_the_last_decision_decides_the_month_in_the_companys_time(desk: Desk) -> None:
    evening = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    await desk.keep(settled(evening, "BX-1", files=()))
    await desk.keep(settled(evening + timedelta(minutes=1), "BX-2", files=()))
    await desk.keep(settled(evening, "BX-3", files=(), state=State.IN_REVIEW))

    found = {m: await numbers(desk, month=m) for m in ("2026-11", "2026-12", "2026-10")}

    assert found == {"2026-11": ["BX-1"], "2026-12": ["BX-2"], "2026-10": []}


async def numbers(desk: Desk, **given: str) -> list[str]:
    box = await desk.export(**given)
    return [c["number"] for c in json.loads(box.read("index.json"))["claims"]]


async def test_a_package_of_one_legal_entity_has_no_other(desk: Desk) -> None:
    await desk.keep(settled(number="BX-2", files=()))
    await desk.keep(settled(number="BX-1", files=(), company="sz"))

    assert await numbers(desk, company="sz") == ["BX-1"]
    assert await numbers(desk) == ["BX-1", "BX-2"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"month": "2026-13"}, "month_unclear"),
        ({"month": "2026"}, "month_unclear"),
        ({"company": "nobody"}, "no_such_company"),
    ],
)
async def test_what_is_asked_for_must_be_clear(
    desk: Desk, given: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        await desk.export(**given)

    assert list(desk.folder.glob("a.zip*")) == []


async def test_missing_and_spoilt_originals_are_named_and_not_packed(desk: Desk) -> None:
    await put_all(desk)
    (desk.folder / "files" / sha(PDF)[:2] / sha(PDF)).write_bytes(b"%PDF-1.7 another")
    await desk.files.drop(sha(PHOTO))

    done = await desk.archive.export("2026-11", desk.folder / "a.zip", write_xlsx)
    manifest = json.loads(zipfile.ZipFile(desk.folder / "a.zip").read("manifest.json"))

    assert set(done.missing) == {sha(PDF), sha(PHOTO)}
    assert (manifest["damaged"], manifest["missing"]) == ([sha(PDF)], [sha(PHOTO)])


OLD = datetime(1995, 12, 31, 2, 0, tzinfo=UTC)


async def test_nothing_inside_its_time_of_keeping_is_deleted(desk: Desk) -> None:
    await desk.keep(settled(OLD))

    for day, keep in ((date(1996, 1, 2), 30), (date(2026, 1, 1), 30), (date(2026, 12, 1), 1)):
        with pytest.raises(Refused, match="inside_retention"):
            await desk.archive.due(day, keep)


async def test_only_originals_that_no_newer_or_open_claim_has_are_due(desk: Desk) -> None:
    await put_all(desk)
    ancient = await desk.files.put(b"ancient")
    shared = StoredFile(sha(PDF), "发票.pdf")
    await desk.keep(settled(OLD, "BX-1", files=(StoredFile(ancient, "a"), shared)))
    await desk.keep(settled(OLD, "BX-2", files=(StoredFile("c" * 64, "b"),), state=State.APPROVED))

    assert await desk.archive.due(date(1996, 1, 1), 30) == {ancient: "BX-1"}


async def test_a_deleted_original_leaves_a_tombstone_and_a_trace(desk: Desk) -> None:
    ancient = await desk.files.put(b"ancient")
    await desk.keep(settled(OLD, files=(StoredFile(ancient, "a"),)))
    before = date(1996, 1, 1)

    gone = await desk.archive.delete(tuple(await desk.archive.due(before, 30)), before)
    again = await desk.archive.delete((ancient,), before)

    assert (gone, again) == (1, 0)
    with pytest.raises(FileNotFoundError):
        await desk.files.get(ancient)
    (tomb,) = await desk.storage.store.tombstones([ancient])
    assert (tomb.at, tomb.actor) == (desk.now, "administrator")
    (entry,) = [e for e in await desk.audit() if e[0] == "purge_originals"]
    assert (entry[1], entry[2]["files"]) == ("before 1996-01-01", ancient)
    manifest = json.loads((await desk.export(month="1995-12")).read("manifest.json"))
    assert [t["sha256"] for t in manifest["purged"]] == [ancient]
    assert manifest["missing"] == []


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"PK\x03\x04...OFD.xml", ".ofd"),
        (b"PK\x03\x04...", ".zip"),
        (b"RIFF1234WEBP", ".webp"),
        (b"\xef\xbb\xbf<EInvoice>", ".xml"),
        (b"  <EInvoice>", ".xml"),
        (b"\x89PNG\r\n\x1a\n", ".png"),
        (b"anything", ".bin"),
        (b"", ".bin"),
    ],
)
def test_names_in_a_package_end_by_what_the_bytes_are(data: bytes, end: str) -> None:
    assert suffix_of(data) == end
