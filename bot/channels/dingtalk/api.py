"""Our calls to DingTalk: one token for all, a rate for each API, errors with one meaning."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from aiolimiter import AsyncLimiter

from bot.channels.dingtalk import answers, signin
from bot.channels.dingtalk.frames import USER_AGENT, open_body
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
        oapi_url: str,
        client_id: str,
        client_secret: str,
        robot_code: str,
        clock: Clock,
    ) -> None:
        self._outgoing = outgoing
        self._api_url = api_url.rstrip("/")
        self._oapi_url = oapi_url.rstrip("/")
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

    async def say_in_group(self, group: str, text: str) -> None:
        """Say words in a chat of several people; ResultUnknown when the answer was lost."""
        body = answers.group_body(self._robot_code, group, text)
        await self.call("POST", "/v1.0/robot/groupMessages/send", body, repeatable=False)

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        """Send a picture to one person; ResultUnknown when the answer was lost."""
        media_id = await self._upload(name, data)
        body = answers.image_body(self._robot_code, user, media_id)
        path = "/v1.0/robot/oToMessages/batchSend"
        answers.check_sent(await self.call("POST", path, body, repeatable=False))

    async def _upload(self, name: str, data: bytes) -> str:
        """Put a picture into DingTalk's store; gives its id, good inside DingTalk only."""
        token = await self._fresh_token()
        answer = await self._send_file("/media/upload", token, name, data)
        if signin.is_stale(answer):
            token = await self._fresh_token(refused=token)
            answer = await self._send_file("/media/upload", token, name, data)
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Rejected("media_refused", errcode=answer.get("errcode"))
        return media_id

    async def _send_file(self, path: str, token: str, name: str, data: bytes) -> JsonObject:
        form = aiohttp.FormData()
        form.add_field("type", "image")
        form.add_field("media", data, filename=name, content_type="image/png")
        url, params = f"{self._oapi_url}{path}", {"access_token": token}
        return await self._send_out("POST", url, None, params=params, form=form)

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

    async def sign_in(self, code: str, corp_id: str) -> str:
        """Give the user id behind the code of a web sign-in; errors as `SignInDoor.sign_in`.

        `corp_id` is the organisation that must have been chosen, "" for any.
        """
        body = signin.code_body(self._client_id, self._client_secret, code)
        try:
            granted = await self._request("POST", "/v1.0/oauth2/userAccessToken", body)
            token = signin.read_grant(granted, corp_id)
            me = await self._request("GET", "/v1.0/contact/users/me", None, token)
        except Rejected as error:
            raise signin.refusal(error) from None
        return await self._user_of(signin.read_unionid(me))

    async def _user_of(self, unionid: str) -> str:
        """Find a member of our organisation by what they are called across organisations."""
        found = await self.ask_old("/topapi/user/getbyunionid", {"unionid": unionid})
        return signin.read_user(found)

    async def ask_old(self, path: str, body: JsonObject) -> JsonObject:
        """Ask the old API with our token, renewed once; gives the body whatever its errcode."""
        token = await self._fresh_token()
        answer = await self._old_call(path, token, body)
        if signin.is_stale(answer):
            token = await self._fresh_token(refused=token)
            answer = await self._old_call(path, token, body)
        return answer

    async def _old_call(self, path: str, token: str, body: JsonObject) -> JsonObject:
        """Call the old API, which takes its token in the address and says 200 to everything."""
        url = f"{self._oapi_url}{path}"
        return await self._send_out("POST", url, body, params={"access_token": token})

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

    async def probe(self) -> None:
        """Get a token and a ticket of the Stream mode, which is never used."""
        await self._fresh_token()
        await self.open_stream(open_body(self._client_id, self._client_secret, USER_AGENT))

    async def token(self, refused: str = "") -> str:
        """Give the token, a new one when `refused` is the one that is known."""
        return await self._fresh_token(refused)

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
        body: JsonObject | None,
        token: str = "",
        *,
        repeatable: bool = True,
    ) -> JsonObject:
        headers = {"x-acs-dingtalk-access-token": token} if token else {}
        url = self._api_url + path
        return await self._send_out(method, url, body, headers=headers, repeatable=repeatable)

    async def _send_out(
        self,
        method: str,
        url: str,
        body: JsonObject | None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        form: aiohttp.FormData | None = None,
        repeatable: bool = True,
    ) -> JsonObject:
        """Send a request at the pace of its API and read the answer.

        No error is chained: aiohttp's texts may hold the address with a token in it.
        """
        headers = {"Accept": "application/json", **(headers or {})}
        async with self._rates[f"{method} {url}"]:
            try:
                async with self._outgoing.session.request(
                    method,
                    url,
                    json=body,
                    data=form,
                    headers=headers,
                    params=params,
                    allow_redirects=False,
                ) as response:
                    raw = await read_capped(response, _ANSWER_LIMIT_BYTES)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                raise Retryable("unreachable") from None
            except (aiohttp.ClientError, TimeoutError, TooLarge):
                if repeatable:
                    raise Retryable("connection_lost") from None
                raise ResultUnknown("connection_lost") from None
        return answers.read_answer(response.status, raw)
