"""WeCom's address book: what an application of today sees, and ids alone for the other secret."""

from aiohttp import web

from sandbox.contacts import ROOT, Contacts, Member
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import TokenDesk, parse_object, string, whole
from sandbox.world import JsonObject

BAD_UNIT, FORBIDDEN = 60123, 48002
MAX_IDS = 10_000
LEADERS = 5


class WeComContacts:
    """The calls; applications made since 2022 see no mobile numbers and no e-mail addresses.

    `ids` issues tokens for the address book's own secret, which gives ids and nothing else.
    """

    def __init__(self, contacts: Contacts, apps: TokenDesk, ids: TokenDesk) -> None:
        self._contacts = contacts
        self._apps = apps
        self._ids_desk = ids

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        root = "/wecom/cgi-bin"
        return [
            web.get(f"{root}/department/list", self._departments),
            web.get(f"{root}/user/list", self._users),
            web.post(f"{root}/user/list_id", self._ids),
        ]

    def _admit(self, request: web.Request) -> None:
        token = request.query.get("access_token", "")
        if self._ids_desk.state(token) != "unknown":
            raise WeComRefused(FORBIDDEN, "api forbidden")
        state = self._apps.state(token)
        if state != "live":
            raise WeComRefused(42001 if state == "expired" else 40014, "invalid access_token")
        if self._contacts.refusal:
            raise WeComRefused(self._contacts.refusal, "refused")

    async def _departments(self, request: web.Request) -> web.Response:
        self._admit(request)
        rows: list[JsonObject] = [{"id": ROOT, "name": "公司", "parentid": 0, "order": 1}]
        rows += [
            {
                "id": u.id,
                "name": u.name,
                "department_leader": list(u.heads),
                "parentid": u.parent,
                "order": 1000 - u.id,
            }
            for u in self._contacts.units.values()
        ]
        return _answer({"department": rows[::-1]})  # no order is promised

    async def _users(self, request: web.Request) -> web.Response:
        self._admit(request)
        number = request.query.get("department_id", "")
        unit = int(number) if number.isdecimal() else 0
        if unit != ROOT and unit not in self._contacts.units:
            raise WeComRefused(BAD_UNIT, "invalid department id")
        members = self._contacts.members.values()
        seen = [m for m in members if unit in m.units and not m.hidden]
        return _answer({"userlist": [_entry(m) for m in seen]})

    async def _ids(self, request: web.Request) -> web.Response:
        if self._ids_desk.state(request.query.get("access_token", "")) != "live":
            raise WeComRefused(FORBIDDEN, "api forbidden")
        body = parse_object(await request.text()) or {}
        limit = min(whole(body, "limit") or MAX_IDS, MAX_IDS)
        start = int(string(body, "cursor") or "0")
        rows = [
            {"userid": m.user, "department": u}
            for m in self._contacts.members.values()
            for u in m.units
        ]
        following = str(start + limit) if start + limit < len(rows) else ""
        return _answer({"dept_user": rows[start : start + limit], "next_cursor": following})


def _entry(member: Member) -> JsonObject:
    attribute = {"type": 0, "name": "工号", "text": {"value": member.job_number}}
    return {
        "userid": member.user,
        "name": member.name,
        "department": list(member.units),
        "main_department": member.units[0],
        "is_leader_in_dept": [int(u in member.leads) for u in member.units],
        "direct_leader": [member.manager][:LEADERS] if member.manager else [],
        "status": member.status,
        "extattr": {"attrs": [attribute] if member.job_number else []},
    }


def _answer(fields: JsonObject) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", **fields})


CHANGES = {
    "joined": "create_user",
    "changed": "update_user",
    "left": "delete_user",
    "dropped": "delete_party",
}


def wecom_event(corp_id: str, at: int, what: str, ids: JsonObject) -> dict[str, str | int]:
    """Give the fields of a change_contact event."""
    named = {"Id": str(ids["unit"])} if "unit" in ids else {"UserID": str(ids["user"])}
    return {
        "ToUserName": corp_id,
        "FromUserName": "sys",
        "CreateTime": at,
        "MsgType": "event",
        "Event": "change_contact",
        "ChangeType": CHANGES[what],
        **named,
    }
