"""A whole message: a command, an expense, something to ask, or something not understood."""

import re
from datetime import date

from core.phrases.cleaning import clean
from core.phrases.commands import VERBS, read_command
from core.phrases.expense import answer_expense, parse_expense, read_expense
from core.phrases.intents import BudgetQuery, Command, Discard, Withdraw
from core.phrases.numbers import partial_number
from core.phrases.own_words import in_own_words
from core.phrases.results import (
    Expense,
    Expenses,
    NotUnderstood,
    Problem,
    Question,
    Reading,
    Vocabulary,
)
from core.phrases.several import read_several
from core.phrases.telling import Certainty, Told
from core.phrases.traditional import simplified

REQUEST_WORDS = frozenset({"出差", "采购", "借款", "备用金", "福利"})
"""Commands about money: with something missing they are still meant, 出差上海 3000."""

EXPENSE_WORD = "报销"
"""The answer that a text was meant as an expense."""

MAX_EXPENSE_CHARS = 1000
"""What is longer is a pasted text, not one expense in one sentence."""

_AS_EXPENSE = re.compile(r"报销|记账|费用|明细|记一笔|expense", re.IGNORECASE)
_DISCARD = re.compile(r"删除?|作废|delete|discard", re.IGNORECASE)
_WITHDRAW = re.compile(r"撤回|撤销|withdraw", re.IGNORECASE)

Understood = Command | Expense | Expenses | Question | Problem | NotUnderstood


def parse_message(text: str, today: date, vocabulary: Vocabulary) -> Understood:
    """Read one message as typed; never raises.

    A text that could be a command or an expense gives the Question `command_or_expense`. Without
    a day an expense is today's; `today` is the person's own.
    """
    several = read_several(text, today, vocabulary)
    if several:
        return several
    written = clean(text)
    line = simplified(written)
    return in_own_words(_understand(line, today, vocabulary), line, written)


def _understand(line: str, today: date, vocabulary: Vocabulary) -> Understood:
    told = read_command(line, today, vocabulary)
    if told and told.certainty is Certainty.SURE:
        return told.result
    short = len(line) <= MAX_EXPENSE_CHARS
    expense = parse_expense(line, today, vocabulary) if short else None
    return _weigh(told, expense, line) if told else expense or _lost(line)


def _lost(line: str) -> Problem | NotUnderstood:
    half = partial_number(line)
    return Problem("number_unclear", half) if half == line else NotUnderstood(line)


def _weigh(told: Told, expense: Expense | Question | Problem | None, line: str) -> Understood:
    """Decide between the command and the expense that a text may be, or ask."""
    if expense is None:
        nothing = told.certainty is Certainty.ONLY_IF_MONEY
        return NotUnderstood(line) if nothing else told.result
    request = told.word in REQUEST_WORDS and not isinstance(expense, Expense)
    no_command = isinstance(told.result, Problem) and not request
    part_of_word = isinstance(told.result, BudgetQuery) and isinstance(expense, Expense)
    if part_of_word or (told.glued and no_command):
        return expense
    asks_at_money = told.certainty in {Certainty.ONLY_IF_MONEY, Certainty.UNLESS_MONEY}
    if asks_at_money or isinstance(expense, Expense):
        options = (told.word, EXPENSE_WORD)
        return Question("command_or_expense", options, Reading(line))
    return told.result


def answer_message(
    question: Question, text: str, today: date, vocabulary: Vocabulary
) -> Command | Expense | Question | Problem | None:
    """Take a text as the answer to a question; None when it is a new message instead."""
    line = simplified(clean(text)).rstrip(" 。.!,;吧")
    if question.code == "command_or_expense":
        return _command_or_expense(question, line, today, vocabulary)
    if question.code == "discard_or_withdraw":
        number = question.reading.text or None
        if _DISCARD.fullmatch(line):
            return Discard(number)
        return Withdraw(number) if _WITHDRAW.fullmatch(line) else None
    if _is_another(question, parse_expense(line, today, vocabulary)):
        return None
    return answer_expense(question, line, today, vocabulary)


def _is_another(question: Question, read: Expense | Question | Problem | None) -> bool:
    """Whether a text is an expense of its own, though one that is doubtful itself."""
    money = isinstance(read, Question) and read.code in {"amount_which", "date_which"}
    return isinstance(read, Expense) or (money and question.code.startswith("category"))


def _is_word(line: str, word: str) -> bool:
    """Whether a line is one of the ways of saying a command's word, and nothing else."""
    return any(v.word == word and v.pattern.fullmatch(line) for v in VERBS)


def _command_or_expense(
    question: Question, line: str, today: date, vocabulary: Vocabulary
) -> Command | Expense | Question | Problem | None:
    told = read_command(question.reading.text, today, vocabulary)
    if told and (line == told.word or _is_word(line, told.word)):
        return told.result
    if not told or not _AS_EXPENSE.fullmatch(line):
        return None
    bare = told.certainty in {Certainty.ONLY_IF_MONEY, Certainty.UNLESS_MONEY}
    words = told.after if bare else question.reading.text
    return read_expense(Reading(words), today, vocabulary)
