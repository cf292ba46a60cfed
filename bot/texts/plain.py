"""What other people wrote, made harmless for a plain message: one visible line, no tricks."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing, beyond the format characters that Unicode names so."""
_EVERYBODY = re.compile(r"@(?=\s*(?:(?:all|everyone|here)(?![a-z0-9])|所有人|全体))", re.IGNORECASE)
_TAGS = str.maketrans({"<": "＜", ">": "＞"})
"""WeCom's texts take `<a href>` for a link."""


def _shown(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in {"Cc", "Zl", "Zp"}:
        return "" if char == "\0" else " "
    return "" if kind in {"Cf", "Cs", "Co", "Cn"} else char


def one_line(text: str, limit: int = 200) -> str:
    """Give text as one visible line of at most `limit` characters.

    Line breaks become spaces; control, format and zero-width characters, NUL and lone surrogates
    go; HTML's brackets and the calls to everybody lose their meaning and keep their looks.
    """
    visible = _INVISIBLE.sub("", "".join(map(_shown, text)))
    line = _EVERYBODY.sub("＠", " ".join(visible.split()).translate(_TAGS))
    return cut(line, limit)


def cut(text: str, limit: int) -> str:
    """Keep at most `limit` characters; a cut text ends in …."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut_middle(text: str, limit: int) -> str:
    """Keep both ends of a text, in at most `limit` characters: names often differ at their end."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail].rstrip()}…{text[-tail:].lstrip() if tail else ''}"


def cut_bytes(text: str, limit_bytes: int) -> str:
    """Keep at most so many bytes of UTF-8, never half a character; a cut text ends in …."""
    data = text.encode()
    if len(data) <= limit_bytes:
        return text
    mark = "…"
    kept = data[: max(0, limit_bytes - len(mark.encode()))].decode(errors="ignore")
    return kept.rstrip() + mark


def cut_lines(text: str, limit_bytes: int, more: str) -> str:
    """Keep whole lines within so many bytes; `more` with {count} says how many there were."""
    if len(text.encode()) <= limit_bytes:
        return text
    lines = text.split("\n")
    last = more.format(count=len(lines))
    while len(lines) > 1 and len("\n".join([*lines, last]).encode()) > limit_bytes:
        lines.pop()
    return cut_bytes("\n".join([*lines, last]), limit_bytes)
