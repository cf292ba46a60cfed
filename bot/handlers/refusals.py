"""A refusal as one clear answer: what, why, what to do."""

from bot.handlers.work import Work
from bot.texts import finding_text
from core.claim import Finding
from core.errors import Refused
from core.notices import Notice

MAX_PROBLEMS = 8


def refusal(work: Work, refused: Refused) -> tuple[Notice, ...]:
    """Make the answer to a refused message, and the cards to draw again with it."""
    fields = dict(refused.fields)
    redraw = fields.pop("redraw", ())
    findings = fields.pop("findings", ())
    texts = {name: str(value) for name, value in fields.items()}
    if isinstance(findings, tuple) and findings:
        texts["problems"] = _problems(work, findings)
    cards = redraw if isinstance(redraw, tuple) else ()
    return (work.reply(refused.code, **texts), *cards)


def _problems(work: Work, findings: tuple[Finding, ...]) -> str:
    """Name what blocks, one a line; what only warns can wait."""
    blocking = [f for f in findings if f.severity == "block"]
    language, company = work.person.language, work.company
    lines = [finding_text(f, language, company) for f in blocking[:MAX_PROBLEMS]]
    return "\n".join(f"· {line}" for line in lines)
