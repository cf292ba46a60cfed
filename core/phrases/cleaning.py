"""What people type, made harmless before anything is read from it."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing, beyond the format characters that Unicode names so."""
_MENTION = re.compile(r"@[^\s@]+\s+")
_SLASH = re.compile(r"/+\s*")
_LIST_COMMA = re.compile(r"，(?![０-９])|(?<![０-９])，")
"""A full-width comma separates words; only among full-width digits it may group thousands."""


def _kept(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in {"Cc", "Zl", "Zp"}:
        return "" if char == "\0" else " "
    return "" if kind in {"Cf", "Cs"} else char


def clean(text: str) -> str:
    """Normalise (NFKC), drop what cannot be seen or stored, and strip the address in front.

    Zero-width characters, NUL and lone surrogates go, control characters become spaces, runs of
    spaces become one. A leading `@mention` that is followed by words and a leading slash go too.
    """
    visible = _INVISIBLE.sub("", "".join(map(_kept, _LIST_COMMA.sub(", ", text))))
    line = " ".join(unicodedata.normalize("NFKC", visible).split())
    while found := _MENTION.match(line) or _SLASH.match(line):
        line = line[found.end() :]
    return line
