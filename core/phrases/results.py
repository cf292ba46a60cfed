"""What reading a message can give, beside a command; texts are made at the edge."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from core.currency import ForeignAmount

T = TypeVar("T", int, date)


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """A category and the words that mean it; the name is one of them."""

    id: str
    name: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectWords:
    """A project and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one company that messages may use."""

    categories: tuple[CategoryWords, ...] = ()
    projects: tuple[ProjectWords, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous(Generic[T]):
    """Words with more than one sensible reading; a person chooses. Amounts are in fen."""

    options: tuple[T, ...]
    text: str


PROBLEM_CODES = frozenset(
    {
        "amount_missing",
        "amount_not_a_number",
        "amount_not_positive",
        "batch_missing",
        "amount_too_large",
        "amount_too_precise",
        "amount_unclear",
        "budget_change_unclear",
        "budget_unclear",
        "city_missing",
        "currency_not_supported",
        "currency_too_precise",
        "currency_unclear",
        "date_in_future",
        "date_invalid",
        "date_missing",
        "date_order",
        "date_passed",
        "date_unclear",
        "days_missing",
        "description_missing",
        "edit_unclear",
        "expense_incomplete",
        "last_day_missing",
        "line_unclear",
        "number_unclear",
        "person_missing",
        "project_unknown",
        "text_missing",
        "shares_unclear",
        "supplier_missing",
    }
)
"""Every code that a Problem can have; the edge keeps a text for each."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Words that were understood and cannot be taken; `text` is the offending part.

    `command` is the word of the command that it happened in, "" outside of one.
    """

    code: str
    text: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An expense as far as it is settled; what is None is read from `text` or still asked.

    `foreign` is an amount in another currency; `amount_fen` beside it is what it cost in yuan.
    """

    text: str
    amount_fen: int | None = None
    day: date | None = None
    category_id: str | None = None
    project_id: str | None = None
    foreign: ForeignAmount | None = None


@dataclass(frozen=True, slots=True)
class Expense:
    """One line of a claim. `day` is today when the text names none.

    One in another currency is `foreign`, at a `rate` if the text says one; its `amount_fen` is
    what it cost in yuan, 0 where the text does not say.
    """

    amount_fen: int
    day: date
    category_id: str
    description: str
    project_id: str | None = None
    foreign: ForeignAmount | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Expenses:
    """Several lines of one message."""

    items: tuple[Expense, ...]


QuestionCode = Literal[
    "amount",
    "amount_which",
    "category",
    "category_which",
    "date_which",
    "project_which",
    "command_or_expense",
    "discard_or_withdraw",
]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask before anything happens; `reading` keeps what is known.

    `options` are answers that `answer` takes: amounts as decimal yuan, dates in ISO form, ids of
    categories or projects, words of commands. Empty means free text.
    """

    code: QuestionCode
    options: tuple[str, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Neither a command nor an expense."""

    text: str
