"""The pages for people below `/app/`, joined: their routes, and what guards all of them."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.admin_page import AdminPage
from bot.web.budgets_page import BudgetsPage
from bot.web.cards_page import CardsPage
from bot.web.claim_page import ClaimPage
from bot.web.finance_page import FinancePage
from bot.web.report_page import ReportPage
from bot.web.signin import HOME, SignIn
from bot.web.site import Site
from bot.web.there_page import TherePage
from bot.web.todo_page import TodoPage
from bot.web.upload_page import UploadPage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ROOT = "/app"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pages:
    """All pages and the way in."""

    site: Site
    signin: SignIn
    claims: ClaimPage
    todo: TodoPage
    uploads: UploadPage
    cards: CardsPage
    budgets: BudgetsPage
    reports: ReportPage
    finance: FinancePage
    admin: AdminPage
    there: TherePage | None = None

    def routes(self) -> list[web.RouteDef]:
        """Give the routes below `/app`."""
        guarded = self.signin.guarded
        there = self.there
        path = "/app/claims/{number}/in/{system}"
        return [
            *([web.get(path, guarded(there.open))] if there else []),
            web.get("/app", self.home),
            web.get("/app/", self.home),
            web.get("/app/static/{name}", self.site.static),
            *self.signin.routes(),
            web.get("/app/todo", guarded(self.todo.todo)),
            web.get("/app/todo/batch", self.todo.back),
            web.post("/app/todo/batch", guarded(self.todo.take)),
            web.get("/app/budgets", guarded(self.budgets.overview)),
            web.get("/app/budgets/{id}", guarded(self.budgets.budget)),
            *self.finance.routes(guarded),
            web.get("/app/admin", guarded(self.admin.page)),
            web.post("/app/admin/stuck", guarded(self.admin.deal)),
            web.get("/app/upload", guarded(self.uploads.page)),
            web.post("/app/upload", self.signin.known(self.uploads.take)),
            web.get("/app/invoices/cards", guarded(self.cards.page)),
            web.post("/app/invoices/cards", self.signin.known(self.cards.take)),
            web.get("/app/invoices/cards/{id}", self.signin.known(self.cards.state)),
            web.get("/app/upload/{id}", self.signin.known(self.uploads.state)),
            web.get("/app/reports", guarded(self.reports.months)),
            web.get("/app/reports/{month}", guarded(self.reports.page)),
            web.get(
                "/app/reports/{month}/{name}.{kind:(?:png|pdf|xlsx)}", guarded(self.reports.file)
            ),
            web.get("/app/claims/{number}", guarded(self.claims.claim)),
            web.get("/app/claims/{number}/decide", self.claims.decide.back),
            web.post("/app/claims/{number}/decide", guarded(self.claims.decide.take)),
            web.get("/app/claims/{number}/files/{sha256}", guarded(self.claims.file)),
            web.get("/app/claims/{number}/files/{sha256}/small", guarded(self.claims.small)),
        ]

    async def home(self, _: web.Request) -> web.Response:
        """Send a browser to what waits for its person."""
        return self.site.redirect(HOME)

    def guard(self) -> Middleware:
        """Make the middleware that refuses other origins and draws what went wrong."""

        @web.middleware
        async def pages(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path != _ROOT and not request.path.startswith(_ROOT + "/"):
                return await handler(request)
            if request.method not in SAFE and not is_own(request, self.site):
                log.info("foreign_origin", path=request.path)
                return self.site.refusal(HTTPStatus.FORBIDDEN, "foreign_origin")
            try:
                return await handler(request)
            except web.HTTPClientError as error:
                code = "not_found" if error.status == HTTPStatus.NOT_FOUND else "bad_request"
                response = self.site.refusal(error.status, code)
                if "Allow" in error.headers:
                    response.headers["Allow"] = error.headers["Allow"]
                return response

        return pages


def is_own(request: web.Request, site: Site) -> bool:
    """Whether a request that may change something comes from one of our own pages.

    Browsers say where it comes from; what says nothing is no browser and has no cookie to abuse.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == site.origin or urlsplit(origin).netloc == request.host
