"""The page of a claim and its files, for those whom the claim concerns; others find nothing."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.handlers.finding import concerns, foreseen
from bot.web.claim_book import read_of_books, voucher_rows
from bot.web.claim_history import SHOWN, Teller
from bot.web.claim_view import Scene, view_of
from bot.web.decide_page import DecidePage
from bot.web.site import Site
from bot.web.thumbs import Thumbs
from core.actions.basics import Settings
from core.actions.following import with_own_hold
from core.budget import charges_on_record
from core.claim import Claim, StoredFile
from core.company import Person
from core.ports import Clock, Files, Store
from core.visibility import shown_to

_NUMBER = re.compile(r"[A-Z]{2}-[0-9]{8}-[0-9]{4,9}")
_UNSAFE = re.compile(r'[^A-Za-z0-9._ -]|"')
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
)
"""What a browser may show; everything else is only saved."""
KEPT = "private, max-age=3600, immutable"
"""A file's name is the hash of its bytes; who may see it is asked again after an hour."""


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """The handlers and what they read from."""

    site: Site
    store: Store
    files: Files
    settings: Settings
    clock: Clock
    zone: ZoneInfo
    thumbs: Thumbs
    decide: DecidePage

    async def claim(self, request: web.Request, person: Person) -> web.Response:
        """Show a claim."""
        claim = await self._find(request, person)
        company = await self.store.company()
        today = self.clock().astimezone(self.zone).date()
        shown, chain = await foreseen(self.store, company, claim, today, self.settings)
        shown, company = shown_to(shown, company, person)
        budgets = [charge.budget for charge in charges_on_record(company, shown)]
        balances = await self.store.balances(budgets) if budgets else ()
        scene = Scene(
            claim=shown,
            company=company,
            balances=with_own_hold(balances, shown),
            payment=await self.store.payment(f"P-{claim.number}"),
            reader=person,
            zone=self.zone,
            base=self.site.base,
            others=await self._others(shown, person),
            chain=chain,
        )
        teller = Teller(company, person.language, self.zone)
        vouchers = read_of_books(await self.store.vouchers_of([claim.number]), person)
        return self.site.render(
            "claim.html",
            person.language,
            person=person,
            claim=view_of(scene),
            forms=await self.decide.forms(claim, company, person),
            told=await self.decide.told(request, person, company),
            vouchers=voucher_rows(vouchers, company, person.language),
            acts=teller.acts(await self.store.history(claim.number, SHOWN), shown.past),
        )

    async def _others(self, claim: Claim, reader: Person) -> dict[str, Claim]:
        """Read the claims that came first, for everybody but the one who claims."""
        if reader.id == claim.employee:
            return {}
        named = (f.field("claim") for f in claim.findings if f.code.startswith("duplicate"))
        numbers = dict.fromkeys(n for n in named if n)
        found = {n: await self.store.claim(n) for n in numbers}
        return {n: first for n, first in found.items() if first}

    async def file(self, request: web.Request, person: Person) -> web.Response:
        """Give a file of a claim as it was received."""
        file = await self._file(request, person)
        return _file_answer(await self._read(file), file.name)

    async def small(self, request: web.Request, person: Person) -> web.Response:
        """Give a small picture of a file of a claim: the picture itself, or a PDF's first page."""
        file = await self._file(request, person)
        picture = await self.thumbs.of(file.sha256, lambda: self._read(file))
        if picture is None:
            return self.site.redirect_asset("file.svg")
        return web.Response(
            body=picture, content_type="image/jpeg", headers={"Cache-Control": KEPT}
        )

    async def _file(self, request: web.Request, person: Person) -> StoredFile:
        claim = await self._find(request, person)
        claim, _ = shown_to(claim, await self.store.company(), person)
        wanted = request.match_info["sha256"]
        file = next((f for f in claim.files if f.sha256 == wanted), None)
        if file is None:
            raise web.HTTPNotFound
        return file

    async def _read(self, file: StoredFile) -> bytes:
        try:
            return await self.files.get(file.sha256)
        except FileNotFoundError:
            raise web.HTTPNotFound from None

    async def _find(self, request: web.Request, person: Person) -> Claim:
        """Find a claim that concerns the person; a stranger's is answered like none at all."""
        number = request.match_info["number"]
        claim = await self.store.claim(number) if _NUMBER.fullmatch(number) else None
        if claim is None or not concerns(claim, person):
            raise web.HTTPNotFound
        return claim


def _file_answer(data: bytes, name: str) -> web.Response:
    """Answer with foreign bytes: judged by what they are, shut off from everything of ours."""
    kind = kind_of(data)
    shown = "attachment" if kind is None else "inline"
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    headers = {
        "Content-Disposition": f"{shown}; {_file_name(name, kind)}",
        "Content-Security-Policy": policy,
        "Cache-Control": KEPT,
    }
    return web.Response(body=data, content_type=kind or "application/octet-stream", headers=headers)


def kind_of(data: bytes) -> str | None:
    """Name the type of bytes that a browser may show, None for all others."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if data.startswith(sign)), None)


def _file_name(name: str, kind: str | None) -> str:
    """Write a name for a header: plain for old browsers, in full for the others."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:120]
    shown = shown.replace("/", "-").replace("\\", "-") or "file"
    if "." not in shown and kind is not None:
        shown = f"{shown}.{kind.partition('/')[2]}"
    plain = _UNSAFE.sub("_", shown)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(shown.encode('utf-8', 'replace'))}"
