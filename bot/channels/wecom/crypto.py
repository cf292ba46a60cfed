"""The trust boundary of the callback: signature, age, padding and company, one error for all."""

import hashlib
import hmac
import struct
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import WeChatException

from bot.channels.wecom.xml import read_xml
from core.errors import Untrusted

MAX_AGE_S = 300
_MAX_PADDING = 32
_SIGNATURE_CHARS = 40
_MAX_NONCE_CHARS = 128
_TIMESTAMP_CHARS = 10


@dataclass(frozen=True, slots=True)
class CallbackKeys:
    """What the administrator's page shows beside the callback URL, and the company's id."""

    corp_id: str
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse keys that no message could ever be opened with; ValueError."""
        try:
            WeChatCrypto(self.token, self.encoding_aes_key, self.corp_id)
        except (AssertionError, ValueError):
            raise ValueError("encoding_aes_key must be 43 letters and digits") from None


@dataclass(frozen=True, slots=True)
class Signed:
    """The query of a callback, checked in form only."""

    signature: str
    timestamp: str
    nonce: str


def parse_signed(query: Iterable[tuple[str, str]]) -> Signed:
    """Read msg_signature, timestamp and nonce, each exactly once; Untrusted otherwise."""
    pairs = list(query)
    signed = Signed(
        signature=_only(pairs, "msg_signature"),
        timestamp=_only(pairs, "timestamp"),
        nonce=_only(pairs, "nonce"),
    )
    if len(signed.signature) != _SIGNATURE_CHARS or len(signed.nonce) > _MAX_NONCE_CHARS:
        raise Untrusted("query")
    if not (signed.timestamp.isascii() and signed.timestamp.isdigit()):
        raise Untrusted("query")
    if len(signed.timestamp) > _TIMESTAMP_CHARS:
        raise Untrusted("query")
    return signed


def parse_echo(query: Iterable[tuple[str, str]]) -> str:
    """Read the echostr of a URL check; a bare "+" has arrived as a space and is put back."""
    return _only(list(query), "echostr").replace(" ", "+")


def parse_envelope(body: bytes) -> str:
    """Take the ciphertext out of the outer XML; Untrusted unless there is exactly one."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Untrusted("xml") from None
    ciphertext = read_xml(text).one("Encrypt")
    if not ciphertext:
        raise Untrusted("xml")
    return ciphertext


def unseal(keys: CallbackKeys, signed: Signed, ciphertext: str, now: datetime) -> str:
    """Check and decrypt; gives the plaintext, raises Untrusted for every kind of failure.

    wechatpy compares signatures with `!=` and checks neither age nor padding; all three are done
    here before its answer is used. Source: WeCom documents 90968 and 91116.
    """
    _check_signature(keys.token, signed, ciphertext)
    if abs(now.timestamp() - int(signed.timestamp)) > MAX_AGE_S:
        raise Untrusted("age")
    try:
        crypto = WeChatCrypto(keys.token, keys.encoding_aes_key, keys.corp_id)
        _check_padding(PrpCrypto(crypto.key).cipher.decrypt(b64decode(ciphertext)))
        return str(
            crypto.check_signature(signed.signature, signed.timestamp, signed.nonce, ciphertext)
        )
    except (ValueError, IndexError, struct.error, WeChatException):
        raise Untrusted("cipher") from None


def _check_signature(token: str, signed: Signed, ciphertext: str) -> None:
    parts = sorted(_octets(p) for p in (token, signed.timestamp, signed.nonce, ciphertext))
    expected = hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected.encode(), _octets(signed.signature)):
        raise Untrusted("signature")


def _check_padding(padded: bytes) -> None:
    if not 1 <= padded[-1] <= _MAX_PADDING:
        raise ValueError("padding")


def _octets(text: str) -> bytes:
    """Encode whatever a query may hold, lone surrogates too."""
    return text.encode("utf-8", "surrogatepass")


def _only(pairs: list[tuple[str, str]], name: str) -> str:
    values = [value for key, value in pairs if key == name]
    if len(values) != 1 or not values[0]:
        raise Untrusted("query")
    return values[0]
