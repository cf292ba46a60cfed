"""People's words on their way into a card: the one door, behind which nothing can be markup."""

import re

from bot.texts.plain import cut, one_line

_TURNED = str.maketrans({"[": "［", "]": "］", "`": "｀", "\\": "＼"})
"""Links and code need these; their wide twins look the same and mean nothing."""
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"#(?=#*( |$))"), "＃"),  # a heading
    (re.compile(r"(?<=\w):(?=//)"), "："),  # an address that a client would make a link
    (re.compile(r"~(?=~)|(?<=~)~"), "～"),  # struck out
    (re.compile(r"(?<!\w)_|_(?!\w)"), "＿"),  # emphasis; inside a word it is none
    (re.compile(r"&(?=#|\w+;)"), "＆"),  # an entity
)
_SINGLE = 1


def safe(text: str, limit: int = 60) -> str:
    """Give words that read the same and stay words in markdown, HTML and templates.

    One line of at most `limit` characters; links, headings, emphasis, HTML, entities and calls to
    everybody become text; `${x}` and `{{x}}` stay as they were typed.
    """
    line = one_line(text, limit * 4).translate(_TURNED)
    if line.count("*") > _SINGLE:
        line = line.replace("*", "＊")
    for pattern, wide in _RULES:
        line = pattern.sub(wide, line)
    return cut(line, limit)


def quoted(text: str, limit: int = 60) -> str:
    """Give somebody's words in quotation marks that they cannot close."""
    return f"「{safe(text, limit).translate({0x300C: '『', 0x300D: '』'})}」"
