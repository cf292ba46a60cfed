"""Invoices from a WeChat wallet: read, kept and put on the draft; what the wallet refuses."""

import hashlib

import structlog

from bot.events import CardInvoicesChosen, WalletRefused
from bot.handlers.receipts import join
from bot.handlers.verifying import Desk
from bot.handlers.work import Work
from core.actions.basics import Cause
from core.actions.drafts import Voucher
from core.actions.wallet import note_refused
from core.change import Change
from core.errors import OutsideError, Rejected
from core.invoice import identity
from core.ports import Files, Store
from core.wallet import CardInvoice, WalletPort

log = structlog.get_logger(__name__)


async def on_cards(event: CardInvoicesChosen, work: Work) -> None:
    """Put the invoices of chosen cards on the draft."""
    wallet = work.rooms.wallet
    try:
        found = await wallet.invoices(event.cards) if wallet else ()
    except Rejected as error:
        log.warning("cards_not_read", code=error.code, **error.fields)
        found = ()
    if wallet is None or not found:
        await work.answer("cards_not_read")
        return
    store, files = work.store, work.rooms.files
    vouchers = [await card_voucher(store, files, wallet, card) for card in found]
    await join(work, tuple(vouchers), "", ())


async def card_voucher(
    store: Store, files: Files, wallet: WalletPort, found: CardInvoice
) -> Voucher:
    """Keep the PDF while its address lives, else what the card says; read the card itself."""
    data = await _document(wallet, found)
    suffix, data = ("pdf", data) if data else ("json", found.document)
    sha256 = await files.put(data)
    return Voucher(
        id=hashlib.sha256(f"{sha256}#{found.card.card_id}".encode()).hexdigest()[:32],
        sha256=sha256,
        name=f"{found.reading.number or 'wechat-card'}.{suffix}",
        reading=found.reading,
        card=found.card,
        taken=await _is_taken(store, found),
    )


async def _document(wallet: WalletPort, found: CardInvoice) -> bytes:
    if not found.pdf_url:
        return b""
    try:
        return await wallet.document(found.pdf_url)
    except OutsideError as error:
        # The card itself says everything that a claim needs: its PDF may be missing.
        log.warning("card_pdf_not_fetched", code=error.code)
        return b""


async def _is_taken(store: Store, found: CardInvoice) -> bool:
    """Whether somebody else has a card: a claim of ours that has it is found as a duplicate."""
    if found.status == "init":
        return False
    key = identity(found.reading)
    return key is None or await store.holder(key) is None


async def on_refused(event: WalletRefused, desk: Desk) -> None:
    """Let what a wallet refused follow for the claim."""
    claim = await desk.store.claim(event.order.claim)
    cause = Cause("wallet", desk.now, desk.source)
    change = (
        note_refused(claim, desk.company, event.order, event.taken, cause)
        if claim
        else Change(at=desk.now)
    )
    await desk.store.commit(change.finishing(desk.inbox))
