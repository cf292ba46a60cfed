"""Stand-ins beside the small DingTalk: an inbox in memory, names, a person's words and clicks."""

import asyncio
import json
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.events import TextReceived
from bot.port import Inbound
from tests.fakes.dingtalk_platform import WAIT_S


class Desk:
    """An inbox in memory that can be held shut or broken."""

    def __init__(self) -> None:
        self.began: list[Inbound] = []
        self.kept: dict[str, Inbound] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.broken = 0
        self.arrived: asyncio.Queue[Inbound] = asyncio.Queue()

    async def accept(self, inbound: Inbound) -> bool:
        self.began.append(inbound)
        self.arrived.put_nowait(inbound)
        if self.broken:
            self.broken -= 1
            raise OSError("the database at secret-host is away")
        await self.open.wait()
        new = inbound.key not in self.kept
        self.kept.setdefault(inbound.key, inbound)
        return new

    async def next(self) -> Inbound:
        async with asyncio.timeout(WAIT_S):
            return await self.arrived.get()

    def words(self) -> list[str]:
        return [i.event.text for i in self.kept.values() if isinstance(i.event, TextReceived)]


class Names(AbstractResolver):
    """Gives the addresses of a list for every name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to let go of."""


def words(text: str, msg: str = "msg1", staff: str = "zhang") -> dict[str, object]:
    return {
        "msgId": msg,
        "senderStaffId": staff,
        "senderCorpId": "dingcorp",
        "msgtype": "text",
        "text": {"content": text},
    }


def click(action: str = "approve", **changes: object) -> dict[str, object]:
    params = {"action": action, "token": "BX-20261125-0007~1~0"}
    content = {"cardPrivateData": {"actionIds": [action], "params": params}}
    return {
        "type": "actionCallback",
        "outTrackId": "card-1",
        "corpId": "dingcorp",
        "userId": "wang",
        "userIdType": 1,
        "extension": "{}",
        "content": json.dumps(content),
    } | changes
