"""How DingTalk refuses: the new API by HTTP status and code, the old one by errcode in a 200."""

import uuid

from aiohttp import web

from sandbox.wire import Refused

BAD_REQUEST = 400
FORBIDDEN = 403


class NewApiRefused(Refused):
    """An answer of api.dingtalk.com that is none; throttling and permission are 403, never 429."""

    def __init__(self, code: str, message: str = "", *, status: int = BAD_REQUEST) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or code
        self.status = status

    def response(self) -> web.Response:
        """Give code, message and request id."""
        body: dict[str, object] = {
            "code": self.code,
            "requestid": str(uuid.uuid4()).upper(),
            "message": self.message,
        }
        if self.status == FORBIDDEN:
            body["accessdenieddetail"] = {}
        return web.json_response(body, status=self.status)


class OldApiRefused(Refused):
    """An answer of oapi.dingtalk.com that is none: HTTP 200 with an errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode)
        self.code = str(errcode)
        self.errcode = errcode
        self.errmsg = errmsg

    def response(self) -> web.Response:
        """Give errcode and errmsg."""
        return web.json_response({"errcode": self.errcode, "errmsg": self.errmsg})
