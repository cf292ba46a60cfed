"""Calls to Alibaba Cloud: every request signs itself with a nonce of its own."""

import secrets
from collections.abc import Mapping

from connectors.verify.aliyun.wire import build_body, parse_answer, signed
from connectors.verify.answers import Answer
from connectors.verify.exchange import Exchange
from core.errors import ResultUnknown
from core.ports import Clock

BASE_URL = "https://ocr-api.cn-hangzhou.aliyuncs.com"
PER_SECOND = 5.0
"""Its limit is not published; it says `Throttling` when it is passed."""
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class AliyunClient:
    """One account at Alibaba Cloud; errors are those of `core.errors`, without secrets."""

    def __init__(
        self, *, key: str, secret: str, base_url: str, per_second: float, clock: Clock
    ) -> None:
        self._key = key
        self._secret = secret
        self._url = base_url.rstrip("/") + "/"
        self._clock = clock
        self._exchange = Exchange(per_second)

    async def ask(self, question: Mapping[str, str]) -> Answer:
        """Ask once."""
        nonce = secrets.token_hex(16)
        full = signed(question, key=self._key, secret=self._secret, at=self._clock(), nonce=nonce)
        status, body = await self._exchange.post(self._url, build_body(full), _HEADERS)
        try:
            return parse_answer(body)
        except ValueError:
            raise ResultUnknown("verify_garbled", status=status) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()
