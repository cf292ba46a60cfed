"""Files of the 智能机器人 are encrypted, each with a key of its own; here they are opened.

Source: WeCom document 101463 (AES-256-CBC, IV = the key's first 16 bytes, PKCS#7 to 32 bytes).
"""

import binascii
from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from core.errors import Rejected

_KEY_BYTES = 32
_BLOCK_BYTES = 16
_MAX_PADDING = 32


def open_file(data: bytes, aeskey: str) -> bytes:
    """Decrypt a file; Rejected `media_sealed` when key, length or padding do not fit.

    The key is base64 with or without its padding.
    """
    bare = aeskey.rstrip("=")
    try:
        key = b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Rejected("media_sealed") from None
    if len(key) != _KEY_BYTES or not data or len(data) % _BLOCK_BYTES:
        raise Rejected("media_sealed")
    opener = Cipher(AES256(key), CBC(key[:16])).decryptor()
    padded = opener.update(data) + opener.finalize()
    pad = padded[-1]
    if not 1 <= pad <= _MAX_PADDING or padded[-pad:] != bytes([pad]) * pad:
        raise Rejected("media_sealed")
    return padded[:-pad]
