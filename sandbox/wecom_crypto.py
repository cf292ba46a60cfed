"""How WeCom encrypts and signs what it calls back with (reference §2): AES-256-CBC and SHA-1."""

import base64
import hashlib
import secrets
import struct
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK_BYTES = 32
RANDOM_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted text with what proves where it comes from."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str

    @property
    def query(self) -> dict[str, str]:
        """Give the three query parameters of a callback."""
        return {
            "msg_signature": self.signature,
            "timestamp": self.timestamp,
            "nonce": self.nonce,
        }


class WeComCrypto:
    """Seals and opens texts for one receiver: the corp id for a self-built app."""

    def __init__(self, token: str, encoding_aes_key: str, receiver: str) -> None:
        self._token = token
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._receiver = receiver.encode()

    def seal(self, text: str, timestamp: str, nonce: str, random16: bytes | None = None) -> Sealed:
        """Encrypt and sign; the length counts bytes, the padding fills blocks of 32."""
        message = text.encode()
        plain = b"".join(
            (
                random16 or secrets.token_bytes(RANDOM_BYTES),
                struct.pack(">I", len(message)),
                message,
                self._receiver,
            )
        )
        pad = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = self._cipher().encryptor()
        data = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        encrypt = base64.b64encode(data).decode()
        return Sealed(encrypt, self.sign(encrypt, timestamp, nonce), timestamp, nonce)

    def sign(self, encrypt: str, timestamp: str, nonce: str) -> str:
        """Sign: SHA-1 over the sorted, joined texts."""
        joined = "".join(sorted((self._token, timestamp, nonce, encrypt)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def open(self, encrypt: str) -> str:
        """Decrypt; ValueError for anything that was not sealed for this receiver."""
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(encrypt)) + decryptor.finalize()
        body = plain[: -plain[-1]] if plain else b""
        head = RANDOM_BYTES + 4
        if len(body) < head:
            raise ValueError("too short")
        (length,) = struct.unpack(">I", body[RANDOM_BYTES:head])
        if body[head + length :] != self._receiver:
            raise ValueError("sealed for another receiver")
        return body[head : head + length].decode()

    def open_reply(self, text: str) -> str:
        """Open the passive reply of a bot: <xml> with Encrypt, MsgSignature, TimeStamp, Nonce."""
        fields = read_fields(text)
        encrypt = fields.get("Encrypt", "")
        signature = self.sign(encrypt, fields.get("TimeStamp", ""), fields.get("Nonce", ""))
        if signature != fields.get("MsgSignature"):
            raise ValueError("wrong signature")
        return self.open(encrypt)

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:16]))


def read_fields(text: str) -> dict[str, str]:
    """Read the elements of a flat XML; nested ones as Outer.Inner. ValueError when it is none."""
    if "<!" in text.replace("<![CDATA[", ""):
        raise ValueError("declarations are not allowed")
    try:
        root = ET.fromstring(text)  # noqa: S314 - declarations were refused above
    except ET.ParseError as error:
        raise ValueError("not XML") from error
    fields = {child.tag: child.text or "" for child in root}
    nested = {f"{c.tag}.{inner.tag}": inner.text or "" for c in root for inner in c}
    return fields | nested
