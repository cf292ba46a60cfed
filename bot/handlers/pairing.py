"""Which invoice an itinerary belongs to, asked where the amounts leave it open."""

import re
from collections.abc import Mapping

from bot.handlers.dialogs import PAIR, ended, waiting
from bot.handlers.work import Work
from core.actions.basics import audit_of
from core.change import Change, Dialog
from core.claim import EDITABLE, Claim
from core.money import format_cny
from core.notices import Reply, ShowCard
from core.pairing import Question, answered, open_question

_LINE = re.compile(r"(?:第\s*|line\s*)?(\d{1,3})\s*(?:行|条)?", re.IGNORECASE)


def question_of(work: Work, claim: Claim) -> tuple[tuple[Reply, ...], tuple[Dialog, ...]]:
    """Give what is to be asked about a claim's papers, and the dialog that awaits it."""
    question = open_question(claim)
    if question is None:
        return (), ()
    options = "\n".join(_row(claim, i) for i in question.options)
    code = "ask_invoice_line" if question.of == "itinerary" else "ask_itinerary_line"
    asked = work.reply(code, line=str(question.line + 1), options=options)
    return (asked,), (waiting(work, PAIR, number=claim.number),)


def _row(claim: Claim, index: int) -> str:
    line = claim.lines[index]
    invoice = line.invoice
    named = (invoice.seller or invoice.number or "") if invoice else ""
    words = (line.date.isoformat(), format_cny(line.amount_fen), line.description, named)
    return f"{index + 1} · {' · '.join(w for w in words if w)}"


async def answer(work: Work, known: Mapping[str, str], words: str) -> bool:
    """Take a line's number as the answer; false for anything else."""
    said = _LINE.fullmatch(words.strip())
    claim = await work.store.claim(known["number"])
    if said is None or claim is None or claim.employee != work.person.id:
        return False
    question = open_question(claim) if claim.state in EDITABLE else None
    if question is None:
        return False
    option = int(said[1]) - 1
    if option in question.options:
        await _join(work, claim, question, option)
    else:
        asked, dialogs = question_of(work, claim)
        await work.tell(*asked, dialog=dialogs[0])
    return True


async def _join(work: Work, claim: Claim, question: Question, option: int) -> None:
    lines = f"{question.line + 1} {option + 1}"
    claim = answered(claim, question, option)
    asked, dialogs = question_of(work, claim)
    card = ShowCard(work.person.id, claim.number, "claim", fresh=True)
    await work.commit(
        Change(
            at=work.now,
            claims=(claim,),
            audit=(audit_of(work.cause, "pair_itinerary", claim.number, lines=lines),),
            outbox=work.outgoing((card, *asked)),
            dialogs=dialogs or (ended(work),),
        )
    )
