"""The common ground of the pages: their addresses, their drawing, what every answer carries."""

import hashlib
from functools import partial
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from yarl import URL

from bot.texts.pages import PAGES, page_text
from bot.texts.template import Language, Text
from bot.web.navigation import links_of
from core.company import Person

ROOM = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Pages have no scripts unless they say so themselves, and styles only from us."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


class Site:
    """Where people reach us. `public_url` may have a path: then a proxy serves us below it."""

    def __init__(self, public_url: str) -> None:
        address = URL(public_url.rstrip("/"))
        self.url = str(address).rstrip("/")
        self.base = address.path.rstrip("/")
        self.origin = str(address.origin())
        self.secure = address.scheme == "https"
        self._assets = {p.name: p.read_bytes() for p in (ROOM / "static").iterdir() if p.is_file()}
        self._templates = Environment(
            loader=FileSystemLoader(ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(asset=self.asset, path=self.path)

    def path(self, below: str) -> str:
        """Give the path of one of our pages as a browser must ask for it."""
        return self.base + below

    def asset(self, name: str) -> str:
        """Give the path of a style or picture; it changes with the content."""
        mark = hashlib.sha256(self._assets[name]).hexdigest()[:12]
        return f"{self.base}/app/static/{name}?v={mark}"

    def render(
        self, template: str, language: Language, status: int = HTTPStatus.OK, **fields: object
    ) -> web.Response:
        """Draw a page in one language; it is never kept by caches."""
        say = partial(page_text, language=language)
        person = fields.get("person")
        links = links_of(person) if isinstance(person, Person) else ()
        body = self._templates.get_template(template).render(
            say=say, both=_both, language=language, links=links, **fields
        )
        return web.Response(
            text=body,
            status=status,
            content_type="text/html",
            charset="utf-8",
            headers={"Cache-Control": "no-store"},
        )

    def refusal(self, status: int, code: str) -> web.Response:
        """Draw what went wrong, in both languages: who reads it may be unknown."""
        return self.render("refusal.html", "zh", status, code=code)

    def redirect(self, below: str, status: int = HTTPStatus.FOUND) -> web.Response:
        """Send a browser to another of our pages."""
        return away(self.path(below), status)

    def redirect_asset(self, name: str) -> web.Response:
        """Send a browser to one of our pictures."""
        return away(self.asset(name))

    async def static(self, request: web.Request) -> web.Response:
        """Give a style or picture."""
        name = request.match_info["name"]
        data = self._assets.get(name)
        if data is None:
            raise web.HTTPNotFound
        kind = KINDS[Path(name).suffix]
        return web.Response(body=data, content_type=kind, headers={"Cache-Control": FOREVER})

    async def protect(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Put the headers on an answer that is about to go out, whatever made it."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if self.secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)


def away(location: str, status: int = HTTPStatus.FOUND) -> web.Response:
    """Send a browser to another address."""
    headers = {"Location": location, "Cache-Control": "no-store"}
    return web.Response(status=status, headers=headers)


def _both(code: str) -> Text:
    return PAGES[code]
