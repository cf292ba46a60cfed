"""WeCom as keeper of WeChat wallets: card invoices read, locked, freed and closed."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.channels.http import Guard, Outgoing
from bot.channels.wecom.answers import CARD_STATUS, CARD_TAKEN
from bot.channels.wecom.api import WeComApi
from bot.port import JsonObject
from core.errors import Rejected, Retryable
from core.invoice import InvoiceKind, Item, Reading, ReadingFinding, Source
from core.verification import CHINA
from core.wallet import CardInvoice, CardStatus, ChosenCard, WalletCard

PDF_HOSTS = re.compile(r"(?:[a-z0-9-]+\.)+qq\.com")
"""Where WeChat keeps the PDFs of cards."""
STATUSES: dict[CardStatus, str] = {
    "init": "INVOICE_REIMBURSE_INIT",
    "lock": "INVOICE_REIMBURSE_LOCK",
    "closure": "INVOICE_REIMBURSE_CLOSURE",
}
NO_NUMBER = "卡包里没有发票号码 · the card has no invoice number"
NO_SUM = "金额、税额与合计不符 · amount, tax and total differ"
_ROOT = "card/invoice/reimburse"
_WHOLE, _NUMBER, _CODES = 20, 8, (10, 12)


class WeComWallet:
    """`core.wallet.WalletPort` on WeCom's API (reference: documents 90420 to 90423)."""

    def __init__(self, api: WeComApi, outgoing: Outgoing, guard: Guard) -> None:
        self._api = api
        self._outgoing = outgoing
        self._guard = guard

    async def invoices(self, chosen: Sequence[ChosenCard]) -> tuple[CardInvoice, ...]:
        """Read cards, all with one request."""
        asked = [{"card_id": c.card_id, "encrypt_code": c.encrypt_code} for c in chosen]
        body: JsonObject = {"item_list": asked}
        answer = await self._api.call(f"{_ROOT}/getinvoiceinfobatch", body, repeatable=True)
        listed = answer.get("item_list")
        items = [i for i in listed if isinstance(i, dict)] if isinstance(listed, list) else []
        if len(items) != len(chosen):
            raise Rejected("wecom_answer", path="getinvoiceinfobatch")
        pairs = tuple(zip(items, chosen, strict=True))
        if any(_text(item, "card_id") not in {"", card.card_id} for item, card in pairs):
            raise Rejected("wecom_answer", path="getinvoiceinfobatch")
        return tuple(parse_card(item, card) for item, card in pairs)

    async def document(self, url: str) -> bytes:
        """Fetch a card's PDF from WeChat's own hosts."""
        return (await self._outgoing.fetch_media(url, self._guard)).data

    async def set_status(
        self, openid: str, cards: Sequence[WalletCard], to: CardStatus
    ) -> tuple[WalletCard, ...]:
        """Change all cards or none; gives those that stand in the way."""
        try:
            await self._update(openid, cards, to)
        except Rejected as error:
            if error.code not in {CARD_STATUS, CARD_TAKEN}:
                raise
            return await self._settle(openid, cards, to, taken=error.code == CARD_TAKEN)
        return ()

    async def _settle(
        self, openid: str, cards: Sequence[WalletCard], to: CardStatus, *, taken: bool
    ) -> tuple[WalletCard, ...]:
        """Ask each card how it stands, and change those that can still be.

        An order whose answer was lost has been carried out: its cards have the state already.
        """
        found = await self.invoices([ChosenCard(c.card_id, c.encrypt_code) for c in cards])
        stands = tuple(zip(cards, (f.status for f in found), strict=True))
        open_to_it = "init" if to == "lock" else "lock"
        if taken:
            # Should none of them show it, none can be told from the others.
            return tuple(c for c, status in stands if status != "init") or tuple(cards)
        stuck = tuple(c for c, status in stands if status not in {to, open_to_it})
        rest = [c for c, status in stands if status == open_to_it]
        if stuck or not rest:
            return stuck
        if len(rest) == len(stands):
            raise Retryable("card_status_moves")
        await self._update(openid, rest, to)
        return ()

    async def _update(self, openid: str, cards: Sequence[WalletCard], to: CardStatus) -> None:
        listed = [{"card_id": c.card_id, "encrypt_code": c.encrypt_code} for c in cards]
        body: JsonObject = {
            "openid": openid,
            "reimburse_status": STATUSES[to],
            "invoice_list": listed,
        }
        await self._api.call(f"{_ROOT}/updatestatusbatch", body, repeatable=True)


def parse_card(item: JsonObject, chosen: ChosenCard) -> CardInvoice:
    """Read one card; Rejected `wecom_answer` when it is none."""
    info = item.get("user_info")
    openid = _text(item, "openid")
    if not isinstance(info, dict) or not openid:
        raise Rejected("wecom_answer", path="getinvoiceinfo")
    status: CardStatus = next(
        (s for s, v in STATUSES.items() if v == info.get("reimburse_status")), "lock"
    )
    return CardInvoice(
        card=WalletCard(openid, chosen.card_id, chosen.encrypt_code),
        status=status,
        reading=_reading(item, info),
        pdf_url=_text(info, "pdf_url"),
        document=json.dumps(item, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace"),
    )


def _reading(item: JsonObject, info: JsonObject) -> Reading:
    number, code = _number_and_code(_text(info, "billing_no"), _text(info, "billing_code"))
    total, tax, net = (_fen(info, name) for name in ("fee", "tax", "fee_without_tax"))
    read = Reading(
        file=f"{number or 'wechat-card'}.json",
        ok=True,
        kind=_kind(_text(item, "type"), number, code),
        number=number,
        code=code,
        date=_day(info.get("billing_time")),
        amount_fen=net,
        tax_fen=tax,
        total_fen=total,
        buyer=_text(info, "title") or None,
        buyer_taxid=_text(info, "buyer_number") or None,
        seller=_text(item, "payee") or None,
        seller_taxid=_text(info, "seller_number") or None,
        check_code=_text(info, "check_code") or None,
        items=_items(info.get("info")),
        confidence=1.0,
        findings=_doubts(number, total, tax, net),
    )
    return replace(read, source=_sources(read))


def _sources(read: Reading) -> tuple[tuple[str, Source], ...]:
    """Let every field that was read count like one of the XML, which issuers fill both from."""
    trusted: Source = "xml"
    names = {name: name for name in ("number", "code", "date", "buyer", "buyer_taxid", "seller")}
    names |= {name: name for name in ("seller_taxid", "check_code")}
    names |= {"amount": "amount_fen", "tax": "tax_fen", "total": "total_fen"}
    return tuple((name, trusted) for name, at in names.items() if getattr(read, at) is not None)


def _number_and_code(first: str, second: str) -> tuple[str | None, str | None]:
    """Tell number from code by their lengths: sources disagree which field is which."""
    digits = [value for value in (first, second) if value.isascii() and value.isdigit()]
    whole = next((v for v in digits if len(v) == _WHOLE), None)
    if whole:
        return whole, None
    number = next((v for v in digits if len(v) == _NUMBER), None)
    return number, next((v for v in digits if len(v) in _CODES), None)


def _doubts(
    number: str | None, total: int | None, tax: int | None, net: int | None
) -> tuple[ReadingFinding, ...]:
    found: list[tuple[str, str]] = []
    if number is None:
        found.append(("number", NO_NUMBER))
    if total is None or (None not in (tax, net) and (tax or 0) + (net or 0) != total):
        found.append(("total", NO_SUM))
    return tuple(ReadingFinding(field, message, (field,)) for field, message in found)


def _kind(title: str, number: str | None, code: str | None) -> InvoiceKind:
    special = "专用" in title
    if number and len(number) == _WHOLE:
        return "digital_special" if special else "digital_general"
    if code:
        return "vat_special_e" if special else "vat_general_e"
    return "other"


def _items(value: object) -> tuple[Item, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        Item(
            name=_text(row, "name"),
            unit=_text(row, "unit") or None,
            quantity=_plain(row.get("num")),
            amount_fen=_fen(row, "fee"),
        )
        for row in listed
        if isinstance(row, dict)
    )


def _plain(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) and value != "" else None


def _fen(row: JsonObject, name: str) -> int | None:
    """Read an amount, which is in fen."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _day(value: object) -> date | None:
    """Read the day of a Unix second, as the calendar has it in China."""
    try:
        seconds = int(value) if isinstance(value, int | str) else 0
        return datetime.fromtimestamp(seconds, CHINA).date() if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(row: JsonObject, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
