"""A webhook in the business's words: it is told of events until it says that it wants no more.

A middle platform behind it may decide, too: it is sent what is to be decided as an event, and sends
the result back as one.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.kit import Kit
from connectors.kit.connector import Connector
from connectors.webhook.client import RATE, WebhookClient
from connectors.webhook.wire import (
    CANCELLED,
    REQUESTED,
    SCHEDULE_S,
    TEST,
    Event,
    build_body,
    build_cancellation,
    build_headers,
    build_request,
    message_id,
    parse_result,
)
from core.errors import Rejected, Resting, Unsupported, Untrusted
from core.outside import ApprovalState, Capabilities, Form, Hint, Ref

DISABLED = "disabled"
"""The fact that is remembered of a receiver that answered 410: which address it was."""


class Webhook(Connector):
    """`EventPort`, and `ApprovalPort` with signed results for whoever decides behind it.

    `keys` sign side by side while a secret is rotated.
    """

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
        self._kit = kit
        self._keys = tuple(keys)
        self._source = source
        self._address = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._off = asyncio.Lock()
        self._client = WebhookClient(system=name, url=url, kit=kit, rate=rate, timeout_s=timeout_s)
        super().__init__(name, self._client)

    @property
    def capabilities(self) -> Capabilities:
        """It takes events; the id of each makes a repetition harmless."""
        return Capabilities(
            "webhook",
            frozenset({"event", "approval"}),
            find=True,
            safe_repeat=True,
            query=False,
            cancel=True,
            rate=RATE,
        )

    @property
    def pauses_s(self) -> Sequence[float]:
        """How long to wait after each attempt that failed."""
        return SCHEDULE_S

    async def send(self, event: str, key: str, subject: str, at: datetime, data: str) -> None:
        """Send one event. Resting when the receiver wants no more, `news` for the first to hear."""
        if await self._rests():
            raise Resting("gone")
        try:
            await self._post(event, key, subject, at, data)
        except Rejected:
            async with self._off:
                known = await self._rests()
                await self._kit.memory.put(self.name, DISABLED, self._address)
            raise Resting("gone", news=not known) from None

    async def _rests(self) -> bool:
        """Whether this very address has said that it wants no more; another one is tried."""
        return await self._kit.memory.get(self.name, DISABLED) == self._address

    async def _post(self, event: str, key: str, subject: str, at: datetime, data: str) -> None:
        name = message_id(key)
        body = build_body(Event(name, event, subject, at, data), self._source)
        await self._client.post(
            lambda: build_headers(name, body, self._keys, self._kit.clock()), body
        )

    async def start(self, form: Form, key: str) -> Ref:
        """Send what is to be decided; the same key twice is one for the receiver."""
        await self._tell(REQUESTED, key, key, build_request(form, key))
        return Ref(self.name, "approval", key, key.partition("/")[0])

    async def cancel(self, ref: Ref, reason: str) -> None:
        """Send that nothing is to be decided any more."""
        await self._tell(
            CANCELLED, f"{ref.id}:cancelled", ref.id, build_cancellation(ref.id, reason)
        )

    async def _tell(self, event: str, key: str, subject: str, data: str) -> None:
        """Send what somebody waits for: a receiver that wants no more is a refusal each time."""
        try:
            await self.send(event, key, subject, self._kit.clock(), data)
        except Resting as error:
            raise Rejected(error.code) from None

    async def find(self, key: str) -> Ref | None:
        """Give nothing: what may have been lost is sent again, and its key makes that harmless."""
        del key
        return None

    async def query(self, ref: Ref) -> ApprovalState:
        """Refuse: a receiver of events cannot be asked, its signed result decides."""
        raise Unsupported("no_query", key=ref.id)

    def decode(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Read a result whose signature has been checked; Untrusted for another layout."""
        del headers
        try:
            key, state = parse_result(body)
        except ValueError as error:
            raise Untrusted("layout", text=str(error)) from None
        return Hint((key,), state)

    async def try_out(self, key: str) -> None:
        """Send a test event at once; a receiver that takes it is told of events again."""
        await self._post(TEST, key, "chit", self._kit.clock(), "{}")
        await self._kit.memory.put(self.name, DISABLED, "")
