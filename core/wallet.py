"""Electronic invoices that lie as cards in somebody's WeChat wallet, and who keeps their state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from core.invoice import Reading

CardStatus = Literal["init", "lock", "closure"]
"""Free; locked by somebody who reimburses it; reimbursed, for good."""


@dataclass(frozen=True, slots=True)
class ChosenCard:
    """A card that a person has picked. `encrypt_code` gives access to it and is never logged."""

    card_id: str
    encrypt_code: str


@dataclass(frozen=True, slots=True)
class WalletCard:
    """A card with its owner: states change for cards of one `openid` together, or not at all."""

    openid: str
    card_id: str
    encrypt_code: str


@dataclass(frozen=True, slots=True)
class CardInvoice:
    """What a card says: a reading as good as the XML, and where its PDF can be fetched for now.

    `document` is the answer as it was received, kept as the original when there is no PDF.
    """

    card: WalletCard
    status: CardStatus
    reading: Reading
    pdf_url: str
    document: bytes


class WalletPort(Protocol):
    """The messenger as keeper of wallets. Errors are those of `core.errors`."""

    async def invoices(self, chosen: Sequence[ChosenCard]) -> tuple[CardInvoice, ...]:
        """Read cards; Rejected when one is none or may not be seen."""
        ...

    async def document(self, url: str) -> bytes:
        """Fetch a card's PDF; Rejected `address_refused`, `media_expired`, `media_too_large`."""
        ...

    async def set_status(
        self, openid: str, cards: Sequence[WalletCard], to: CardStatus
    ) -> tuple[WalletCard, ...]:
        """Change the state of all these cards or of none; cards that have it already are done.

        Gives the cards that stand in the way: somebody else has them. Nothing was changed then.
        """
        ...
