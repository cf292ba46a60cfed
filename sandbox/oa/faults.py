"""How a stand-in misbehaves on demand: before or after the effect of a call, once a fault."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Misdeed = Literal[
    "expired_token",
    "busy",
    "fault_before",
    "fault_after",
    "silence_before",
    "silence_after",
    "login_page",
    "login_page_after",
    "cut_off_after",
]
SILENCE_S, PATIENCE_S = 3.0, 0.02
"""Longer than any client of a test waits, and how often it is seen whether it still does."""
LOGIN_PAGE = (
    "<html><head><title>登录</title></head><body><form action='/login'></form></body></html>"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Faults:
    """Faults that wait for a call whose path contains a word; each happens once."""

    waiting: list[tuple[str, Misdeed]] = field(default_factory=list)

    def add(self, misdeed: Misdeed, path: str = "") -> None:
        """Let the next call whose path contains a word go wrong."""
        self.waiting.append((path, misdeed))

    def take(self, path: str) -> Misdeed | None:
        """Give the fault of a call, if it has one."""
        for number, (word, misdeed) in enumerate(self.waiting):
            if word in path:
                del self.waiting[number]
                return misdeed
        return None

    async def around(
        self, request: web.Request, handler: Handler, *, expire: Callable[[], None]
    ) -> web.StreamResponse:
        """Handle a call, rightly or as a fault has it."""
        misdeed = self.take(request.path)
        if misdeed == "expired_token":
            expire()
            return await handler(request)
        if misdeed == "busy":
            return web.Response(status=503, headers={"Retry-After": "0"})
        if misdeed == "fault_before":
            return web.Response(status=500, text="internal error")
        if misdeed == "login_page":
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if misdeed == "silence_before":
            await _silence(request)
            return web.Response(status=504)
        answer = await handler(request)
        return answer if misdeed is None else await _spoilt(request, misdeed)


async def _spoilt(request: web.Request, misdeed: Misdeed) -> web.StreamResponse:
    """Lose an answer after the effect."""
    if misdeed == "fault_after":
        return web.Response(status=502, text="bad gateway")
    if misdeed == "login_page_after":
        return web.Response(text=LOGIN_PAGE, content_type="text/html")
    if misdeed == "cut_off_after" and request.transport is not None:
        request.transport.close()
    else:
        await _silence(request)
    return web.Response(status=504)


async def _silence(request: web.Request) -> None:
    """Say nothing until the caller has given up."""
    for _ in range(round(SILENCE_S / PATIENCE_S)):
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(PATIENCE_S)
