"""Sends one signed body and says what the answer means."""

from collections.abc import Callable, Mapping

from yarl import URL

from connectors.kit import Kit
from connectors.kit.exchange import BUSY_PAUSE_S, Call, Exchange, retry_after
from connectors.kit.pace import Pace
from connectors.webhook.wire import BUSY, GONE, MEDIA_TYPE
from core.errors import Rejected, ResultUnknown, Retryable

RATE = (20, 1.0)
_OK, _MULTIPLE, _BAD, _FAULT = 200, 300, 400, 500


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

    async def post(self, stamp: Callable[[], Mapping[str, str]], body: bytes) -> None:
        """Deliver a body with headers that are signed when its turn comes.

        Rejected `gone` for a receiver that wants no more; Retryable for everything else that is
        no success: the id makes a repetition harmless.
        """
        call = Call(
            name="send",
            method="POST",
            path=self._path,
            query=self._query,
            body=body,
            content_type=MEDIA_TYPE,
            stamp=stamp,
            brief=True,
        )
        try:
            reply = await self._exchange.exchanged(call)
        except (ResultUnknown, Rejected) as error:
            raise Retryable(error.code, cause=error.fields.get("cause", "")) from None
        if _OK <= reply.status < _MULTIPLE:
            return
        if reply.status == GONE:
            raise Rejected("gone", status=reply.status)
        pause_s = retry_after(reply.headers)
        if reply.status in BUSY:
            self._exchange.hold(BUSY_PAUSE_S if pause_s is None else pause_s)
        raise Retryable(_code_of(reply.status), retry_after_s=pause_s, status=reply.status)

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()


def _code_of(status: int) -> str:
    if status in BUSY:
        return "busy"
    if _MULTIPLE <= status < _BAD:
        return "redirected"
    return "server_fault" if status >= _FAULT else "not_taken"
