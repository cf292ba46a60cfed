"""What surrounds many claims that are shown together, asked of the store once and not for each."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from core.budget import Balance
from core.change import StoredInvoice
from core.claim import Claim
from core.delegation import Delegation
from core.likeness import Likeness
from core.ports import ClaimQuery, Page, Sliced
from core.verification import Checked


class Reads(Protocol):
    """What of the store a check of a claim looks at."""

    async def claim(self, number: str) -> Claim | None:
        """Find one claim."""
        ...

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        """List claims, newest first."""
        ...

    async def lookalikes(self, wanted: Sequence[Likeness]) -> tuple[StoredInvoice, ...]:
        """Find vouchers that look like these."""
        ...

    async def holder(self, identity: str) -> str | None:
        """Find the live claim that has an invoice."""
        ...

    async def verified(self, identities: Sequence[str]) -> Mapping[str, Checked]:
        """Give the tax bureau's last answers about invoices."""
        ...

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        """Give budgets with their counters, in id order; None means all in force."""
        ...

    async def delegations(self, since: datetime) -> tuple[Delegation, ...]:
        """Give the delegations that end after a moment."""
        ...


class Recall:
    """A store that remembers what it has answered: for one request, and never for longer."""

    def __init__(self, store: Reads) -> None:
        self._store = store
        self._known: dict[Hashable, Any] = {}
        self._balances: dict[str, Balance | None] = {}

    async def claim(self, number: str) -> Claim | None:
        """Find one claim."""
        found: Claim | None = await self._once(("claim", number), self._store.claim, number)
        return found

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        """List claims, newest first."""
        key = ("claims", query, page)
        found: Sliced[Claim] = await self._once(key, self._store.claims, query, page)
        return found

    async def lookalikes(self, wanted: Sequence[Likeness]) -> tuple[StoredInvoice, ...]:
        """Find vouchers that look like these: every claim has its own."""
        return await self._store.lookalikes(wanted)

    async def holder(self, identity: str) -> str | None:
        """Find the live claim that has an invoice: every claim has its own."""
        return await self._store.holder(identity)

    async def verified(self, identities: Sequence[str]) -> Mapping[str, Checked]:
        """Give the tax bureau's last answers about invoices: every claim has its own."""
        return await self._store.verified(identities)

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        """Give budgets with their counters, in id order; None means all in force."""
        if ids is None:
            return await self._store.balances()
        new = sorted(set(ids) - self._balances.keys())
        if new:
            found = {b.budget.id: b for b in await self._store.balances(new)}
            self._balances |= {name: found.get(name) for name in new}
        known = (self._balances[name] for name in sorted(set(ids)))
        return tuple(balance for balance in known if balance)

    async def delegations(self, since: datetime) -> tuple[Delegation, ...]:
        """Give the delegations that end after a moment."""
        key = ("delegations", since)
        found: tuple[Delegation, ...] = await self._once(key, self._store.delegations, since)
        return found

    async def _once(self, key: Hashable, ask: Callable[..., Awaitable[Any]], *of: object) -> Any:  # noqa: ANN401  whatever the question answers
        if key not in self._known:
            self._known[key] = await ask(*of)
        return self._known[key]
