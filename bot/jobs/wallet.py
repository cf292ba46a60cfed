"""Tells a WeChat wallet what has become of its invoices; a refusal becomes an inbox row."""

from dataclasses import dataclass

import structlog

from bot.events import WalletRefused, to_json
from core.errors import Rejected, ResultUnknown, Retryable
from core.notices import UpdateWallet
from core.ports import Clock, Inbox
from core.wallet import WalletPort

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wallets:
    """Changes cards' states through one messenger. To repeat an order changes nothing."""

    port: WalletPort
    inbox: Inbox
    clock: Clock

    async def tell(self, key: str, order: UpdateWallet) -> None:
        """Carry out an order; Retryable and AuthFailed when that has to wait."""
        try:
            taken = await self.port.set_status(order.openid, order.cards, order.to)
        except ResultUnknown as error:
            raise Retryable(error.code) from None
        except Rejected as error:
            log.warning("wallet_refused", claim=order.claim, to=order.to, code=error.code)
            refused = WalletRefused(order)
        else:
            if not taken:
                log.info("wallet_updated", claim=order.claim, to=order.to, cards=len(order.cards))
                return
            log.warning("cards_taken", claim=order.claim, to=order.to, cards=len(taken))
            refused = WalletRefused(order, taken)
        lane = f"wallet:{order.claim}"
        await self.inbox.put(f"wallet:{key}", lane, to_json(refused), self.clock())
