"""The picture beside an alert: what it shows, and that the card never waits for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import pytest

from bot.cards.wecom import for_wecom
from bot.events import MediaRef
from bot.jobs.alert_pictures import picture_of
from bot.jobs.drawing import Studio
from bot.jobs.relay import Relay
from bot.pictures.gallery import Gallery
from bot.pictures.views import TopList, Trend
from bot.port import CardHandle, Fetched, JsonObject
from core.actions.basics import Settings
from core.alerts import ThresholdCrossed
from core.change import Change, Outgoing
from core.errors import Rejected, ResultUnknown, Retryable
from core.notices import Reply
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import SHANGHAI
from tests.unit.cards.samples import COMPANY
from tests.unit.cards.test_alert_card import scene

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAYS = ((date(2026, 10, 5), 200000), (date(2026, 10, 9), 100000), (date(2026, 11, 3), 550000))


@dataclass
class Chat:
    """A messenger that takes cards, and pictures unless something is wrong."""

    error: Exception | None = None
    cards: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    name: Literal["wecom"] = "wecom"

    async def start(self) -> None:
        """Be there."""

    async def stop(self) -> None:
        """Be gone."""

    def connected(self) -> bool:
        return True

    async def send_text(self, user: str, text: str) -> None:
        self.texts.append(text)

    async def create_card(self, user: str, card: str, body: JsonObject, alert: str) -> CardHandle:
        self.cards.append(alert)
        return CardHandle(card, user)

    async def update_card(self, handle: CardHandle, body: JsonObject) -> CardHandle:
        return handle

    async def download(self, media: MediaRef) -> Fetched:
        raise AssertionError(media)

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        if self.error:
            raise self.error
        self.pictures.append(data)


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    found = Gallery()
    yield found
    found.close()


ALERT = Change(
    at=NOW,
    alerts=(ThresholdCrossed("sales-2026q4", "2026-Q4", 80, 1000000, 850000, 0, NOW),),
)


async def relayed(chat: Chat, gallery: Gallery, change: Change = ALERT) -> MemoryStorage:
    """Tell an alert, or another change, once."""
    storage = MemoryStorage(lambda: NOW)
    people = [p.model_copy(update={"wecom": p.id}) for p in COMPANY.people]
    company = COMPANY.model_copy(update={"people": tuple(people)})
    await storage.store.apply_company(company, expected_version=0, at=NOW, actor="t")
    await storage.store.commit(change)
    studio = Studio(storage.store, Settings(), storage.usages, {"wecom": for_wecom}, "http://chit")
    relay = Relay(
        storage.outbox,
        storage.store,
        studio,
        {"wecom": chat},
        lambda: NOW,
        SHANGHAI,
        gallery=gallery,
    )
    for item in await relay.lease(10):
        await relay.handle(item)
    return storage


async def test_a_picture_follows_the_card(gallery: Gallery) -> None:
    chat = Chat()

    await relayed(chat, gallery)

    assert len(chat.cards) == 1
    assert [p[:4] for p in chat.pictures] == [b"\x89PNG"]


async def test_the_bars_of_budgets_follow_the_words_of_an_answer(gallery: Gallery) -> None:
    chat = Chat()
    reply = Reply(
        "wecom", "zhang", "budgets", (("rows", "市场部"),), budgets=("sales-2026q4", "gone")
    )

    await relayed(chat, gallery, Change(at=NOW, outbox=(Outgoing("k", "zhang", reply),)))

    assert chat.texts == ["预算情况：\n市场部"]
    assert [p[:4] for p in chat.pictures] == [b"\x89PNG"]


@pytest.mark.parametrize(
    "error", [Rejected("media_refused"), Retryable("busy"), ResultUnknown("lost")]
)
async def test_without_its_picture_the_card_is_told_all_the_same(
    gallery: Gallery, error: Exception
) -> None:
    chat = Chat(error)

    storage = await relayed(chat, gallery)

    assert (len(chat.cards), chat.pictures) == (1, [])
    assert await storage.outbox.lease(10, NOW, 60) == ()


def test_it_shows_the_bar_the_months_and_the_people() -> None:
    found = picture_of(scene(), DAYS)

    assert found.title == "市场部 2026-Q4"
    assert found.figures == (("额度", "¥10,000.00"), ("可用", "¥1,500.00"))
    (trend,) = (p for p in found.parts if isinstance(p, Trend))
    assert trend.points == (("2026-10", 300000), ("2026-11", 550000))
    (top,) = (p for p in found.parts if isinstance(p, TopList))
    assert top.rows[0] == ("张三", 600000)
    assert "超支" in found.note


def test_one_month_is_no_trend() -> None:
    assert not any(isinstance(p, Trend) for p in picture_of(scene(), DAYS[:2]).parts)
