"""Whether a change may become true: every check of a batch, in memory, under its locks."""

from dataclasses import dataclass, field
from typing import Any

from core.change import Change, FreeIdentities, InboxRef, OnceRequest, TakeIdentity
from core.errors import ChitError, Conflict, Refused
from storage.ledger import Ledger
from storage.undoable import Undoable


@dataclass(frozen=True, slots=True)
class Books:
    """What the database says about everything that a batch touches, kept up to date as it goes.

    `revisions` by number or id of a claim, voucher or batch; `holders` gives the claim of an
    identity, "" when it is free; `taken` the identities of a claim; `leases` the fence of a leased
    inbox row, 0 once it is finished; `requests` what came of a key.
    """

    ledger: Ledger
    revisions: Undoable[str, int] = field(default_factory=Undoable)
    holders: Undoable[str, str] = field(default_factory=Undoable)
    taken: Undoable[str, frozenset[str]] = field(default_factory=Undoable)
    leases: Undoable[int, int] = field(default_factory=Undoable)
    requests: Undoable[str, str] = field(default_factory=Undoable)

    def admit(self, change: Change) -> None:
        """Make a change true in the books, wholly or not at all.

        Refused and Conflict as `core.ports.Store.commit` has them.
        """
        entries, limits = len(self.ledger.entries), len(self.ledger.limits)
        for touched in self._mappings():
            touched.keep()
        try:
            self._apply(change)
        except ChitError:
            del self.ledger.entries[entries:], self.ledger.limits[limits:]
            for touched in self._mappings():
                touched.undo()
            raise

    def _mappings(self) -> tuple[Undoable[Any, Any], ...]:
        return (
            self.ledger.accounts,
            self.ledger.holds,
            self.revisions,
            self.holders,
            self.taken,
            self.leases,
            self.requests,
        )

    def _apply(self, change: Change) -> None:
        """Do one effect after the other, until one is refused."""
        if change.inbox:
            self._finish(change.inbox)
        if change.request:
            self._ask(change.request)
        for claim in change.claims:
            self._advance(claim.number, claim.revision)
        for voucher in change.vouchers:
            self._advance(voucher.id, voucher.revision)
        for batch in change.batches:
            self._advance(batch.id, batch.revision)
        for wish in change.budget_changes:
            self._advance(wish.number, wish.revision)
        for step in change.identities:
            if isinstance(step, TakeIdentity):
                self._take(step)
            else:
                self._free(step)
        for move in change.moves:
            self.ledger.post(move, change.at)

    def _finish(self, inbox: InboxRef) -> None:
        if not inbox.fence or self.leases.get(inbox.id) != inbox.fence:
            raise Conflict("lease", id=inbox.id)
        self.leases[inbox.id] = 0

    def _ask(self, request: OnceRequest) -> None:
        if request.key in self.requests:
            raise Conflict("request", claim=self.requests[request.key])
        self.requests[request.key] = request.claim

    def _advance(self, name: str, revision: int) -> None:
        if self.revisions.get(name, 0) != revision:
            raise Conflict("revision", claim=name)
        self.revisions[name] = revision + 1

    def _take(self, step: TakeIdentity) -> None:
        holder = self.holders.get(step.identity) or step.claim
        if holder != step.claim:
            raise Refused("duplicate_invoice", identity=step.identity, claim=holder)
        self.holders[step.identity] = step.claim
        self.taken[step.claim] = self.taken.get(step.claim, frozenset()) | {step.identity}

    def _free(self, step: FreeIdentities) -> None:
        for identity in self.taken.get(step.claim, frozenset()):
            self.holders[identity] = ""
        self.taken[step.claim] = frozenset()
