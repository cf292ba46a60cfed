"""A strict identity provider on this machine: PKCE, single-use codes, signed tokens."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from yarl import URL

CLIENT, SECRET = "chit-pages", "pages-secret-0123456789"

Claims = dict[str, object]


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})


@dataclass
class IdentityProvider:
    """`spoil` changes the claims of tokens; `asked` counts requests by path."""

    clock: Callable[[], datetime]
    url: str = ""
    key: RSAKey = field(default_factory=new_key)
    spoil: Callable[[Claims], Claims] = lambda claims: claims
    header: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ill: bool = False

    async def discover(self, _: web.Request) -> web.Response:
        self.asked.append("discovery")
        if self.ill:
            return web.Response(status=502, text="<html>bad gateway</html>")
        return web.json_response(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorise?tenant=1",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def keys(self, _: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    def sign_in(self, address: str, **person: object) -> URL:
        """Be somebody at the provider's page; gives where the browser is sent back."""
        asked = URL(address)
        assert asked.path == "/authorise"
        assert asked.query["tenant"] == "1"
        assert asked.query["response_type"] == "code"
        assert asked.query["client_id"] == CLIENT
        assert "openid" in asked.query["scope"].split()
        assert asked.query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = {k: asked.query[k] for k in ("redirect_uri", "code_challenge", "nonce")}
        self.people[code] = person
        back = {"code": code, "state": asked.query["state"]}
        return URL(asked.query["redirect_uri"]).update_query(back)

    people: dict[str, Claims] = field(default_factory=dict)

    async def token(self, request: web.Request) -> web.Response:
        self.asked.append("token")
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {known}":
            return web.json_response({"error": "invalid_client"}, status=401)
        form = await request.post()
        known = self.codes.pop(str(form.get("code")), None)
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fine = (
            known
            and form.get("grant_type") == "authorization_code"
            and known["redirect_uri"] == form.get("redirect_uri")
            and known["code_challenge"] == challenge
        )
        if not known or not fine:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"id_token": self._token(known["nonce"], str(form["code"]))})

    def _token(self, nonce: str, code: str) -> str:
        now = int(self.clock().timestamp())
        claims: Claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": nonce, **self.people.pop(code)}
        header = {"alg": "RS256", "kid": str(self.key.kid), **self.header}
        return jwt.encode(header, self.spoil(claims), self.key, algorithms=[header["alg"]])


@asynccontextmanager
async def running_provider(clock: Callable[[], datetime]) -> AsyncIterator[IdentityProvider]:
    provider = IdentityProvider(clock)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discover)
    app.router.add_get("/keys", provider.keys)
    app.router.add_post("/token", provider.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
