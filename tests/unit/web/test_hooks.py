"""Signed callbacks: checked in constant time, durable before the answer, once for each id."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from standardwebhooks import Webhook

from bot.events import SystemHinted, from_json
from bot.web.hooks import MAX_BYTES, HookDoor, Hooks
from connectors.kit.answers import hint_in
from core.errors import Untrusted
from core.outside import ApprovalState, Hint
from tests.contract.connector_stage import kit_of, serving
from tests.contract.test_webhook_connector import hook_to
from tests.fakes.memory import MemoryInbox

KEY = b"0123456789abcdef0123456789abcdef"
OLD_KEY = b"fedcba9876543210fedcba9876543210"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
Body = str | bytes | AsyncIterator[bytes]
BODY = json.dumps({"requestid": 2966060, "status": "done"})


def own_signature(headers: object, body: bytes) -> Hint:
    if body != b"trusted":
        raise Untrusted("own_signature")
    return Hint(("77",), ApprovalState("approved"))


@dataclass(slots=True)
class Place:
    url: str
    inbox: MemoryInbox
    refused: list[str] = field(default_factory=list)

    async def post(self, body: Body, headers: dict[str, str], name: str = "weaver") -> int:
        async with aiohttp.ClientSession() as session:
            url = f"{self.url}/hooks/{name}"
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

    async def answer(self, body: str, headers: dict[str, str], name: str) -> dict[str, str]:
        async with aiohttp.ClientSession() as session:
            url = f"{self.url}/hooks/{name}"
            async with session.post(url, data=body, headers=headers) as answer:
                return await answer.json()  # type: ignore[no-any-return]

    def events(self) -> list[SystemHinted]:
        found = [from_json(str(row.payload)) for row in self.inbox.queue.rows.values()]
        return [event for event in found if isinstance(event, SystemHinted)]


PATH = b"unguessable-path-0123456789"


def results(_: Mapping[str, str], body: bytes) -> Hint:
    return hook_to("https://hub", kit_of()).decode({}, body)


def believing(_: Mapping[str, str], body: bytes) -> Hint:
    return Hint(hint_in(body).words, ApprovalState("approved"))


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    inbox = MemoryInbox(lambda: NOW)
    refused: list[str] = []
    doors = {
        "weaver": HookDoor(lambda _, body: hint_in(body), (KEY, OLD_KEY)),
        "own": HookDoor(own_signature),
        "unsigned": HookDoor(believing, path=PATH),
        "hub": HookDoor(results, (KEY,)),
        "both": HookDoor(believing, (KEY,), PATH),
    }
    hooks = Hooks(doors, inbox, lambda: NOW, refused.append)
    async with serving(hooks.routes()) as url:
        yield Place(url, inbox, refused)


def signed(
    body: str = BODY, at: datetime = NOW, key: str = "msg-1", secret: str = SECRET
) -> dict[str, str]:
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, at, body),
    }


async def test_a_signed_callback_is_written_down_once(place: Place) -> None:
    assert await place.post(BODY, signed()) == 200
    assert await place.post(BODY, signed()) == 200
    assert await place.post(BODY, signed(key="msg-2")) == 200

    assert [set(e.words) for e in place.events()] == [{"2966060", "done"}] * 2
    assert place.events()[0].state is None


async def test_a_signature_with_the_secret_before_counts_until_it_is_taken_out(
    place: Place,
) -> None:
    old = "whsec_" + base64.b64encode(OLD_KEY).decode()

    assert await place.post(BODY, signed(secret=old)) == 200
    assert await place.post(BODY, signed(secret=old), name="both") == 403


async def test_one_of_several_signatures_is_enough(place: Place) -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1a,xx v1,!! v1,AAAA {headers['webhook-signature']}"

    assert await place.post(BODY, headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**signed(), "webhook-signature": ""},
        {**signed(), "webhook-signature": "v1,AAAA"},
        {**signed(), "webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
        {**signed(), "webhook-id": ""},
        {**signed(), "webhook-id": "msg-2"},
        {**signed(), "webhook-id": "x" * 300},
        {**signed(), "webhook-timestamp": "soon"},
        {**signed(), "webhook-timestamp": "-1"},
        {**signed(), "webhook-timestamp": "9" * 20},
        {**signed(), "webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        signed(at=NOW - timedelta(seconds=301)),
        signed(at=NOW + timedelta(seconds=301)),
        signed(secret="whsec_" + base64.b64encode(b"x" * 32).decode()),
        signed(body=BODY + " "),
    ],
)
async def test_whatever_does_not_check_out_is_refused_alike(
    place: Place, headers: dict[str, str]
) -> None:
    assert await place.post(BODY, headers) == 403

    assert place.events() == []
    assert len(place.refused) == 1


async def test_an_old_callback_within_tolerance_counts(place: Place) -> None:
    assert await place.post(BODY, signed(at=NOW - timedelta(seconds=299))) == 200


async def test_nobody_is_behind_other_names(place: Place) -> None:
    assert await place.post(BODY, signed(), name="hose") == 404


async def test_a_huge_body_is_not_read(place: Place) -> None:
    body = "x" * (MAX_BYTES + 1)

    async def in_parts() -> AsyncIterator[bytes]:
        for _ in range(2):
            yield body.encode()[: MAX_BYTES // 2 + 1]

    assert await place.post(body, signed(body)) == 413
    assert await place.post(in_parts(), signed(body)) == 413


async def test_a_body_that_comes_in_parts_is_read_to_its_end(place: Place) -> None:
    async def in_parts() -> AsyncIterator[bytes]:
        for at in range(0, len(BODY), 10):
            yield BODY[at : at + 10].encode()
            await asyncio.sleep(0.01)

    assert await place.post(in_parts(), signed()) == 200


async def test_only_who_has_signed_well_is_told_what_is_wrong_with_a_body(place: Place) -> None:
    body = json.dumps({"specversion": "1.0", "id": "1", "source": "x", "type": "approval.maybe"})

    told = await place.answer(body, signed(body), "hub")
    forged = await place.answer(body, {}, "hub")

    assert (told["code"], forged) == ("layout", {"code": "forbidden"})
    assert "data.key" in told["detail"]


async def test_a_system_may_sign_in_its_own_way(place: Place) -> None:
    assert await place.post("forged", {}, name="own") == 403
    assert await place.post("trusted", {}, name="own") == 200
    assert await place.post("trusted", {}, name="own") == 200

    (event,) = place.events()
    assert event.state == ApprovalState("approved")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 50_000, b'{"a": ' * 9])
async def test_bodies_that_are_no_json_harm_nothing(place: Place, body: bytes) -> None:
    key = "msg-9"
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": _sign(key, body),
    }

    assert await place.post(body, headers) == 200


def _sign(key: str, body: bytes) -> str:
    signed = f"{key}.{int(NOW.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()


async def test_a_secret_path_lets_a_hint_in_and_never_a_state(place: Place) -> None:
    path = PATH.decode()

    for name in ("unsigned", "both"):
        assert await place.post(BODY, {}, f"{name}/{path}") == 200
        assert await place.post(BODY, {}, f"{name}/{path}") == 200
        assert await place.post(BODY, {}, f"{name}/{path}x") == 403
        assert await place.post(BODY, {}, name) == 403
    assert await place.post(BODY, signed(), f"weaver/{path}") == 403
    assert await place.post(BODY, signed(), "both") == 200

    states = [(e.system, e.state and e.state.status) for e in place.events()]
    assert states == [("unsigned", None), ("both", None), ("both", "approved")]
