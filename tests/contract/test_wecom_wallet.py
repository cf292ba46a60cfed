"""WeChat wallets through WeCom's API, as the sandbox plays it: strict states, lost answers."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from bot.channels.wecom import WeComChannel
from bot.channels.wecom.tickets import sign_cards, sign_page
from core.errors import Rejected, Retryable
from core.wallet import ChosenCard, WalletCard
from sandbox.edge import Fault
from sandbox.server import RunningSandbox
from sandbox.wecom_invoices import LOCK, Invoice
from tests.contract.test_sign_in import sandbox, wecom

__all__ = ["sandbox"]

UPDATE = "POST /cgi-bin/card/invoice/reimburse/updatestatusbatch"
A, B = WalletCard("me", "a", "x"), WalletCard("me", "b", "x")


@pytest.fixture
async def channel(sandbox: RunningSandbox) -> AsyncIterator[WeComChannel]:
    for card in (A, B, WalletCard("other", "c", "x")):
        made = Invoice(card.openid, card.card_id, card.encrypt_code, {"fee": 100}, "店")
        sandbox.hands.invoices.put(made)
    made_channel = wecom(sandbox.url)
    yield made_channel
    await made_channel.stop()


async def states(channel: WeComChannel) -> list[str]:
    chosen = [ChosenCard("a", "x"), ChosenCard("b", "x")]
    return [found.status for found in await channel.wallet.invoices(chosen)]


async def test_a_repeated_order_changes_nothing(channel: WeComChannel) -> None:
    for _ in range(2):
        assert await channel.wallet.set_status("me", (A, B), "lock") == ()

    assert await states(channel) == ["lock", "lock"]


async def test_an_order_whose_answer_was_lost_may_be_repeated(
    channel: WeComChannel,
    sandbox: RunningSandbox,
) -> None:
    sandbox.hands.faults.plan(Fault("wecom", UPDATE, 1, after_effect=True))

    with pytest.raises(Retryable):
        await channel.wallet.set_status("me", (A,), "lock")

    assert await channel.wallet.set_status("me", (A,), "lock") == ()


async def test_what_half_has_the_state_is_finished(channel: WeComChannel) -> None:
    await channel.wallet.set_status("me", (A,), "lock")

    assert await channel.wallet.set_status("me", (A, B), "init") == ()
    assert await states(channel) == ["init", "init"]


async def test_a_card_of_others_stops_all_of_them(
    channel: WeComChannel,
    sandbox: RunningSandbox,
) -> None:
    foreign = Invoice("me", "b", "x", {"fee": 100}, "店", status=LOCK, foreign=True)
    sandbox.hands.invoices.put(foreign)

    assert await channel.wallet.set_status("me", (A, B), "lock") == (B,)
    assert await states(channel) == ["init", "lock"]


async def test_closure_is_for_good(channel: WeComChannel) -> None:
    await channel.wallet.set_status("me", (A,), "lock")
    await channel.wallet.set_status("me", (A,), "closure")

    assert await channel.wallet.set_status("me", (A,), "init") == (A,)


async def test_cards_of_two_people_are_refused(channel: WeComChannel) -> None:
    with pytest.raises(Rejected, match="card_owner"):
        await channel.wallet.set_status("me", (A, WalletCard("other", "c", "x")), "lock")

    assert await states(channel) == ["init", "init"]


async def test_tickets_are_fetched_once(
    channel: WeComChannel,
    sandbox: RunningSandbox,
) -> None:
    pickers = await asyncio.gather(*(channel.card_picker("http://x/#top") for _ in range(8)))

    calls = [line.what for line in sandbox.world.trail(0) if "ticket" in line.what]
    assert sorted(calls) == ["GET /cgi-bin/get_jsapi_ticket", "GET /cgi-bin/ticket/get"]
    assert len({p.nonce for p in pickers}) == 8


def test_signatures_are_those_of_the_documents() -> None:
    page = "jsapi_ticket=t&noncestr=n&timestamp=1&url=http://x/"
    cards = "1INVOICEnttww"

    assert (
        sign_page("t", "n", 1, "http://x/")
        == hashlib.sha1(page.encode(), usedforsecurity=False).hexdigest()
    )
    assert (
        sign_cards("tt", "ww", "n", 1)
        == hashlib.sha1(cards.encode(), usedforsecurity=False).hexdigest()
    )
