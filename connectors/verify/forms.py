"""What each provider calls an invoice and needs to know of it; every adapter has its own table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from core.money import format_yuan
from core.verification import VerifyRequest


@dataclass(frozen=True, slots=True)
class Form:
    """A provider's own code of a kind, which amount it compares, whether it wants the check code.

    `amount` is without tax (`excl`), with tax (`incl`) or not asked for.
    """

    code: str
    amount: Literal["excl", "incl"] | None = None
    check_code: bool = False


Forms = Mapping[str, Form]
"""By `VerifyRequest.form`."""


def with_types(forms: Forms, types: Mapping[str, str]) -> Forms:
    """Put codes of the settings in the place of the table's, or beside it.

    A form that the table lacks compares the total with tax, as all fully digital invoices do.
    """
    added = {
        name: replace(forms.get(name, Form(code, "incl")), code=code)
        for name, code in types.items()
    }
    return {**forms, **added}


def amount_of(form: Form, request: VerifyRequest) -> str | None:
    """Give the amount that a form wants in yuan, "" when it wants none, None when it is unknown."""
    if form.amount is None:
        return ""
    fen = request.amount_excl_fen if form.amount == "excl" else request.amount_incl_fen
    return None if fen is None else format_yuan(fen)


def is_complete(forms: Forms, request: VerifyRequest) -> bool:
    """Whether a provider knows such invoices and everything that it needs was read."""
    form = forms.get(request.form)
    if form is None or amount_of(form, request) is None:
        return False
    return request.check_code_last6 is not None or not form.check_code
