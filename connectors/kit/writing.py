"""JSON on its way out: amounts are numbers, exactly as they are."""

import json
from collections.abc import Mapping
from decimal import Decimal

from core.errors import Rejected
from core.outside import Json


def dump(document: Mapping[str, Json] | Json) -> bytes:
    """Write JSON; Rejected `inexact` for an amount that JSON numbers cannot hold."""
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _number(value: Decimal) -> float | int:
    if value == value.to_integral_value():
        return int(value)
    found = float(value)
    if Decimal(repr(found)) != value:
        raise Rejected("inexact", text=f"{value:f}")
    return found
