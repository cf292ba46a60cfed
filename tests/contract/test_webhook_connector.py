"""Webhooks out: signed as the specification says, repeated safely, stopped when unwanted."""

import asyncio
import json
import re
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import load_config
from bot.connections import WebhookSettings, hook_key
from connectors.kit import Kit
from connectors.webhook.adapter import Webhook
from connectors.webhook.wire import SCHEDULE_S, message_id
from core.errors import OutsideError, Resting, Retryable
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
            "id": message_id("claim.paid:BX-1@3"),
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
        (410, {}, Resting, None),
        (429, {"Retry-After": "120"}, Retryable, 120),
        (500, {}, Retryable, None),
        (502, {"Retry-After": "60"}, Retryable, 60),
        (503, {"Retry-After": "999999"}, Retryable, 86400),
        (503, {"Retry-After": "9" * 400}, Retryable, 86400),
        (503, {"Retry-After": "Wed, 25 Nov 2026 02:00:00 GMT"}, Retryable, None),
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
    journal = MemoryJournal()

    await send(hook_to(f"{receiver.url}?key=a%20b&tenant=7", kit_of(journal=journal)))

    assert receiver.queries == [{"key": "a b", "tenant": "7"}]
    noted = str(await journal.last("erp", 10))
    assert "tenant=7" in noted
    assert "a+b" not in noted


async def test_a_receiver_that_is_away_is_tried_again() -> None:
    with pytest.raises(Retryable):
        await send(hook_to("http://127.0.0.1:1/hook", kit_of()))


async def test_gone_is_news_once_and_a_test_brings_it_back(receiver: Receiver) -> None:
    receiver.answers = [(410, {})] * 3
    hook = hook_to(receiver.url, kit_of(MemoryFacts()))

    async def heard(key: str) -> bool:
        with pytest.raises(Resting, match="gone") as caught:
            await hook.send("claim.paid", key, "BX-20261125-0007", AT, DATA)
        return caught.value.news

    together = await asyncio.gather(*(heard(f"claim.paid:BX-{n}@1") for n in range(3)))
    later = await heard("claim.paid:BX-4@1")
    silent = len(receiver.tried)
    await hook.try_out("chit.test:1")
    await send(hook, "claim.paid:BX-5@1")

    assert (sum(together), later, silent) == (1, False, 3)
    assert receiver.names() == ["chit.test", "claim.paid"]


async def test_a_receiver_at_another_address_is_told_again(receiver: Receiver) -> None:
    receiver.answers = [(410, {})]
    memory = MemoryFacts()

    with pytest.raises(Resting):
        await send(hook_to(receiver.url, kit_of(memory)))
    await send(hook_to(f"{receiver.url}-moved", kit_of(memory)))

    assert receiver.names() == ["claim.paid"]


async def test_only_the_status_counts_however_long_the_answer(receiver: Receiver) -> None:
    receiver.body = b"x" * 20_000_000

    await send(hook_to(receiver.url, kit_of()))

    assert receiver.names() == ["claim.paid"]


async def test_the_time_is_that_of_sending_however_long_the_turn_took(receiver: Receiver) -> None:
    moments = [AT, AT + timedelta(seconds=400)]
    kit = replace(kit_of(), clock=lambda: moments[min(len(receiver.tried), 1)])
    receiver.checks = False
    hook = Webhook(
        "erp", kit, url=receiver.url, keys=[hook_key(SECRET)], source="c", rate=1, timeout_s=2
    )

    first = hook.send("claim.paid", "a", "BX-1", AT, DATA)
    second = hook.send("claim.paid", "b", "BX-2", AT, DATA)
    await asyncio.gather(first, second)
    await hook.close()

    assert receiver.stamps == [str(int(m.timestamp())) for m in moments]


def test_an_id_is_plain_and_bounded_whatever_the_key() -> None:
    ids = {message_id(k) for k in ("budget.threshold:市场部:2026-Q4:80:1", "a.b", "a_b", "x" * 999)}

    assert len(ids) == 4
    assert all(re.fullmatch(r"msg_[0-9a-f]{40}", i) for i in ids)


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
    assert (len(SCHEDULE_S), max(SCHEDULE_S)) == (9, 24 * 3600)
    assert list(SCHEDULE_S) == sorted(SCHEDULE_S)


async def test_a_receiver_is_kept_only_when_it_has_taken_the_test(
    receiver: Receiver, tmp_path: Path, sqlite_url: str
) -> None:
    settings = tmp_path / "chit.toml"
    settings.write_text(f'[database]\nurl = "{sqlite_url}"\n')
    settings.chmod(0o640)
    words = ["webhook", "add", "hub", receiver.url, "--event", "claim.paid", "--secret", SECRET]
    receiver.answers = [(500, {})]

    refused = await command(*words, "--config", str(settings))
    before = settings.read_text()
    added = await command(*words, "--config", str(settings))
    twice = await command(*words, "--config", str(settings))
    wrong = await command(*words[:2], "b", "ftp://x", "--config", str(settings), "--secret", SECRET)
    taken = await command(*words[:2], "verify", *words[3:], "--config", str(settings))

    assert [refused, added, twice, wrong, taken] == [1, 0, 2, 2, 2]
    assert "hub" not in before
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640
    hub = load_config(settings, {}).connectors.systems["hub"]
    assert isinstance(hub, WebhookSettings)
    assert (hub.url, hub.events) == (receiver.url, ("claim.paid",))
    assert receiver.names() == ["chit.test"]


async def command(*words: str) -> int:
    return (await asyncio.to_thread(CliRunner().invoke, app, list(words))).exit_code
