"""Invoices that lie in the wallet of the demo, so that its page has something to pick."""

from datetime import UTC, date, datetime, time

from sandbox.invoices import sample_invoice
from sandbox.paper import draw_pdf
from sandbox.wecom_invoices import Invoice as Card

OWNER = "openid-sandbox"
_OFFSET = 10**9
"""Apart from the numbers of the sample files of the same serial."""


def sample_cards(url: str, today: date, serial: int) -> list[Card]:
    """Make a meal and office supplies as cards; `url` is where the sandbox serves their PDF."""
    return [_card(url, name, today, serial + _OFFSET) for name in ("meal.pdf", "office.ofd")]


def _card(url: str, name: str, today: date, serial: int) -> Card:
    made = sample_invoice(name, today, serial)
    card = f"card-{made.number}"
    line = {
        "name": made.item,
        "num": made.quantity,
        "unit": made.unit,
        "fee": made.amount_fen,
        "price": made.price_fen,
    }
    info: dict[str, object] = {
        "fee": made.total_fen,
        "fee_without_tax": made.amount_fen,
        "tax": made.tax_fen,
        "title": made.buyer.name,
        "buyer_number": made.buyer.tax_id,
        "seller_number": made.seller.tax_id,
        "billing_time": int(datetime.combine(today, time(4), UTC).timestamp()),
        "billing_no": made.number,
        "billing_code": "",
        "pdf_url": f"{url}/wecom/invoice/{card}.pdf",
        "info": [line],
    }
    return Card(OWNER, card, f"code-{made.number}", info, made.seller.name, pdf=draw_pdf(made))
