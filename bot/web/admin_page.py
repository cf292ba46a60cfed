"""Administration: channels, connected systems, jobs, what is stuck, whom nothing reaches."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from bot.events import ChannelName
from bot.port import Channel
from bot.texts.names import department_name
from bot.texts.pages import PAGES, page_text
from bot.texts.plain import one_line
from bot.texts.systems import system_name
from bot.texts.template import Language
from bot.web.navigation import may_administer
from bot.web.site import Site
from core.company import Company, Person
from core.errors import Refused
from core.outside import Capabilities, Exchanged, Journal
from core.ports import Clock, Inbox, Store
from core.schedule import JobRun, Slots
from core.stuck import DeadLetter, DeadLetters

STUCK = 100
"""Dead letters that are listed."""
UNREACHED = 50
CALLS = 20
"""Last calls of a system by which its health is judged."""
BAD_STATUS = 400
_ABILITIES = ("find", "safe_repeat", "query", "cancel", "decide", "signs_hooks")

Deal = Callable[[Person, str], Awaitable[int]]
"""Does something about all that is stuck under a number, as somebody; Refused `not_stuck`."""
Tone = Literal["good", "warm", "hot", "plain"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Remedies:
    """What an administrator may do about what is stuck."""

    retry: Deal
    drop: Deal


@dataclass(frozen=True, slots=True)
class Light:
    """Something with its health: `text` says what the tone shows."""

    name: str
    tone: Tone
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StuckRow:
    """Everything that is stuck under one number."""

    number: str
    path: str
    letters: tuple[tuple[str, str, str], ...]
    """What it is, since when, and the error."""


@dataclass(frozen=True, slots=True)
class AdminPage:
    """The handlers and what they read from; who has no business here finds no page."""

    site: Site
    store: Store
    inbox: Inbox
    slots: Slots
    dead: DeadLetters
    journal: Journal
    channels: Mapping[ChannelName, Channel]
    systems: Mapping[str, Capabilities]
    remedies: Remedies
    clock: Clock
    zone: ZoneInfo

    async def page(self, request: web.Request, person: Person) -> web.Response:
        """Show how everything is."""
        if not may_administer(person):
            raise web.HTTPNotFound
        company = await self.store.company()
        desk = _Desk(person.language, self.clock(), self.zone)
        letters = await self.dead.all(STUCK)
        unreached = [p for p in company.people if p.active and not (p.dingtalk or p.wecom)]
        return self.site.render(
            "admin.html",
            person.language,
            person=person,
            may_act="admin" in person.roles,
            done=request.query.get("done", "") in {"retry", "drop"} and request.query["done"],
            version=str(await self.store.company_version()),
            counts=desk.counts(company),
            waits=desk.waits(await self.inbox.oldest_waiting()),
            channels=[desk.channel(n, up=c.connected()) for n, c in sorted(self.channels.items())],
            systems=[await self._system(desk, n, c) for n, c in sorted(self.systems.items())],
            jobs=[desk.job(run) for run in await self.slots.latest()],
            stuck=_by_number(letters, desk),
            cut=len(letters) == STUCK,
            most=str(STUCK),
            unreached=[desk.stranger(p, company) for p in unreached[:UNREACHED]],
            unreached_count=len(unreached),
        )

    async def _system(self, desk: "_Desk", name: str, can: Capabilities) -> Light:
        return desk.system(name, can, await self.journal.last(name, CALLS))

    async def deal(self, request: web.Request, person: Person) -> web.Response:
        """Try again, or give up, what is stuck under a number; administrators alone may."""
        if "admin" not in person.roles:
            raise web.HTTPNotFound
        given = await request.post()
        number, what = str(given.get("number", ""))[:200], str(given.get("what", ""))
        deals = {"retry": self.remedies.retry, "drop": self.remedies.drop}
        if what not in deals or not number:
            raise web.HTTPBadRequest
        try:
            count = await deals[what](person, number)
        except Refused:
            # Another administrator was faster, or it went through: the list shows what is left.
            return self.site.redirect("/app/admin", HTTPStatus.SEE_OTHER)
        log.info("stuck_dealt_with", what=what, count=count)
        return self.site.redirect(f"/app/admin?done={what}", HTTPStatus.SEE_OTHER)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Writes what the page shows in one language."""

    language: Language
    now: datetime
    zone: ZoneInfo

    def say(self, code: str, **fields: str) -> str:
        return page_text(code, self.language, **fields)

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%m-%d %H:%M}"

    def counts(self, company: Company) -> tuple[tuple[str, str], ...]:
        """Count what the company's file names."""
        active = sum(p.active for p in company.people)
        figures = {
            "people": active,
            "departments": len(company.departments),
            "budgets": len(company.budgets),
            "policies": len(company.policies),
            "flows": len(company.flows),
        }
        return tuple((self.say(f"count_{k}"), f"{v:,}") for k, v in figures.items())

    def waits(self, oldest: datetime | None) -> str:
        """Say for how long the oldest message has been waiting, "" for none."""
        if oldest is None:
            return ""
        seconds = max(0, round((self.now - oldest).total_seconds()))
        return self.say("inbox_waits", seconds=f"{seconds:,}")

    def channel(self, name: str, *, up: bool) -> Light:
        code = "channel_up" if up else "channel_down"
        shown = self.say(f"channel_{name}")
        return Light(shown, "good" if up else "hot", self.say(code))

    def system(self, name: str, can: Capabilities, calls: Sequence[Exchanged]) -> Light:
        """Judge a system by its last calls, and say what it can do."""
        abilities = [self.say(f"can_{a}") for a in _ABILITIES if getattr(can, a)]
        roles = [self.say(f"role_{r}") for r in sorted(can.roles)]
        comma = "、" if self.language == "zh" else ", "
        notes = (
            self.say("system_kind", kind=can.kind, roles=comma.join(roles)),
            self.say("system_can", abilities=comma.join(abilities)) if abilities else "",
            self.say("system_unverified", what=comma.join(can.unverified))
            if can.unverified
            else "",
        )
        kept = tuple(one_line(n) for n in notes if n)
        shown = system_name(name, self.language)
        if not calls:
            return Light(shown, "plain", self.say("system_silent"), kept)
        bad = sum(_failed(c) for c in calls)
        last = calls[0]
        tone: Tone = "hot" if _failed(last) else "warm" if bad else "good"
        facts = {"at": self.moment(last.at), "call": one_line(last.call, 40)}
        code = "system_failed" if _failed(last) else "system_ok"
        error = one_line(last.error or str(last.status), 80) if _failed(last) else ""
        rate = self.say("system_rate", bad=str(bad), count=str(len(calls))) if bad else ""
        text = self.say(code, **facts, error=error) if error else self.say(code, **facts)
        return Light(shown, tone, text, tuple(n for n in (rate, *kept) if n))

    def job(self, run: JobRun) -> Light:
        code = f"job_{run.job}"
        # A job that only an earlier version had goes by its own name.
        name = self.say(code) if code in PAGES else one_line(run.job, 40)
        return Light(name, "good", self.moment(run.finished_at), (one_line(run.said),))

    def stranger(self, person: Person, company: Company) -> tuple[str, str]:
        department = department_name(company, person.department, self.language)
        return one_line(person.name, 40), department


def _failed(call: Exchanged) -> bool:
    return bool(call.error) or call.status >= BAD_STATUS


def _by_number(letters: Sequence[DeadLetter], desk: _Desk) -> list[StuckRow]:
    """Gather letters by the number under which people deal with them."""
    found: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        found.setdefault(letter.number, []).append(letter)
    return [
        StuckRow(
            number=number,
            path=f"/app/claims/{number}" if number.count("-") == 2 else "",  # noqa: PLR2004
            letters=tuple(
                (one_line(x.what, 60), desk.moment(x.at), one_line(x.error, 160)) for x in mine
            ),
        )
        for number, mine in found.items()
    ]
