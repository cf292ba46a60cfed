"""How the long connection of a 智能机器人 refuses: a frame with an errcode."""

import secrets

BAD_SECRET = 853000  # as public reports show it
FREQUENT = 45009
STALE_REQ_ID = 846605
NOT_SUBSCRIBED = 846609
UNKNOWN_COMMAND = 40066  # assumed
BAD_BODY = 40058  # assumed: what a malformed body gets is not documented
NEVER_WROTE = 846606  # assumed: what a push to somebody who never wrote gets is not documented
BAD_TYPE = 40008
TOO_LONG = 45002


class BotRefused(Exception):
    """A command that WeCom does not carry out."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        hint = secrets.token_hex(8)
        self.errmsg = f"{errmsg}, hint: [{hint}], more info at .../devtool/query?e={errcode}"
