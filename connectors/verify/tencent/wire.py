"""Tencent Cloud's words: TC3-HMAC-SHA256, the question as JSON, the answer; no I/O.

Sources: cloud.tencent.com/document/api/866/73674 (question, kinds, amounts), 866/45470 (error
codes), 213/30654 (signature, with the example that the tests sign again), reference §1a, §1g.
Rail and air e-tickets are not in its list; `types` of the settings adds a kind.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime

from connectors.verify.answers import Answer, facts_in, object_in, read_object, text_in
from connectors.verify.forms import Form, amount_of
from core.verification import VerifyRequest

ACTION = "VatInvoiceVerifyNew"
VERSION = "2018-11-19"
SERVICE = "ocr"
CONTENT_TYPE = "application/json; charset=utf-8"
_SIGNED = "content-type;host;x-tc-action"
FORMS = {
    "vat_special": Form("01", "excl"),
    "vat_special_e": Form("08", "excl"),
    "vat_general": Form("04", check_code=True),
    "vat_general_e": Form("10", check_code=True),
    "vat_roll": Form("11", check_code=True),
    "toll": Form("14", check_code=True),
    "ride_hailing": Form("10", check_code=True),
    "vehicle": Form("03", "excl"),
    "used_vehicle": Form("15", "incl"),
    "digital_special": Form("08", "incl"),
    "digital_general": Form("10", "incl"),
    "toll_digital": Form("10", "incl"),
    "ride_hailing_digital": Form("10", "incl"),
}
"""08 and 10 hold the fully digital ones, too (含全电); 32 is a blockchain invoice here."""
_PRINTED = {
    "Code": "code",
    "Number": "number",
    "Date": "date",
    "AmountWithoutTax": "amount",
    "TaxAmount": "tax",
    "AmountWithTax": "total",
    "BuyerName": "buyer",
    "BuyerTaxCode": "buyer_taxid",
    "SellerName": "seller",
    "SellerTaxCode": "seller_taxid",
}


def build_question(form: Form, request: VerifyRequest) -> bytes:
    """Write the question; parts that a kind does not have are left out."""
    parts: dict[str, str | None] = {
        "InvoiceNo": request.number,
        "InvoiceDate": request.date.isoformat(),
        "InvoiceCode": request.code,
        "InvoiceKind": form.code,
        "CheckCode": request.check_code_last6 if form.check_code else None,
        "Amount": amount_of(form, request),
    }
    asked: dict[str, object] = {name: value for name, value in parts.items() if value}
    return json.dumps({**asked, "EnableTodayInvoice": True}).encode()


def canonical_request(body: bytes, host: str, action: str) -> str:
    """Write what is signed of a request, in the order that both sides agree on."""
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    return f"POST\n/\n\n{headers}\n{_SIGNED}\n{hashlib.sha256(body).hexdigest()}"


def string_to_sign(canonical: str, service: str, at: datetime) -> str:
    """Write the line that the key signs; days are those of UTC."""
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{_scope(service, at)}\n{hashed}"


def signing_key(secret: str, service: str, at: datetime) -> bytes:
    """Derive the key of one day and service."""
    key = f"TC3{secret}".encode()
    for part in _scope(service, at).split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _scope(service: str, at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}/{service}/tc3_request"


def signed_headers(
    body: bytes, *, host: str, key: str, secret: str, at: datetime, region: str = ""
) -> dict[str, str]:
    """Give the headers of a question; `key` is the SecretId."""
    line = string_to_sign(canonical_request(body, host, ACTION), SERVICE, at)
    signature = hmac.digest(signing_key(secret, SERVICE, at), line.encode(), "sha256").hex()
    credential = f"Credential={key}/{_scope(SERVICE, at)}"
    headers = {
        "Authorization": f"TC3-HMAC-SHA256 {credential}, SignedHeaders={_SIGNED}, "
        f"Signature={signature}",
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Version": VERSION,
        "X-TC-Timestamp": str(int(at.timestamp())),
    }
    return {**headers, "X-TC-Region": region} if region else headers


def parse_answer(body: bytes) -> Answer:
    """Read an answer; ValueError for what is neither an invoice nor an error."""
    response = object_in(read_object(body), "Response")
    fault = text_in(object_in(response, "Error"), "Code")
    if fault:
        return Answer(fault)
    invoice = object_in(response, "Invoice")
    sign = text_in(invoice, "IsAbandoned")
    if not sign:
        raise ValueError("no invoice")
    return Answer("", sign, facts_in(invoice, _PRINTED))
