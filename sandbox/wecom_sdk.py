"""A stand-in for the script by which a page inside WeCom opens a person's WeChat wallet.

The real one talks to the app around the page; this one carries the wallets and the tickets along,
so that it can check the signatures that a page hands it (documents 90423 and 98457).
"""

import json
from pathlib import Path

from aiohttp import web

from sandbox.wecom_invoices import WeComInvoices

SCRIPT = "wecom-sdk.js"
PLACE = "/*DESK*/ null"


class WeComSdk:
    """Serves the script as it is for the state of the wallets now."""

    def __init__(self, folder: Path, corp_id: str, invoices: WeComInvoices) -> None:
        self._file = folder / SCRIPT
        self._corp_id = corp_id
        self._invoices = invoices

    def routes(self) -> list[web.RouteDef]:
        """Give the route."""
        return [web.get("/wecom-sdk/wecom-jssdk.js", self._script)]

    async def _script(self, _: web.Request) -> web.Response:
        desk = {
            "corpId": self._corp_id,
            "jsapiTicket": self._invoices.ticket("jsapi"),
            "cardTicket": self._invoices.ticket("wx_card"),
            "cards": self._invoices.free(),
        }
        text = json.dumps(desk, ensure_ascii=False).replace("<", "\\u003c")
        body = self._file.read_text("utf-8").replace(PLACE, text, 1)
        return web.Response(
            text=body, content_type="text/javascript", headers={"Cache-Control": "no-store"}
        )
