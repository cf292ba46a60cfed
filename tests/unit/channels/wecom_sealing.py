"""The sender's half of WeCom's encryption, written from the documents and able to be wrong."""

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP = "wwsimcorp000000001"
TOKEN = "simToken2024"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW_S = 1_700_000_000


def seal(
    plain: str | bytes,
    *,
    corp: str = CORP,
    random16: bytes = b"0123456789abcdef",
    length: int | None = None,
    padding: int | None = None,
) -> str:
    """Encrypt as WeCom does; `length` and `padding` put a lie in their place."""
    message = plain.encode() if isinstance(plain, str) else plain
    size = struct.pack(">I", len(message) if length is None else length)
    framed = random16 + size + message + corp.encode()
    count = 32 - len(framed) % 32
    framed += bytes([count]) * (count - 1) + bytes([count if padding is None else padding])
    return encrypt_raw(framed)


def encrypt_raw(framed: bytes) -> str:
    """Encrypt a ready frame whose length is a multiple of 16."""
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(framed) + encryptor.finalize()).decode()


def sign(ciphertext: str, *, timestamp: str, nonce: str, token: str = TOKEN) -> str:
    joined = "".join(sorted([token, timestamp, nonce, ciphertext]))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def query_for(
    ciphertext: str, *, timestamp: int | str = NOW_S, nonce: str = "1234567890"
) -> list[tuple[str, str]]:
    """Give the three parameters with a valid signature."""
    signature = sign(ciphertext, timestamp=str(timestamp), nonce=nonce)
    return [("msg_signature", signature), ("timestamp", str(timestamp)), ("nonce", nonce)]


def envelope(ciphertext: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID>"
        f"<Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>"
    ).encode()


def inner(**fields: str) -> str:
    """Write the inner XML of a message from ZhangSan; fields add to or replace the usual ones."""
    usual = {"ToUserName": CORP, "FromUserName": "ZhangSan", "CreateTime": str(NOW_S)}
    merged = {**usual, **fields, "AgentID": "1000002"}
    return "<xml>" + "".join(f"<{k}>{v}</{k}>" for k, v in merged.items()) + "</xml>"


def text_message(content: str = "打车 45", msgid: str = "7300000000000000001") -> str:
    return inner(MsgType="text", Content=f"<![CDATA[{content}]]>", MsgId=msgid)


def click(
    key: str = "approve~BX-20261125-0007~1~0",
    *,
    response_code: str = "RC1",
    selected: str = "",
    **fields: str,
) -> str:
    """Write a press of a card's button; `selected` is the inside of SelectedItems."""
    items = {"SelectedItems": selected} if selected else {}
    return inner(
        **{
            "MsgType": "event",
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": "card-1",
            "CardType": "button_interaction",
            "ResponseCode": response_code,
            **items,
            **fields,
        }
    )
