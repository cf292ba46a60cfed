"""What became of something that a page has put into the inbox, told as it was recorded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.events import ChannelName, Sender
from bot.port import SignInDoor
from bot.texts import say
from bot.web.site import Site
from core.company import Company, Person
from core.notices import Notice, Reply, ShowCard
from core.ports import Outcome, Traces

PATIENCE_S = 3.0
"""How long a form waits for its outcome, so that the page that follows can show it."""
_GLANCE_S = 0.05


def told(outcome: Outcome, person: Person, company: Company, site: Site) -> dict[str, object]:
    """Tell an outcome by the notices that it left: a card, an explanation, or both."""
    if outcome.state == "waiting":
        return {"state": "waiting"}
    claim = next((c for n in outcome.notices if (c := _card_of(n, person))), None)
    replies = [n for n in outcome.notices if isinstance(n, Reply)]
    notes = [say(r.code, person.language, dict(r.fields), company) for r in replies]
    codes = {reply.code for reply in replies}
    if claim is not None:
        link = site.path(f"/app/claims/{claim}")
        return {"state": "on_draft", "claim": claim, "link": link, "notes": notes}
    state = "not_an_invoice" if "not_an_invoice" in codes else "refused"
    return {"state": state, "notes": notes}


def _card_of(notice: Notice, person: Person) -> str | None:
    """Give the claim whose card a notice shows to its own person."""
    if not isinstance(notice, ShowCard) or notice.purpose != "claim":
        return None
    return notice.claim if notice.person == person.id else None


def chat_of(
    person: Person, inside: ChannelName | None, doors: Mapping[ChannelName, SignInDoor]
) -> Sender | None:
    """Give a person's own chat: of the browser's messenger if they have it, else another."""
    users = {"dingtalk": person.dingtalk, "wecom": person.wecom}
    names = sorted(doors, key=lambda name: name != inside)
    return next((Sender(name, user) for name in names if (user := users.get(name))), None)


@dataclass(frozen=True, slots=True)
class Told:
    """What has become of a form: `notes` are the answers, in the reader's language."""

    state: Literal["waiting", "done", "dead"]
    notes: tuple[str, ...]


def told_in_words(outcome: Outcome, person: Person, company: Company) -> Told:
    """Tell what somebody was answered, as the chat has it."""
    replies = [n for n in outcome.notices if isinstance(n, Reply)]
    notes = [say(n.code, person.language, dict(n.fields), company) for n in replies]
    return Told(outcome.state, tuple(dict.fromkeys(notes)))


async def settled(traces: Traces, key: str, patience_s: float) -> None:
    """Wait a moment for what was put into the inbox to be worked off."""
    for _ in range(round(patience_s / _GLANCE_S)):
        outcome = await traces.outcome(key)
        if outcome is None or outcome.state != "waiting":
            return
        await asyncio.sleep(_GLANCE_S)


def lane_of(sender: Sender) -> str:
    """Give the lane in which a person's messages come, so that an upload keeps their order."""
    user = sender.user if sender.channel == "dingtalk" else sender.user.lower()
    return f"{sender.channel}:{user}"
