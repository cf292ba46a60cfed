"""Alibaba Cloud's words: the RPC signature, the question as a query, the answer; no I/O.

Sources: help.aliyun.com/document_detail/465205.html (question, amounts, kinds), its published
example of the RPC signature (DescribeRegions, which the tests sign again), reference §1a, §1g.
Unverified against the live service: the codes inside `Data` come from clients of others, and
whether `Data` holds the invoice itself or one level down, so both are read.
"""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from connectors.verify.answers import Answer, facts_in, object_in, read_object, text_in
from connectors.verify.forms import Form, amount_of
from core.verification import VerifyRequest

ACTION = "VerifyVATInvoice"
VERSION = "2021-07-07"
FOUND = frozenset({"001", "000000"})
FORMS = {
    "vat_special": Form("01", "excl"),
    "vat_special_e": Form("20", "excl"),
    "vat_general": Form("04", check_code=True),
    "vat_general_e": Form("10", check_code=True),
    "vat_roll": Form("11", check_code=True),
    "toll": Form("14", check_code=True),
    "ride_hailing": Form("10", check_code=True),
    "vehicle": Form("03", "excl"),
    "used_vehicle": Form("15", "incl"),
    "digital_special": Form("31", "incl"),
    "digital_general": Form("32", "incl"),
    "toll_digital": Form("32", "incl"),
    "ride_hailing_digital": Form("32", "incl"),
    "rail_e_digital": Form("51", "incl"),
    "air_itinerary_digital": Form("61", "incl"),
    "vehicle_digital": Form("83", "incl"),
    "used_vehicle_digital": Form("84", "incl"),
    "digital_special_paper": Form("85", "excl"),
}
"""Of the paper forms of fully digital invoices only 85 is documented; `types` may add others.

The codes are not sent: `InvoiceKind` only tells blockchain invoices (1) from all others (0)."""
_PRINTED = {
    "invoiceCode": "code",
    "invoiceNumber": "number",
    "invoiceDate": "date",
    "invoiceMoney": "amount",
    "allTax": "tax",
    "allValoremTax": "total",
    "purchaserName": "buyer",
    "purchaserTaxpayerNumber": "buyer_taxid",
    "salerName": "seller",
    "salerTaxpayerNumber": "seller_taxid",
}


def build_question(form: Form, request: VerifyRequest) -> dict[str, str]:
    """Write the question; parts that a kind does not have are left out."""
    parts = {
        "InvoiceCode": request.code,
        "InvoiceNo": request.number,
        "InvoiceDate": f"{request.date:%Y%m%d}",
        "InvoiceSum": amount_of(form, request),
        "VerifyCode": request.check_code_last6 if form.check_code else None,
        "InvoiceKind": "0",
    }
    return {name: value for name, value in parts.items() if value}


def signed(
    question: Mapping[str, str], *, key: str, secret: str, at: datetime, nonce: str
) -> dict[str, str]:
    """Give the question with the common parameters and its signature; `key` is the AccessKeyId."""
    full = {
        **question,
        "Action": ACTION,
        "Version": VERSION,
        "Format": "JSON",
        "AccessKeyId": key,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
        "Timestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return {**full, "Signature": signature_of("POST", full, secret)}


def signature_of(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """Sign parameters as RPC interfaces of version 1.0 want it."""
    pairs = (f"{_quoted(k)}={_quoted(v)}" for k, v in sorted(parameters.items()))
    line = f"{method}&{_quoted('/')}&{_quoted('&'.join(pairs))}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), line.encode(), "sha1")).decode()


def build_body(parameters: Mapping[str, str]) -> bytes:
    """Write parameters as the form that is posted."""
    return "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in parameters.items()).encode()


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def parse_answer(body: bytes) -> Answer:
    """Read an answer: `Code` outside is the platform's word, `code` inside `Data` the bureau's.

    ValueError for what is neither.
    """
    found = read_object(body)
    inner = text_of_data(found)
    if not inner:
        fault = text_in(found, "Code")
        if not fault:
            raise ValueError("no answer")
        return Answer(f"error {fault}")
    data = read_object(inner.encode())
    code = text_in(data, "code")
    if code not in FOUND:
        return Answer(code or "none")
    invoice = object_in(data, "data") or data
    return Answer("", text_in(invoice, "invalidMark"), facts_in(invoice, _PRINTED))


def text_of_data(found: Mapping[str, object]) -> str:
    """Give the JSON text inside `Data`, "" where there is none."""
    data = found.get("Data")
    return data if isinstance(data, str) else ""
