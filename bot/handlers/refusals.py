"""A refusal as one clear answer, with the cards to draw again beside it."""

from bot.handlers.work import Work
from bot.texts.refusals import refusal_fields
from core.errors import Refused
from core.notices import Notice


def refusal(work: Work, refused: Refused) -> tuple[Notice, ...]:
    """Make the answer to a refused message; field `redraw` holds the cards to draw again."""
    fields = refusal_fields(refused, work.person.language, work.company)
    redraw = refused.fields.get("redraw", ())
    cards = redraw if isinstance(redraw, tuple) else ()
    return (work.reply(refused.code, **fields), *cards)
