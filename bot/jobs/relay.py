"""The outbox relay: tells people what was committed, in order, each thing once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.events import ChannelName
from bot.jobs.alert_pictures import NAME
from bot.jobs.drawing import Studio, open_cards
from bot.jobs.manners import Manners
from bot.jobs.posting import Posting
from bot.jobs.pump import LEASE_S
from bot.jobs.retries import MAX_ATTEMPTS, pause
from bot.jobs.verifying import NotYet, Verifier
from bot.jobs.wallet import Wallets
from bot.pictures.gallery import Gallery
from bot.pictures.views import Picture
from bot.port import Channel, GroupVoice, PictureVoice
from bot.texts import say
from core.actions.alerting import quiet_lane
from core.company import Company, Person
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.notices import (
    CallSystem,
    Reply,
    Say,
    SayInGroup,
    ShowAlert,
    ShowCard,
    Told,
    UpdateWallet,
    VerifyInvoice,
)
from core.ports import CardRecord, Clock, Outbox, OutboxItem, Store

log = structlog.get_logger(__name__)

PARALLEL = 16
RATE_WINDOW_S = 60
MAX_PER_WINDOW = 24
"""WeCom drops what exceeds 30 messages a minute to one member, without an error; the lanes of a
member run beside one another, each perhaps with a message and its picture under way."""
_IN_WECOM = frozenset({"wecom", "wecom_bot"})

Target = tuple[Channel, str]


@dataclass(frozen=True, slots=True)
class Relay:
    """Sends leased notices. What fails for now is tried again, its person's lane behind it.

    `has_voice` says whether this replica can speak in every messenger: the connection of WeCom's
    智能机器人 is held by one of them only, which then does all the telling.
    """

    outbox: Outbox
    store: Store
    studio: Studio
    channels: Mapping[ChannelName, Channel]
    clock: Clock
    zone: ZoneInfo
    has_voice: Callable[[], bool] = field(default=lambda: True)
    verifier: Verifier | None = None
    wallets: Wallets | None = None
    manners: Manners | None = None
    gallery: Gallery | None = None

    async def lease(self, room: int) -> tuple[OutboxItem, ...]:
        """Take due notices."""
        if not self.has_voice():
            return ()
        return await self.outbox.lease(room, self.clock(), LEASE_S)

    async def renew(self, item: OutboxItem) -> None:
        """Go on holding a notice that takes long."""
        await self.outbox.renew(item, self.clock(), LEASE_S)

    async def handle(self, item: OutboxItem) -> None:
        """Send one notice; the edge where a refusal is written down."""
        try:
            self._await_due(item)
            cards, again = await self._deliver(item)
        except (Rejected, ResultUnknown) as error:
            # After ResultUnknown saying it twice would be worse than perhaps not at all.
            log.warning("notice_not_delivered", key=item.key, code=error.code)
            await self.outbox.bury(item, error.code)
        except NotYet as wait:
            await self.outbox.retry(item, wait.at, "not_yet")
        except Exception as error:  # noqa: BLE001 the relay's edge (design §8)
            await self._failed(item, error)
        else:
            await self.outbox.finish(item, self.clock(), cards, again=again)

    def _await_due(self, item: OutboxItem) -> None:
        """Raise NotYet for a card that is to be drawn later."""
        due = item.notice.due if isinstance(item.notice, ShowCard) else None
        if due and due > self.clock():
            raise NotYet(due)

    async def _failed(self, item: OutboxItem, error: Exception) -> None:
        kind = type(error).__name__
        log.warning("notice_failed", key=item.key, attempts=item.attempts, error=kind)
        to_system = isinstance(item.notice, VerifyInvoice | UpdateWallet)
        asked = to_system and isinstance(error, OutsideError)
        if item.attempts + 1 >= MAX_ATTEMPTS and not asked and not isinstance(error, AuthFailed):
            await self.outbox.bury(item, kind)
        else:
            await self.outbox.retry(item, self.clock() + pause(item.attempts, error), kind)

    async def _deliver(self, item: OutboxItem) -> tuple[tuple[CardRecord, ...], bool]:
        notice = item.notice
        if isinstance(notice, VerifyInvoice):
            if self.verifier:
                await self.verifier.ask(item.key, notice)
            return (), False
        if isinstance(notice, SayInGroup):
            await self._say_in_group(notice)
            return (), False
        if isinstance(notice, UpdateWallet):
            if self.wallets is None:
                raise AuthFailed("wecom_off")
            await self.wallets.tell(item.key, notice)
            return (), False
        if isinstance(notice, CallSystem):  # its system's own pump leases it, never this one
            raise Rejected("not_for_people", system=notice.system)
        if self.manners:
            told = await self.manners.weigh(item, notice, self.clock())
            if told is None:
                return (), False
            notice = told
        company = await self.store.company()
        person, targets = self._audience(notice, company)
        await self._pace(person, targets)
        if isinstance(notice, ShowCard | ShowAlert):
            return await self._show(item, notice, targets)
        await self._tell(notice, targets, person, company)
        return (), False

    async def _tell(
        self,
        notice: Say | Reply,
        targets: tuple[Target, ...],
        person: Person | None,
        company: Company,
    ) -> None:
        """Send words; who wrote to the bot in a group only is told in the application's chat."""
        picture = await self._bars_of(notice, person)
        try:
            await _speak(notice, targets, person, company)
        except Rejected:
            application = self.channels.get("wecom")
            from_bot = isinstance(notice, Reply) and notice.channel == "wecom_bot"
            if application is None or not from_bot:
                raise
            targets = tuple((application, user) for _, user in targets)
            await _speak(notice, targets, person, company)
        if picture is not None:
            await _each(targets, lambda channel, user: self._illustrate(channel, user, picture))

    async def _bars_of(self, notice: Say | Reply, person: Person | None) -> Picture | None:
        """Describe the picture that goes below an answer about budgets."""
        if not isinstance(notice, Reply) or not notice.budgets:
            return None
        return await self.studio.bars(notice.budgets, person.language if person else "zh")

    async def _say_in_group(self, notice: SayInGroup) -> None:
        voice: object = self.channels.get(notice.channel)
        if not isinstance(voice, GroupVoice):
            raise Rejected("no_groups", channel=notice.channel)
        await voice.say_in_group(notice.group, say(notice.code, "zh", {}))

    def _audience(self, notice: Told, company: Company) -> tuple[Person | None, tuple[Target, ...]]:
        """Give whom a notice is for, and every messenger in which the company knows them.

        An answer goes only to where it was asked. In WeCom everything else comes in the
        application's chat if there is one, and in the bot's only if there is none.
        """
        if isinstance(notice, Reply):
            channel = self.channels.get(notice.channel)
            person = company.person_by_user(notice.channel, notice.user)
            return person, ((channel, notice.user),) if channel else ()
        person = company.person(notice.person)
        if person is None or not person.active:
            return None, ()
        users: dict[ChannelName, str | None] = {
            "dingtalk": person.dingtalk,
            "wecom": person.wecom,
            "wecom_bot": None if "wecom" in self.channels else person.wecom,
        }
        return person, tuple((c, user) for n, c in self.channels.items() if (user := users[n]))

    async def _pace(self, person: Person | None, targets: tuple[Target, ...]) -> None:
        """Stay below what WeCom drops silently, over all lanes and replicas; else Retryable."""
        since = self.clock() - timedelta(seconds=RATE_WINDOW_S)
        in_wecom = any(channel.name in _IN_WECOM for channel, _ in targets)
        lanes = [f"{channel.name}:{user}" for channel, user in targets]
        lanes += [person.id, quiet_lane(person.id), f"later:{person.id}"] if person else []
        if in_wecom and await self.outbox.sent_since(lanes, since) >= MAX_PER_WINDOW:
            raise Retryable("member_rate", retry_after_s=RATE_WINDOW_S / 12)

    async def _show(
        self, item: OutboxItem, notice: ShowCard | ShowAlert, targets: tuple[Target, ...]
    ) -> tuple[tuple[CardRecord, ...], bool]:
        """Post a card; the second answer says that the claim moved on meanwhile.

        Of several new cards that wait for one person, as after a row of photos, the last is drawn.
        """
        if notice.fresh and await self.outbox.overtaken(item):
            return (), False
        today = self.clock().astimezone(self.zone).date()
        drawing = await self.studio.draw(notice, today, item.id, self.clock())
        if drawing is None:
            return (), False
        known = await self.store.cards(notice.subject)
        targets = targets or self._left_behind(notice, known)
        seen = {c.card for c in known}
        drawn: list[CardRecord] = []

        async def post(channel: Channel, user: str) -> None:
            live = open_cards(known, notice, channel.name)
            posting = Posting(self.studio, channel, user, item.id, notice, drawing, live)
            changed = await posting.post()
            drawn.extend(changed)
            if drawing.picture and any(c.card not in seen for c in changed):
                await self._illustrate(channel, user, drawing.picture)

        await _each(targets, post)
        if isinstance(notice, ShowAlert):
            return tuple(drawn), False
        now = await self.store.claim(notice.claim)
        return tuple(drawn), now is not None and now.revision != drawing.revision

    def _left_behind(
        self, notice: ShowCard | ShowAlert, known: tuple[CardRecord, ...]
    ) -> tuple[Target, ...]:
        """Give where somebody who has left still has cards: they lose their buttons."""
        if not isinstance(notice, ShowCard) or not notice.only_open:
            return ()
        live = [c for c in known if c.open and c.person == notice.person]
        places = dict.fromkeys((c.channel, c.user) for c in live)
        return tuple((self.channels[c], user) for c, user in places if c in self.channels)

    async def _illustrate(self, channel: Channel, user: str, picture: Picture) -> None:
        """Send a picture below a new card; the card has said everything without it."""
        voice: object = channel
        if self.gallery is None or not isinstance(voice, PictureVoice):
            return
        try:
            await voice.send_picture(user, NAME, await self.gallery.draw(picture))
        except OutsideError as error:
            log.info("picture_not_sent", channel=channel.name, code=error.code)


async def _speak(
    notice: Say | Reply, targets: tuple[Target, ...], person: Person | None, company: Company
) -> None:
    language = person.language if person else "zh"
    text = say(notice.code, language, dict(notice.fields), company)
    await _each(targets, lambda channel, user: channel.send_text(user, text))


async def _each(
    targets: tuple[Target, ...], tell: Callable[[Channel, str], Awaitable[None]]
) -> None:
    """Tell a person in each of their messengers; refused is only what every one refuses."""
    refusals: list[Rejected] = []
    for channel, user in targets:
        try:
            await tell(channel, user)
        except Rejected as error:
            log.info("messenger_refused", channel=channel.name, code=error.code)
            refusals.append(error)
    if refusals and len(refusals) == len(targets):
        raise refusals[0]
