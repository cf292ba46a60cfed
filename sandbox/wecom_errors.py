"""How WeCom refuses: always HTTP 200, an errcode, and an errmsg that nobody may match on."""

import secrets

from aiohttp import web

from sandbox.wire import Refused


class WeComRefused(Refused):
    """An answer of qyapi.weixin.qq.com that is none."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode)
        self.code = str(errcode)
        self.errcode = errcode
        self.errmsg = errmsg

    def response(self) -> web.Response:
        """Give errcode and a message with a hint that differs every time."""
        hint = secrets.token_hex(8)
        errmsg = (
            f"{self.errmsg}, hint: [{hint}], from ip: 127.0.0.1, more info at "
            f"https://open.work.weixin.qq.com/devtool/query?e={self.errcode}"
        )
        return web.json_response({"errcode": self.errcode, "errmsg": errmsg})
