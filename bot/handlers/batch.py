"""Agreeing to a list of clean claims with one confirmation, each in a change of its own."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.events import CardClicked
from bot.handlers.approvals import approval_of, is_high
from bot.handlers.dialogs import BATCH, alive, ended, facts, waiting
from bot.handlers.work import Work
from bot.texts.names import person_name
from bot.texts.queries import row
from bot.texts.refusals import refusal_text
from core.actions.basics import Settings
from core.change import Dialog
from core.claim import Claim, State
from core.errors import ChitError, Conflict, Refused
from core.money import format_cny, format_yuan
from core.notices import TODO_LISTS, Reply, show_todo
from core.phrases.intents import ApproveAll
from core.ports import ClaimQuery, Page, Store

ON_CARD = 4
"""Claims that a small card can name; more are named in words as well."""
MANY = Page(limit=50)
"""Claims of one batch; whoever has more says it again."""
SERIOUS = frozenset({"warn", "block"})
YES = frozenset(
    {
        "确认",
        "确定",
        "是",
        "是的",
        "好",
        "好的",
        "可以",
        "同意",
        "确认同意",
        "yes",
        "ok",
        "confirm",
        "y",
    }
)
"""Words that confirm what was just asked."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one yes would agree to, and how many others wait; `armed` while the yes is awaited.

    Of an armed one, claims that have changed since it was shown are left out; `mark` names what
    was asked about, for the token of its button.
    """

    claims: tuple[Claim, ...]
    others: int
    armed: bool = False
    mark: int = 0


async def batch_of(
    store: Store, settings: Settings, person: str, dialog: Dialog | None = None
) -> Batch:
    """Read what somebody may agree to together, or what they were asked about in a dialog."""
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=person)
    found = (await store.claims(query, MANY)).items
    armed = dialog is not None and dialog.expects == BATCH
    asked = facts(dialog)["claims"] if dialog and armed else ""
    clean = tuple(
        c
        for c in found
        if is_clean(c, person, settings) and (not asked or _mark(c) in asked.split())
    )
    others = len(found) - len(clean)
    return Batch(clean, others, armed and bool(clean), _digest(asked or _marks(clean)))


async def on_approve_all(_: ApproveAll, work: Work) -> None:
    """List the clean claims that wait for the person, and ask once."""
    batch = await _some(work)
    card = show_todo(work.person.id, fresh=True)
    await work.tell(_asking(work, batch), card, dialog=_awaited(work, batch.claims))


def _asking(work: Work, batch: Batch) -> Reply:
    """Name every claim that the one yes would agree to."""
    total = sum(c.total_fen for c in batch.claims)
    return work.reply(
        "batch_ask",
        count=str(len(batch.claims)),
        total=format_yuan(total),
        rows="\n".join(_row(work, c) for c in batch.claims),
        others=str(batch.others) if batch.others else "",
    )


async def _some(work: Work) -> Batch:
    batch = await batch_of(work.store, work.rooms.settings, work.person.id)
    if not batch.claims:
        raise Refused("batch_nothing" if batch.others else "nothing_waits")
    return batch


def _awaited(work: Work, claims: Sequence[Claim]) -> Dialog:
    return waiting(work, BATCH, claims=_marks(claims))


async def on_click(click: CardClicked, work: Work) -> None:
    """Ask once for the list, or take the one yes; the card is drawn again whatever comes of it.

    Refused `not_your_list` for a forwarded card, `batch_stale` for a list that is not awaited.
    """
    redraw = show_todo(work.person.id)
    try:
        mark = _mark_in(click.token, work.person.id)
        if click.action == "approve_all":
            batch = await _some(work)
            more = (_asking(work, batch),) if len(batch.claims) > ON_CARD else ()
            await work.tell(redraw, *more, dialog=_awaited(work, batch.claims))
            return
        await _take(work, await _asked(work, mark))
    except Refused as refused:
        raise Refused(refused.code, **{**refused.fields, "redraw": (redraw,)}) from None


async def _asked(work: Work, mark: int) -> Mapping[str, str]:
    """Give the list that is awaited; Refused `batch_stale` when it is another one, or none."""
    dialog = alive(await work.store.dialog(work.person.id), work.now)
    known = facts(dialog) if dialog and dialog.expects == BATCH else {}
    if not known or _digest(known["claims"]) != mark:
        raise Refused("batch_stale")
    return known


def _mark_in(token: str, person: str) -> int:
    """Read which list a button was drawn for."""
    number, _, rest = token.partition("~")
    if number != f"{TODO_LISTS}{person}":
        raise Refused("not_your_list")
    version = rest.partition("~")[0]
    return int(version) if version.isascii() and version.isdecimal() else -1


def is_clean(claim: Claim, person: str, settings: Settings) -> bool:
    """Whether a claim may be agreed to without opening it: nothing found, no second yes needed."""
    if any(f.severity in SERIOUS for f in claim.findings) or is_high(claim, settings):
        return False
    return person not in claim.owners


def _mark(claim: Claim) -> str:
    """Name a claim as it was shown: what has changed since is not agreed to unseen."""
    step = claim.plan.current if claim.plan else 0
    return f"{claim.number}/{claim.version}/{step}"


def _marks(claims: Sequence[Claim]) -> str:
    return " ".join(map(_mark, claims))


def _digest(marks: str) -> int:
    """Name a list in few characters; nothing is trusted to it."""
    return zlib.crc32(marks.encode())


def _row(work: Work, claim: Claim) -> str:
    name = person_name(work.company, claim.employee)
    return f"· {claim.number} {name} {format_cny(claim.total_fen)}"


async def answer(work: Work, known: Mapping[str, str], words: str) -> bool:
    """Agree to every claim of the list that is still as it was shown; false for other words."""
    if words.lower() not in YES:
        return False
    await _take(work, known)
    return True


async def _take(work: Work, known: Mapping[str, str]) -> None:
    """Judge each claim of a list by itself, and say of each what came of it."""
    agreed: list[str] = []
    skipped: list[str] = []
    for mark in known["claims"].split():
        text, done = await _agree(work, mark)
        (agreed if done else skipped).append(text)
    total = str(len(agreed))
    said = work.reply("batch_done", count=total, rows="\n".join(agreed), reasons="\n".join(skipped))
    await work.tell(said, show_todo(work.person.id), dialog=ended(work))


async def _agree(work: Work, mark: str) -> tuple[str, bool]:
    """Agree to one claim; says so, or why not: it moved on, or somebody decided just now."""
    number = mark.partition("/")[0]
    claim = await work.store.claim(number)
    source = f"{work.source}:{number}"
    if claim is None:
        return _left(work, number, "batch_changed"), False
    if _decided_by(claim, source):
        return _row(work, claim), True
    moved_on = claim.state is not State.IN_REVIEW or _mark(claim) != mark
    if moved_on or not is_clean(claim, work.person.id, work.rooms.settings):
        return _left(work, number, "batch_changed"), False
    try:
        await work.also(await approval_of(work, claim, "", source))
    except Refused as refused:
        return f"· {_why(work, refused)}", False
    except Conflict:
        return _left(work, number, "batch_busy"), False
    return _row(work, claim), True


def _left(work: Work, number: str, code: str) -> str:
    return f"· {number} {row(code, work.person.language)}"


def _why(work: Work, refused: ChitError) -> str:
    return refusal_text(refused, work.person.language, work.company).split("\n")[0]


def _decided_by(claim: Claim, source: str) -> bool:
    steps = claim.plan.steps if claim.plan else ()
    return any(d.source == source for step in steps for d in step.decisions)
