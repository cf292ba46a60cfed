"""Puts a drawn claim into a person's chat: redraws the live card or adds a new one."""

import re
from dataclasses import dataclass, replace

import structlog

from bot.cards.view import alert_of
from bot.jobs.drawing import Drawing, Studio
from bot.port import CardHandle, Channel
from core.errors import Rejected, Unsupported
from core.notices import ShowAlert, ShowCard
from core.ports import CardRecord

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Posting:
    """One card for one person in one messenger; `live` are the ones that they have, oldest first.

    `item` is the outbox row behind it: a repetition is the same card.
    """

    studio: Studio
    channel: Channel
    user: str
    item: int
    notice: ShowCard | ShowAlert
    drawing: Drawing
    live: tuple[CardRecord, ...]

    async def post(self) -> tuple[CardRecord, ...]:
        """Do what the notice wants; gives the records that changed.

        A card that this very row has made before is redrawn: making it again changes nothing.
        """
        mine = card_id(self.notice, self.channel.name, self.item)
        target = next((c for c in self.live if c.card == mine), None)
        if target is None and self.live and not self.notice.fresh:
            target = self.live[-1]
        if target:
            return await self._redraw(target)
        if self.notice.only_open:
            return ()
        new = await self._create()
        older = [await self._close(c) for c in self.live]
        return (new, *older)

    async def _redraw(self, record: CardRecord) -> tuple[CardRecord, ...]:
        body = self.studio.render(self.channel.name, self.drawing.view)
        try:
            handle = await self.channel.update_card(_handle(record), body)
        except Unsupported:
            return (await self._create(), replace(record, open=False))
        return (replace(record, codes=handle.codes, drawn=self.drawing.revision),)

    async def _create(self) -> CardRecord:
        card = card_id(self.notice, self.channel.name, self.item)
        body = self.studio.render(self.channel.name, self.drawing.view)
        handle = await self.channel.create_card(self.user, card, body, alert_of(self.drawing.view))
        return CardRecord(
            card=card,
            claim=self.notice.subject,
            purpose=self.notice.purpose,
            person=self.notice.person,
            channel=self.channel.name,
            user=self.user,
            version=self.drawing.version,
            codes=handle.codes,
            message=handle.message,
            drawn=self.drawing.revision,
        )

    async def _close(self, record: CardRecord) -> CardRecord:
        """Take the buttons from a card that a newer one replaces, as far as that is possible."""
        body = self.studio.render_closed(self.channel.name, self.drawing.view)
        try:
            await self.channel.update_card(_handle(record), body)
        except (Unsupported, Rejected) as error:
            log.info("old_card_stays", card=record.card, code=error.code)
        return replace(record, open=False, codes=())


def _handle(record: CardRecord) -> CardHandle:
    return CardHandle(record.card, record.user, record.codes, record.message)


_UNFIT = re.compile(r"[^0-9A-Za-z_@-]")


def card_id(notice: ShowCard | ShowAlert, channel: str, item: int) -> str:
    """Name a card by its claim, purpose, person, messenger and outbox row.

    Who has both messengers gets a card in each, and each is redrawn by its own record. Only
    characters that WeCom's task_id takes, at most 128 of them.
    """
    person = _UNFIT.sub("_", notice.person)[:48]
    subject = _UNFIT.sub("_", notice.subject)[:40]
    return f"{subject}-{notice.purpose}-{person}-{channel}-{item}"
