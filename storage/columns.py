"""The values of a column as one parameter: an array, or a text that holds them all.

The driver looks at every element of an array several times; a text it sends as it is, and the
server splits it as fast as it reads an array. Not every text can stand in one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
)

_BETWEEN, _NOTHING = "\x1f", "\x1e"
"""The separator of units, and the one of records for what has no value."""
_BETWEEN_SQL: ColumnElement[str] = literal_column(r"E'\x1f'")
_NOTHING_SQL: ColumnElement[str] = literal_column(r"E'\x1e'")


def unnested(
    table: Table, bound: Mapping[str, str], *, packed: bool = False
) -> list[ColumnElement[Any]]:
    """Turn one parameter a column, each bound by the name given for it, into rows."""
    return [
        func.unnest(_as_array(table.c[column], name, packed=packed)).label(column)
        for column, name in bound.items()
    ]


def _as_array(column: Column[Any], name: str, *, packed: bool) -> ColumnElement[Any]:
    if packed and isinstance(column.type, Text):
        signs = (_BETWEEN_SQL, _NOTHING_SQL) if column.nullable else (_BETWEEN_SQL,)
        return func.string_to_array(bindparam(name, type_=Text), *signs)
    if packed and isinstance(column.type, Integer):
        return cast(bindparam(name, type_=Text), ARRAY(column.type))
    return bindparam(name, type_=ARRAY(column.type))


Packer = Callable[[Sequence[Any]], object]


def packer(column: Column[Any]) -> Packer:
    """Give what packs a column; it raises ValueError for a text that cannot be packed."""
    if isinstance(column.type, Text):
        return _join_or_nothing if column.nullable else _join
    if isinstance(column.type, Integer):
        return _list_or_nothing if column.nullable else _list
    return _as_it_is


def _join(values: Sequence[str]) -> str:
    text = _BETWEEN.join(values)
    if not text or text.count(_BETWEEN) != len(values) - 1:
        raise ValueError("a text has a separator in it, or is empty and alone")
    return text


def _join_or_nothing(values: Sequence[str | None]) -> str:
    if _NOTHING in values:
        raise ValueError("the sign for no value is a value")
    return _join([_NOTHING if value is None else value for value in values])


def _list(values: Sequence[int]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _list_or_nothing(values: Sequence[int | None]) -> str:
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def _as_it_is(values: Sequence[object]) -> object:
    return values
