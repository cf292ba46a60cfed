"""A refusal as one clear answer, with the cards to draw again beside it."""

from bot.handlers.work import Work
from bot.texts.refusals import refusal_fields
from core.errors import Refused
from core.notices import Notice, Say


def refusal(work: Work, refused: Refused) -> tuple[Notice, ...]:
    """Make the answer to a refused message; field `redraw` holds the cards to draw again."""
    fields = refusal_fields(refused, work.person.language, work.company)
    redraw = refused.fields.get("redraw", ())
    cards = redraw if isinstance(redraw, tuple) else ()
    return (work.reply(refused.code, **fields), *cards, *_visible_stop(work, refused))


STOPS = frozenset({"no_approver", "no_flow"})
"""Refusals that only the administrators can put right: they are told, once a claim and hour."""


def _visible_stop(work: Work, refused: Refused) -> tuple[Notice, ...]:
    if refused.code not in STOPS:
        return ()
    facts = {"employee": work.person.id, "number": "", "step": ""}
    facts |= {name: str(v) for name, v in refused.fields.items() if name in facts}
    known = tuple((name, value) for name, value in facts.items() if value)
    admins = work.company.with_role("admin")
    return tuple(Say(p.id, "stopped_submission", known) for p in admins)
