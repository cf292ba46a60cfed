"""What people want to be told, and when: switches by kind of notice, and quiet hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from core.notices import Notice, Say, ShowAlert, ShowCard
from core.quiet import QuietHours, parse_quiet

NoticeKind = Literal[
    "approvals", "results", "payments", "reminders", "digest", "drafts", "budgets", "feedback"
]
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
ALWAYS: frozenset[NoticeKind] = frozenset({"approvals", "results", "payments"})
"""Kinds that carry decisions or money: they may wait for the morning, but always come."""

OFF = "off"
"""The person's own word for no quiet hours, whatever the company has."""

SAID: Mapping[str, NoticeKind] = {
    "approved": "results",
    "approved_unpaid": "results",
    "rejected": "results",
    "returned": "results",
    "paid": "results",
    "supplier_paid": "results",
    "payment_failed": "results",
    "payment_came_back": "results",
    "supplier_failed": "results",
    "reminded": "reminders",
    "waiting_long": "reminders",
    "escalated": "reminders",
    "escalated_from_you": "reminders",
    "advance_overdue": "payments",
    "drafts_left": "drafts",
    "invoice_expiring": "drafts",
    "many_waiting": "digest",
    "weekly_digest": "digest",
    "feedback_from": "feedback",
}
"""The kind of a text by its code; a text that is not here answers somebody and comes at once."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's wishes: kinds that are switched off, and own quiet hours.

    `quiet` is like `22:00-08:00`, `OFF`, or None for those of the company.
    """

    person: str
    off: tuple[str, ...] = ()
    quiet: str | None = None

    def hours(self, company: QuietHours | None) -> QuietHours | None:
        """Give the quiet hours that hold for the person."""
        if self.quiet is None:
            return company
        return None if self.quiet == OFF else parse_quiet(self.quiet)


def kind_of(notice: Notice) -> NoticeKind | None:
    """Give the kind of a notice; None for an answer or a card that is only drawn again."""
    if isinstance(notice, Say):
        return SAID.get(notice.code)
    if isinstance(notice, ShowAlert):
        return None if notice.only_open else "budgets"
    if isinstance(notice, ShowCard) and notice.fresh and not notice.only_open:
        cards: Mapping[str, NoticeKind] = {"approval": "approvals", "payment": "payments"}
        return cards.get(notice.purpose)
    return None


def is_unwanted(notice: Notice, wishes: Preferences) -> bool:
    """Whether somebody has switched off what a notice is about."""
    kind = kind_of(notice)
    return kind is not None and kind not in ALWAYS and kind in wishes.off


def waits_until(
    notice: Notice,
    wishes: Preferences,
    company: QuietHours | None,
    now: datetime,
    zone: ZoneInfo,
) -> datetime | None:
    """Give the end of the quiet hours that a notice waits for; None when it is told at once."""
    hours = wishes.hours(company) if kind_of(notice) is not None else None
    return hours.over(now, zone) if hours else None
