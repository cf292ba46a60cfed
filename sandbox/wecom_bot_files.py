"""Files that people send to a 智能机器人: each under its own key, gone in five minutes."""

import base64
import secrets
from urllib.parse import quote

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sandbox.config import Clock
from sandbox.wire import Vault
from sandbox.world import JsonObject

BLOCK_BYTES = 32
KEY_BYTES = 32


class BotFiles:
    """The bucket that the addresses in messages lead to."""

    def __init__(self, clock: Clock, life_s: float) -> None:
        self._vault = Vault(clock, life_s)

    def routes(self) -> list[web.RouteDef]:
        """Give the route."""
        return [web.get("/wecom-bot/files/{name}", self._give)]

    def put(self, data: bytes, name: str, base: str) -> JsonObject:
        """Encrypt a file; gives what a message says of it. The name comes only with the bytes."""
        key = secrets.token_bytes(KEY_BYTES)
        kept = self._vault.put(seal(data, key), name)
        return {
            "url": f"{base}/wecom-bot/files/{kept}",
            "aeskey": base64.b64encode(key).decode(),
        }

    async def _give(self, request: web.Request) -> web.Response:
        blob = self._vault.get(request.match_info["name"])
        if blob is None:
            raise web.HTTPForbidden
        return web.Response(
            body=blob.data,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(blob.name)}"},
        )


def seal(data: bytes, key: bytes) -> bytes:
    """Encrypt: AES-256-CBC, IV = the key's first 16 bytes, PKCS#7 to blocks of 32."""
    pad = BLOCK_BYTES - len(data) % BLOCK_BYTES
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return encryptor.update(data + bytes([pad]) * pad) + encryptor.finalize()
