"""OpenID Connect without I/O: addresses, bodies, and what an ID token must prove.

Sources: OpenID Connect Core 1.0 §3.1, Discovery 1.0 §3 and §4.3, RFC 7636 (PKCE).
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from yarl import URL

from bot.port import JsonObject
from core.errors import Rejected, Retryable

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a private key only: an HMAC by our own secret proves nothing about the issuer."""
LEEWAY_S = 60
_SAFE = {"https", "http"}


class UnknownKey(Exception):
    """A token was signed with a key that we do not have yet."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The addresses of an identity provider, and the keys that it signs with."""

    authorise: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What makes a sign-in ours: derived from its state, so that nothing need be kept.

    The state is random and known to the browser; without our secret neither of these follows.
    """

    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """Give the S256 challenge of the verifier."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())


def proof_of(state: str, secret: str) -> Proof:
    """Derive nonce and verifier of a sign-in."""

    def derive(what: str) -> str:
        return _base64(hmac.digest(secret.encode(), f"{what}:{state}".encode(), "sha256"))

    return Proof(derive("nonce"), derive("verifier"))


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_provider(issuer: str, body: JsonObject) -> Provider:
    """Read a discovery document; Rejected when it is of another issuer or lacks an address."""
    if body.get("issuer") != issuer:
        raise Rejected("oidc_issuer")
    found = [body.get(f"{name}_endpoint") for name in ("authorization", "token")]
    found.append(body.get("jwks_uri"))
    plain = URL(issuer).scheme == "http"
    urls = [u for u in found if isinstance(u, str) and _may_ask(u, plain_allowed=plain)]
    if len(urls) != len(found):
        raise Rejected("oidc_discovery")
    return Provider(*urls)


def _may_ask(address: str, *, plain_allowed: bool) -> bool:
    try:
        scheme = URL(address).scheme
    except ValueError:
        return False
    return scheme == "https" or (plain_allowed and scheme in _SAFE)


def authorise_url(provider: Provider, client_id: str, back: str, state: str, proof: Proof) -> str:
    """Give the address at which a person signs in."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": state,
        "nonce": proof.nonce,
        "code_challenge": proof.challenge,
        "code_challenge_method": "S256",
    }
    return str(URL(provider.authorise).update_query(query))


def code_form(code: str, back: str, proof: Proof) -> dict[str, str]:
    """Give the form that exchanges a code for tokens."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": proof.verifier,
    }


def read_grant(status: int, body: JsonObject) -> str:
    """Give the ID token of an answer; Rejected `code_refused` for a code that is none."""
    if body.get("error") in {"invalid_grant", "invalid_request"}:
        raise Rejected("code_refused")
    token = body.get("id_token")
    if not isinstance(token, str) or not token:
        raise Retryable("oidc_no_token", status=status)
    return token


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say to be one for us, for this sign-in, now."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def read_claims(token: str, keys: KeySet, expected: Expected) -> Mapping[str, object]:
    """Check an ID token and give its claims.

    Rejected `oidc_token` for one that proves nothing; UnknownKey when its key may be newer.
    """
    try:
        found = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError):
        raise Rejected("oidc_token") from None
    _check(found.claims, expected)
    return found.claims


def _check(claims: Mapping[str, object], expected: Expected) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", expected.client_id)
    until, since = claims.get("exp"), claims.get("iat")
    now = expected.now.timestamp()
    fine = (
        claims.get("iss") == expected.issuer
        and expected.client_id in audiences
        and party == expected.client_id
        and hmac.compare_digest(str(claims.get("nonce", "")), expected.nonce)
        and isinstance(until, int | float)
        and until + LEEWAY_S > now
        and isinstance(since, int | float)
        and since - LEEWAY_S < now
    )
    if not fine:
        raise Rejected("oidc_token")


def read_user(claims: Mapping[str, object], claim: str) -> str:
    """Give who somebody is; Rejected `stranger` without that claim or with an unproved address."""
    user = claims.get(claim)
    unproved = claim == "email" and claims.get("email_verified") is False
    if not isinstance(user, str) or not user or unproved:
        raise Rejected("stranger")
    return user
