"""What the finance desk's pages may ask of whoever does the work behind them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

from bot.handlers.reconciling import Reconciliation
from bot.texts.template import Language
from core.bank_results import Verdict
from core.company import Person
from core.errors import Refused
from core.payment_batch import Order
from core.voucher_sheet import SheetList

By = Literal["claim", "day"]


class Form(Protocol):
    """A form of file."""

    @property
    def name(self) -> str: ...  # noqa: D102 as its name says

    @property
    def about(self) -> str: ...  # noqa: D102

    @property
    def unconfirmed(self) -> str: ...  # noqa: D102


class Left(Protocol):
    """A payment that stays behind, and why (a code)."""

    @property
    def payment(self) -> str: ...  # noqa: D102

    @property
    def reason(self) -> str: ...  # noqa: D102


class Batch(Protocol):
    """Payments of one file, made or still to be made."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def orders(self) -> Sequence[Order]: ...  # noqa: D102

    @property
    def left(self) -> Sequence[Left]: ...  # noqa: D102

    @property
    def waits(self) -> bool: ...  # noqa: D102

    @property
    def total(self) -> str: ...  # noqa: D102


class Shown(Protocol):
    """A file before it is taken: its hash, its first rows with accounts hidden, or its text."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def size(self) -> int: ...  # noqa: D102

    @property
    def sha256(self) -> str: ...  # noqa: D102

    @property
    def titles(self) -> Sequence[str]: ...  # noqa: D102

    @property
    def rows(self) -> Sequence[Sequence[str]]: ...  # noqa: D102

    @property
    def text(self) -> str: ...  # noqa: D102

    @property
    def unconfirmed(self) -> str: ...  # noqa: D102


class Kept(Protocol):
    """A file in hand, and what lies beside it by names."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def data(self) -> bytes: ...  # noqa: D102

    @property
    def beside(self) -> Mapping[str, bytes]: ...  # noqa: D102


class RowDone(Protocol):
    """What became of a row of results."""

    @property
    def number(self) -> int: ...  # noqa: D102

    @property
    def payment(self) -> str: ...  # noqa: D102

    @property
    def noted(self) -> bool: ...  # noqa: D102

    @property
    def refusal(self) -> Refused | None: ...  # noqa: D102

    @property
    def verdict(self) -> Verdict | None: ...  # noqa: D102


class Exported(Protocol):
    """Vouchers that went into a batch."""

    @property
    def sheets(self) -> SheetList: ...  # noqa: D102


class Clerk(Protocol):
    """Does in somebody's name what they ask for; Refused `not_allowed` for who may not."""

    def payment_forms(self) -> Sequence[Form]:
        """Give the forms of payment files, the usual one first."""
        ...

    def voucher_forms(self) -> Sequence[Form]:
        """Give the forms of voucher files, the usual one first."""
        ...

    async def due(
        self, person: Person, form: str, only: Collection[str] | None
    ) -> tuple[Batch, Shown | None]:
        """Say what somebody's next batch would be; nothing is noted."""
        ...

    async def make_batch(self, person: Person, form: str, only: Collection[str] | None) -> Batch:
        """Make a batch."""
        ...

    async def batch_shown(self, name: str, form: str) -> Shown:
        """Show the file of a batch."""
        ...

    async def batch_file(self, person: Person, name: str, form: str) -> Kept:
        """Hand out the file of a batch."""
        ...

    async def note_results(self, person: Person, data: bytes) -> Sequence[RowDone]:
        """Note a bank's results."""
        ...

    async def voucher_shown(
        self, form: str, batch: str | None, by: By | None, language: Language
    ) -> tuple[Shown, Sequence[str]]:
        """Show a voucher file, of an earlier batch or of the next, and what waits and why."""
        ...

    async def voucher_preview(self, form: str, by: By | None) -> Kept:
        """Give the file that the next batch would be; nothing is noted."""
        ...

    async def export_vouchers(self, person: Person, form: str, by: By | None) -> Exported:
        """Take vouchers into a batch."""
        ...

    async def voucher_file(self, person: Person, batch: str, form: str) -> Kept:
        """Hand out the file of a batch of vouchers."""
        ...

    async def note_numbers(self, person: Person, data: bytes) -> int:
        """Note the numbers that the books gave."""
        ...

    async def reconcile(self, since: date, day: date) -> Reconciliation:
        """Compare what all sides say."""
        ...

    def workbook(self, found: Reconciliation, language: Language) -> bytes:
        """Write a comparison as a workbook."""
        ...
