"""Ids of the company as people know them: names instead of ids, figures as money."""

from collections.abc import Callable, Mapping

from bot.texts.plain import one_line
from bot.texts.systems import system_name
from bot.texts.template import Language
from bot.texts.words import (
    ACTIONS,
    KINDS,
    STATES,
    action_text,
    command_text,
    kind_text,
    state_text,
)
from core.approval import OUTSIDE, SYSTEM
from core.company import ROOT, Budget, Company
from core.money import format_cny, parse_yuan
from core.period import parse_period

NAME_LIMIT = 30
BEFOREHAND = frozenset({"travel_request", "purchase_request", "advance"})
"""Kinds of claims that ask for leave, or money, to spend."""
WORDS_LIMIT = 500
"""As long as a reason may be (`core.actions.decision`)."""

MONEY = frozenset({"amount", "available", "limit", "over", "reserved", "consumed", "total"})
"""Fields that carry decimal strings in yuan."""
ROWS = frozenset({"chain", "options", "reasons", "rows"})
"""Fields of several lines; every other one is a single line."""


def person_name(company: Company, person_id: str) -> str:
    """Name a person, also one who has left, or the system that decided; an unknown id stays."""
    if person_id == SYSTEM:
        return "小票 Chit"
    if person_id.startswith(OUTSIDE):
        return system_name(one_line(person_id.removeprefix(OUTSIDE), NAME_LIMIT), "zh")
    person = company.person(person_id)
    return one_line(person.name if person else person_id, NAME_LIMIT)


def department_name(company: Company, department_id: str, language: Language) -> str:
    """Name a department; `root` is the whole company."""
    row = company.department(department_id)
    if row is None and department_id == ROOT:
        return "全公司" if language == "zh" else "whole company"
    return one_line(row.name if row else department_id, NAME_LIMIT)


def category_name(company: Company, category_id: str | None, language: Language) -> str:
    """Name a category; a line without one says so."""
    if category_id is None:
        return "未分类" if language == "zh" else "no category"
    row = company.category(category_id)
    return one_line(row.name if row else category_id, NAME_LIMIT)


def line_name(company: Company, kind: str, category_id: str | None, language: Language) -> str:
    """Name what a line is for; money asked for beforehand needs no category."""
    if category_id is None and kind in BEFOREHAND:
        return kind_text(kind, language)
    return category_name(company, category_id, language)


def project_name(company: Company, project_id: str) -> str:
    """Name a project."""
    row = company.project(project_id)
    return one_line(row.name if row else project_id, NAME_LIMIT)


def entity_name(company: Company, entity_id: str) -> str:
    """Name a legal entity."""
    row = next((c for c in company.companies if c.id == entity_id), None)
    return one_line(row.name if row else entity_id, NAME_LIMIT)


def budget_scope(company: Company, budget: Budget, language: Language) -> str:
    """Say what a budget binds: 市场部 · 市内交通 2026-Q4."""
    fiscal = _FISCAL[language] if _is_fiscal(budget) else ""
    return f"{budget_place(company, budget, language)} {fiscal}{budget.period.text}"


_FISCAL: Mapping[Language, str] = {"zh": "财年 ", "en": "FY "}
_OWN: Mapping[Language, str] = {"zh": "本级", "en": " itself"}


def _is_fiscal(budget: Budget) -> bool:
    """Whether a period's word means other months than the calendar's."""
    return budget.period != parse_period(budget.period.text)


def budget_place(company: Company, budget: Budget, language: Language) -> str:
    """Say what a budget binds, whatever its period: 市场部 · 市内交通."""
    parts = [
        _department(company, budget, language),
        project_name(company, budget.project) if budget.project else "",
        category_name(company, budget.category, language) if budget.category else "",
        person_name(company, budget.person) if budget.person else "",
        entity_name(company, budget.company) if budget.company else "",
    ]
    return " · ".join(p for p in parts if p) or department_name(company, ROOT, language)


def _department(company: Company, budget: Budget, language: Language) -> str:
    """Name the department of a budget, and say where it is without those below."""
    if not budget.department:
        return ""
    name = department_name(company, budget.department, language)
    return f"{name}{_OWN[language]}" if budget.own_level else name


def short_period(budget: Budget) -> str:
    """Write a budget's period in few characters: 26Q4, 26-11, 2026; a span by its first day.

    A fiscal year's word is marked: FY26Q4.
    """
    first, _, last = budget.period.text.partition("/")
    year, _, part = first.partition("-")
    fiscal = "FY" if _is_fiscal(budget) else ""
    if last:
        return f"{part}~"
    if not part:
        return f"{fiscal}{year}"
    return f"{fiscal}{year[2:]}{part}" if part[0] in "QH" else f"{year[2:]}-{part}"


def tolerance_text(budget: Budget) -> str:
    """Write how far a budget may be exceeded: 2.5%."""
    return f"{budget.tolerance.normalize():f}%"


def budget_name(company: Company, budget_id: str, language: Language) -> str:
    """Name a budget by what it binds, with its id: 市场部 2026-Q4（sales-2026q4）."""
    budget = company.budget(budget_id)
    if budget is None:
        return one_line(budget_id, NAME_LIMIT)
    scope = budget_scope(company, budget, language)
    return f"{scope}（{budget_id}）" if language == "zh" else f"{scope} ({budget_id})"


def money_text(value: str) -> str:
    """Write a decimal string in yuan for people; what is none stays as it is."""
    try:
        return format_cny(parse_yuan(value))
    except ValueError:
        return value


def people_text(company: Company, ids: str, language: Language) -> str:
    """Name several people by their ids, separated by spaces; what is no such list stays."""
    people = ids.split()
    if not all(company.person(p) for p in people):
        return one_line(ids)
    names = [person_name(company, person) for person in people]
    return ("、" if language == "zh" else ", ").join(names)


def named(fields: Mapping[str, str], company: Company, language: Language) -> dict[str, str]:
    """Give fields of a text with names for ids, money for decimals and words for states.

    Anybody's words in them are made harmless; `ROWS` keep their lines.
    """
    return {key: _named(key, value, company, language) for key, value in fields.items()}


def _named(key: str, value: str, company: Company, language: Language) -> str:
    if key in MONEY:
        return one_line(money_text(value))
    if key in ROWS:
        return "\n".join(one_line(row) for row in value.split("\n"))
    namer = _NAMERS.get(key)
    return namer(company, value, language) if namer else one_line(value, WORDS_LIMIT)


def _category(company: Company, value: str, language: Language) -> str:
    return category_name(company, value or None, language)


def _kinds(_: Company, value: str, language: Language) -> str:
    """Name several kinds of claims, separated by spaces."""
    named = [kind_text(k, language) if k in KINDS else one_line(k) for k in value.split()]
    return ("、" if language == "zh" else ", ").join(named)


def _state(_: Company, value: str, language: Language) -> str:
    return state_text(value, language) if value in STATES else one_line(value)


def _action(_: Company, value: str, language: Language) -> str:
    return action_text(value, language) if value in ACTIONS else one_line(value)


def _example(value: str, language: Language) -> str:
    """Write an example of a command, 复制 BX-…, with the command in the reader's language."""
    word, _, rest = one_line(value).partition(" ")
    return f"{command_text(word, language)} {rest}".strip()


_NAMERS: Mapping[str, Callable[[Company, str, Language], str]] = {
    "approver": lambda company, value, _: person_name(company, value),
    "employee": lambda company, value, _: person_name(company, value),
    "person": lambda company, value, _: person_name(company, value),
    "to": people_text,
    "kinds": _kinds,
    "people": people_text,
    "budget": budget_name,
    "category": _category,
    "command": lambda _, value, language: command_text(one_line(value, NAME_LIMIT), language),
    "example": lambda _, value, language: _example(value, language),
    "department": department_name,
    "project": lambda company, value, _: project_name(company, value),
    "system": lambda _, value, language: system_name(one_line(value, NAME_LIMIT), language),
    "state": _state,
    "event": _action,
    "action": _action,
}
