"""The way in through an identity provider: its addresses and keys are asked for once and kept."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote_plus

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.channels.http import TooLarge, read_capped
from bot.channels.oidc.wire import (
    Expected,
    Provider,
    UnknownKey,
    authorise_url,
    code_form,
    proof_of,
    read_claims,
    read_grant,
    read_provider,
    read_user,
)
from bot.port import Back, JsonObject
from core.errors import AuthFailed, Rejected, Retryable
from core.ports import Clock

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
LIMIT_BYTES = 512 * 1024
KEPT = timedelta(hours=6)
"""How long addresses and keys are good for; a new key is asked for sooner."""
PAUSE = timedelta(minutes=1)
"""Tokens with unknown keys make us ask for keys no oftener."""


class OidcDoor:
    """One identity provider. `claim` names what tells people apart, as `company.yaml` has it."""

    def __init__(
        self, *, issuer: str, client_id: str, client_secret: str, claim: str, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._claim = claim
        self._clock = clock
        self._asking = asyncio.Lock()
        self._provider: tuple[Provider, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    async def leave(self, back: Back, *, inside: bool) -> str:  # noqa: ARG002  every browser signs in alike
        """Give the address at which a person signs in; errors of `core.errors`."""
        provider = await self._find_provider()
        proof = proof_of(back.state, self._secret)
        return authorise_url(provider, self._client_id, back.url, back.state, proof)

    async def enter(self, code: str, back: Back) -> str:
        """Give who is behind a code; Rejected `code_refused`, `oidc_token`, `stranger`."""
        provider = await self._find_provider()
        proof = proof_of(back.state, self._secret)
        form = code_form(code, back.url, proof)
        status, body = await self._ask(provider.token, form)
        token = read_grant(status, body)
        expected = Expected(self._issuer, self._client_id, proof.nonce, self._clock())
        try:
            claims = await self._read(token, provider, expected, KEPT)
        except UnknownKey:
            claims = await self._read_again(token, provider, expected)
        return read_user(claims, self._claim)

    async def _read(
        self, token: str, provider: Provider, expected: Expected, age: timedelta
    ) -> Mapping[str, object]:
        return read_claims(token, await self._find_keys(provider, age), expected)

    async def _read_again(
        self, token: str, provider: Provider, expected: Expected
    ) -> Mapping[str, object]:
        try:
            return await self._read(token, provider, expected, PAUSE)
        except UnknownKey:
            raise Rejected("oidc_token") from None

    async def _find_provider(self) -> Provider:
        async with self._asking:
            if self._provider and self._clock() < self._provider[1] + KEPT:
                return self._provider[0]
            address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
            _, body = await self._ask(address)
            found = read_provider(self._issuer, body)
            self._provider = found, self._clock()
            return found

    async def _find_keys(self, provider: Provider, age: timedelta) -> KeySet:
        """Give keys of at most an age."""
        async with self._asking:
            if self._keys and self._clock() < self._keys[1] + age:
                return self._keys[0]
            _, body = await self._ask(provider.keys)
            try:
                found = KeySet.import_key_set(body)  # type: ignore[arg-type]  # checked by it
            except (JoseError, ValueError, KeyError, TypeError):
                raise Retryable("oidc_keys") from None
            self._keys = found, self._clock()
            return found

    async def _ask(self, url: str, form: dict[str, str] | None = None) -> tuple[int, JsonObject]:
        """Ask for JSON; errors hold neither address nor secret."""
        # RFC 6749 §2.3.1: both are form-encoded before they are joined.
        known = aiohttp.encode_basic_auth(quote_plus(self._client_id), quote_plus(self._secret))
        headers = {"Authorization": known} if form else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.request(
                    "POST" if form else "GET",
                    url,
                    data=form,
                    headers=headers,
                    allow_redirects=False,
                ) as answer,
            ):
                raw = await read_capped(answer, LIMIT_BYTES)
        except (aiohttp.ClientError, TimeoutError, TooLarge, OSError):
            raise Retryable("oidc_unreachable") from None
        return answer.status, _object(answer.status, raw)


def _object(status: int, raw: bytes) -> JsonObject:
    if status in {401, 403}:
        raise AuthFailed("oidc_client", status=status)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or status >= 500:  # noqa: PLR2004 server errors
        raise Retryable("oidc_answer", status=status)
    return body
