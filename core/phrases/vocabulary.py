"""The words of a company inside a text: categories, projects, people."""

import re
from dataclasses import dataclass

from core.company import Company
from core.phrases.results import CategoryWords, ProjectWords, Vocabulary

_PROJECT_WORD = re.compile(r"#\s?|(?:项目|\bproject)\s?[::]?\s?", re.IGNORECASE)
_TAG = re.compile(r"[^\s,。;、#]+")


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A word of the vocabulary in a text; `ids` has more than one where it means several."""

    start: int
    end: int
    ids: tuple[str, ...]


def vocabulary_of(company: Company) -> Vocabulary:
    """Give the words of a company: its categories, active projects and active people."""
    return Vocabulary(
        tuple(CategoryWords(c.id, c.name, c.keywords) for c in company.categories),
        tuple(ProjectWords(p.id, p.name) for p in company.projects if p.active),
        tuple(p.name for p in company.people if p.active),
    )


def _words_of(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Map each word, in lower case, to the categories that it means."""
    words: dict[str, tuple[str, ...]] = {}
    for category in vocabulary.categories:
        for word in {category.name.lower(), *(k.lower() for k in category.keywords)} - {""}:
            words[word] = (*words.get(word, ()), category.id)
    return words


def _occurrences(word: str, text: str) -> list[tuple[int, int]]:
    edge = r"(?<![a-z])(?:{})(?![a-z])" if word.isascii() else "{}"
    return [found.span() for found in re.finditer(edge.format(re.escape(word)), text)]


def find_categories(text: str, vocabulary: Vocabulary) -> tuple[WordSpan, ...]:
    """Find the words that mean a category, in order; of overlapping ones the longest counts."""
    lowered = text.lower()
    found = [
        WordSpan(start, end, ids)
        for word, ids in _words_of(vocabulary).items()
        for start, end in _occurrences(word, lowered)
    ]
    kept: list[WordSpan] = []
    for span in sorted(found, key=lambda s: (s.start - s.end, s.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda s: s.start))


def match_category(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Give the categories that an answer names: by id, by exact word, else by words inside it."""
    wanted = text.strip().lower()
    by_id = tuple(c.id for c in vocabulary.categories if c.id.lower() == wanted)
    exact = by_id or _words_of(vocabulary).get(wanted, ())
    inside = (i for span in find_categories(text, vocabulary) for i in span.ids)
    return exact or tuple(dict.fromkeys(inside))


def match_project(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Give the projects that an answer names, by id or exact name."""
    wanted = text.strip().lower().removeprefix("#")
    return tuple(p.id for p in vocabulary.projects if wanted in {p.id.lower(), p.name.lower()})


def _named_at(text: str, start: int, vocabulary: Vocabulary) -> WordSpan | None:
    """Find the longest project name or id that begins at a place of the text."""
    rest = text[start:].lower()
    names = {n.lower() for p in vocabulary.projects for n in (p.name, p.id)}
    fitting = [n for n in names if n and rest.startswith(n) and not _runs_on(n, rest)]
    if not fitting:
        return None
    best = max(fitting, key=len)
    return WordSpan(start, start + len(best), match_project(best, vocabulary))


def _runs_on(name: str, rest: str) -> bool:
    """Whether a name in Latin letters is only the beginning of a longer word."""
    following = rest[len(name) : len(name) + 1]
    return name[-1].isascii() and following.isascii() and following.isalnum()


def _after_name(text: str, vocabulary: Vocabulary) -> WordSpan | None:
    """Find 阿波罗项目: a name with the word behind it."""
    for project in sorted(vocabulary.projects, key=lambda p: -len(p.name)):
        place = text.lower().find(f"{project.name.lower()}项目")
        if place >= 0:
            end = place + len(project.name) + len("项目")
            return WordSpan(place, end, match_project(project.name, vocabulary))
    return None


def find_project(text: str, vocabulary: Vocabulary) -> WordSpan | None:
    """Find the project that a text names with `#` or 项目.

    A tag that no project has gives a span without ids; 项目 before any other word is just a word.
    """
    for mark in _PROJECT_WORD.finditer(text):
        named = _named_at(text, mark.end(), vocabulary)
        if named:
            return WordSpan(mark.start(), named.end, named.ids)
        tag = _TAG.match(text, mark.end())
        if text[mark.start()] == "#" and tag:
            return WordSpan(mark.start(), tag.end(), ())
    return _after_name(text, vocabulary)


def match_person(text: str, vocabulary: Vocabulary) -> str | None:
    """Give the longest name of a person that a text begins with."""
    fitting = [n for n in vocabulary.people if n and text.lower().startswith(n.lower())]
    return max(fitting, key=len) if fitting else None
