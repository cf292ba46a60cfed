"""How the page's API refuses: a status, a stable code, and words in both languages."""

from aiohttp import web

BAD_REQUEST = 400


class PageRefused(Exception):
    """Something that a person cannot do on a phone, or a request that makes no sense."""

    def __init__(self, error: str, message: str, *, status: int = BAD_REQUEST) -> None:
        super().__init__(error)
        self.error = error
        self.message = message
        self.status = status

    def response(self) -> web.Response:
        """Give error and message."""
        return web.json_response({"error": self.error, "message": self.message}, status=self.status)
