"""What a text may be told to be: a command's result, how sure that is, and the verbs behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from core.phrases.intents import Command
from core.phrases.results import Problem, Question
from core.phrases.said import Said, is_asked

Result = Command | Problem | Question


class Certainty(Enum):
    """What else a text may be that begins like a command."""

    SURE = "nothing"
    UNLESS_EXPENSE = "a whole expense"
    UNLESS_MONEY = "anything with money in it"
    ONLY_IF_MONEY = "an expense, and without money no command at all"


@dataclass(frozen=True, slots=True)
class Told:
    """A command found in a text; `after` is the text without the command's word."""

    result: Result
    word: str
    certainty: Certainty
    glued: bool = False
    after: str = ""


Reader = Callable[[Said], Told | None]


@dataclass(frozen=True, slots=True)
class Verb:
    """A command's word, the ways of saying it, and what reads the words behind it."""

    word: str
    pattern: re.Pattern[str]
    read: Reader


def verb(word: str, chinese: str, english: str, read: Reader) -> Verb:
    """Join the ways of saying a command; English words end at a word's end."""
    ways = [chinese] if chinese else []
    ways += [rf"(?:{english})(?![\w'-])"] if english else []
    return Verb(word, re.compile("|".join(ways), re.IGNORECASE), read)


def free(read_rest: Callable[[Said], Result]) -> Reader:
    """Read a command with words of the person's own behind it.

    English words of this kind are also everyday ones: return taxi 45.
    """

    def read(said: Said) -> Told | None:
        if not said.number and is_asked(said.rest):
            return None
        sure = said.number or not said.rest or not (said.glued or said.english)
        certainty = Certainty.SURE if sure else Certainty.UNLESS_EXPENSE
        return Told(read_rest(said), said.word, certainty, glued=said.glued, after=said.rest)

    return read


def request(read_rest: Callable[[str, date], Result]) -> Reader:
    """Read a request for money."""

    def read(said: Said) -> Told | None:
        if is_asked(said.rest):
            return None
        result = read_rest(said.rest, said.today)
        whole = not isinstance(result, Problem)
        certainty = Certainty.SURE if whole and not said.glued else Certainty.UNLESS_EXPENSE
        return Told(result, said.word, certainty, glued=said.glued, after=said.rest)

    return read
