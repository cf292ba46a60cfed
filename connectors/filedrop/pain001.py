"""ISO 20022 pain.001.001.03: a credit transfer message, for banks and treasuries abroad.

Accounts without an IBAN stand as `Othr/Id`, branches by their 12-digit CNAPS code
(reference/connectors.md §6). Texts are cut to what the schema allows, never silently for names
and accounts: an order that does not fit is refused.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from lxml import etree

from core.money import format_yuan
from core.payment_batch import Order, OrderList

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
MAX_ID, MAX_ACCOUNT, MAX_NAME, MAX_NOTE = 35, 34, 140, 140
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Each = Callable[[Iterable[Order]], Iterable[Order]]


def find_unfit(order: Order) -> str | None:
    """Say why an order cannot stand in a message: a code, or None when it can."""
    if not order.account:
        return "lacks:account"
    if not order.payer.account:
        return "lacks:payer_account"
    if max(len(order.account), len(order.payer.account)) > MAX_ACCOUNT:
        return "too_long:account"
    if len(order.id) > MAX_ID:
        return "too_long:id"
    if not order.payee or len(order.payee) > MAX_NAME:
        return "too_long:payee" if order.payee else "lacks:payee"
    texts = (order.payee, order.account, order.id, order.payer.name, order.bank)
    return "letters:payee" if any(_NOT_XML.search(text) for text in texts) else None


def build_message(orders: OrderList, each: Each = lambda found: found) -> bytes:
    """Write a list as one message: one block for each payer and currency; sums as in the list.

    What is written is let go of at once: as a tree, 50,000 transfers take 250 MB.
    """
    out = io.BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        root = file.element(_named("Document"), nsmap={None: NAMESPACE})
        with root, file.element(_named("CstmrCdtTrfInitn")):
            _write(file, _header(orders))
            listed = sorted(orders.orders, key=_block_of)
            seen = iter(each(listed))
            for number, (_, block) in enumerate(groupby(listed, key=_block_of), 1):
                _block(file, orders, number, list(block), seen)
    return out.getvalue()


def _block_of(order: Order) -> tuple[str, str]:
    return order.payer.id, order.currency


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _write(file: "etree._IncrementalFileWriter", element: etree._Element) -> None:
    """Write what is in no namespace: it stands in that of the document, which need not be said."""
    file.write(element, pretty_print=True)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text
    return child


def _header(orders: OrderList) -> etree._Element:
    head = etree.Element("GrpHdr")
    _add(head, "MsgId", orders.batch[:MAX_ID])
    _add(head, "CreDtTm", orders.made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _add(head, "NbOfTxs", str(len(orders.orders)))
    _add(head, "CtrlSum", format_yuan(orders.total_fen))
    payer = orders.orders[0].payer
    _add(_add(head, "InitgPty"), "Nm", payer.name[:MAX_NAME])
    return head


def _block(
    file: "etree._IncrementalFileWriter",
    orders: OrderList,
    number: int,
    block: list[Order],
    seen: Iterator[Order],
) -> None:
    with file.element(_named("PmtInf")):
        for fact in _facts(orders, number, block):
            _write(file, fact)
        for _ in block:
            _write(file, _transfer(next(seen)))


def _facts(orders: OrderList, number: int, block: list[Order]) -> etree._Element:
    """Give what a block says of all its transfers, in an element around it."""
    payer, currency = block[0].payer, block[0].currency
    info = etree.Element("PmtInf")
    _add(info, "PmtInfId", f"{orders.batch[: MAX_ID - 4]}-{number}")
    _add(info, "PmtMtd", "TRF")
    _add(info, "NbOfTxs", str(len(block)))
    _add(info, "CtrlSum", format_yuan(sum(o.amount_fen for o in block)))
    _add(info, "ReqdExctnDt", orders.made_at.date().isoformat())
    _add(_add(info, "Dbtr"), "Nm", payer.name[:MAX_NAME])
    account = _account(_add(info, "DbtrAcct"), payer.account)
    _add(account, "Ccy", currency)
    _agent(_add(info, "DbtrAgt"), payer.bank, payer.bank_code)
    return info


def _account(place: etree._Element, account: str) -> etree._Element:
    name = _add(place, "Id")
    if _IBAN.fullmatch(account):
        _add(name, "IBAN", account)
    else:
        _add(_add(name, "Othr"), "Id", account)
    return place


def _agent(place: etree._Element, bank: str, code: str) -> None:
    """Name a bank: by its CNAPS code where it is known, with its name; else say that it is not."""
    agent = _add(place, "FinInstnId")
    if code:
        member = _add(agent, "ClrSysMmbId")
        _add(_add(member, "ClrSysId"), "Cd", "CNAPS")
        _add(member, "MmbId", code)
    if bank:
        _add(agent, "Nm", bank[:MAX_NAME])
    if not code and not bank:
        _add(_add(agent, "Othr"), "Id", "NOTPROVIDED")


def _transfer(order: Order) -> etree._Element:
    transfer = etree.Element("CdtTrfTxInf")
    _add(_add(transfer, "PmtId"), "EndToEndId", order.id)
    amount = _add(_add(transfer, "Amt"), "InstdAmt", format_yuan(order.amount_fen))
    amount.set("Ccy", order.currency)
    if order.bank or order.bank_code:
        _agent(_add(transfer, "CdtrAgt"), order.bank, order.bank_code)
    _add(_add(transfer, "Cdtr"), "Nm", order.payee)
    _account(_add(transfer, "CdtrAcct"), order.account)
    _add(_add(transfer, "RmtInf"), "Ustrd", order.purpose[:MAX_NOTE])
    return transfer
