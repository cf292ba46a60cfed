"""Who did what to a claim, and when: the audit trail as the page of a claim shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.texts.history import act_text
from bot.texts.names import person_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.systems import SYSTEMS, system_name
from bot.texts.template import Language
from core.approval import OUTSIDE, SYSTEM
from core.company import Company
from core.ports import AuditRecord

SHOWN = 60
"""The latest acts; a claim has rarely more."""
_SAID = ("reason", "opinion")


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `words` are what its person said with it."""

    who: str
    what: str
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells acts in one language."""

    company: Company
    language: Language
    zone: ZoneInfo

    def acts(self, records: Sequence[AuditRecord]) -> tuple[Act, ...]:
        """Tell records, the latest first; the same act at once by the same person is one."""
        told = [act for r in records if (act := self._act(r))]
        return tuple(dict.fromkeys(reversed(told)))

    def _act(self, record: AuditRecord) -> Act | None:
        what = act_text(record.action, self.language)
        if what is None:
            return None
        words = next((v for k, v in record.fields if k in _SAID and v), "")
        return Act(self._who(record.actor), what, one_line(words, 200), self._at(record.at))

    def _who(self, actor: str) -> str:
        if actor == SYSTEM:
            return page_text("brand", self.language)
        name = actor.removeprefix(OUTSIDE)
        if name in SYSTEMS or name != actor:
            return one_line(system_name(name, self.language), 40)
        if self.company.person(actor) is None:
            return page_text("by_machine", self.language)
        return person_name(self.company, actor)

    def _at(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"
