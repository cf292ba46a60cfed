"""From a frame to its acknowledgement, beside a handler that keeps nothing and a bare commit.

Run as a program it is that handler: `python -m benchmarks.acknowledge PORT`.
"""

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import count
from pathlib import Path

import aiohttp
import asyncpg
from aiohttp import web

from benchmarks.figures import MS, Figure, beside, median, p95, timed
from benchmarks.places import KINDS, database, folder
from benchmarks.service import AGENT, COMPANY, CORP, TOKEN, Running, serving
from sandbox.dingtalk_stream import BOT_TOPIC
from sandbox.wecom_callback import build_xml
from sandbox.wecom_crypto import WeComCrypto
from tests.flow.stage import DING, KEY, free_port

TIMES, WARM_UP = 80, 10
PAUSE_S = 0.01
"""Messages come at some 20 a second; the service works on them meanwhile."""
ANSWER_S = 5.0
Send = Callable[[], Awaitable[object]]
_PEOPLE = [p for p in COMPANY.people if p.wecom and p.dingtalk]
_serial = count(int(time.time() * MS))
_CRYPTO = WeComCrypto(TOKEN, KEY, CORP)


async def run() -> AsyncIterator[Figure]:
    """Give median and 95th percentile on each database and channel."""
    for kind in KINDS:
        async with database(kind) as url:
            if url is None:
                continue
            async for figure in _on(url, kind):
                yield figure


async def _on(url: str, kind: str) -> AsyncIterator[Figure]:
    """Take turns, so that all see the same disk and the same neighbours."""
    body = sealed()[1]
    async with serving(url) as running, bare_handler() as peer, floor(url, body) as commit:
        await asyncio.sleep(1)  # the service warms up what it will need
        ways: dict[str, Send] = {
            "wecom": lambda: post(running.http, f"{running.url}/wecom/callback"),
            "dingtalk": lambda: push(running),
            "bare": lambda: post(running.http, peer),
            "commit": commit,
        }
        with appending(len(body)) as append:
            times = await _turns({**ways, "append": append})
    least = f"a bare aiohttp 200 and one {kind} commit"
    for channel in ("wecom", "dingtalk"):
        name, took = f"acknowledge.{channel}.{kind}", times[channel]
        for figure, of in (("median", median), ("p95", p95)):
            peer_ms = (of(times["bare"]) + of(times["commit"])) * MS
            yield beside(f"{name}.{figure}", of(took) * MS, "ms", peer_ms, least)
        append_ms = median(times["append"]) * MS
        same = "an fsync'd append of the same bytes"
        yield beside(f"{name}.over_fsync", median(took) * MS, "ms", append_ms, same)


async def _turns(ways: dict[str, Send]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(WARM_UP + TIMES):
        for name, send in ways.items():
            took = await timed(send())
            if number >= WARM_UP:
                times[name].append(took)
            await asyncio.sleep(PAUSE_S)
    return times


def sealed() -> tuple[dict[str, str], bytes]:
    """Give the query and body of a WeCom callback with a typed expense."""
    serial = next(_serial)
    plain = build_xml(
        {
            "ToUserName": CORP,
            "FromUserName": _PEOPLE[serial % len(_PEOPLE)].wecom or "",
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": "预算",
            "MsgId": str(serial),
            "AgentID": AGENT,
        }
    )
    done = _CRYPTO.seal(plain, str(int(time.time())), str(serial))
    body = build_xml({"ToUserName": CORP, "AgentID": AGENT, "Encrypt": done.encrypt})
    return done.query, body.encode()


async def post(http: aiohttp.ClientSession, url: str) -> None:
    """Deliver a callback; ValueError when it is not acknowledged."""
    query, body = sealed()
    async with http.post(url, params=query, data=body) as answer:
        await answer.read()
        if not answer.ok:
            raise ValueError(f"not acknowledged: {answer.status}")


async def push(running: Running) -> None:
    """Push a stream frame; ValueError when it is not acknowledged."""
    serial = next(_serial)
    person = _PEOPLE[serial % len(_PEOPLE)]
    message: dict[str, object] = {
        "conversationId": f"cid{person.id}==",
        "conversationType": "1",
        "chatbotCorpId": DING.corp_id,
        "chatbotUserId": "$:LWCP_v1:bot",
        "robotCode": DING.robot_code,
        "msgId": f"msg{serial}",
        "createAt": int(time.time() * MS),
        "senderNick": person.name,
        "isAdmin": False,
        "senderId": f"$:LWCP_v1:{person.id}",
        "senderStaffId": person.dingtalk,
        "senderCorpId": DING.corp_id,
        "sessionWebhook": "",
        "sessionWebhookExpiredTime": int(time.time() * MS),
        "msgtype": "text",
        "text": {"content": "预算"},
    }
    stream = running.platform.hands.stream
    ack = await stream.push(BOT_TOPIC, lambda _base: message, ANSWER_S)
    if ack is None or ack.code != web.HTTPOk.status_code:
        raise ValueError(f"not acknowledged: {ack and json.dumps(ack.data)}")


@asynccontextmanager
async def bare_handler() -> AsyncIterator[str]:
    """Run a handler that answers at once, in a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.acknowledge", str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is not None:
            await process.stdout.readline()
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def floor(url: str, body: bytes) -> AsyncIterator[Send]:
    """Give what makes a message durable and no more: one insert on an open connection."""
    if url.startswith("sqlite"):
        with folder() as place, closing(_lite(place / "floor.db")) as lite:

            async def insert() -> None:
                lite.execute("INSERT INTO floor VALUES (?)", (body,))

            yield insert
        return
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE floor (body BYTEA)")
        yield lambda: connection.execute("INSERT INTO floor VALUES ($1)", body)
    finally:
        await connection.close()


def _lite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE floor (body BLOB)")
    return connection


@contextmanager
def appending(size: int) -> Iterator[Send]:
    """Give an append and its fsync on the disk of the checkout."""
    with folder() as place, (place / "log").open("ab", buffering=0) as log:

        async def append() -> None:
            log.write(b"x" * size)
            os.fsync(log.fileno())

        yield append


def _serve(port: int) -> None:
    async def acknowledge(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", acknowledge)
    web.run_app(app, host="127.0.0.1", port=port, print=lambda *_: print("ready", flush=True))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
