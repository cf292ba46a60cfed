"""Many questions in one round trip: on PostgreSQL all that a batch wants to know comes together."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.direct import Direct, direct, fetch
from storage.engine import STATEMENTS, Database
from storage.lite import Asking, asking, fetch_rows
from storage.tables import TENANT

_LISTED = "listed"
Answer = Sequence[Any]
"""The columns of one row, in the order of its question."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Columns of the tenant's rows whose `key` is one of many values.

    `source` is where they come from, None for the key's table; `only` says which rows count;
    with `lock` those rows stay as they are until the transaction ends.
    """

    key: Column[Any]
    columns: tuple[ColumnElement[Any], ...]
    source: FromClause | None = None
    only: tuple[ColumnElement[bool], ...] = ()
    lock: bool = False

    def about(self, wanted: ColumnElement[bool], *columns: ColumnElement[Any]) -> Select[Any]:
        """Make the query for those rows for which `wanted` says so."""
        source = self.key.table if self.source is None else self.source
        tenant = self.key.table.c.company == TENANT
        return select(*columns).select_from(source).where(tenant, wanted, *self.only)


async def ask(
    database: Database,
    connection: AsyncConnection,
    wanted: Mapping[Question, Collection[str | int]],
) -> dict[Question, Sequence[Answer]]:
    """Answer questions, each about its values; what has no values has no answer."""
    asked = {question: list(values) for question, values in wanted.items() if values}
    answers: dict[Question, Sequence[Answer]] = dict.fromkeys(wanted, ())
    if not asked:
        return answers
    if database.postgres:
        arrays = {f"k{i}": values for i, values in enumerate(asked.values())}
        (found,) = await fetch(connection, _together(tuple(asked)), arrays)
        return answers | dict(zip(asked, found, strict=True))
    for question, values in asked.items():
        given = {_LISTED: json.dumps(values)}
        answers[question] = await fetch_rows(connection, _alone(question), given)
    return answers


@lru_cache(maxsize=STATEMENTS)
def _alone(question: Question) -> Asking:
    """Make the query of one question on SQLite, where a round trip costs little."""
    listed = func.json_each(bindparam(_LISTED)).table_valued("value")
    wanted = question.key.in_(select(listed.c.value))
    return asking(question.about(wanted, *question.columns), question.columns)


@lru_cache(maxsize=STATEMENTS)
def _together(questions: tuple[Question, ...]) -> Direct:
    """Make one row of all answers, each an array of rows."""
    return direct(select(*(_as_array(question, f"k{i}") for i, question in enumerate(questions))))


def _as_array(question: Question, bound: str) -> ColumnElement[Any]:
    """Look every value up by itself, whatever the planner believes of the table.

    It may not have counted the rows of a young table, and would compare each with every value.
    """
    values = func.unnest(bindparam(bound, type_=ARRAY(question.key.type))).label("value")
    every = select(values).subquery(bound)
    wanted = question.key == every.c.value
    rows = question.about(wanted, func.row(*question.columns).label("found"))
    rows = rows.correlate(every)
    if question.lock:
        rows = rows.with_for_update(of=question.key.table)
    each = rows.offset(literal_column("0")).lateral(f"of_{bound}")
    return func.array(select(each.c.found).select_from(every, each).scalar_subquery())
