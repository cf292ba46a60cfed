"""Words: an answer to what was asked, else a command, else an expense, else a gentle hint."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from bot.events import PersonEntered, TextReceived, UnsupportedReceived
from bot.handlers import (
    allowed,
    approvals,
    batch,
    batches,
    budget_alerts,
    budget_query,
    budgets,
    delegations,
    drafts,
    duplicates,
    helping,
    listing,
    numbered,
    pairing,
    payments,
    preferences,
    requests,
    reviewing,
    several,
    shaping,
    spending,
    voiding,
    why,
)
from bot.handlers.dialogs import (
    BATCH,
    BUDGET_FREEZE,
    BUDGET_MORE,
    CONFIRM,
    EXPENSE,
    NOT_DUPLICATE,
    PAIR,
    PERSON,
    REASON,
    alive,
    ended,
    facts,
    in_hand,
    waiting,
)
from bot.handlers.finding import claim_named
from bot.handlers.work import Work
from bot.texts.words import command_text, message_text
from core.change import Change, Dialog, Outgoing
from core.currency import ForeignAmount
from core.errors import Refused
from core.phrases import answer_message, parse_message
from core.phrases import claim_intents as shape
from core.phrases import intents as say
from core.phrases.cleaning import clean
from core.phrases.nearest import nearest_command
from core.phrases.own_words import chinese_marks
from core.phrases.results import Expense, Expenses, NotUnderstood, Problem, Question, Reading
from core.phrases.traditional import simplified
from core.phrases.vocabulary import vocabulary_of

TOO_LONG = 200
"""What is longer and not understood is a pasted text."""

Understood = say.Command | Expense | Expenses | Question | Problem | NotUnderstood
CANCEL = frozenset({"取消", "算了", "不用了", "不要了", "cancel", "never mind", "nevermind"})


async def on_text(event: TextReceived, work: Work) -> None:
    """Understand a text and do what it says."""
    work.by_words = True
    dialog = alive(await work.store.dialog(work.person.id), work.now)
    words = chinese_marks(clean(event.text))
    if dialog and simplified(words).lower().rstrip(" 。!！.") in CANCEL:
        await work.tell(work.reply("cancelled"), dialog=ended(work))
        return
    read = parse_message(event.text, work.today, vocabulary_of(work.company))
    understood = _about(read, event.quoted)
    if dialog and await _answers(dialog, words, understood, work):
        return
    await _follow(understood, work)


def _about(understood: Understood, quoted: str) -> Understood:
    """Let a command that names no claim mean the one that the person has quoted."""
    command: Any = understood
    wants = quoted and getattr(command, "number", quoted) is None
    return replace(command, number=quoted) if wants else understood


async def _answers(dialog: Dialog, words: str, understood: Understood, work: Work) -> bool:
    """Take a text as the answer that is awaited, unless it is plainly a command of its own."""
    if _is_command(understood) and dialog.expects != EXPENSE:
        return False
    if dialog.expects == EXPENSE:
        return await _answer_expense(dialog, words, work)
    if dialog.expects in {BUDGET_MORE, BUDGET_FREEZE}:
        await budget_alerts.answer(work, dialog.expects, facts(dialog), words)
        return True
    if dialog.expects == PAIR:
        return await pairing.answer(work, facts(dialog), words)
    if dialog.expects == BATCH:
        return await batch.answer(work, facts(dialog), words)
    if dialog.expects not in {REASON, PERSON, NOT_DUPLICATE, CONFIRM}:
        return False
    return await _answers_about_claim(dialog, words, work)


def _is_command(understood: Understood) -> bool:
    """Whether a text is plainly a command: 好的 alone is an answer where one is awaited."""
    return isinstance(understood, say.Command) and not isinstance(understood, say.Thanks)


async def _answers_about_claim(dialog: Dialog, words: str, work: Work) -> bool:
    if dialog.expects == CONFIRM and simplified(words).lower() not in batch.YES:
        return False
    known = facts(dialog)
    claim = await claim_named(work, known["number"])
    if dialog.expects == NOT_DUPLICATE:
        await duplicates.confirm_claim(work, claim, words)
        return True
    step = claim.plan.current if claim.plan else 0
    if str(claim.version) != known["version"] or str(step) != known["step"]:
        raise Refused("stale_card", number=claim.number)
    if dialog.expects == CONFIRM:
        await approvals.confirm_claim(work, claim)
    elif dialog.expects == REASON:
        await approvals.answer_reason(work, claim, known, words)
    else:
        await approvals.answer_person(work, claim, known["action"], words, known)
    return True


async def _answer_expense(dialog: Dialog, words: str, work: Work) -> bool:
    question = _question_from(facts(dialog)["question"])
    answer = answer_message(question, words, work.today, vocabulary_of(work.company))
    if answer is None:
        return False
    await _follow(answer, work)
    return True


async def _follow(understood: Understood, work: Work) -> None:
    if isinstance(understood, Expense):
        await drafts.on_expense(understood, work)
    elif isinstance(understood, Expenses):
        await several.on_expenses(understood, work)
    elif isinstance(understood, Question):
        await _ask(understood, work)
    elif isinstance(understood, Problem):
        raise Refused(understood.code, text=understood.text, command=understood.command)
    elif isinstance(understood, NotUnderstood):
        await _wonder(understood.text, work)
    else:
        await COMMANDS[type(understood)](understood, work)


async def _wonder(text: str, work: Work) -> None:
    """Say that a text was not understood, and which command it may have been."""
    near = nearest_command(text)
    if len(text) > TOO_LONG:
        await work.answer("too_long")
    elif near:
        await work.answer("did_you_mean", text=text[:60], command=near)
    else:
        await work.answer("not_understood", text=text[:60])


async def _ask(question: Question, work: Work) -> None:
    number = in_hand(await work.store.dialog(work.person.id), work.now) or ""
    names = [_option(o, work) for o in question.options]
    join = "、" if work.person.language == "zh" else ", "
    await work.tell(
        work.reply(f"ask_{question.code}", options=join.join(names), text=question.reading.text),
        dialog=waiting(work, EXPENSE, question=_question_to(question), number=number),
    )


def _option(option: str, work: Work) -> str:
    """Show ids of categories and projects by name, commands as their reader writes them."""
    row = work.company.category(option) or work.company.project(option)
    return row.name if row else command_text(option, work.person.language)


def _question_to(question: Question) -> str:
    return json.dumps(asdict(question), ensure_ascii=False, default=date.isoformat)


def _question_from(text: str) -> Question:
    raw = json.loads(text)
    reading: dict[str, Any] = raw["reading"]
    day, foreign = reading.pop("day"), reading.pop("foreign", None)
    known = Reading(
        **reading,
        day=date.fromisoformat(day) if day else None,
        foreign=ForeignAmount(**foreign) if foreign else None,
    )
    return Question(raw["code"], tuple(raw["options"]), known)


async def on_entered(_: PersonEntered, work: Work) -> None:
    """Greet somebody who opened the chat for the first time: WeCom tells of every time."""
    hello = work.reply("welcome", name=work.person.name)
    once = Outgoing(f"welcome:{work.sender.channel}:{work.person.id}", work.person.id, hello)
    await work.commit(Change(at=work.now, outbox=(once,)))


_UNHEARD = {"audio": "voice_unheard", "voice": "voice_unheard", "quota": "quota_used"}
"""Messages that Chit could use if there were anything in them."""


async def on_unsupported(event: UnsupportedReceived, work: Work) -> None:
    """Say what Chit can use instead of a voice message or the like."""
    code = _UNHEARD.get(event.what, "unsupported")
    what = message_text(event.what, work.person.language)
    await work.answer(code, what=what, upload=work.rooms.upload_url)


Do = Callable[[Any, Work], Awaitable[None]]

COMMANDS: dict[type, Do] = {
    say.Help: helping.on_help,
    say.Upload: helping.on_upload,
    say.Thanks: helping.on_thanks,
    say.InvoiceTitle: helping.on_invoice_title,
    say.WantsPerson: helping.on_wants_person,
    say.TakeInHand: drafts.on_take_in_hand,
    say.MyClaims: listing.on_my_claims,
    say.ClaimsOf: listing.on_claims_of,
    say.Todo: listing.on_todo,
    say.Progress: numbered.on_progress,
    say.Why: why.on_why,
    say.Submit: drafts.on_submit,
    say.Discard: drafts.on_discard,
    say.Withdraw: numbered.on_withdraw,
    say.Approve: numbered.on_approve,
    say.Reject: numbered.on_reject,
    say.Return_: approvals.on_return,
    say.Transfer: approvals.on_transfer,
    say.AddSigner: approvals.on_add_signer,
    say.Remind: approvals.on_remind,
    say.Delegate: delegations.on_delegate,
    say.EndDelegation: delegations.on_end,
    say.ShowDelegations: delegations.on_show,
    say.ApproveAll: batch.on_approve_all,
    say.Spent: spending.on_spent,
    say.BudgetQuery: budget_query.on_budget,
    say.OverBudgets: budget_query.on_over,
    say.BudgetChange: budgets.on_setting,
    say.ChangeBudget: budgets.on_change,
    say.BudgetHistory: budgets.on_history,
    say.SubmitAsException: drafts.on_submit_as_exception,
    say.Travel: requests.on_travel,
    say.Purchase: requests.on_purchase,
    say.Advance: requests.on_advance,
    shape.PettyCash: requests.on_petty_cash,
    shape.Welfare: requests.on_welfare,
    shape.SetSupplier: shaping.on_supplier,
    shape.CopyClaim: shaping.on_copy,
    shape.SplitLine: shaping.on_split,
    shape.MergeLines: shaping.on_merge,
    shape.FileFor: shaping.on_file_for,
    shape.Urgent: shaping.on_urgent,
    shape.VoidClaim: voiding.on_void,
    shape.Reduce: reviewing.on_reduce,
    shape.HoldLine: reviewing.on_hold_line,
    shape.Repay: payments.on_repay,
    say.EditLine: drafts.on_edit_line,
    say.RemoveLine: drafts.on_remove_line,
    say.MarkPaid: payments.on_mark_paid,
    say.PayFailed: payments.on_pay_failed,
    say.ConfirmBatch: batches.on_confirm_batch,
    say.CancelBatch: batches.on_cancel_batch,
    say.ConfirmNotDuplicate: duplicates.on_confirm_not_duplicate,
    say.Feedback: helping.on_feedback,
    say.Answer: helping.on_answer,
    say.MayClaim: allowed.on_may_claim,
    say.Mileage: allowed.on_mileage,
    say.Notify: preferences.on_notify,
    say.Quiet: preferences.on_quiet,
    say.Unsubmitted: listing.on_unsubmitted,
}
