"""Cards of WeChat wallets follow their claim: one order for each wallet, nothing twice."""

from core_house import NOW, NUMBER, around, by, claim_of, company_of, invoice, taxi

from core.actions.submission import check_claim, discard, is_blocked, submit, withdraw
from core.actions.wallet import note_refused
from core.change import Change, FreeIdentities, Release
from core.claim import Claim, Line, State
from core.notices import Say, UpdateWallet
from core.wallet import CardStatus, WalletCard

A1, A2, B1 = WalletCard("a", "1", "x"), WalletCard("a", "2", "x"), WalletCard("b", "1", "y")


def with_cards(*cards: WalletCard, **values: object) -> Claim:
    return claim_of(*(line(i, card) for i, card in enumerate(cards)), **values)  # type: ignore[arg-type]


def line(number: int, card: WalletCard) -> Line:
    return taxi(invoice=invoice(f"{number:020d}", card=card))


def orders(change: Change) -> list[tuple[str, CardStatus, tuple[WalletCard, ...]]]:
    told = [o.notice for o in change.outbox if isinstance(o.notice, UpdateWallet)]
    return [(o.openid, o.to, o.cards) for o in told]


def test_each_wallet_gets_one_order() -> None:
    change = submit(with_cards(A1, B1, A2), around(), by("zhang"))

    assert orders(change) == [("a", "lock", (A1, A2)), ("b", "lock", (B1,))]
    assert change.claims[0].wallet == (A1, B1, A2)


def test_a_resubmission_frees_what_it_lost_and_locks_what_is_new() -> None:
    claim = with_cards(A1, B1, state=State.RETURNED, submitted_at=NOW, wallet=(A1, A2))

    change = submit(claim, around(), by("zhang"))

    assert orders(change) == [("a", "init", (A2,)), ("b", "lock", (B1,))]


def test_withdrawing_and_discarding_free_the_cards_once() -> None:
    sent = submit(with_cards(A1), around(), by("zhang")).claims[0]

    back = withdraw(sent, by("zhang"))
    gone = discard(back.claims[0], by("zhang"))

    assert orders(back) == [("a", "init", (A1,))]
    assert orders(gone) == []


def test_a_taken_card_brings_the_claim_back_and_blocks_it() -> None:
    sent = submit(with_cards(A1, B1), around(), by("zhang")).claims[0]
    order = UpdateWallet(NUMBER, "a", (A1,), "lock")

    change = note_refused(sent, company_of(), order, (A1,), by("wallet"))
    claim = change.claims[0]

    assert (claim.state, claim.wallet) == (State.WITHDRAWN, ())
    assert change.moves == (Release(sent.hold),)
    assert change.identities == (FreeIdentities(NUMBER),)
    assert orders(change) == [("b", "init", (B1,))]
    assert is_blocked(check_claim(claim, around()))


def test_after_the_approval_finance_is_told() -> None:
    claim = with_cards(A1, state=State.APPROVED, wallet=(A1,))
    order = UpdateWallet(NUMBER, "a", (A1,), "lock")

    change = note_refused(claim, company_of(), order, (A1,), by("wallet"))

    told = [o.notice for o in change.outbox]
    assert change.claims == ()
    assert {n.code for n in told if isinstance(n, Say)} == {"card_taken_late"}
    assert {n.person for n in told if isinstance(n, Say)} == {"fin1", "fin2"}
