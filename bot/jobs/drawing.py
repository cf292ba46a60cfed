"""Cards as they must look now: the claim, its budgets and its reader, read afresh each time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.cards.alert import AlertScene, build_alert
from bot.cards.budget_change import ChangeScene, build_change
from bot.cards.permits import Moment
from bot.cards.todo import TodoScene, build_todo
from bot.cards.view import ON_PAGE, CardView, build_view
from bot.events import ChannelName
from bot.handlers.batch import batch_of
from bot.handlers.dialogs import alive, armed_for
from bot.handlers.finding import foreseen
from bot.jobs.alert_pictures import bars_of, picture_of
from bot.pictures.views import Picture
from bot.port import JsonObject
from bot.texts.template import Language
from core.actions.basics import Settings
from core.actions.following import with_own_hold
from core.budget import charges_on_record
from core.budget.changes import is_change_number
from core.claim import Claim
from core.company import Company, Person
from core.notices import Purpose, ShowAlert, ShowCard
from core.ports import CardRecord, Store
from core.routing import Chain
from core.usage import Usages, break_down
from core.visibility import shown_to

Render = Callable[[CardView], JsonObject]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A view of a claim and the claim's revision that it shows; an alert has none."""

    view: CardView
    revision: int
    version: int
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Studio:
    """Draws claims for readers; `renders` has one function a messenger."""

    store: Store
    settings: Settings
    usages: Usages
    renders: Mapping[ChannelName, Render]
    public_url: str

    async def draw(
        self, notice: ShowCard | ShowAlert, today: date, number: int, now: datetime | None = None
    ) -> Drawing | None:
        """Draw a claim or a budget's alert for the person of a notice; None when either is gone.

        `number` tells this drawing from others, for the tokens of its buttons; `now` is what
        buttons that last only a moment are shown for.
        """
        if isinstance(notice, ShowAlert):
            return await self._alert(notice, today, number)
        purpose = notice.purpose
        if purpose == "todo":
            return await self._todo(notice, number, now)
        if is_change_number(notice.claim):
            return await self._change(notice, purpose, number)
        company = await self.store.company()
        claim = await self.store.claim(notice.claim)
        reader = company.person(notice.person)
        if claim is None or reader is None:
            return None
        shown, chain = await foreseen(self.store, company, claim, today, self.settings)
        shown, company = shown_to(shown, company, reader)
        moment = await self._moment(claim, reader, now)
        view = await self._view(shown, company, purpose, reader, number, chain, moment)
        return Drawing(view, claim.revision, claim.version)

    async def _moment(self, claim: Claim, reader: Person, now: datetime | None) -> Moment:
        """Find out what only now holds for a reader."""
        if now is None:
            return Moment(zone=self.settings.zone)
        dialog = alive(await self.store.dialog(reader.id), now)
        return Moment(now, armed_for(dialog, claim), self.settings.zone)

    async def _view(
        self,
        claim: Claim,
        company: Company,
        purpose: Purpose,
        reader: Person,
        number: int,
        chain: Chain,
        moment: Moment,
    ) -> CardView:
        budgets = [charge.budget for charge in charges_on_record(company, claim)]
        balances = await self.store.balances(budgets) if budgets else ()
        return build_view(
            claim,
            company,
            purpose=purpose,
            reader=reader,
            balances=with_own_hold(balances, claim),
            payment=await self.store.payment(f"P-{claim.number}"),
            link=f"{self.public_url}/app/claims/{claim.number}",
            language=reader.language,
            drawing=number,
            chain=chain,
            moment=moment,
        )

    async def _todo(self, notice: ShowCard, number: int, now: datetime | None) -> Drawing | None:
        """Draw what somebody may agree to together, or what they are asked to confirm."""
        company = await self.store.company()
        reader = company.person(notice.person)
        if reader is None:
            return None
        asked = alive(await self.store.dialog(reader.id), now) if now else None
        batch = await batch_of(self.store, self.settings, reader.id, asked)
        scene = TodoScene(
            company=company,
            reader=reader,
            claims=batch.claims,
            others=batch.others,
            link=f"{self.public_url}/app/todo",
            mark=batch.mark,
            armed=batch.armed,
            drawing=number,
        )
        return Drawing(build_todo(scene), 0, 0)

    async def _change(self, notice: ShowCard, purpose: Purpose, number: int) -> Drawing | None:
        """Draw a wish to change a budget."""
        company = await self.store.company()
        wish = await self.store.budget_change(notice.claim)
        reader = company.person(notice.person)
        if wish is None or reader is None:
            return None
        balances = {b.budget.id: b for b in await self.store.balances(wish.budgets)}
        link = f"{self.public_url}/app/budgets/{wish.budget}"
        scene = ChangeScene(wish, company, balances, purpose, reader, link, number)
        return Drawing(build_change(scene), wish.revision, 1)

    async def bars(self, budgets: Sequence[str], language: Language) -> Picture:
        """Draw budgets under one another, as they are now."""
        company = await self.store.company()
        balances = {b.budget.id: b for b in await self.store.balances(list(budgets))}
        return bars_of(company, [balances[b] for b in budgets if b in balances], language)

    async def _alert(self, notice: ShowAlert, today: date, number: int) -> Drawing | None:
        company = await self.store.company()
        balances = await self.store.balances([notice.budget])
        reader = company.person(notice.person)
        if not balances or reader is None:
            return None
        uses = await self.usages.largest(notice.budget)
        scene = AlertScene(
            company=company,
            balance=balances[0],
            breakdown=break_down(company, notice.budget, uses),
            threshold=notice.threshold,
            reader=reader,
            today=today,
            link=f"{self.public_url}/app/budgets/{notice.budget}",
            drawing=number,
        )
        picture = picture_of(scene, await self.usages.by_day(notice.budget))
        return Drawing(build_alert(scene), 0, 0, picture)

    def render(self, channel: ChannelName, view: CardView) -> JsonObject:
        """Give the card as it goes over the wire of a messenger."""
        return self.renders[channel](view)

    def render_closed(self, channel: ChannelName, view: CardView) -> JsonObject:
        """Give a card without buttons, for one that a newer card has replaced."""
        facts = tuple(fact for fact in view.facts if fact.id != ON_PAGE)
        return self.renders[channel](replace(view, facts=facts, actions=()))


def open_cards(
    cards: tuple[CardRecord, ...], notice: ShowCard | ShowAlert, channel: ChannelName
) -> tuple[CardRecord, ...]:
    """Find the person's live cards of one purpose, oldest first."""
    return tuple(
        c
        for c in cards
        if c.open
        and c.person == notice.person
        and c.purpose == notice.purpose
        and c.channel == channel
    )
