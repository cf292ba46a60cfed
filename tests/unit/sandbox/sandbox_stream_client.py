"""A plain stream client: opens a connection strictly as the protocol says and answers by hand."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Json = dict[str, Any]
BOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"


def subscription(**changes: object) -> Json:
    """Give the body of a correct connections/open."""
    body: Json = {
        "clientId": "dingapp",
        "clientSecret": "app-secret",
        "ua": "chit/1.0",
        "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in (BOT, CARD)],
    }
    return body | changes


class Client:
    """One open connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def frame(self) -> Json:
        return await self.socket.receive_json(timeout=5)

    async def acknowledge(self, frame: Json, answer: object, **changes: object) -> None:
        headers = {
            "messageId": frame["headers"]["messageId"],
            "contentType": "application/json",
        }
        ack = {"code": 200, "headers": headers, "message": "OK", "data": json.dumps(answer)}
        await self.socket.send_json(ack | changes)

    async def answer_next(self, answer: Callable[[Json], object]) -> Json:
        """Answer the next frame with what a function makes of its data."""
        frame = await self.frame()
        data = json.loads(frame["data"])
        await self.acknowledge(frame, answer(data))
        return data


Open = Callable[[], Awaitable[Client]]


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """Register and connect."""
    async with aiohttp.ClientSession(headers={"Accept": "application/json"}) as session:
        opening = f"{url}/dingtalk/v1.0/gateway/connections/open"
        async with session.post(opening, json=subscription()) as answer:
            place = await answer.json()
        target = f"{place['endpoint']}?ticket={place['ticket']}"
        async with session.ws_connect(target) as socket:
            yield Client(socket)
