"""The little language of texts: what stands in ‹ › goes when a field in it is missing."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]

_OPTIONAL = re.compile("‹([^‹›]*)›")
_FIELD = re.compile(r"\{([a-z_]+)\}")


class Text(NamedTuple):
    """One text in both languages; every field stands in an optional part: ‹（{number}）›."""

    zh: str
    en: str

    def fill(self, language: Language, fields: Mapping[str, str]) -> str:
        """Give the text with its fields; parts without their fields are left out."""

        def part(found: re.Match[str]) -> str:
            known = all(fields.get(name) for name in _FIELD.findall(found[1]))
            return _FIELD.sub(lambda name: fields[name[1]], found[1]) if known else ""

        if language == "zh":
            return _OPTIONAL.sub(part, self.zh)
        text = _OPTIONAL.sub(part, self.en)
        return text[:1].upper() + text[1:]

    def plain(self, language: Language) -> str:
        """Give a text that has no fields."""
        return self.zh if language == "zh" else self.en


Texts = Mapping[str, Text]
