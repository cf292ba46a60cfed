"""Payment lists in the forms that a bank's client, a treasury or a cashier takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.filedrop import pain001
from connectors.filedrop.template import Row, Template, read_template, templates_in
from connectors.filedrop.writing import Through, write_rows
from core.errors import Refused
from core.money import format_yuan
from core.payment_batch import Order, OrderList


def _at_once(rows: Iterable[Row]) -> Iterable[Row]:
    return rows


@dataclass(frozen=True, slots=True)
class PaymentFormat:
    """A way of writing a payment list, with a word on whom it suits.

    `find_unfit` says why an order cannot be written in it, None when it can; `one_payer` that a
    file of it does not say from which account it is paid, so that all of it is paid from one.
    """

    name: str
    about: str
    extension: str
    write: Callable[[OrderList, Through], bytes]
    find_unfit: Callable[[Order], str | None]
    template: Template | None = None

    @property
    def one_payer(self) -> bool:
        """Whether everything in a file is paid from the same account."""
        return self.template is not None and not self.template.names_payer

    @property
    def unconfirmed(self) -> str:
        """What nobody has confirmed of it, "" where somebody has."""
        return self.template.unconfirmed if self.template else ""

    def __call__(self, orders: OrderList, through: Through = _at_once) -> bytes:
        """Write a list; `through` sees each row go by."""
        return self.write(orders, through)


def _of_template(template: Template) -> PaymentFormat:
    return PaymentFormat(
        template.name,
        template.about,
        template.extension,
        lambda orders, through: write_rows(template, through(_rows(orders))),
        lambda order: template.find_unfit(_row(order)),
        template,
    )


def _rows(orders: OrderList) -> Iterator[Row]:
    day = orders.made_at.date().isoformat()
    for number, order in enumerate(orders.orders, 1):
        yield {"row": number, "batch": orders.batch, "date": day, **_row(order)}


def _row(order: Order) -> Row:
    payer = order.payer
    return {
        "id": order.id,
        "claim": order.claim,
        "account": order.account,
        "payee": order.payee,
        "bank": order.bank,
        "bank_code": order.bank_code,
        "amount": format_yuan(order.amount_fen),
        "currency": order.currency,
        "purpose": order.purpose,
        "payer": payer.name,
        "payer_account": payer.account,
        "payer_bank": payer.bank,
        "payer_bank_code": payer.bank_code,
    }


def _pain() -> PaymentFormat:
    def write(orders: OrderList, through: Through) -> bytes:
        return pain001.build_message(orders, lambda found: _counted(found, through))

    return PaymentFormat(
        "pain.001",
        "ISO 20022 pain.001.001.03, for foreign banks and treasuries · 外资银行与资金系统",
        "xml",
        write,
        pain001.find_unfit,
    )


def _counted(orders: Iterable[Order], through: Through) -> Iterator[Order]:
    """Let every order be seen going by."""
    listed = list(orders)
    for order, _ in zip(listed, through({"id": o.id} for o in listed), strict=True):
        yield order


def payment_formats(folder: Path | None = None) -> Mapping[str, PaymentFormat]:
    """Give every format by name: those that come with Chit, and the templates of a folder.

    Refused `bad_template` for one of the folder that cannot be used.
    """
    templates = templates_in(folder, "payments").values()
    every = (*(_of_template(t) for t in templates), _pain())
    return {f.name: f for f in sorted(every, key=lambda f: _ORDER.get(f.name, len(_ORDER)))}


_ORDER = {"csv": 0, "xlsx": 1, "pain.001": 2}


def payment_format(name: str, folder: Path | None = None) -> PaymentFormat | None:
    """Find a format by name, or read a firm's own template by its path; None for neither.

    Refused `bad_template` for a template that cannot be used.
    """
    if name.endswith((".yaml", ".yml")):
        template = read_template(Path(name))
        if template.use != "payments":
            raise Refused("bad_template", file=Path(name).name, text="use: payments")
        return _of_template(template)
    return payment_formats(folder).get(name)
