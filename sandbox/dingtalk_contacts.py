"""DingTalk's address book as the application sees it: the old API, POST, a token in the address."""

from aiohttp import web

from sandbox.contacts import ROOT, Contacts, Member
from sandbox.dingtalk_errors import OldApiRefused
from sandbox.wire import DETAIL, TokenDesk, Window, read_object, string, whole
from sandbox.world import JsonObject

CALLS_PER_SECOND = 20
NO_DEPARTMENT, NO_USER, HIDDEN, BAD = 60003, 60121, 50004, 40035


class DingTalkContacts:
    """The calls; nothing is answered that the application may not see."""

    def __init__(self, contacts: Contacts, tokens: TokenDesk, window: Window) -> None:
        self._contacts = contacts
        self._tokens = tokens
        self._window = window

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        old = "/dingtalk-oapi/topapi"
        return [
            web.post(f"{old}/v2/department/listsub", self._children),
            web.post(f"{old}/v2/department/get", self._department),
            web.post(f"{old}/user/listid", self._users),
            web.post(f"{old}/v2/user/get", self._user),
        ]

    async def _admit(self, request: web.Request) -> JsonObject:
        token = request.query.get("access_token", "")
        if self._tokens.state(token) != "live":
            raise OldApiRefused(40014 if token else 41001, "不合法的access_token")
        if not self._window.admit(request.path):
            raise OldApiRefused(90018, "调用频率过高")
        if self._contacts.refusal:
            raise OldApiRefused(self._contacts.refusal, "没有调用该接口的权限")
        body = await read_object(request)
        if body is None:
            raise OldApiRefused(BAD, "不合法的参数")
        return body

    async def _children(self, request: web.Request) -> web.Response:
        unit = self._unit(await self._admit(request))
        rows = [
            {"dept_id": u.id, "name": u.name, "parent_id": u.parent}
            for u in self._contacts.units.values()
            if u.parent == unit
        ]
        return _answer(rows)

    async def _department(self, request: web.Request) -> web.Response:
        number = self._unit(await self._admit(request))
        unit = self._contacts.units.get(number)
        if unit is None:
            return _answer({"dept_id": ROOT, "name": "公司"})
        return _answer(
            {
                "dept_id": unit.id,
                "name": unit.name,
                "parent_id": unit.parent,
                "dept_manager_userid_list": list(unit.heads),
                "member_count": len(self._members(unit.id)),
            }
        )

    async def _users(self, request: web.Request) -> web.Response:
        unit = self._unit(await self._admit(request))
        return _answer({"userid_list": [m.user for m in self._members(unit)]})

    async def _user(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        if not string(body, "userid"):
            raise OldApiRefused(BAD, "缺少参数 userid")
        member = self._contacts.members.get(string(body, "userid"))
        if member is None:
            raise OldApiRefused(NO_USER, "找不到该用户")
        if member.hidden:
            raise OldApiRefused(HIDDEN, "企业中的 userid 不在应用的可见范围内")
        request[DETAIL] = "a member"
        return _answer(_entry(member))

    def _members(self, unit: int) -> list[Member]:
        return [m for m in self._contacts.members.values() if unit in m.units]

    def _unit(self, body: JsonObject) -> int:
        unit = whole(body, "dept_id")
        if unit is None:
            raise OldApiRefused(BAD, "缺少参数 dept_id")
        if unit != ROOT and unit not in self._contacts.units:
            raise OldApiRefused(NO_DEPARTMENT, "部门不存在")
        return unit


def _entry(member: Member) -> JsonObject:
    entry: JsonObject = {
        "userid": member.user,
        "unionid": f"union-{member.user}",
        "name": member.name,
        "dept_id_list": list(member.units),
        "leader_in_dept": [{"dept_id": u, "leader": u in member.leads} for u in member.units],
        "active": True,
        "admin": False,
        "boss": False,
        "senior": False,
    }
    more = {
        "manager_userid": member.manager,
        "job_number": member.job_number,
        "mobile": member.mobile,
        "email": member.email,
    }
    return entry | {k: v for k, v in more.items() if v}


def _answer(result: object) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", "result": result})


EVENTS = {
    "joined": "user_add_org",
    "changed": "user_modify_org",
    "left": "user_leave_org",
    "dropped": "org_dept_remove",
}


def dingtalk_event(what: str, ids: JsonObject) -> tuple[str, JsonObject]:
    """Give an event of the Stream as it tells of a change: its name and its data."""
    if "unit" in ids:
        return EVENTS[what], {"deptId": [ids["unit"]]}
    return EVENTS[what], {"userId": [ids["user"]]}
