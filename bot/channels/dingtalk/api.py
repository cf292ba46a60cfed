"""Our calls to DingTalk: one token for all, a rate for each API, errors with one meaning."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from aiolimiter import AsyncLimiter

from bot.channels.dingtalk import answers
from bot.channels.http import Outgoing, TooLarge, read_capped
from bot.port import JsonObject
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.ports import Clock

CALLS_PER_SECOND = 20
"""The standard edition's limit for one application and one API."""

_ANSWER_LIMIT_BYTES = 1024 * 1024
_EARLY_S = 300


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class DingTalkApi:
    """The calls that a channel needs. Raises the errors of `core.errors`.

    A person's id, a text or a token never stands in an error.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        *,
        api_url: str,
        client_id: str,
        client_secret: str,
        robot_code: str,
        clock: Clock,
    ) -> None:
        self._outgoing = outgoing
        self._api_url = api_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._robot_code = robot_code
        self._clock = clock
        self._token: _Token | None = None
        self._asking = asyncio.Lock()
        # One at a time instead of a burst of twenty: a full bucket would let forty through in
        # its first second.
        self._rates: defaultdict[str, AsyncLimiter] = defaultdict(
            lambda: AsyncLimiter(1, 1 / CALLS_PER_SECOND)
        )

    async def send_text(self, user: str, text: str) -> None:
        """Send words to one person; ResultUnknown when the answer was lost."""
        body = answers.text_body(self._robot_code, user, text)
        path = "/v1.0/robot/oToMessages/batchSend"
        answers.check_sent(await self.call("POST", path, body, repeatable=False))

    async def create_card(
        self, user: str, card: str, template: str, variables: dict[str, str], alert: str
    ) -> None:
        """Deliver a card under our id; the id is spent by the first call, so repeating is safe."""
        body = answers.create_body(
            template=template,
            robot_code=self._robot_code,
            user=user,
            card=card,
            variables=variables,
            alert=alert,
        )
        try:
            answer = await self.call("POST", "/v1.0/card/instances/createAndDeliver", body)
        except Rejected as error:
            if error.code == answers.ALREADY_THERE:
                return
            raise
        answers.check_delivered(answer)

    async def update_card(self, card: str, variables: dict[str, str]) -> None:
        """Redraw these variables of a card; Unsupported when the platform has lost it."""
        body = answers.update_body(card, variables)
        answers.check_updated(await self.call("PUT", "/v1.0/card/instances", body))

    async def media_url(self, code: str) -> str:
        """Give the temporary address behind a download code; Rejected `media_expired`."""
        body: JsonObject = {"downloadCode": code, "robotCode": self._robot_code}
        answer = await self.call("POST", "/v1.0/robot/messageFiles/download", body)
        url = answer.get("downloadUrl")
        if not isinstance(url, str) or not url:
            raise Rejected("media_expired")
        return url

    async def call(
        self, method: str, path: str, body: JsonObject, *, repeatable: bool = True
    ) -> JsonObject:
        """Call with the token; one that the platform refuses is renewed once."""
        token = await self._fresh_token()
        try:
            return await self._request(method, path, body, token, repeatable=repeatable)
        except AuthFailed as error:
            if error.code != answers.TOKEN_REFUSED:
                raise
        token = await self._fresh_token(refused=token)
        return await self._request(method, path, body, token, repeatable=repeatable)

    async def open_stream(self, body: JsonObject) -> JsonObject:
        """Ask for an address and a ticket of the Stream mode; needs no token."""
        return await self._request("POST", "/v1.0/gateway/connections/open", body)

    async def _fresh_token(self, refused: str = "") -> str:
        async with self._asking:
            known = self._token
            if known and known.value != refused and self._clock() < known.until:
                return known.value
            body = answers.token_body(self._client_id, self._client_secret)
            answer = await self._request("POST", "/v1.0/oauth2/accessToken", body)
            value, life_s = answers.read_token(answer)
            early_s = min(_EARLY_S, life_s // 2)
            self._token = _Token(value, self._clock() + timedelta(seconds=life_s - early_s))
            return value

    async def _request(
        self,
        method: str,
        path: str,
        body: JsonObject,
        token: str = "",
        *,
        repeatable: bool = True,
    ) -> JsonObject:
        headers = {"Accept": "application/json"}
        if token:
            headers["x-acs-dingtalk-access-token"] = token
        url = self._api_url + path
        async with self._rates[f"{method} {path}"]:
            try:
                async with self._outgoing.session.request(
                    method, url, json=body, headers=headers, allow_redirects=False
                ) as response:
                    raw = await read_capped(response, _ANSWER_LIMIT_BYTES)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise Retryable("unreachable") from error
            except (aiohttp.ClientError, TimeoutError, TooLarge) as error:
                if repeatable:
                    raise Retryable("connection_lost") from error
                raise ResultUnknown("connection_lost") from error
        return answers.read_answer(response.status, raw)
