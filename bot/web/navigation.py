"""Which pages somebody finds in the header, by their roles."""

from bot.handlers.reporting import may_read
from core.company import Person

BOOKKEEPERS = frozenset({"finance", "cashier", "auditor"})
"""Roles that see the finance desk."""
KEEPERS = frozenset({"admin", "auditor"})
"""Roles that see the administration page; only an administrator changes anything there."""


def may_see_finance(person: Person) -> bool:
    """Whether somebody sees the finance desk."""
    return bool(BOOKKEEPERS.intersection(person.roles))


def may_administer(person: Person) -> bool:
    """Whether somebody sees the administration page."""
    return bool(KEEPERS.intersection(person.roles))


def links_of(person: Person) -> tuple[tuple[str, str], ...]:
    """Give the pages of the header as path and code of text, in order."""
    found = [("/app/todo", "nav_todo"), ("/app/budgets", "budgets")]
    if may_see_finance(person):
        found.append(("/app/finance", "finance"))
    if may_read(person):
        found.append(("/app/reports", "nav_reports"))
    if may_administer(person):
        found.append(("/app/admin", "admin"))
    return (*found, ("/app/upload", "nav_upload"))
