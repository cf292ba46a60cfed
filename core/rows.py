"""The ground of the company file: what every row and the fields of many rows have in common."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from core.money import format_yuan, parse_yuan
from core.rules import check_expression


def _yuan(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('write amounts in quotes, like "10000.00"')  # noqa: TRY004 pydantic
    return parse_yuan(str(value))


def _account(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('write accounts in quotes, like "6601.10"')  # noqa: TRY004 pydantic
    if not value.isprintable():
        raise ValueError("an account stands on one line")
    return value.strip()


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")]
Account = Annotated[str, BeforeValidator(_account)]
"""A ledger account as the books write it: never a number, which would lose its last zero."""
Yuan = Annotated[int, BeforeValidator(_yuan), PlainSerializer(format_yuan, return_type=str)]
When = Annotated[
    str,
    BeforeValidator(lambda v: check_expression(str(v).lower() if isinstance(v, bool) else str(v))),
]


class Entry(BaseModel):
    """One row of the company file: frozen, and a stranger's key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )
