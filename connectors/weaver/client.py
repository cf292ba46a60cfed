"""Calls to 泛微: registered once, one token for everybody, each call as a user of the OA."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.kit import Kit
from connectors.kit.asking import asked
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from connectors.weaver.wire import (
    FORM_TYPE,
    JSON_TYPE,
    REGIST_PATH,
    SSO_PATH,
    TOKEN_LIFE_S,
    TOKEN_PATH,
    WRONG_ACCOUNT,
    Answer,
    Registered,
    build_sign_on,
    call_headers,
    parse_answer,
    parse_registered,
    parse_sso,
    parse_token,
    regist_headers,
    token_headers,
)
from core.errors import AuthFailed, ResultUnknown, Retryable

T = TypeVar("T")

KEY_BITS = 2048
RATE = 20.0
"""Calls a second where nobody has set another rate: no limit is published."""
_FORBIDDEN = frozenset({401, 403})


class WeaverClient:
    """One application in one OA; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        app_id: str,
        registered: Registered | None,
        kit: Kit,
        rate: float | None,
        timeout_s: float,
    ) -> None:
        self._system = system
        self._app_id = app_id
        self._given = registered
        self._kit = kit
        # The OA's cookie must never come back: it would make the OA ignore `userid`.
        self._exchange = Exchange(
            system, base_url, kit, pace=Pace(rate or RATE, 1.0), timeout_s=timeout_s
        )
        self._tokens = Tokens(self._fetch_token, kit.clock)

    async def post(self, name: str, path: str, body: bytes, user: str) -> Answer:
        """Send a form as a user."""
        return await self._called(Call(name, "POST", path, body=body, content_type=FORM_TYPE), user)

    async def get(self, name: str, path: str, request: str, user: str) -> Answer:
        """Ask about a process as a user."""
        return await self._called(Call(name, "GET", path, query={"requestId": request}), user)

    async def send_json(self, name: str, path: str, body: bytes) -> bytes:
        """Send JSON to an interface that wants no token."""
        call = Call(name, "POST", path, body=body, content_type=JSON_TYPE)
        return (await self._exchange.send(call)).body

    async def sign_on(self, login: str) -> tuple[str, str]:
        """Ask for what lets somebody in: "" and a complaint where it does not; ValueError."""
        call = Call(
            "ssologin",
            "POST",
            SSO_PATH,
            body=build_sign_on(self._app_id, login),
            content_type=FORM_TYPE,
            private=True,
        )
        return parse_sso((await asked(self._exchange.send(call))).body)

    async def close(self) -> None:
        """Give the connections back."""
        await self._tokens.close()
        await self._exchange.close()

    async def _called(self, call: Call, user: str) -> Answer:
        """Call with the token, once more with a fresh one when it was no longer good."""
        token = await self._tokens.get()
        answer = await self._answered(call, token, user)
        if not answer.stale:
            return answer
        self._tokens.refuse(token)
        again = await self._answered(call, await self._tokens.get(), user)
        if again.stale:
            raise AuthFailed("token_refused", text=again.text)
        return again

    async def _answered(self, call: Call, token: str, user: str) -> Answer:
        registered = await self._registered()
        headers = call_headers(self._app_id, token, registered.spk, user)
        reply = await self._exchange.send(replace(call, headers=headers))
        if reply.status in _FORBIDDEN:
            raise AuthFailed("forbidden", status=reply.status)
        try:
            return parse_answer(reply.body)
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def _fetch_token(self) -> tuple[str, float]:
        registered = await self._registered()
        headers = token_headers(self._app_id, registered)
        token, said = await self._asked(
            Call("applytoken", "POST", TOKEN_PATH, headers=headers), parse_token
        )
        if not token:
            raise AuthFailed("token_not_given", text=said)
        return token, TOKEN_LIFE_S

    async def _registered(self) -> Registered:
        """Give what registration gave: from the settings, the memory, or now, once for all."""
        if self._given is None:
            self._given = await self._remembered() or await self._register()
        return self._given

    async def _remembered(self) -> Registered | None:
        secret = await self._kit.memory.get(self._system, "secret")
        spk = await self._kit.memory.get(self._system, "spk")
        return Registered(secret, spk) if secret and spk else None

    async def _register(self) -> Registered:
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS).public_key()
        spelt = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        headers = regist_headers(self._app_id, base64.b64encode(spelt).decode())
        found = await self._asked(
            Call("regist", "POST", REGIST_PATH, headers=headers), parse_registered
        )
        if isinstance(found, str):
            raise AuthFailed("not_registered", text=found)
        await self._kit.memory.put(self._system, "secret", found.secret)
        await self._kit.memory.put(self._system, "spk", found.spk)
        return found

    async def _asked(self, call: Call, parse: Callable[[bytes], T]) -> T:
        """Ask what may be asked again: a lost answer is no harm."""
        try:
            reply = await self._exchange.send(call)
            return parse(reply.body)
        except (ResultUnknown, ValueError):
            raise Retryable("auth_not_answered", call=call.name) from None


def is_account(text: str) -> bool:
    """Whether a complaint is about our account rather than about what was asked."""
    return any(word in text for word in WRONG_ACCOUNT)
