"""Webhooks out: signed as the specification says, repeated safely, stopped when unwanted."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import load_config
from bot.connections import WebhookSettings, hook_key
from connectors.kit import Kit
from connectors.webhook.adapter import Webhook
from connectors.webhook.wire import SCHEDULE_S
from core.errors import OutsideError, Rejected, Retryable
from tests.contract.connector_stage import kit_of
from tests.fakes.links import MemoryFacts, MemoryJournal
from tests.fakes.receiver import OTHER, SECRET, Receiver, receiving

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DATA = '{"number": "BX-20261125-0007", "total": "45.00"}'


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


def hook_to(url: str, kit: Kit, *secrets: str) -> Webhook:
    keys = [hook_key(s) for s in secrets or (SECRET,)]
    return Webhook(
        "erp", kit, url=url, keys=keys, source="https://chit.example", rate=1000, timeout_s=2
    )


async def send(hook: Webhook, key: str = "claim.paid:BX-1@3") -> None:
    try:
        await hook.send("claim.paid", key, "BX-20261125-0007", AT, DATA)
    finally:
        await hook.close()


async def test_the_reference_library_accepts_it(receiver: Receiver) -> None:
    await send(hook_to(receiver.url, kit_of()))

    assert receiver.forged == 0
    assert receiver.taken == [
        {
            "specversion": "1.0",
            "id": "claim.paid:BX-1@3",
            "source": "https://chit.example",
            "type": "claim.paid",
            "subject": "BX-20261125-0007",
            "time": AT.isoformat(),
            "timestamp": AT.isoformat(),
            "datacontenttype": "application/json",
            "data": json.loads(DATA),
        }
    ]


async def test_two_secrets_sign_side_by_side() -> None:
    async with receiving((SECRET, OTHER)) as receiver:
        await send(hook_to(receiver.url, kit_of(), OTHER, SECRET))

    assert (receiver.forged, len(receiver.taken)) == (0, 1)


async def test_a_repetition_has_the_same_id_and_bytes(receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    kit = kit_of()

    with pytest.raises(Retryable):
        await send(hook_to(receiver.url, kit))
    await send(hook_to(receiver.url, kit))

    first, second = receiver.tried
    assert first == second
    assert len(receiver.taken) == 1


@pytest.mark.parametrize(
    ("status", "headers", "kind", "pause_s"),
    [
        (301, {"Location": "/"}, Retryable, None),
        (400, {}, Retryable, None),
        (404, {}, Retryable, None),
        (410, {}, Rejected, None),
        (429, {"Retry-After": "120"}, Retryable, 120),
        (500, {}, Retryable, None),
        (502, {}, Retryable, None),
        (503, {"Retry-After": "999999"}, Retryable, None),
    ],
)
async def test_what_an_answer_means(
    receiver: Receiver,
    status: int,
    headers: dict[str, str],
    kind: type[OutsideError],
    pause_s: float | None,
) -> None:
    receiver.answers = [(status, headers)]

    with pytest.raises(kind) as caught:
        await send(hook_to(receiver.url, kit_of()))

    if pause_s is not None and isinstance(caught.value, Retryable):
        assert caught.value.retry_after_s == pause_s


async def test_an_address_keeps_its_query(receiver: Receiver) -> None:
    await send(hook_to(f"{receiver.url}?key=a%20b", kit_of()))

    assert receiver.queries == [{"key": "a b"}]


async def test_a_receiver_that_is_away_is_tried_again() -> None:
    with pytest.raises(Retryable):
        await send(hook_to("http://127.0.0.1:1/hook", kit_of()))


async def test_gone_is_said_once_and_a_test_brings_it_back(receiver: Receiver) -> None:
    receiver.answers = [(410, {})]
    memory = MemoryFacts()

    with pytest.raises(Rejected, match="gone"):
        await send(hook_to(receiver.url, kit_of(memory)))
    await send(hook_to(receiver.url, kit_of(memory)), "claim.paid:BX-2@1")
    silent = len(receiver.tried)
    hook = hook_to(receiver.url, kit_of(memory))
    await hook.try_out("chit.test:1")
    await send(hook, "claim.paid:BX-3@1")

    assert silent == 1
    assert receiver.names() == ["chit.test", "claim.paid"]


async def test_no_secret_stands_in_an_error_or_the_journal(receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    journal = MemoryJournal()

    with pytest.raises(Retryable) as caught:
        await send(hook_to(receiver.url, kit_of(journal=journal)))

    noted = str(await journal.last("erp", 10))
    assert "claim.paid" in noted
    for text in (noted, str(caught.value)):
        assert SECRET.removeprefix("whsec_") not in text
        assert "v1," not in text


def test_the_plan_lasts_a_day_and_more() -> None:
    assert sum(SCHEDULE_S) >= 24 * 3600
    assert list(SCHEDULE_S) == sorted(SCHEDULE_S)


async def test_a_receiver_is_kept_only_when_it_has_taken_the_test(
    receiver: Receiver, tmp_path: Path, sqlite_url: str
) -> None:
    settings = tmp_path / "chit.toml"
    settings.write_text(f'[database]\nurl = "{sqlite_url}"\n')
    words = ["webhook", "add", "hub", receiver.url, "--event", "claim.paid", "--secret", SECRET]
    receiver.answers = [(500, {})]

    refused = await command(*words, "--config", str(settings))
    before = settings.read_text()
    added = await command(*words, "--config", str(settings))
    twice = await command(*words, "--config", str(settings))
    wrong = await command(*words[:2], "b", "ftp://x", "--config", str(settings), "--secret", SECRET)

    assert [refused, added, twice, wrong] == [1, 0, 2, 2]
    assert "hub" not in before
    hub = load_config(settings, {}).connectors.systems["hub"]
    assert isinstance(hub, WebhookSettings)
    assert (hub.url, hub.events) == (receiver.url, ("claim.paid",))
    assert receiver.names() == ["chit.test"]


async def command(*words: str) -> int:
    return (await asyncio.to_thread(CliRunner().invoke, app, list(words))).exit_code
