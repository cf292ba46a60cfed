"""Calls to Tencent Cloud: every request signs itself, so there is no token to keep."""

from yarl import URL

from connectors.verify.answers import Answer
from connectors.verify.exchange import Exchange
from connectors.verify.tencent.wire import parse_answer, signed_headers
from core.errors import ResultUnknown
from core.ports import Clock

BASE_URL = "https://ocr.tencentcloudapi.com"
PER_SECOND = 15.0
"""Below the 20 of the interface, which are shared by all replicas."""


class TencentClient:
    """One account at Tencent Cloud; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        base_url: str,
        region: str,
        per_second: float,
        clock: Clock,
    ) -> None:
        self._key = key
        self._secret = secret
        self._url = URL(base_url.rstrip("/") + "/")
        self._region = region
        self._clock = clock
        self._exchange = Exchange(per_second)

    async def ask(self, question: bytes) -> Answer:
        """Ask once."""
        headers = signed_headers(
            question,
            host=_host(self._url),
            key=self._key,
            secret=self._secret,
            at=self._clock(),
            region=self._region,
        )
        status, body = await self._exchange.post(str(self._url), question, headers)
        try:
            return parse_answer(body)
        except ValueError:
            raise ResultUnknown("verify_garbled", status=status) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()


def _host(url: URL) -> str:
    """Give the Host header: with the port unless it is the scheme's own."""
    host = url.host or ""
    return host if url.is_default_port() else f"{host}:{url.port}"
