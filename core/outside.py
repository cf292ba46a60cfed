"""Systems beyond our walls, in the business's own words: ports, references, states, links.

A connector implements the ports of the roles that it can play (design §6). Every call may raise
`AuthFailed`, `Rejected`, `Retryable`, `ResultUnknown`, `Unsupported` of `core.errors`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

Role = Literal[
    "approval", "claims", "voucher", "payment", "org", "todo", "file", "budget", "sso", "event"
]
"""What a system is used for (`roles` of `chit.toml`); `event` is what a webhook gets."""

Json = None | bool | int | float | Decimal | str | Sequence["Json"] | Mapping[str, "Json"]
"""A value on its way out; amounts are Decimal in yuan or int fen, never float."""

Status = Literal["waiting", "approved", "rejected", "returned", "withdrawn", "void"]
"""Where a process of an outside system is, in our words. Whatever is not `waiting` is its end for
us: a process that goes on there after a return is another submission's business."""


@dataclass(frozen=True, slots=True)
class Ref:
    """What a system calls something: `id` is its own key, `number` what its people see.

    `link` opens it there; `extra` are further ids that its calls want.
    """

    system: str
    kind: str
    id: str
    number: str = ""
    link: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def more(self, name: str) -> str:
        """Give one of the further ids, or an empty text."""
        return dict(self.extra).get(name, "")


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said in an outside process; `verdict` is that system's own word."""

    by: str
    text: str
    verdict: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """Where a process is. `version` grows with it where the system can tell (0: it cannot)."""

    status: Status
    node: str = ""
    comments: tuple[Comment, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along: the original bytes under the name that its sender gave.

    `slot` is the KEY of `@files[KEY]`, where the system wants to know what a file is for. `url` is
    our own page of the file, for systems that take links.
    """

    name: str
    sha256: str
    data: bytes = field(repr=False)
    slot: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which mapping made a document: its `version` and the hash of its text."""

    version: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A document as an outside form wants it, made by a mapping (`core.mapping`).

    `details` are the rows of each detail table; `files` are set when it is sent.
    """

    subject: str = ""
    initiator: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    details: Mapping[str, Sequence[Mapping[str, Json]]] = field(default_factory=dict)
    wanted: tuple["Wanted", ...] = ()
    files: tuple[Attachment, ...] = ()
    stamp: Stamp = Stamp()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a mapping sends along, before its bytes are fetched."""

    sha256: str
    name: str
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, shown to administrators (`chit doctor`, administration page).

    `find`: things are found again by our key after a lost answer. `safe_repeat`: the system itself
    refuses a second one with the same key. `query`: the state can be asked for; without it a
    signed callback decides. `signs_hooks`: its callbacks carry a signature of its own. `rate` is
    the allowed number of calls in so many seconds. `settles_s` is for how long after a lost answer
    what was sent may still appear there.
    """

    kind: str
    roles: frozenset[Role]
    find: bool = False
    safe_repeat: bool = False
    query: bool = True
    cancel: bool = False
    decide: bool = False
    signs_hooks: bool = False
    attachments: Literal["none", "inline", "upload", "link"] = "none"
    rate: tuple[int, float] = (20, 1.0)
    settles_s: float = 0
    people: Literal["", "dingtalk", "wecom"] = ""
    """The messenger whose ids it knows people by."""
    unverified: tuple[str, ...] = ()
    """What stands on facts that nobody has confirmed; a person should try it first."""


class System(Protocol):
    """A connected system; `name` is its table in `chit.toml`."""

    @property
    def name(self) -> str:
        """The name of its table."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def close(self) -> None:
        """Give its connections back."""


@runtime_checkable
class ApprovalPort(System, Protocol):
    """Decides claims in a process of its own."""

    async def start(self, form: Form, key: str) -> Ref:
        """Start a process under our key. ResultUnknown when it may have begun."""
        ...

    async def query(self, ref: Ref) -> ApprovalState:
        """Ask where a process is; Unsupported where that cannot be asked."""
        ...

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Take a process back; one that is over already counts as taken back."""

    async def find(self, key: str) -> Ref | None:
        """Find a process by our key, None when there is none; Unsupported where it cannot be."""
        ...


@runtime_checkable
class HintPort(System, Protocol):
    """Reads its own callbacks, where Standard Webhooks headers are not what it sends."""

    def decode(self, headers: Mapping[str, str], body: bytes) -> "Hint":
        """Read a callback whose signature has been checked; Untrusted when it is none. No I/O."""
        ...


@dataclass(frozen=True, slots=True)
class Hint:
    """What a callback seems to say: ids or claim numbers that stand in it.

    `state` is set only by systems that cannot be asked; then the signed body decides.
    """

    words: tuple[str, ...]
    state: ApprovalState | None = None


@runtime_checkable
class ClaimsPort(System, Protocol):
    """Takes claims as documents of its own, and may give documents back."""

    async def push(self, form: Form, key: str) -> Ref:
        """Create or update a document under our key."""
        ...

    async def find(self, key: str) -> Ref | None:
        """Find a document by our key."""
        ...


@runtime_checkable
class VoucherPort(System, Protocol):
    """Posts accounting vouchers."""

    async def post(self, form: Form, key: str) -> Ref:
        """Post a voucher under our key."""
        ...

    async def find(self, key: str) -> Ref | None:
        """Find a voucher by our key; Unsupported where it cannot be."""
        ...


@runtime_checkable
class TablePort(System, Protocol):
    """Lists what its books call things, so that a mapping's tables can be filled in."""

    async def table(self, form: str, code: str, name: str) -> Sequence[tuple[str, str]]:
        """Give the codes and names of a list of its own, by the names of its fields there."""
        ...


@runtime_checkable
class PaymentPort(System, Protocol):
    """Is told what became of a payment."""

    async def report(self, ref: Ref, result: Literal["paid", "failed"], reason: str) -> None:
        """Tell that a document was paid, or not."""


@dataclass(frozen=True, slots=True)
class OutsidePerson:
    """Somebody in a directory; `department` and `manager` are that system's ids."""

    id: str
    name: str
    department: str = ""
    manager: str = ""
    active: bool = True
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OutsideDepartment:
    """A department in a directory."""

    id: str
    name: str
    parent: str = ""
    head: str = ""


@runtime_checkable
class OrgPort(System, Protocol):
    """A directory of people; None as cursor is the beginning and the end."""

    async def people(self, cursor: str | None) -> tuple[Sequence[OutsidePerson], str | None]:
        """Give a page of people and the cursor of the next."""
        ...

    async def departments(
        self, cursor: str | None
    ) -> tuple[Sequence[OutsideDepartment], str | None]:
        """Give a page of departments and the cursor of the next."""
        ...


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a person here, to be shown in that system's list."""

    key: str
    person: str
    title: str
    link: str
    creator: str = ""
    at: datetime | None = None


@runtime_checkable
class TodoPort(System, Protocol):
    """Shows what waits for people in its own list."""

    async def put(self, todo: Todo) -> None:
        """Show a to-do; the same key twice is one."""

    async def done(self, todo: Todo) -> None:
        """Take a to-do away; one that is not there is done already."""


@runtime_checkable
class SsoPort(System, Protocol):
    """Lets our people in without another password."""

    async def link(self, person: str, target: str, ttl_s: int) -> str:
        """Give an address that opens a page as somebody."""
        ...


@dataclass(frozen=True, slots=True)
class OutsideBalance:
    """A budget as another system has it; available is limit − occupied − spent."""

    limit_fen: int
    occupied_fen: int
    spent_fen: int

    @property
    def available_fen(self) -> int:
        """What is left there."""
        return self.limit_fen - self.occupied_fen - self.spent_fen


@runtime_checkable
class BudgetPort(System, Protocol):
    """Knows budgets of its own."""

    async def balance(self, dimensions: Mapping[str, str], day: date) -> OutsideBalance | None:
        """Give a budget by its dimensions and a day in its period; None when there is none."""
        ...


@runtime_checkable
class EventPort(System, Protocol):
    """Is told of what happens here."""

    @property
    def pauses_s(self) -> Sequence[float]:
        """How long to wait after each attempt that failed; after the last a person must look."""
        ...

    async def send(self, event: str, key: str, subject: str, at: datetime, data: str) -> None:
        """Send one event, `data` as JSON text; the key is the receiver's proof of repetition."""


DOCUMENT = "claim"
"""The purpose of a link to a claim as a document of another platform."""
LinkState = Literal["new", "sending", "open", "closed", "unknown", "dropped"]


@dataclass(frozen=True, slots=True)
class Link:
    """What of ours is what of theirs: one row for each thing that we made in another system.

    `key` is ours and unique in a system: `BX-20261125-0007/1#0` is step 0 of version 1. `sending`
    is written before the call, so that a crash in between is a lost answer and never a second
    document (`new`: nothing is there yet). `seen` is what was last reported of it (its version
    there, a digest, its status), `reports` counts such reports.
    """

    system: str
    key: str
    subject: str
    purpose: str
    state: LinkState
    at: datetime
    ref: Ref | None = None
    initiator: str = ""
    seen: str = ""
    reports: int = 0
    stamp: Stamp = Stamp()
    error: str = ""

    @property
    def said(self) -> str:
        """The status that the system has told last, "" where it has told none."""
        return self.seen.rpartition(":")[2] if self.seen.count(":") == 2 else ""  # noqa: PLR2004


class Links(Protocol):
    """Keeps the links. A (system, key) is single, and so is a (system, kind, id) of theirs."""

    async def begin(self, link: Link) -> Link:
        """Keep a new link, or give the one that its key has already."""
        ...

    async def save(self, link: Link) -> None:
        """Write a link as it is now; Conflict `ref_taken` when another one has its reference."""

    async def find(self, system: str, key: str) -> Link | None:
        """Find a link by our key."""
        ...

    async def of(self, subject: str) -> tuple[Link, ...]:
        """Give the links of a claim, oldest first."""
        ...

    async def of_all(self, subjects: Sequence[str]) -> tuple[Link, ...]:
        """Give the links of claims, oldest first."""
        ...

    async def matching(self, system: str, words: Sequence[str]) -> tuple[Link, ...]:
        """Give the open links of a system whose reference's id or whose subject is one of these."""
        ...

    async def open(self, system: str, purpose: str, after: str, limit: int) -> tuple[Link, ...]:
        """Give open links in order of their keys, those after a key."""
        ...


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One call as it went over the wire, with everything secret taken out."""

    system: str
    at: datetime
    call: str
    status: int
    took_ms: int
    request: str
    response: str
    error: str = ""


class Journal(Protocol):
    """The last calls of each system, for a person who looks for a fault."""

    async def note(self, exchanged: Exchanged) -> None:
        """Keep a call; the oldest go."""

    async def last(self, system: str, limit: int) -> tuple[Exchanged, ...]:
        """Give the latest calls of a system, newest first."""
        ...


class Memory(Protocol):
    """Small facts that a connector must keep over restarts (registered keys, cursors)."""

    async def get(self, system: str, name: str) -> str | None:
        """Give a fact."""
        ...

    async def put(self, system: str, name: str, value: str) -> None:
        """Keep a fact."""

    async def add(self, system: str, name: str, value: str) -> str:
        """Keep a fact unless there is one; gives the one that is kept."""
        ...
