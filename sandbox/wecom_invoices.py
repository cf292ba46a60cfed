"""WeCom's side of electronic invoices in WeChat wallets, with their strict states (document 90423).

Tickets for the JS-SDK are here too: pages need them to open a wallet.
"""

import secrets
from dataclasses import dataclass

from aiohttp import web

from sandbox.config import Clock
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import DETAIL, TokenDesk, objects, parse_object, string
from sandbox.world import JsonObject

TICKET_S = 7200
INIT = "INVOICE_REIMBURSE_INIT"
LOCK = "INVOICE_REIMBURSE_LOCK"
CLOSURE = "INVOICE_REIMBURSE_CLOSURE"
WAYS = {(INIT, LOCK), (LOCK, INIT), (LOCK, CLOSURE)}
"""There is no way back from CLOSURE, and none from a state to itself."""


@dataclass(slots=True)
class Invoice:
    """A card in a wallet; `foreign` says that another company holds the lock."""

    openid: str
    card_id: str
    encrypt_code: str
    info: JsonObject
    payee: str
    kind: str = "增值税电子普通发票"
    status: str = INIT
    foreign: bool = False
    pdf: bytes = b""


class WeComInvoices:
    """The wallets of everybody, and the calls that a company may make about them."""

    def __init__(self, tokens: TokenDesk, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._cards: dict[tuple[str, str], Invoice] = {}
        self._tickets: dict[str, tuple[str, float]] = {}
        self.history: list[tuple[str, str]] = []
        """Every change of a state: card and what it became."""

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        root = "/wecom/cgi-bin"
        calls = f"{root}/card/invoice/reimburse"
        return [
            web.get(f"{root}/get_jsapi_ticket", self._jsapi),
            web.get(f"{root}/ticket/get", self._ticket),
            web.post(f"{calls}/getinvoiceinfo", self._one),
            web.post(f"{calls}/getinvoiceinfobatch", self._several),
            web.post(f"{calls}/updateinvoicestatus", self._update_one),
            web.post(f"{calls}/updatestatusbatch", self._update),
            web.get("/wecom/invoice/{card}", self._pdf),
        ]

    def put(self, card: Invoice) -> None:
        """Put a card into its owner's wallet."""
        self._cards[card.card_id, card.encrypt_code] = card

    def ticket(self, kind: str) -> str:
        """Give the ticket that signatures of pages are made with now, "" before the first."""
        return self._tickets.get(kind, ("", 0.0))[0]

    def free(self) -> list[JsonObject]:
        """List the cards that a person may pick: nobody reimburses them yet."""
        return [
            {
                "card_id": card.card_id,
                "encrypt_code": card.encrypt_code,
                "payee": card.payee,
                "fee": card.info.get("fee", 0),
            }
            for card in self._cards.values()
            if card.status == INIT
        ]

    # --- tickets ------------------------------------------------------------------------------

    async def _jsapi(self, request: web.Request) -> web.Response:
        return self._issue(request, "jsapi")

    async def _ticket(self, request: web.Request) -> web.Response:
        kind = request.query.get("type", "")
        if kind not in {"agent_config", "wx_card"}:
            raise WeComRefused(40033, "invalid type")  # number assumed
        return self._issue(request, kind)

    def _issue(self, request: web.Request, kind: str) -> web.Response:
        self._admit(request)
        value, until = self._tickets.get(kind, ("", 0.0))
        now = self._clock()
        if now >= until:
            value, until = secrets.token_urlsafe(32), now + TICKET_S
            self._tickets[kind] = value, until
        answer = {"ticket": value, "expires_in": int(until - now)}
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    # --- cards --------------------------------------------------------------------------------

    async def _one(self, request: web.Request) -> web.Response:
        found = self._find(await self._read(request))
        return web.json_response({"errcode": 0, "errmsg": "ok", **_shown(found)})

    async def _several(self, request: web.Request) -> web.Response:
        asked = objects((await self._read(request)).get("item_list"))
        if not asked:
            raise WeComRefused(40035, "invalid parameter")
        listed = [_shown(self._find(row)) for row in asked]
        return web.json_response({"errcode": 0, "errmsg": "ok", "item_list": listed})

    async def _update_one(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        self._change([self._find(body)], string(body, "reimburse_status"))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _update(self, request: web.Request) -> web.Response:
        """Change all of the listed cards or none; they must be of one wallet."""
        body = await self._read(request)
        found = [self._find(row) for row in objects(body.get("invoice_list"))]
        status = string(body, "reimburse_status")
        request[DETAIL] = f"{len(found)} to {status}"
        if not found:
            raise WeComRefused(40035, "invalid parameter")
        if any(card.openid != string(body, "openid") for card in found):
            raise WeComRefused(72037, "openid mismatch")
        self._change(found, status)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _change(self, cards: list[Invoice], status: str) -> None:
        if status not in {INIT, LOCK, CLOSURE}:
            raise WeComRefused(40035, "invalid parameter")
        if any(card.foreign for card in cards):
            raise WeComRefused(72023, "invoice has been locked by others")
        if any((card.status, status) not in WAYS for card in cards):
            raise WeComRefused(72024, "invoice status error")
        for card in cards:
            card.status = status
            self.history.append((card.card_id, status))

    def _find(self, row: JsonObject) -> Invoice:
        found = self._cards.get((string(row, "card_id"), string(row, "encrypt_code")))
        if found is None:
            raise WeComRefused(72015, "unauthorized or unknown invoice")
        return found

    async def _pdf(self, request: web.Request) -> web.Response:
        name = request.match_info["card"]
        found = next((c for c in self._cards.values() if f"{c.card_id}.pdf" == name), None)
        if found is None or not found.pdf:
            raise web.HTTPNotFound
        return web.Response(body=found.pdf, content_type="application/pdf")

    # --- what every call needs ----------------------------------------------------------------

    def _admit(self, request: web.Request) -> None:
        state = self._tokens.state(request.query.get("access_token", ""))
        if state != "live":
            raise WeComRefused(42001 if state == "expired" else 40014, "invalid access_token")

    async def _read(self, request: web.Request) -> JsonObject:
        self._admit(request)
        body = parse_object(await request.text())
        if body is None:
            raise WeComRefused(47001, "Warning: wrong json format.")  # number from memory
        return body


def _shown(card: Invoice) -> JsonObject:
    info = {**card.info, "reimburse_status": card.status}
    return {
        "card_id": card.card_id,
        "openid": card.openid,
        "type": card.kind,
        "payee": card.payee,
        "detail": "",
        "user_info": info,
    }
