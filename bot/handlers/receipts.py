"""Photos and files: fetched, kept as received, read, and put on the person's draft."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import structlog

from bot.events import FileReceived, FileUploaded, LinkReceived, MediaRef, PhotoReceived
from bot.handlers.drafts import apart_from, ask_rates, draft_in_hand, start_claim
from bot.handlers.finding import claim_in_hand, open_drafts
from bot.handlers.pairing import question_of
from bot.handlers.work import Work
from bot.texts.words import message_text
from core.actions.basics import audit_of
from core.actions.drafts import Added, Voucher, add_vouchers, guess_category
from core.actions.verifying import ask_about
from core.change import AuditEntry, Change
from core.claim import Claim, Line
from core.errors import Rejected
from core.invoice import Reading
from core.notices import Reply, ShowCard
from core.phrases.cleaning import clean
from core.phrases.vocabulary import find_categories, vocabulary_of
from core.placing import expense_of, places_for

log = structlog.get_logger(__name__)

MAX_PICTURES = 9
MAX_WORDS = 200
MANY_UNREAD = 3
"""More files without an invoice than this are told in one message."""
PHOTOS = frozenset({"", ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp"})
"""Endings of pictures; a picture from a chat has no name, or one that we gave it."""


async def on_photo(event: PhotoReceived, work: Work) -> None:
    """Put the vouchers of one or more pictures on the draft; words beside them describe them."""
    await _receive(work, event.media[:MAX_PICTURES], clean(event.text)[:MAX_WORDS])


async def on_file(event: FileReceived, work: Work) -> None:
    """Put the vouchers of a file on the draft."""
    await _receive(work, (event.media,), "")


async def on_upload(event: FileUploaded, work: Work) -> None:
    """Put the vouchers of an uploaded file on the draft, as if it had been sent in the chat."""
    try:
        data = await work.rooms.files.get(event.sha256)
    except FileNotFoundError:
        await work.answer("media_lost")
        return
    readings = await _read(work, event.name, data)
    await _settle(work, [_Kept(event.name, event.sha256, readings)], "", ())


async def on_link(_: LinkReceived, work: Work) -> None:
    """Explain what to send instead: addresses inside messages are never fetched."""
    await work.answer("link_not_opened", upload=work.rooms.upload_url)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that was fetched and stored, with its readings."""

    name: str
    sha256: str
    readings: tuple[Reading, ...]


async def _receive(work: Work, media: tuple[MediaRef, ...], words: str) -> None:
    """Fetch, keep and read each file, then commit them to the draft together."""
    kept: list[_Kept] = []
    for number, ref in enumerate(media, 1):
        try:
            fetched = await work.rooms.media.download(work.sender.channel, ref)
        except Rejected as error:
            log.warning("media_not_fetched", channel=work.sender.channel, code=error.code)
            continue
        name = ref.name or fetched.name or f"photo-{number}"
        kept.append(await _keep(work, name, fetched.data))
    remarks = () if len(kept) == len(media) else (work.reply("media_lost"),)
    await _settle(work, kept, words, remarks)


async def _settle(work: Work, kept: list[_Kept], words: str, remarks: tuple[Reply, ...]) -> None:
    """Let what was read join the draft; files without a voucher only go with one in hand."""
    vouchers = _vouchers(kept)
    if any(v.reading.ok for v in vouchers):
        await join(work, vouchers, words, remarks)
    else:
        await _attach(work, vouchers, remarks)


async def _keep(work: Work, name: str, data: bytes) -> _Kept:
    sha256 = await work.rooms.files.put(data)
    return _Kept(name, sha256, await _read(work, name, data))


async def _read(work: Work, name: str, data: bytes) -> tuple[Reading, ...]:
    company = work.company
    return await work.rooms.reader.read(
        name, data, companies=company.companies, rules=company.tax_rules
    )


def _vouchers(kept: list[_Kept]) -> tuple[Voucher, ...]:
    """Name each voucher by its bytes and place."""
    return tuple(
        Voucher(
            hashlib.sha256(f"{file.sha256}#{i}".encode()).hexdigest()[:32],
            file.sha256,
            file.name,
            reading,
        )
        for file in kept
        for i, reading in enumerate(file.readings)
    )


def _unread(work: Work, readings: Sequence[Reading], kept_on: str = "") -> tuple[Reply, ...]:
    """Say of each file why nothing was read, of many in one message.

    `kept_on` is the claim that keeps them as files.
    """
    if len(readings) > MANY_UNREAD:
        rows = "\n".join(f"· {r.file}: {_why(work, r)}" for r in readings[:MAX_PICTURES])
        count = str(len(readings))
        return (work.reply("none_are_invoices", count=count, rows=rows, number=kept_on),)
    return tuple(_unread_one(work, reading, kept_on) for reading in readings)


def _unread_one(work: Work, reading: Reading, kept_on: str) -> Reply:
    """Explain one file; only of a photo another one is asked, and its name says nothing."""
    photo = PurePath(reading.file).suffix.lower() in PHOTOS
    file = "" if photo and reading.file.startswith("photo-") else reading.file
    again = message_text("image", work.person.language).removeprefix("a ") if photo else ""
    number = "" if reading.refused else kept_on
    facts = {"file": file, "reason": _why(work, reading), "photo": again, "number": number}
    return work.reply("not_an_invoice", **facts)


def _why(work: Work, reading: Reading) -> str:
    """Give the half of a reading's reason that is in the reader's language: 中文 · English."""
    chinese, _, english = (reading.reason or "").partition(" · ")
    return english or chinese if work.person.language == "en" else chinese


async def _attach(work: Work, vouchers: tuple[Voucher, ...], remarks: tuple[Reply, ...]) -> None:
    """Keep files without a voucher with the draft that is in hand, if there is one."""
    draft = await draft_in_hand(work)
    readings = [v.reading for v in vouchers]
    if draft is None or all(r.refused for r in readings):
        await work.tell(*remarks, *_unread(work, readings))
        return
    added = add_vouchers(work.company, draft, vouchers, work.cause, work.today)
    await _commit(work, [added], (*remarks, *_unread(work, readings, draft.number)))


async def join(
    work: Work, vouchers: tuple[Voucher, ...], words: str, remarks: tuple[Reply, ...]
) -> None:
    """Put vouchers on the drafts where they belong, a new one if there is none, and show them."""
    added: list[Added] = []
    for draft, found in await _sorted(work, vouchers):
        remarks = remarks if draft else (*remarks, *await apart_from(work))
        before = draft or await start_claim(work)
        more = add_vouchers(work.company, before, found, work.cause, work.today)
        if words:
            more = replace(more, claim=_described(work, more.claim, len(before.lines), words))
        added.append(more)
    known = "、".join(key for a in added for key in a.repeated)
    repeated = (work.reply("already_on_draft", invoice=known),) if known else ()
    unread = _unread(work, [reading for a in added for reading in a.unread])
    await _commit(work, added, (*remarks, *repeated, *unread))


async def _sorted(
    work: Work, vouchers: tuple[Voucher, ...]
) -> list[tuple[Claim | None, tuple[Voucher, ...]]]:
    """Sort vouchers by the draft that each belongs to; what nothing was read from goes along."""
    held = await claim_in_hand(work)
    if held:
        return [(held, vouchers)]
    read = [v for v in vouchers if v.reading.ok]
    if not read:
        return [(await draft_in_hand(work), vouchers)]
    drafts, groups = await open_drafts(work), dict[str, list[Voucher]]()
    expenses = [
        expense_of(v.reading, guess_category(work.company, v.reading), work.today) for v in read
    ]
    for voucher, draft in zip(read, places_for(expenses, drafts), strict=True):
        groups.setdefault(draft.number if draft else "", []).append(voucher)
    last = next(reversed(groups.values()))
    last += (v for v in vouchers if not v.reading.ok)
    by_number = {d.number: d for d in drafts}
    return [(by_number.get(number), tuple(found)) for number, found in groups.items()]


def _described(work: Work, claim: Claim, start: int, words: str) -> Claim:
    """Let the words beside pictures describe the lines that came from them."""
    ids = {i for span in find_categories(words, vocabulary_of(work.company)) for i in span.ids}
    named = ids.pop() if len(ids) == 1 else None

    def describe(line: Line) -> Line:
        return replace(line, description=words, category=named or line.category)

    return replace(claim, lines=(*claim.lines[:start], *map(describe, claim.lines[start:])))


async def _commit(work: Work, added: list[Added], remarks: tuple[Reply, ...]) -> None:
    """Commit every draft that vouchers have joined; of several, one question is asked."""
    cards = [ShowCard(work.person.id, a.claim.number, "claim", fresh=True) for a in added]
    asking = [question_of(work, a.claim) for a in added]
    which, dialogs = next((pair for pair in asking if pair[0]), ((), ()))
    new = {v.identity for a in added for v in a.invoices}
    asked = [q for a in added for q in ask_about(a.claim, "draft") if work.rooms.settings.verify]
    questions = (q for q in asked if q.request.identity in new)
    rates = [reply for a in added for reply in ask_rates(work, a.claim)]
    await work.commit(
        Change(
            at=work.now,
            claims=tuple(a.claim for a in added),
            invoices=tuple(v for a in added for v in a.invoices),
            audit=tuple(_entry(work, a.claim) for a in added),
            outbox=work.outgoing((*remarks, *cards, *which, *rates, *questions)),
            dialogs=dialogs,
        )
    )


def _entry(work: Work, claim: Claim) -> AuditEntry:
    files = " ".join(sorted(f.sha256[:12] for f in claim.files))
    return audit_of(work.cause, "add_vouchers", claim.number, files=files)
