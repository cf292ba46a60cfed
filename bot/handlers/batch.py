"""Agreeing to a list of clean claims with one confirmation, each in a change of its own."""

from collections.abc import Mapping

from bot.handlers.approvals import approval_of, wants_second_tap
from bot.handlers.dialogs import BATCH, ended, waiting
from bot.handlers.work import Work
from bot.texts.names import person_name
from core.claim import Claim, State
from core.errors import Conflict, Refused
from core.money import format_cny
from core.phrases.intents import ApproveAll
from core.ports import ClaimQuery, Page

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


async def on_approve_all(_: ApproveAll, work: Work) -> None:
    """List the clean claims that wait for the person, and ask once."""
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
    found = (await work.store.claims(query, MANY)).items
    clean = [c for c in found if is_clean(work, c)]
    if not clean:
        raise Refused("batch_nothing" if found else "nothing_waits")
    total = sum(c.total_fen for c in clean)
    others = len(found) - len(clean)
    await work.tell(
        work.reply(
            "batch_ask",
            count=str(len(clean)),
            total=f"{total / 100:.2f}",
            rows="\n".join(_row(work, c) for c in clean),
            others=str(others) if others else "",
        ),
        dialog=waiting(work, BATCH, claims=" ".join(map(_mark, clean))),
    )


def is_clean(work: Work, claim: Claim) -> bool:
    """Whether a claim may be agreed to without opening it: nothing found, no second yes needed."""
    if any(f.severity in SERIOUS for f in claim.findings) or wants_second_tap(work, claim):
        return False
    return work.person.id not in claim.owners


def _mark(claim: Claim) -> str:
    """Name a claim as it was shown: what has changed since is not agreed to unseen."""
    step = claim.plan.current if claim.plan else 0
    return f"{claim.number}/{claim.version}/{step}"


def _row(work: Work, claim: Claim) -> str:
    name = person_name(work.company, claim.employee)
    return f"· {claim.number} {name} {format_cny(claim.total_fen)}"


async def answer(work: Work, known: Mapping[str, str], words: str) -> bool:
    """Agree to every claim of the list that is still as it was shown; false for other words."""
    if words.lower() not in YES:
        return False
    agreed: list[str] = []
    skipped: list[str] = []
    for mark in known["claims"].split():
        (agreed if await _agree(work, mark) else skipped).append(mark.partition("/")[0])
    await work.tell(
        work.reply("batch_done", count=str(len(agreed)), rows="\n".join(skipped)),
        dialog=ended(work),
    )
    return True


async def _agree(work: Work, mark: str) -> bool:
    """Agree to one claim; false when it moved on, or was agreed to before this was repeated."""
    number = mark.partition("/")[0]
    claim = await work.store.claim(number)
    source = f"{work.source}:{number}"
    if claim is None:
        return False
    if _decided_by(claim, source):
        return True
    if _mark(claim) != mark or not is_clean(work, claim):
        return False
    try:
        await work.also(await approval_of(work, claim, "", source))
    except (Refused, Conflict):
        return False
    return True


def _decided_by(claim: Claim, source: str) -> bool:
    steps = claim.plan.steps if claim.plan else ()
    return any(d.source == source for step in steps for d in step.decisions)
