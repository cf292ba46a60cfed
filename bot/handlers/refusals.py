"""A refusal as one clear answer, with the cards to draw again beside it."""

from bot.handlers.work import Work
from bot.texts.refusals import refusal_fields
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say


def refusal(work: Work, refused: Refused) -> tuple[Notice, ...]:
    """Make the answer to a refused message; field `redraw` holds the cards to draw again."""
    fields = refusal_fields(refused, work.person.language, work.company)
    redraw = refused.fields.get("redraw", ())
    cards = redraw if isinstance(redraw, tuple) else ()
    stop = visible_stop(work.company, work.person.id, refused)
    return (work.reply(refused.code, **fields), *cards, *stop)


STOPS = frozenset({"no_approver", "no_flow"})
"""Refusals that only the administrators can put right."""


def visible_stop(company: Company, employee: str, refused: Refused) -> tuple[Say, ...]:
    """Tell the administrators of a submission that only they can help; nothing for any other."""
    if refused.code not in STOPS:
        return ()
    facts = {"employee": employee, "number": "", "step": ""}
    facts |= {name: str(v) for name, v in refused.fields.items() if name in facts}
    known = tuple((name, value) for name, value in facts.items() if value)
    admins = company.with_role("admin")
    return tuple(Say(p.id, "stopped_submission", known) for p in admins)
