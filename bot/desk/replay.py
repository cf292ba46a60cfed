"""Letters fed in again from a file, and what a mapping would send, shown without sending it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from bot.events import SystemHinted, from_json, to_json
from bot.handlers.document import document_of
from bot.handlers.voucher_document import voucher_document
from bot.texts import finding_text
from connectors.webhook.wire import parse_result
from core.budget import charges_on_record
from core.company import Company
from core.converters import Around
from core.errors import Refused, Rejected
from core.mapping import Document, FieldMapping, apply_mapping
from core.outside import Form
from core.ports import Clock, Inbox, Store
from core.stuck import DeadLetter, DeadLetters, number_in
from core.voucher import Voucher

MOST = 100_000


class ReplayError(Exception):
    """A file that cannot be fed in, with every line that is wrong."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One line of a file: an event for the inbox, or the key of a dead letter of the outbox."""

    queue: str
    key: str
    lane: str
    body: str


def read_letters(text: str, file: str) -> tuple[Letter, ...]:
    """Read what `chit stuck list --json` writes, or recorded events `{key, lane, body}` a line.

    A CloudEvent is a result that a middle platform sent, with the attribute `connector` for whose.
    ReplayError with one line a fault; nothing of a file with a fault is fed in.
    """
    letters: list[Letter] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            letters.append(_letter(line))
        except ValueError as error:
            faults.append(f"{file}:{number}: {error}")
    if len(letters) > MOST:
        faults.append(f"{file}: more than {MOST} lines")
    if faults:
        raise ReplayError("\n".join(faults))
    return tuple(letters)


def _letter(line: str) -> Letter:
    found: object = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for a bad line
    if "specversion" in found:
        return _result(line, str(found.get("connector") or ""), str(found.get("id") or ""))
    queue, key = str(found.get("queue", "inbox")), found.get("key")
    body = found.get("body")
    written = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    if not isinstance(key, str) or not key:
        raise ValueError("key: missing")
    if queue not in {"inbox", "outbox"}:
        raise ValueError("queue: inbox or outbox")
    if queue == "inbox":
        try:
            from_json(written)
        except ValueError:
            raise ValueError("body: not an event of ours") from None
    lane = str(found.get("lane") or f"replay:{key}")
    return Letter(queue, key, lane, written)


def _result(line: str, system: str, event_id: str) -> Letter:
    """Read a recorded result; it has the key under which the door would have kept it."""
    if not system:
        raise ValueError("connector: missing")
    key, state = parse_result(line.encode())
    event = SystemHinted(system, (key,), state)
    name = f"hook:{system}:{hashlib.sha256(event_id.encode()).hexdigest()}"
    return Letter("inbox", name, f"hook:{system}", to_json(event))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a file: fed in new, revived, or known and finished already."""

    new: int = 0
    revived: int = 0
    known: int = 0


async def replay(
    letters: Sequence[Letter], inbox: Inbox, dead: DeadLetters, clock: Clock
) -> Replayed:
    """Feed letters in: a dead one lives again, an event that is not known yet is new.

    What was handled already stays handled: its key is known.
    """
    buried: dict[tuple[str, str], DeadLetter] = {
        (letter.queue, letter.key): letter for letter in await dead.all(MOST)
    }
    new = revived = known = 0
    for letter in letters:
        found = buried.get((letter.queue, letter.key))
        if found is not None:
            revived += await dead.revive(found)
        elif letter.queue == "inbox" and await inbox.put(
            letter.key, letter.lane, letter.body, clock()
        ):
            new += 1
        else:
            known += 1
    return Replayed(new, revived, known)


@dataclass(frozen=True, slots=True)
class Preview:
    """Makes the forms that mappings would send; nothing is sent and nothing changes.

    `books` are the mappings of systems that get the vouchers of claims.
    """

    store: Store
    mappings: Mapping[str, FieldMapping]
    zone: tzinfo
    public_url: str
    books: Mapping[str, FieldMapping] = field(default_factory=dict)

    async def of_number(self, number: str) -> list[str]:
        """Show what each system would get of a claim; Refused `no_such_claim`."""
        claim = await self.store.claim(number)
        if claim is None:
            raise Refused("no_such_claim", number=number)
        company = await self.store.company()
        budgets = [c.budget for c in charges_on_record(company, claim)]
        balances = await self.store.balances(budgets) if budgets else ()
        texts = [(f, finding_text(f, "zh", company)) for f in claim.findings]
        link = f"{self.public_url}/app/claims/{number}"
        document = document_of(claim, company, texts, balances, link)
        vouchers = await self.store.vouchers_of([number])
        return [*self.of_document(document, company), *self._booked(document, vouchers, company)]

    def _booked(
        self, document: Document, vouchers: Sequence[Voucher], company: Company
    ) -> Iterator[str]:
        """Show what the books would get, one line a voucher and system."""
        around = Around(company, self.zone)
        for voucher in vouchers:
            written = {**document, "voucher": voucher_document(voucher, company)}
            for name, mapping in self.books.items() if voucher.lines else ():
                yield _shown(name, mapping, written, around)

    async def of_letters(self, letters: Sequence[Letter]) -> list[str]:
        """Show it for every claim that a file is about."""
        numbers = dict.fromkeys(number_in(letter.body) for letter in letters)
        shown: list[str] = []
        for number in numbers:
            if number and await self.store.claim(number):
                shown += await self.of_number(number)
        return shown

    def of_document(self, document: Document, company: Company) -> list[str]:
        """Show what each system would get of a document, one line of JSON a system."""
        around = Around(company, self.zone)
        return [_shown(name, m, document, around) for name, m in self.mappings.items()]


def _shown(name: str, mapping: FieldMapping, document: Document, around: Around) -> str:
    try:
        written = _form(name, apply_mapping(mapping, document, around))
    except Rejected as error:
        written = {"system": name, "refused": error.fields}
    return json.dumps(written, ensure_ascii=False, default=_plain)


def _form(name: str, form: Form) -> dict[str, object]:
    return {
        "system": name,
        "mapping": {"version": form.stamp.version, "hash": form.stamp.hash},
        "subject": form.subject,
        "initiator": form.initiator,
        "fields": form.fields,
        "details": form.details,
        "files": [{"name": f.name, "sha256": f.sha256, "slot": f.slot} for f in form.wanted],
    }


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def documents_in(text: str) -> Iterator[Document]:
    """Give the claims of a file of REST claims: one object, a list, or `{"items": […]}`."""
    found: object = json.loads(text, parse_float=Decimal)
    if isinstance(found, dict):
        found = found.get("items", [found])
    for row in found if isinstance(found, list) else []:
        if isinstance(row, dict) and "lines" in row:
            yield row
