"""A stand-in for the three providers of tax-bureau verification: Baidu, Tencent Cloud, Alibaba.

It knows the invoices that a test registers, checks what each provider checks (token, signature,
the five questions a day) and answers in each one's own words. It imports nothing of the service.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from aiohttp import web

Json = dict[str, object]
State = Literal["normal", "void", "red", "unknown"]

SIGNS: Mapping[State, str] = {"normal": "N", "void": "Y", "red": "H"}
TRIES = 5
TOKEN_LIFE_S = 2592000
MAX_SKEW_S = 300


@dataclass(slots=True)
class Registered:
    """An invoice as the bureau has it; amounts in yuan, the date as YYYYMMDD."""

    number: str
    date: str
    excl: str
    incl: str
    code: str = ""
    check_code: str = ""
    seller: str = "北京示例酒店有限公司"
    seller_taxid: str = "91110105MA00000X0X"
    buyer: str = ""
    buyer_taxid: str = ""
    state: State = "normal"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one form, whichever provider it came through."""

    provider: str
    number: str
    date: str
    amount: str
    check_code: str


@dataclass(slots=True)
class Bureau:
    """The tax bureau behind the providers. `asked` is every question that reached it, in order."""

    invoices: dict[str, Registered] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    limit: int = TRIES

    def register(self, invoice: Registered) -> None:
        """Let the bureau know an invoice, or know it anew."""
        self.invoices[invoice.number] = invoice

    def judge(self, question: Asked) -> tuple[str, Registered | None]:
        """Give found, unknown, differs or limit; the invoice only when it was found."""
        self.asked.append(question)
        times = Counter(q.number for q in self.asked)[question.number]
        if times > self.limit:
            return "limit", None
        invoice = self.invoices.get(question.number)
        if invoice is None or invoice.state == "unknown":
            return "unknown", None
        wanted = {invoice.excl, invoice.incl, ""}
        code = question.check_code
        fits = question.date == invoice.date and question.amount in wanted
        if not fits or (code and invoice.check_code[-6:] != code):
            return "differs", None
        return "found", invoice


class VerifyStandIn:
    """The three services under `/verify/…`; `key` and `secret` are those of every account."""

    def __init__(self, key: str, secret: str, bureau: Bureau | None = None) -> None:
        self.bureau = bureau or Bureau()
        self.tokens: dict[str, bool] = {}
        self.faults: list[web.Response] = []
        self._key = key
        self._secret = secret
        self._nonces: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of all three."""
        return [
            web.post("/verify/baidu/oauth/2.0/token", self.baidu_token),
            web.post("/verify/baidu/rest/2.0/ocr/v1/vat_invoice_verification", self.baidu),
            web.post("/verify/tencent/", self.tencent),
            web.post("/verify/aliyun/", self.aliyun),
        ]

    def expire_tokens(self) -> None:
        """Let every token that was given end."""
        self.tokens = dict.fromkeys(self.tokens, False)

    def _fault(self) -> web.Response | None:
        return self.faults.pop(0) if self.faults else None

    async def baidu_token(self, request: web.Request) -> web.Response:
        """Give a token to who knows the keys."""
        query = request.query
        known = (query.get("client_id"), query.get("client_secret")) == (self._key, self._secret)
        if not known or query.get("grant_type") != "client_credentials":
            said = {"error": "invalid_client", "error_description": "unknown client id"}
            return web.json_response(said, status=401)
        token = f"24.{secrets.token_hex(16)}"
        self.tokens[token] = True
        return web.json_response({"access_token": token, "expires_in": TOKEN_LIFE_S})

    async def baidu(self, request: web.Request) -> web.Response:
        """Answer a question as Baidu does."""
        planned = self._fault()
        if planned is not None:
            return planned
        token = request.query.get("access_token", "")
        if not self.tokens.get(token):
            code = 111 if token in self.tokens else 110
            return web.json_response({"error_code": code, "error_msg": "Access token invalid"})
        form = await request.post()
        question = Asked(
            "baidu",
            str(form.get("invoice_num", "")),
            str(form.get("invoice_date", "")),
            str(form.get("total_amount", "")),
            str(form.get("check_code", "")),
        )
        verdict, invoice = self.bureau.judge(question)
        if invoice is None:
            said = {"unknown": "0009", "differs": "0006", "limit": "0002"}[verdict]
            return web.json_response({"words_result_num": 0, "VerifyResult": said, "log_id": 1})
        return web.json_response(_baidu_face(invoice, str(form.get("invoice_type", ""))))

    async def tencent(self, request: web.Request) -> web.Response:
        """Answer a question as Tencent Cloud does."""
        planned = self._fault()
        if planned is not None:
            return planned
        body = await request.read()
        if not self._signed_by_tencent(request, body):
            return _tencent_error("AuthFailure.SignatureFailure")
        asked = json.loads(body)
        date = str(asked.get("InvoiceDate", "")).replace("-", "")
        question = Asked(
            "tencent",
            str(asked.get("InvoiceNo", "")),
            date,
            str(asked.get("Amount", "")),
            str(asked.get("CheckCode", "")),
        )
        verdict, invoice = self.bureau.judge(question)
        if invoice is None:
            return _tencent_error(
                {
                    "unknown": "ResourceNotFound.NoInvoice",
                    "differs": "FailedOperation.InvoiceMismatch",
                    "limit": "FailedOperation.CountLimitError",
                }[verdict]
            )
        return web.json_response({"Response": _tencent_face(invoice)})

    def _signed_by_tencent(self, request: web.Request, body: bytes) -> bool:
        """Recompute TC3-HMAC-SHA256 from what arrived."""
        stamp = request.headers.get("X-TC-Timestamp", "0")
        given = request.headers.get("Authorization", "")
        scheme, _, rest = given.partition(" ")
        parts = dict(p.strip().partition("=")[::2] for p in rest.split(","))
        credential, names = parts.get("Credential", ""), parts.get("SignedHeaders", "")
        key, _, scope = credential.partition("/")
        values = {n: request.headers.get(n, "").strip() for n in names.split(";")}
        values["x-tc-action"] = values.get("x-tc-action", "").lower()
        signed = "".join(f"{name}:{values[name]}\n" for name in names.split(";"))
        canonical = "\n".join(
            (request.method, "/", "", signed, names, hashlib.sha256(body).hexdigest())
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        line = f"{scheme}\n{stamp}\n{scope}\n{digest}"
        secret = f"TC3{self._secret}".encode()
        for part in scope.split("/"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        wanted = hmac.new(secret, line.encode(), hashlib.sha256).hexdigest()
        right_call = request.headers.get("X-TC-Action") == "VatInvoiceVerifyNew"
        same = hmac.compare_digest(wanted, parts.get("Signature", ""))
        return key == self._key and right_call and same

    async def aliyun(self, request: web.Request) -> web.Response:
        """Answer a question as Alibaba Cloud does."""
        planned = self._fault()
        if planned is not None:
            return planned
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("AccessKeyId") != self._key:
            return _aliyun_error("InvalidAccessKeyId.NotFound", 404)
        nonce = form.get("SignatureNonce", "")
        if not self._signed_by_aliyun(form) or nonce in self._nonces:
            return _aliyun_error("SignatureDoesNotMatch", 400)
        self._nonces.add(nonce)
        question = Asked(
            "aliyun",
            form.get("InvoiceNo", ""),
            form.get("InvoiceDate", ""),
            form.get("InvoiceSum", ""),
            form.get("VerifyCode", ""),
        )
        verdict, invoice = self.bureau.judge(question)
        if invoice is None:
            code = {"unknown": "009", "differs": "006", "limit": "002"}[verdict]
            return _aliyun_data({"code": code, "msg": verdict})
        return _aliyun_data({"code": "001", "msg": "成功", "data": _aliyun_face(invoice)})

    def _signed_by_aliyun(self, form: Mapping[str, str]) -> bool:
        pairs = sorted((k, v) for k, v in form.items() if k != "Signature")
        query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in pairs)
        line = f"POST&%2F&{quote(query, safe='~')}"
        digest = hmac.new(f"{self._secret}&".encode(), line.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(base64.b64encode(digest).decode(), form.get("Signature", ""))


def _baidu_face(invoice: Registered, kind: str) -> Json:
    face = {
        "TotalAmount": invoice.excl,
        "AmountInFiguers": invoice.incl,
        "PurchaserName": invoice.buyer,
        "PurchaserRegisterNum": invoice.buyer_taxid,
        "SellerName": invoice.seller,
        "SellerRegisterNum": invoice.seller_taxid,
    }
    return {
        "log_id": 1,
        "words_result_num": len(face),
        "words_result": face,
        "VerifyResult": "0001",
        "VerifyMessage": "查验成功发票一致",
        "VerifyFrequency": "1",
        "InvalidSign": SIGNS[invoice.state],
        "InvoiceType": kind,
        "InvoiceCode": invoice.code,
        "InvoiceNum": invoice.number,
        "CheckCode": invoice.check_code,
        "InvoiceDate": invoice.date,
    }


def _tencent_face(invoice: Registered) -> Json:
    face = {
        "Code": invoice.code,
        "Number": invoice.number,
        "Date": invoice.date,
        "AmountWithoutTax": invoice.excl,
        "AmountWithTax": invoice.incl,
        "BuyerName": invoice.buyer,
        "BuyerTaxCode": invoice.buyer_taxid,
        "SellerName": invoice.seller,
        "SellerTaxCode": invoice.seller_taxid,
        "IsAbandoned": SIGNS[invoice.state],
        "Items": [],
    }
    return {"Invoice": face, "RequestId": secrets.token_hex(8)}


def _tencent_error(code: str) -> web.Response:
    error = {"Code": code, "Message": "refused"}
    return web.json_response({"Response": {"Error": error, "RequestId": secrets.token_hex(8)}})


def _aliyun_face(invoice: Registered) -> Json:
    return {
        "invoiceCode": invoice.code,
        "invoiceNumber": invoice.number,
        "invoiceDate": invoice.date,
        "invoiceMoney": invoice.excl,
        "allValoremTax": invoice.incl,
        "purchaserName": invoice.buyer,
        "purchaserTaxpayerNumber": invoice.buyer_taxid,
        "salerName": invoice.seller,
        "salerTaxpayerNumber": invoice.seller_taxid,
        "invalidMark": SIGNS[invoice.state],
        "cyjgxx": "查验成功",
    }


def _aliyun_data(data: Json) -> web.Response:
    text = json.dumps(data, ensure_ascii=False)
    return web.json_response({"RequestId": secrets.token_hex(8), "Data": text})


def _aliyun_error(code: str, status: int) -> web.Response:
    said = {"Code": code, "Message": "refused", "RequestId": secrets.token_hex(8)}
    return web.json_response(said, status=status)
