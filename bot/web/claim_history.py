"""Who did what to a claim, and when: the audit trail as the page of a claim shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.texts.findings import finding_text
from bot.texts.history import act_text
from bot.texts.names import person_name
from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.systems import SYSTEMS, system_name
from bot.texts.template import Language
from core.approval import OUTSIDE, SYSTEM
from core.claim import PastCheck
from core.company import Company
from core.ports import AuditRecord

SHOWN = 60
"""The latest acts; a claim has rarely more."""
_SAID = ("reason", "opinion")
_CHANGES = frozenset({"reduce", "amend", "hold_line", "split_off"})
"""Acts of approvers that change a claim in review."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `words` are what its person said with it.

    `before` is what the checks had said until a change in review settled it.
    """

    who: str
    what: str
    words: str
    at: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells acts in one language."""

    company: Company
    language: Language
    zone: ZoneInfo

    def acts(
        self, records: Sequence[AuditRecord], past: Sequence[PastCheck] = ()
    ) -> tuple[Act, ...]:
        """Tell records, the latest first; the same act at once by the same person is one."""
        told = [act for r in records if (act := self._act(r, past))]
        return tuple(dict.fromkeys(reversed(told)))

    def _act(self, record: AuditRecord, past: Sequence[PastCheck]) -> Act | None:
        what = act_text(record.action, self.language)
        if what is None:
            return None
        words = next((v for k, v in record.fields if k in _SAID and v), "")
        before = self._before(record, past) if record.action in _CHANGES else ()
        who, said = self._who(record.actor), one_line(words, 200)
        return Act(who, what, said, self._at(record.at), before)

    def _before(self, record: AuditRecord, past: Sequence[PastCheck]) -> tuple[str, ...]:
        """Give what the checks had said of the version that an act has changed."""
        made = (p for p in past if (p.by, p.at) == (record.actor, record.at))
        found = (f for check in made for f in check.findings)
        return tuple(finding_text(f, self.language, self.company) for f in found)

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
