"""Baidu's words: the token, the question as a form, the answer; no I/O.

Sources: cloud.baidu.com/doc/OCR/s/cklbnrnwe (question, kinds, codes, marks), reference §1a, §1g.
Unverified: the names of 数电 with a toll mark and of 数电 vehicles are not published there. Tolls
count as ordinary 数电普票, digital vehicles as unknown; `types` of the settings changes them.
"""

from urllib.parse import urlencode

from connectors.verify.answers import Answer, facts_in, object_in, read_object, text_in
from connectors.verify.forms import Form, amount_of
from core.verification import VerifyRequest

TOKEN_PATH = "/oauth/2.0/token"  # noqa: S105 - a path
VERIFY_PATH = "/rest/2.0/ocr/v1/vat_invoice_verification"
FORM_TYPE = "application/x-www-form-urlencoded"
FOUND = "0001"
FORMS = {
    "vat_special": Form("special_vat_invoice", "excl"),
    "vat_special_e": Form("elec_special_vat_invoice", "excl"),
    "vat_general": Form("normal_invoice", check_code=True),
    "vat_general_e": Form("elec_normal_invoice", check_code=True),
    "vat_roll": Form("roll_normal_invoice", check_code=True),
    "toll": Form("toll_elec_normal_invoice", check_code=True),
    "ride_hailing": Form("elec_normal_invoice", check_code=True),
    "vehicle": Form("motor_vehicle_invoice", "excl"),
    "used_vehicle": Form("used_vehicle_invoice", "incl"),
    "digital_special": Form("elec_invoice_special", "incl"),
    "digital_general": Form("elec_invoice_normal", "incl"),
    "toll_digital": Form("elec_invoice_normal", "incl"),
    "ride_hailing_digital": Form("elec_invoice_normal", "incl"),
    "rail_e_digital": Form("elec_train_ticket_invoice", "incl"),
    "air_itinerary_digital": Form("elec_flight_itinerary_invoice", "incl"),
}
_PRINTED = {
    "InvoiceCode": "code",
    "InvoiceNum": "number",
    "InvoiceDate": "date",
    "CheckCode": "check_code",
}
_FACE = {
    "TotalAmount": "amount",
    "TotalTax": "tax",
    "AmountInFiguers": "total",
    "PurchaserName": "buyer",
    "PurchaserRegisterNum": "buyer_taxid",
    "SellerName": "seller",
    "SellerRegisterNum": "seller_taxid",
}
"""`AmountInFiguers` is spelt so."""


def token_query(key: str, secret: str) -> dict[str, str]:
    """Ask for a token."""
    return {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}


def parse_token(body: bytes) -> tuple[str, int] | None:
    """Give the token and its life in seconds; None when there is none in the answer.

    ValueError for what is no JSON object.
    """
    found = read_object(body)
    token, life_s = found.get("access_token"), found.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(life_s, int):
        return None
    return token, life_s


def build_question(form: Form, request: VerifyRequest) -> bytes:
    """Write the question; parts that a kind does not have stay empty."""
    return urlencode(
        {
            "invoice_code": request.code or "",
            "invoice_num": request.number,
            "invoice_date": f"{request.date:%Y%m%d}",
            "invoice_type": form.code,
            "check_code": (request.check_code_last6 or "") if form.check_code else "",
            "total_amount": amount_of(form, request) or "",
        }
    ).encode()


def parse_answer(body: bytes) -> Answer:
    """Read an answer: `error_code` is the platform's word, `VerifyResult` the bureau's.

    ValueError for what is neither.
    """
    found = read_object(body)
    fault = text_in(found, "error_code")
    if fault:
        return Answer(f"error {fault}")
    face = object_in(found, "words_result")
    merged = {**face, **{k: v for k, v in found.items() if v not in (None, "")}}
    result = text_in(merged, "VerifyResult")
    if not result:
        raise ValueError("no result")
    facts = (*facts_in(merged, _PRINTED), *facts_in(face, _FACE))
    return Answer("" if result == FOUND else result, text_in(merged, "InvalidSign"), facts)
