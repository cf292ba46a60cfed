"""Sends one signed body and says what the answer means."""

from collections.abc import Mapping

from yarl import URL

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from connectors.webhook.wire import BUSY, GONE, MEDIA_TYPE, retry_after
from core.errors import Rejected, ResultUnknown, Retryable

RATE = (20, 1.0)
_OK, _MULTIPLE = 200, 300


class WebhookClient:
    """One receiver. Its address was set by the administrator and is trusted."""

    def __init__(
        self, *, system: str, url: str, kit: Kit, rate: float | None, timeout_s: float
    ) -> None:
        address = URL(url)
        self._path, self._query = address.raw_path, dict(address.query)
        pace = Pace(rate or RATE[0], RATE[1])
        base = str(address.origin())
        self._exchange = Exchange(system, base, kit, pace=pace, timeout_s=timeout_s)

    async def post(self, headers: Mapping[str, str], body: bytes) -> None:
        """Deliver a body.

        Rejected `gone` for a receiver that wants no more; Retryable for everything else that is
        no success: the id makes a repetition harmless.
        """
        call = Call(
            "send", "POST", self._path, headers, self._query, body=body, content_type=MEDIA_TYPE
        )
        try:
            reply = await self._exchange.send(call)
        except (ResultUnknown, Rejected) as error:
            raise Retryable(error.code) from None
        if reply.status == GONE:
            raise Rejected("gone", status=reply.status)
        if not _OK <= reply.status < _MULTIPLE:
            pause_s = retry_after(reply.headers) if reply.status in BUSY else None
            raise Retryable("not_taken", retry_after_s=pause_s, status=reply.status)

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()
