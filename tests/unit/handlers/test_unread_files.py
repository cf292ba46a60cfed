"""What is said of files in which no invoice was found."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot.events import ChannelName, FileReceived, MediaRef, PhotoReceived, Sender
from bot.handlers.work import Rooms
from bot.jobs.worker import InboxWorker
from bot.port import Fetched
from core.calendar import CHINA
from core.company import LegalEntity, TaxRule
from core.invoice import Reading
from tests.unit.handlers.chat_stage import Chat, company_with

NOTHING = "没有找到发票信息 · no invoice was found in this file"


@dataclass
class Desk:
    """Fetches and reads files: none of them is an invoice, and .exe is refused."""

    async def download(self, _channel: ChannelName, media: MediaRef) -> Fetched:
        return Fetched(media.id.encode(), media.name)

    async def read(
        self,
        name: str,
        data: bytes,
        *,
        companies: Sequence[LegalEntity] = (),
        rules: Sequence[TaxRule] = (),
    ) -> tuple[Reading, ...]:
        assert companies
        assert rules == ()
        return (Reading(name, ok=False, reason=NOTHING, refused=b"exe" in data),)

    async def put(self, data: bytes) -> str:
        return data.hex().ljust(64, "0")[:64]

    async def get(self, sha256: str) -> bytes:
        raise FileNotFoundError(sha256)

    async def drop(self, sha256: str) -> None:
        """Keep nothing anyway."""


async def chat_with(*english: str) -> Chat:
    chat = await Chat().found(company_with(english=english))
    desk = Desk()
    rooms = Rooms(chat.storage.store, desk, desk, desk, chat.settings, chat.storage.spending)
    hands = InboxWorker(
        chat.storage.inbox,
        rooms,
        chat.worker._runner,
        clock=chat.clock,
        zone=CHINA,
    )
    chat.worker = hands
    return chat


async def sent(chat: Chat, *names: str, photos: int = 0) -> str:
    before = len(chat.storage.outbox.queue.rows)
    sender = Sender("dingtalk", "zhang")
    for name in names:
        await chat.put("zhang", FileReceived(sender, MediaRef(name, name)))
    if photos:
        media = tuple(MediaRef(f"p{i}") for i in range(photos))
        await chat.put("zhang", PhotoReceived(sender, media))
    await chat.run()
    return await chat.answers("zhang", before)


async def test_a_photo_is_asked_for_again_and_a_file_is_not() -> None:
    chat = await chat_with()

    photo, file = await sent(chat, photos=1), await sent(chat, "合同.pdf")

    assert "没能读出票据：没有找到发票信息。如果这张图片是票据，请拍平" in photo
    assert file.startswith("没能从「合同.pdf」读出票据：没有找到发票信息。也可以直接打字")


@pytest.mark.parametrize(("name", "kept"), [("合同.pdf", True), ("a.exe", False)])
async def test_with_a_draft_in_hand_it_is_kept_as_a_file_unless_refused(
    name: str,
    *,
    kept: bool,
) -> None:
    chat = await chat_with()
    await chat.say("zhang", "打车 45 昨天")

    said = await sent(chat, name)

    assert ("已作为附件放进 BX-20261125-0001" in said) is kept
    assert bool((await chat.claim("BX-20261125-0001")).files) is kept


async def test_many_pictures_are_told_in_one_message() -> None:
    said = await sent(await chat_with(), photos=5)

    assert said.startswith("这 5 个文件都没能读出票据")
    assert said.count("没有找到发票信息") == 5
    assert said.count("例如") == 1


async def test_the_reason_is_in_the_readers_language() -> None:
    said = await sent(await chat_with("zhang"), "contract.pdf")

    assert "from “contract.pdf”: no invoice was found in this file." in said
    assert "没" not in said
