"""Signing in through an identity provider: what it must prove, and its bad days."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.oidc.door import OidcDoor
from bot.port import Back
from core.errors import AuthFailed, OutsideError, Rejected, Retryable
from tests.fakes.identity_provider import (
    CLIENT,
    SECRET,
    Claims,
    IdentityProvider,
    new_key,
    running_provider,
)

BACK = Back("https://chit.example/app/signin/oidc", "a1" * 32)


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def provider(clock: Time) -> AsyncIterator[IdentityProvider]:
    async with running_provider(clock) as found:
        yield found


def door_to(
    provider: IdentityProvider, clock: Time, claim: str = "sub", secret: str = SECRET
) -> OidcDoor:
    return OidcDoor(
        issuer=provider.url, client_id=CLIENT, client_secret=secret, claim=claim, clock=clock
    )


async def code_for(door: OidcDoor, provider: IdentityProvider, **person: object) -> str:
    address = await door.leave(BACK, inside=False)
    back = provider.sign_in(address, **person)
    assert back.query["state"] == BACK.state
    return back.query["code"]


@pytest.mark.parametrize(
    ("claim", "person", "user"),
    [
        ("sub", {"sub": "u-1"}, "u-1"),
        ("email", {"sub": "u", "email": "z@a.cn", "email_verified": True}, "z@a.cn"),
        ("email", {"sub": "u", "email": "z@a.cn"}, "z@a.cn"),
        ("preferred_username", {"sub": "u", "preferred_username": "zhang"}, "zhang"),
    ],
)
async def test_a_code_gives_who_it_is(
    provider: IdentityProvider, clock: Time, claim: str, person: Claims, user: str
) -> None:
    door = door_to(provider, clock, claim)

    assert await door.enter(await code_for(door, provider, **person), BACK) == user


@pytest.mark.parametrize(
    ("claim", "person"),
    [
        ("email", {"sub": "u", "email": "z@a.cn", "email_verified": False}),
        ("email", {"sub": "u"}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": 7}),
    ],
)
async def test_who_cannot_be_told_is_a_stranger(
    provider: IdentityProvider, clock: Time, claim: str, person: Claims
) -> None:
    door = door_to(provider, clock, claim)
    code = await code_for(door, provider, **person)

    with pytest.raises(Rejected, match="stranger"):
        await door.enter(code, BACK)


SPOILT: dict[str, Callable[[Claims], Claims]] = {
    "another issuer": lambda c: {**c, "iss": "https://evil.example"},
    "another client": lambda c: {**c, "aud": "other"},
    "many clients, another party": lambda c: {**c, "aud": [CLIENT, "x"], "azp": "x"},
    "another nonce": lambda c: {**c, "nonce": "n"},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "expired": lambda c: {**c, "exp": int(str(c["iat"])) - 61},
    "no end": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "from the future": lambda c: {**c, "iat": int(str(c["iat"])) + 3600},
}


@pytest.mark.parametrize("fault", SPOILT)
async def test_a_token_must_prove_everything(
    provider: IdentityProvider, clock: Time, fault: str
) -> None:
    door = door_to(provider, clock)
    provider.spoil = SPOILT[fault]
    code = await code_for(door, provider, sub="u-1")

    with pytest.raises(Rejected, match="oidc_token"):
        await door.enter(code, BACK)


async def test_a_forged_signature_is_refused(provider: IdentityProvider, clock: Time) -> None:
    door = door_to(provider, clock)
    await door.enter(await code_for(door, provider, sub="u-1"), BACK)
    real, provider.key = provider.key, new_key()
    provider.header = {"kid": str(real.kid)}
    code = await code_for(door, provider, sub="u-2")

    with pytest.raises(Rejected, match="oidc_token"):
        await door.enter(code, BACK)


async def test_a_code_works_once_and_only_for_its_sign_in(
    provider: IdentityProvider, clock: Time
) -> None:
    door = door_to(provider, clock)
    code = await code_for(door, provider, sub="u-1")
    await door.enter(code, BACK)
    other = await code_for(door, provider, sub="u-1")

    with pytest.raises(Rejected, match="code_refused"):
        await door.enter(code, BACK)
    with pytest.raises(Rejected, match="code_refused"):
        await door.enter(other, Back(BACK.url, "b2" * 32))


async def test_a_new_key_is_asked_for_at_once_but_not_again_and_again(
    provider: IdentityProvider, clock: Time
) -> None:
    door = door_to(provider, clock)
    await door.enter(await code_for(door, provider, sub="u-1"), BACK)
    clock.now += timedelta(minutes=2)
    provider.key = new_key()

    user = await door.enter(await code_for(door, provider, sub="u-1"), BACK)
    provider.key = new_key()
    with pytest.raises(Rejected, match="oidc_token"):
        await door.enter(await code_for(door, provider, sub="u-1"), BACK)

    assert user == "u-1"
    assert provider.asked.count("keys") == 2
    assert provider.asked.count("discovery") == 1


async def test_a_wrong_secret_is_our_fault(provider: IdentityProvider, clock: Time) -> None:
    door = door_to(provider, clock, secret="wrong-secret")
    code = await code_for(door, provider, sub="u-1")

    with pytest.raises(AuthFailed) as caught:
        await door.enter(code, BACK)
    assert "wrong-secret" not in str(caught.value)


async def test_a_provider_that_is_ill_or_away_lets_nobody_in(
    provider: IdentityProvider, clock: Time
) -> None:
    provider.ill = True
    away = OidcDoor(
        issuer="http://127.0.0.1:1", client_id=CLIENT, client_secret="s", claim="sub", clock=clock
    )

    for door in (door_to(provider, clock), away):
        with pytest.raises(Retryable):
            await door.leave(BACK, inside=False)


async def test_another_issuers_document_is_refused(provider: IdentityProvider, clock: Time) -> None:
    door = OidcDoor(
        issuer=provider.url + "/", client_id=CLIENT, client_secret="s", claim="sub", clock=clock
    )

    with pytest.raises(OutsideError, match="oidc_issuer"):
        await door.leave(BACK, inside=False)
