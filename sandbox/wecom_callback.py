"""What WeCom calls back with: sealed XML, five seconds to answer, three more tries."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import structlog

from sandbox.background import Background
from sandbox.config import Timing, WeComTenant
from sandbox.wecom_crypto import Sealed, WeComCrypto, read_fields
from sandbox.world import World

log = structlog.get_logger(__name__)

OK = 200
TRIES = 4
MAX_REPLY_BYTES = 1 << 20
FIRST_MESSAGE_ID = 7_300_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the XML: text as CDATA, a number bare, or elements inside."""

    name: str
    value: "str | int | tuple[Element, ...]"

    def __str__(self) -> str:
        if isinstance(self.value, str):
            inner = f"<![CDATA[{self.value.replace(']]>', ']]]]><![CDATA[>')}]]>"
        elif isinstance(self.value, int):
            inner = str(self.value)
        else:
            inner = "".join(str(element) for element in self.value)
        return f"<{self.name}>{inner}</{self.name}>"


def build_xml(fields: Mapping[str, str | int | tuple[Element, ...]]) -> str:
    """Write the XML of a message or an event, before it is sealed."""
    return str(Element("xml", tuple(Element(name, value) for name, value in fields.items())))


class WeComCallback:
    """Delivers to the URL that the company has saved for the app."""

    def __init__(
        self, tenant: WeComTenant, timing: Timing, world: World, background: Background
    ) -> None:
        self._tenant = tenant
        self._timing = timing
        self._world = world
        self._background = background
        self._crypto = WeComCrypto(tenant.token, tenant.encoding_aes_key, tenant.corp_id)
        self._ids = itertools.count(FIRST_MESSAGE_ID + secrets.randbelow(10**15))
        self._session: aiohttp.ClientSession | None = None

    def next_message_id(self) -> int:
        """Give a 64-bit message id."""
        return next(self._ids)

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._session is not None:
            await self._session.close()

    async def deliver(self, what: str, xml: str) -> str | None:
        """Deliver once and, if need be, go on trying in the background.

        Gives the bot's passive reply, opened; empty when it had nothing to say, None when the
        first try failed.
        """
        sealed = self._seal(xml)
        reply = await self._post(what, sealed)
        if reply is None:
            self._background.spawn(self._retry(what, sealed))
        return reply

    async def verify(self) -> bool:
        """Check the URL as the console does when it is saved: the plain text within a second."""
        echo = str(secrets.randbelow(10**19))
        sealed = self._seal(echo)
        query = {**sealed.query, "echostr": sealed.encrypt}
        limit = aiohttp.ClientTimeout(total=self._timing.wecom_verify_s)
        try:
            async with self._client().get(
                self._tenant.callback_url, params=query, timeout=limit
            ) as response:
                answer = await response.content.read(MAX_REPLY_BYTES)
                passed = response.status == OK and answer == echo.encode()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("callback_unreachable", error=type(error).__name__)
            passed = False
        self._world.note("wecom", "in", "URL check", "passed" if passed else "failed")
        return passed

    async def _retry(self, what: str, sealed: Sealed) -> None:
        """Send the same bytes again, as a plain HTTP retry does; the documents leave it open."""
        for _ in range(TRIES - 1):
            await asyncio.sleep(self._timing.wecom_retry_pause_s)
            if await self._post(what, sealed) is not None:
                return
        log.warning("callback_given_up", what=what)

    async def _post(self, what: str, sealed: Sealed) -> str | None:
        envelope = build_xml(
            {
                "ToUserName": self._tenant.corp_id,
                "AgentID": str(self._tenant.agent_id),
                "Encrypt": sealed.encrypt,
            }
        )
        limit = aiohttp.ClientTimeout(total=self._timing.wecom_answer_s)
        try:
            async with self._client().post(
                self._tenant.callback_url,
                params=sealed.query,
                data=envelope.encode(),
                headers={"Content-Type": "text/xml"},
                timeout=limit,
                allow_redirects=False,
            ) as response:
                status = response.status
                text = (await response.content.read(MAX_REPLY_BYTES)).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._world.note("wecom", "in", what, f"no answer: {type(error).__name__}")
            return None
        self._world.note("wecom", "in", what, f"answer {status}")
        return self._open(text) if status == OK else None

    def _open(self, text: str) -> str:
        if not text:
            return ""
        try:
            reply = self._crypto.open_reply(text)
            read_fields(reply)
        except ValueError as error:
            self._world.note("wecom", "out", "passive reply", f"unusable: {error}")
            return ""
        return reply

    def _seal(self, text: str) -> Sealed:
        timestamp = str(int(self._world.clock()))
        return self._crypto.seal(text, timestamp, str(secrets.randbelow(10**10)))

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
