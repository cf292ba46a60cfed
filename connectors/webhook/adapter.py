"""A webhook in the business's words: it is told of events until it says that it wants no more."""

from collections.abc import Sequence
from datetime import datetime

from connectors.kit import Kit
from connectors.webhook.client import RATE, WebhookClient
from connectors.webhook.wire import SCHEDULE_S, Event, build_body, build_headers
from core.errors import Rejected
from core.outside import Capabilities

DISABLED = "disabled"
"""The fact that is remembered of a receiver that answered 410."""


class Webhook:
    """`core.outside.EventPort`; `keys` sign side by side while a secret is rotated."""

    def __init__(
        self,
        name: str,
        kit: Kit,
        *,
        url: str,
        keys: Sequence[bytes],
        source: str,
        rate: float | None = None,
        timeout_s: float = 30,
    ) -> None:
        self._name = name
        self._kit = kit
        self._keys = tuple(keys)
        self._source = source
        self._client = WebhookClient(system=name, url=url, kit=kit, rate=rate, timeout_s=timeout_s)

    @property
    def name(self) -> str:
        """The name of its table."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """It takes events; the id of each makes a repetition harmless."""
        return Capabilities(
            "webhook", frozenset({"event"}), safe_repeat=True, query=False, rate=RATE
        )

    @property
    def pauses_s(self) -> Sequence[float]:
        """How long to wait after each attempt that failed."""
        return SCHEDULE_S

    async def send(self, event: str, key: str, subject: str, at: datetime, data: str) -> None:
        """Send one event. Rejected `gone` once, when the receiver wants no more; then nothing."""
        if await self._kit.memory.get(self._name, DISABLED):
            return
        told = Event(key, event, subject, at, data)
        body = build_body(told, self._source)
        headers = build_headers(key, body, self._keys, self._kit.clock())
        try:
            await self._client.post(headers, body)
        except Rejected:
            await self._kit.memory.put(self._name, DISABLED, self._kit.clock().isoformat())
            raise

    async def try_out(self, key: str) -> None:
        """Send a test event at once; a receiver that takes it is told of events again."""
        at = self._kit.clock()
        body = build_body(Event(key, "chit.test", "chit", at, "{}"), self._source)
        await self._client.post(build_headers(key, body, self._keys, at), body)
        await self._kit.memory.put(self._name, DISABLED, "")

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()
