"""Drafts: start one, add vouchers and lines, change and discard them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.actions.basics import Cause, audit_of, require, require_owner
from core.actions.following import follows_purchase
from core.change import AuditEntry, StoredInvoice
from core.claim import Claim, Event, Kind, Line, LineInvoice, State, StoredFile
from core.company import ROOT, Company, Person
from core.currency import BASE, ForeignAmount
from core.errors import Refused
from core.exchange import RATE_DOUBT, foreign_total, is_foreign, spent
from core.invoice import Reading, identity
from core.money import format_yuan
from core.pairing import ITINERARY, is_ride, pair_up
from core.shares import joined, papers_fen
from core.travel_standard import nights_billed
from core.wallet import WalletCard

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "taxi": ("出租车", "打车", "交通"),
    "ride_hailing": ("打车", "网约车", "出租车", "交通"),
    "ride_itinerary": ("打车", "网约车", "出租车", "交通"),
    "rail_e": ("火车", "高铁", "差旅", "交通"),
    "rail_paper": ("火车", "高铁", "差旅", "交通"),
    "air_itinerary": ("机票", "飞机", "差旅", "交通"),
    "toll": ("过路费", "通行费", "交通"),
    "bus": ("客运", "汽车票", "交通"),
}
"""Words that a voucher's kind stands for, most exact first; matched with categories' keywords."""

ITEM_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("住宿", ("住宿", "酒店")),
    ("餐饮", ("餐饮", "餐", "招待")),
    ("客运", ("打车", "出租车", "交通")),
    ("会议", ("会议", "会务")),
    ("办公", ("办公", "文具")),
)
"""Words of the tax bureau's goods names and the everyday words behind them."""

MAX_GOODS = 50
"""Names of goods that a line keeps; longer lists are in the reading."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A reading with the bytes it came from; `id` is handed in.

    `card` is the one in a WeChat wallet that it came as, `taken` that somebody else has that.
    """

    id: str
    sha256: str
    name: str
    reading: Reading
    card: WalletCard | None = None
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A draft after vouchers joined it.

    `repeated` are the identities that it had already; a voucher that nothing identifies is known
    by its bytes and named by its file.
    """

    claim: Claim
    invoices: tuple[StoredInvoice, ...]
    repeated: tuple[str, ...]
    unread: tuple[Reading, ...]


def new_claim(
    company: Company, person: Person, number: str, cause: Cause, kind: Kind = "reimbursement"
) -> Claim:
    """Start an empty claim for a person."""
    entity = company.entity_of(person.department)
    return Claim(
        number=number,
        company=entity.id if entity else ROOT,
        kind=kind,
        state=State.DRAFT,
        employee=person.id,
        department=person.department,
        created_at=cause.at,
    )


def add_vouchers(
    company: Company, claim: Claim, vouchers: tuple[Voucher, ...], cause: Cause, today: date
) -> Added:
    """Add what was read to a draft: one line a voucher, or the voucher to a waiting line.

    Itineraries come after the invoices that they belong to, and join them. A refused file is
    told and left out.
    """
    require(claim, Event.EDIT)
    before = _files_of(claim)
    invoices: list[StoredInvoice] = []
    repeated: list[str] = []
    unread: list[Reading] = []
    for voucher in sorted(vouchers, key=lambda v: v.reading.kind == ITINERARY):
        claim = claim if voucher.reading.refused else with_file(claim, voucher)
        key = identity(voucher.reading)
        if not voucher.reading.ok:
            unread.append(voucher.reading)
        elif key in identities_of(claim) or (key is None and voucher.sha256 in before):
            repeated.append(key or voucher.name)
        else:
            claim = _with_voucher(company, claim, voucher, today)
            invoices.append(stored_voucher(voucher, claim, cause))
    return Added(pair_up(claim), tuple(invoices), tuple(repeated), tuple(unread))


def _files_of(claim: Claim) -> frozenset[str | None]:
    """Give the files of a claim's vouchers, itineraries among them."""
    found = [invoice for line in claim.lines for invoice in line.invoices]
    return frozenset(f for i in found for f in (i.file, i.itinerary))


def identities_of(claim: Claim) -> tuple[str, ...]:
    """Give the identities of a claim's vouchers, each once, in order."""
    found = (invoice.identity for line in claim.lines for invoice in line.invoices)
    return tuple(dict.fromkeys(i for i in found if i))


def with_file(claim: Claim, voucher: Voucher) -> Claim:
    """Let a claim have a voucher's file, once."""
    if any(f.sha256 == voucher.sha256 for f in claim.files):
        return claim
    return replace(claim, files=(*claim.files, StoredFile(voucher.sha256, voucher.name)))


def stored_voucher(voucher: Voucher, claim: Claim, cause: Cause) -> StoredInvoice:
    """Give the record of a voucher on a claim."""
    return StoredInvoice(
        id=f"{voucher.id}-{claim.number}",
        identity=identity(voucher.reading),
        sha256=voucher.sha256,
        owner=cause.actor,
        claim=claim.number,
        received_at=cause.at,
        reading=voucher.reading,
    )


def line_invoice(voucher: Voucher) -> LineInvoice:
    """Give a voucher as a line has it."""
    reading = voucher.reading
    return LineInvoice(
        identity=identity(reading),
        number=reading.number,
        code=reading.code,
        kind=reading.kind or "other",
        seller=reading.seller,
        buyer=reading.buyer,
        date=reading.date,
        total_fen=reading.total_fen,
        file=voucher.sha256,
        buyer_taxid=reading.buyer_taxid,
        tax_fen=reading.tax_fen,
        picture=reading.picture_hash,
        ride=is_ride(reading),
        amount_fen=reading.amount_fen,
        check_code=reading.check_code,
        card=voucher.card,
        card_taken=voucher.taken,
        goods=tuple(dict.fromkeys(item.name for item in reading.items))[:MAX_GOODS],
        paper=reading.paper,
        voucher=voucher.id,
        nights=nights_billed(reading.items),
        currency=reading.currency or BASE,
    )


def doubts_of(reading: Reading) -> tuple[str, ...]:
    """Name what is doubtful about a reading: fields, or the doubts that are about none.

    That a receipt is in another currency is no doubt where that currency is known.
    """
    known = "foreign_currency" if reading.currency else ""
    doubts = (d for d in reading.findings if d.code != known)
    return tuple(dict.fromkeys(f for d in doubts for f in (d.fields or (d.code,))))


def _with_voucher(company: Company, claim: Claim, voucher: Voucher, today: date) -> Claim:
    reading = voucher.reading
    invoice, doubts = line_invoice(voucher), doubts_of(reading)
    total = foreign_total(reading)
    waiting = _waiting_line(claim, reading)
    if waiting is not None:
        return set_line(
            claim, waiting, replace(claim.lines[waiting], invoice=invoice, doubts=doubts)
        )
    bought = _bought_line(company, claim, reading)
    if bought is not None:
        line = replace(claim.lines[bought], amount_fen=reading.total_fen or 0)
        return set_line(claim, bought, replace(line, invoice=invoice, doubts=doubts))
    line = Line(
        category=guess_category(company, reading),
        amount_fen=0 if is_foreign(reading) else reading.total_fen or 0,
        date=reading.date or today,
        description=_describe(reading),
        invoice=invoice,
        doubts=doubts if reading.date else tuple(dict.fromkeys((*doubts, "date"))),
    )
    line = spent(company, line, total, claim.employee) if total else line
    if line.foreign and not line.foreign.rate:
        line = replace(line, doubts=(*line.doubts, RATE_DOUBT))
    return replace(claim, lines=(*claim.lines, line))


def _waiting_line(claim: Claim, reading: Reading) -> int | None:
    """Find the one line that was typed in before its voucher came: same amount, no voucher."""
    total = foreign_total(reading)
    found = [
        i
        for i, line in enumerate(claim.lines)
        if line.invoice is None and reading.total_fen and _is_about(line, reading, total)
    ]
    return found[0] if len(found) == 1 else None


def _bought_line(company: Company, claim: Claim, reading: Reading) -> int | None:
    """Find the approved purchase that an invoice bills, at whatever it came to in the end."""
    if not follows_purchase(claim) or not reading.total_fen or is_foreign(reading):
        return None
    bare = [i for i, line in enumerate(claim.lines) if line.invoice is None]
    category = guess_category(company, reading)
    found = [i for i in bare if category and claim.lines[i].category == category]
    return found[0] if len(found) == 1 else None


def _is_about(line: Line, reading: Reading, total: ForeignAmount | None) -> bool:
    if total:
        return line.foreign is not None and line.foreign.amount == total
    in_yuan = line.foreign is None and not is_foreign(reading)
    return in_yuan and line.amount_fen == reading.total_fen


def _describe(reading: Reading) -> str:
    names = (item.name.strip("*").replace("*", " ") for item in reading.items if item.name)
    return next(names, "")[:40]


def guess_category(company: Company, reading: Reading) -> str | None:
    """Find the category that a voucher's words point to, None unless exactly one does.

    The goods' names speak first, then the voucher's kind, then the seller's name; a word that
    points to two categories points to none, and so do goods of two categories.
    """
    goods = " ".join(item.name for item in reading.items)
    named = _categories_in(company, goods)
    if not named:
        groups = (words for tax, words in ITEM_WORDS if tax in goods)
        named = {c for words in groups if (c := _first_clear(company, words))}
    if named:
        return named.pop() if len(named) == 1 else None
    return _first_clear(company, (*KIND_WORDS.get(reading.kind or "", ()), reading.seller or ""))


def _categories_in(company: Company, text: str) -> set[str]:
    return {c.id for c in company.categories if any(k in text for k in (*c.keywords, c.name) if k)}


def _first_clear(company: Company, words: Iterable[str]) -> str | None:
    """Take the first word that points to exactly one category."""
    found = (_categories_in(company, word) for word in words)
    return next((categories.pop() for categories in found if len(categories) == 1), None)


def add_line(claim: Claim, line: Line) -> Claim:
    """Add a typed line; Refused `wrong_state` when the claim cannot be changed."""
    require(claim, Event.EDIT)
    return replace(claim, lines=(*claim.lines, line))


def set_line(claim: Claim, index: int, line: Line) -> Claim:
    """Put a line in the place of another."""
    return replace(claim, lines=(*claim.lines[:index], line, *claim.lines[index + 1 :]))


def pick_line(claim: Claim, number: int | None) -> int:
    """Give the index of a line by its number from 1; None means the only one.

    Refused `which_line` or `no_such_line`.
    """
    if number is None and len(claim.lines) != 1:
        raise Refused("which_line", count=str(len(claim.lines)))
    index = 0 if number is None else number - 1
    if not 0 <= index < len(claim.lines):
        raise Refused("no_such_line", line=str(number), count=str(len(claim.lines)))
    return index


def edit_line(claim: Claim, index: int, cause: Cause, **values: object) -> tuple[Claim, AuditEntry]:
    """Change fields of a line; an amount above its vouchers' is refused as `above_invoice`.

    Lines that share vouchers share what these are worth. Gives the claim and the audit line; a
    field that a person has set is no longer doubtful, and an amount no longer a reduced one.
    """
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    before = claim.lines[index]
    doubts = tuple(d for d in before.doubts if d not in settled(values))
    line = replace(before, **values, doubts=doubts)  # type: ignore[arg-type]  # callers name fields
    if "amount_fen" in values:
        line = replace(line, asked_fen=None, cut="")
    if line.category != before.category:
        line = replace(line, allowance="")
    changed = set_line(claim, index, line)
    if "amount_fen" in values:
        _require_covered(changed, index)
    entry = audit_of(cause, "edit", claim.number, line=str(index + 1), fields=" ".join(values))
    return changed, entry


def _require_covered(claim: Claim, index: int) -> None:
    lines = joined(claim, index)
    worth = papers_fen(claim, lines)
    if worth is not None and sum(claim.lines[i].amount_fen for i in lines) > worth:
        raise Refused("above_invoice", total=format_yuan(worth))


def settled(values: Mapping[str, object]) -> frozenset[str]:
    """Name the doubts that are none once somebody has given these values of a line."""
    if "amount_fen" in values:
        return frozenset({"total", "amount", "confirm_amount", "unproven_total", RATE_DOUBT})
    return frozenset({"date"}) if "date" in values else frozenset()


def remove_line(claim: Claim, index: int, cause: Cause) -> tuple[Claim, AuditEntry]:
    """Take a line out of a claim that can be changed."""
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    lines = (*claim.lines[:index], *claim.lines[index + 1 :])
    entry = audit_of(cause, "remove_line", claim.number, line=str(index + 1))
    return replace(claim, lines=lines), entry
