from datetime import date

from bot.channels.wecom.wallet import parse_card
from core.wallet import ChosenCard
from sandbox.invoices import sample_invoice
from sandbox.wallet_samples import sample_cards

TODAY = date(2026, 11, 25)


def test_the_cards_of_the_demo_say_what_their_papers_say() -> None:
    cards = sample_cards("http://sandbox", TODAY, 7)

    for card in cards:
        info = {**card.info, "reimburse_status": card.status}
        item = {
            "card_id": card.card_id,
            "openid": card.openid,
            "type": card.kind,
            "payee": card.payee,
            "user_info": info,
        }
        found = parse_card(item, ChosenCard(card.card_id, card.encrypt_code))
        assert found.reading.ok
        assert found.reading.number == card.info["billing_no"]
        assert found.reading.date == TODAY
        assert (found.reading.total_fen, found.reading.tax_fen) == (
            card.info["fee"], card.info["tax"],
        )  # fmt: skip
        assert found.status == "init"
        assert card.pdf.startswith(b"%PDF")
    assert len({card.card_id for card in cards}) == 2


def test_no_card_has_the_number_of_a_sample_file() -> None:
    numbers = {str(card.info["billing_no"]) for card in sample_cards("", TODAY, 7)}

    assert not numbers & {sample_invoice(n, TODAY, 7).number for n in ("meal.pdf", "office.ofd")}
