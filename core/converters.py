"""The closed registry of converters: how a value of ours becomes one of an outside form.

A value that is None stays None (only `const` makes something of nothing). What cannot be converted
raises ConvertError before anything is sent; amounts are Decimal all the way.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from core.company import Company
from core.outside import Json

Tables = Mapping[str, Mapping[str, Json]]

PEOPLE = frozenset({"id", "name", "dingtalk", "wecom"})
"""What the company file itself knows of a person."""
OUTSIDE_IDS = frozenset({"LoginName", "PersonNo", "userid", "staffId"})
"""What outside systems call people. Without a table of that name our id is theirs."""


class ConvertError(Exception):
    """A value that cannot become what a row wants."""


@dataclass(frozen=True, slots=True)
class Around:
    """What converters may look at: the mapping's tables, the company, its time zone."""

    company: Company
    zone: tzinfo
    tables: Tables = field(default_factory=dict)


Function = Callable[[Json, tuple[str, ...], Around], Json]


@dataclass(frozen=True, slots=True)
class Converter:
    """One entry of the registry: what it does, and how many arguments it takes."""

    do: Function
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A converter as a row names it, with its arguments."""

    name: str
    arguments: tuple[str, ...] = ()

    def apply(self, value: Json, around: Around) -> Json:
        """Convert a value; ConvertError when that cannot be."""
        if value is None and self.name != "const":
            return None
        return REGISTRY[self.name].do(value, self.arguments, around)


_CALL = re.compile(r"^\s*([a-z_][a-z0-9_]*)\s*(?:\((.*)\))?\s*$", re.DOTALL)


def parse_step(text: str, tables: Tables) -> Step:
    """Read `name` or `name(argument, …)`; ValueError when the registry does not know it so."""
    found = _CALL.match(text)
    if not found or found[1] not in REGISTRY:
        known = ", ".join(sorted(REGISTRY))
        raise ValueError(f"there is no converter {text.strip()[:40]}; known: {known}")
    name, inner = found[1], found[2]
    arguments = _arguments(inner) if inner is not None else ()
    entry = REGISTRY[name]
    if not entry.least <= len(arguments) <= entry.most:
        raise ValueError(f"{name} takes {entry.least} to {entry.most} arguments")
    _check_arguments(name, arguments, tables)
    return Step(name, arguments)


def _arguments(inner: str) -> tuple[str, ...]:
    if not inner.strip():
        return ()
    quoted = re.fullmatch(r"\s*([\"'])(.*)\1\s*", inner, re.DOTALL)
    if quoted and quoted[1] not in quoted[2]:
        return (quoted[2],)
    return tuple(part.strip().strip("\"'") for part in inner.split(","))


def _check_arguments(name: str, arguments: tuple[str, ...], tables: Tables) -> None:
    if name == "lookup" and arguments[0] not in tables:
        raise ValueError(f"there is no table {arguments[0]}")
    if name == "person" and arguments[0] not in {*PEOPLE, *OUTSIDE_IDS, *tables}:
        raise ValueError(f"person({arguments[0]}): neither a table nor {sorted(PEOPLE)}")
    if name == "text" and arguments and not arguments[0].isdecimal():
        raise ValueError("text(max) takes a number of characters")


def _decimal(value: Json) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, int | str | Decimal):
        raise ConvertError("not an amount")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ConvertError("not an amount") from None
    if not amount.is_finite():
        raise ConvertError("not an amount")
    return amount


def _money2(value: Json, _: tuple[str, ...], __: Around) -> Json:
    amount = _decimal(value)
    if amount != amount.quantize(Decimal("0.01")):
        raise ConvertError("more than two decimals")
    return f"{amount:.2f}"


def _fen_to_yuan(value: Json, _: tuple[str, ...], __: Around) -> Json:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConvertError("fen is a whole number")
    return Decimal(value) / 100


def _yuan_to_fen(value: Json, _: tuple[str, ...], __: Around) -> Json:
    fen = _decimal(value) * 100
    if fen != fen.to_integral_value():
        raise ConvertError("more than two decimals")
    return int(fen)


def _number(value: Json, _: tuple[str, ...], __: Around) -> Json:
    return _decimal(value)


def _moment(value: Json, around: Around) -> datetime:
    """Read an ISO date or time; a date begins at midnight of the company's zone."""
    if not isinstance(value, str):
        raise ConvertError("not a date")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ConvertError("not a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=around.zone)


def _day(value: Json, around: Around) -> date:
    return _moment(value, around).astimezone(around.zone).date()


def _date_iso(value: Json, _: tuple[str, ...], around: Around) -> Json:
    return _day(value, around).isoformat()


def _date_ms(value: Json, _: tuple[str, ...], around: Around) -> Json:
    moment = _moment(value, around)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _date(value: Json, arguments: tuple[str, ...], around: Around) -> Json:
    return _moment(value, around).astimezone(around.zone).strftime(arguments[0])


def _lookup(value: Json, arguments: tuple[str, ...], around: Around) -> Json:
    table = around.tables[arguments[0]]
    key = _written(value)
    if key not in table:
        raise ConvertError(f"{key[:60]!r} is not in the table {arguments[0]}")
    return table[key]


def _person(value: Json, arguments: tuple[str, ...], around: Around) -> Json:
    known_as = arguments[0]
    person = around.company.person(_written(value))
    if person is None:
        raise ConvertError("nobody of that id in the company")
    if known_as in around.tables:
        return _lookup(person.id, (known_as,), around)
    if known_as in OUTSIDE_IDS or known_as == "id":
        return person.id
    fields = {"name": person.name, "dingtalk": person.dingtalk, "wecom": person.wecom}
    if not fields[known_as]:
        raise ConvertError(f"{person.id} has no {known_as}")
    return fields[known_as]


def _written(value: Json) -> str:
    """Write a plain value as text; ConvertError for a list or an object."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str | int):
        return str(value)
    raise ConvertError("not a plain value")


def _text(value: Json, arguments: tuple[str, ...], _: Around) -> Json:
    written = _written(value)
    return written[: int(arguments[0])] if arguments else written


def _join(value: Json, arguments: tuple[str, ...], _: Around) -> Json:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ConvertError("not a list")
    separator = arguments[0] if arguments else "、"
    return separator.join(_written(part) for part in value if part is not None)


def _const(_: Json, arguments: tuple[str, ...], __: Around) -> Json:
    return arguments[0]


def _bool(value: Json, arguments: tuple[str, ...], _: Around) -> Json:
    yes, no = arguments or ("true", "false")
    return yes if value not in (False, "", 0, "false") and value != [] else no


def _hose_money(value: Json, _: tuple[str, ...], __: Around) -> Json:
    return {
        "standard": _money2(value, (), __),
        "standardStrCode": "CNY",
        "standardNumCode": "156",
        "standardSymbol": "¥",
        "standardUnit": "元",
        "standardScale": 2,
    }


def _files(value: Json, _: tuple[str, ...], __: Around) -> Json:
    """Take a file, or a list of files with holes in it, for a list of files."""
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    files = [f for f in listed if f is not None]
    if not all(isinstance(f, Mapping) and f.get("sha256") for f in files):
        raise ConvertError("not files of a claim")
    return files


REGISTRY: Mapping[str, Converter] = {
    "money2": Converter(_money2),
    "fen_to_yuan": Converter(_fen_to_yuan),
    "yuan_to_fen": Converter(_yuan_to_fen),
    "number": Converter(_number),
    "date_iso": Converter(_date_iso),
    "date_ms": Converter(_date_ms),
    "date": Converter(_date, 1, 1),
    "lookup": Converter(_lookup, 1, 1),
    "person": Converter(_person, 1, 1),
    "text": Converter(_text, 0, 1),
    "join": Converter(_join, 0, 1),
    "const": Converter(_const, 1, 1),
    "bool": Converter(_bool, 0, 2),
    "hose_money": Converter(_hose_money),
    "files": Converter(_files),
}
"""Every converter there is; a mapping that names another is refused when it is loaded."""
