"""A strict stand-in for WeCom's own approvals (reference §6.1).

Whatever a call gets wrong is refused as WeCom refuses it, and noted in `violations`; a test asks
for none at its end. People of the company act through methods.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.oa.faults import Faults
from sandbox.wecom_callback import Element, build_xml
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import Refused, child, objects, read_object, string, whole
from sandbox.world import JsonObject

MOST_FILES, MOST_LINES, MOST_LINE_CHARS = 6, 3, 20
APPROVAL_AGENT = "3010040"
PENDING, PASSED, REJECTED, REVOKED, UNDONE, DELETED, PAID = 1, 2, 3, 4, 6, 7, 10
Tell = Callable[[str], Awaitable[object]]
"""Delivers the XML of an event."""
_APPLY_KEYS = {
    "creator_userid", "template_id", "use_template_approver", "choose_department", "process",
    "approver", "notifyer", "notify_type", "apply_data", "summary_list",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WeComForm:
    """A template: its controls by id, those of its tables, and what must be filled."""

    template: str = "TPL-CHIT"
    controls: Mapping[str, str] = field(
        default_factory=lambda: {
            "Text-1": "Text",
            "Text-9": "Text",
            "Money-1": "Money",
            "Textarea-1": "Textarea",
            "Date-1": "Date",
            "DateRange-1": "DateRange",
            "Selector-1": "Selector",
            "Contact-1": "Contact",
            "File-1": "File",
            "Table-1": "Table",
        }
    )
    tables: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {
            "Table-1": {"Text-2": "Text", "Date-2": "Date", "Money-2": "Money"}
        }
    )
    options: frozenset[str] = frozenset({"option-1", "option-2"})
    required: frozenset[str] = frozenset({"Text-1", "Money-1"})


@dataclass(slots=True)
class Filed:
    """An application: its state, who decides now, and what was said."""

    number: str
    creator: str
    body: JsonObject
    at: float
    status: int = PENDING
    deciding: str = ""
    details: list[JsonObject] = field(default_factory=list)
    comments: list[JsonObject] = field(default_factory=list)

    def control(self, name: str) -> JsonObject:
        """Give the value of a control."""
        contents = objects(child(self.body, "apply_data").get("contents"))
        return next(child(c, "value") for c in contents if c["id"] == name)


class WeComApprovals:
    """One company. `people` maps user ids to names; `has_media` knows files that were uploaded."""

    def __init__(
        self,
        people: Mapping[str, str],
        token_state: Callable[[str], str],
        has_media: Callable[[str], bool],
        form: WeComForm | None = None,
        *,
        corp_id: str = "wwflow",
        clock: Callable[[], float] = time.time,
        root: str = "/wecom/cgi-bin",
    ) -> None:
        self.form = form or WeComForm()
        self.people = dict(people)
        self.filed: dict[str, Filed] = {}
        self.faults = Faults()
        self.violations: list[str] = []
        self.expire: Callable[[], None] = lambda: None
        self.tell: Tell | None = None
        self._token_state = token_state
        self._has_media = has_media
        self._corp_id = corp_id
        self._clock = clock
        self._root = root

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        oa = f"{self._root}/oa"
        return [
            web.post(f"{oa}/applyevent", self._around(self._apply)),
            web.post(f"{oa}/getapprovaldetail", self._around(self._detail)),
            web.post(f"{oa}/getapprovalinfo", self._around(self._list)),
            web.get(f"{self._root}/user/get", self._around(self._user)),
        ]

    # What people of the company do

    async def request(self, template: str, creator: str, contents: list[JsonObject]) -> str:
        """File a request of another template in WeCom itself; gives its number."""
        number = f"2026112500{len(self.filed) + 1:02d}"
        body: JsonObject = {"template_id": template, "apply_data": {"contents": contents}}
        first = next(iter(self.people))
        found = Filed(number, creator, body, self._clock(), deciding=first)
        self.filed[number] = found
        await self._push(found, 1)
        return number

    async def agree(self, number: str, by: str = "", speech: str = "") -> None:
        """Agree at the last node."""
        await self._end(number, by, PASSED, speech)

    async def refuse(self, number: str, by: str = "", speech: str = "") -> None:
        """Refuse."""
        await self._end(number, by, REJECTED, speech)

    async def pass_on(self, number: str, by: str, to: str, speech: str = "") -> None:
        """Agree at a node that is not the last; somebody else decides next."""
        found = self.filed[number]
        self._said(found, by or found.deciding, PASSED, speech)
        found.deciding = to
        await self._push(found, 2)

    async def move(self, number: str, status: int, change: int = 6) -> None:
        """Let an application be revoked, deleted or paid."""
        found = self.filed[number]
        found.status, found.deciding = status, ""
        await self._push(found, change)

    def one(self) -> Filed:
        """Give the only application there is."""
        (found,) = self.filed.values()
        return found

    async def _end(self, number: str, by: str, status: int, speech: str) -> None:
        found = self.filed[number]
        self._said(found, by or found.deciding, status, speech)
        found.status, found.deciding = status, ""
        await self._push(found, status)

    def _said(self, found: Filed, by: str, status: int, speech: str) -> None:
        found.details.append(
            {
                "approver": {"userid": by},
                "speech": speech,
                "sp_status": status,
                "sptime": round(self._clock()),
                "media_id": [],
            }
        )

    async def _push(self, found: Filed, change: int) -> None:
        if self.tell is None:
            return
        info = (
            Element("SpNo", int(found.number)),
            Element("SpNoStr", found.number),
            Element("SpName", "报销"),
            Element("SpStatus", found.status),
            Element("TemplateId", self.form.template),
            Element("Applyer", (Element("UserId", found.creator), Element("Party", "1"))),
            Element("StatuChangeEvent", change),
        )
        await self.tell(
            build_xml(
                {
                    "ToUserName": self._corp_id,
                    "FromUserName": "sys",
                    "CreateTime": int(self._clock()),
                    "MsgType": "event",
                    "Event": "sys_approval_change",
                    "AgentID": APPROVAL_AGENT,
                    "ApprovalInfo": info,
                }
            )
        )

    # The wire

    def _around(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def judged(request: web.Request) -> web.StreamResponse:
            try:
                state = self._token_state(request.query.get("access_token", ""))
                if state != "live":
                    raise WeComRefused(42001 if state == "expired" else 40014, "invalid token")
                return await handler(request)
            except Refused as refused:
                return refused.response()

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self.faults.around(request, judged, expire=self.expire)

        return handle

    def _wrong(self, said: str) -> WeComRefused:
        self.violations.append(said)
        return WeComRefused(301025, said)

    async def _apply(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        if body is None:
            raise self._wrong("no JSON")
        self._check_head(body)
        contents = objects(child(body, "apply_data").get("contents"))
        if not contents:
            raise self._wrong("no applydata content")
        self._check_controls(contents, self.form.controls)
        given = {string(c, "id") for c in contents}
        missing = sorted(self.form.required - given)
        if missing or len(given) != len(contents):
            raise self._wrong(f"has no require control {missing}")
        number = f"2026112500{len(self.filed) + 1:02d}"
        nodes = objects(child(body, "process").get("node_list"))
        people = nodes[0].get("userid") if nodes else None
        first = str(people[0]) if isinstance(people, list) and people else next(iter(self.people))
        filed = Filed(number, string(body, "creator_userid"), body, self._clock(), deciding=first)
        self.filed[number] = filed
        await self._push(filed, 1)
        return _good({"sp_no": number})

    def _check_head(self, body: JsonObject) -> None:
        unknown = set(body) - _APPLY_KEYS
        if unknown:
            raise self._wrong(f"unknown {sorted(unknown)}")
        if body.get("creator_userid") not in self.people:
            raise self._wrong("creator_userid")
        if body.get("template_id") != self.form.template:
            raise self._wrong("template_id")
        own = whole(body, "use_template_approver")
        nodes = objects(child(body, "process").get("node_list"))
        if own not in {0, 1} or (own == 0 and not nodes):
            raise self._wrong("use_template_approver")
        for node in nodes:
            people = node.get("userid")
            known = isinstance(people, list) and people and set(people) <= set(self.people)
            approves = node.get("type") == 1
            if not known or (approves and node.get("apv_rel") not in {1, 2, 3}):
                raise self._wrong("node_list")
        lines = objects(body.get("summary_list"))
        if not 1 <= len(lines) <= MOST_LINES or not all(map(_fits_line, lines)):
            raise self._wrong("summary_list")

    def _check_controls(self, contents: list[JsonObject], known: Mapping[str, str]) -> None:
        for content in contents:
            name, control = string(content, "id"), string(content, "control")
            if known.get(name) != control or set(content) != {"control", "id", "value"}:
                raise self._wrong(f"invalid control id {control} {name}")
            if not self._fits(name, control, child(content, "value")):
                raise self._wrong(f"{control}-{name} value")

    def _fits(self, name: str, control: str, value: JsonObject) -> bool:
        if control in {"Text", "Textarea"}:
            return isinstance(value.get("text"), str)
        if control in {"Number", "Money"}:
            text = string(value, f"new_{control.lower()}")
            return text.replace(".", "", 1).isdecimal()
        if control == "Date":
            date = child(value, "date")
            return date.get("type") in {"day", "hour"} and string(date, "s_timestamp").isdecimal()
        if control == "DateRange":
            span = child(value, "date_range")
            return all(whole(span, k) is not None for k in ("new_begin", "new_end"))
        if control == "Selector":
            options = objects(child(value, "selector").get("options"))
            return bool(options) and all(o.get("key") in self.form.options for o in options)
        if control == "Contact":
            members = objects(value.get("members"))
            return bool(members) and all(m.get("userid") in self.people for m in members)
        return self._fits_nested(name, control, value)

    def _fits_nested(self, name: str, control: str, value: JsonObject) -> bool:
        if control == "File":
            files = objects(value.get("files"))
            known = all(self._has_media(string(f, "file_id")) for f in files)
            return 0 < len(files) <= MOST_FILES and known
        for row in objects(value.get("children")):
            self._check_controls(objects(row.get("list")), self.form.tables.get(name, {}))
        return control == "Table" and isinstance(value.get("children"), list)

    async def _detail(self, request: web.Request) -> web.Response:
        body = await read_object(request) or {}
        found = self.filed.get(string(body, "sp_no"))
        if found is None:
            raise WeComRefused(301025, "invalid sp_no")
        details = list(found.details)
        if found.deciding:
            waits = {"speech": "", "sp_status": PENDING, "sptime": "", "media_id": []}
            details.append({"approver": {"userid": found.deciding}, **waits})
        info: JsonObject = {
            "sp_no": found.number,
            "sp_name": "报销",
            "sp_status": found.status,
            "template_id": found.body["template_id"],
            "apply_time": round(found.at),
            "applyer": {"userid": found.creator, "partyid": "1"},
            "sp_record": [{"sp_status": found.status, "approverattr": 1, "details": details}],
            "notifyer": [],
            "apply_data": found.body["apply_data"],
            "comments": found.comments,
        }
        return _good({"info": info})

    async def _list(self, request: web.Request) -> web.Response:
        body = await read_object(request) or {}
        begin, end = string(body, "starttime"), string(body, "endtime")
        size = whole(body, "size") or 0
        right = begin.isdecimal() and end.isdecimal() and 0 < size <= 100  # noqa: PLR2004
        if not right or int(end) - int(begin) > 31 * 86400:
            raise self._wrong("starttime, endtime or size")
        wanted = {string(f, "key"): string(f, "value") for f in objects(body.get("filters"))}
        numbers = [
            f.number
            for f in self.filed.values()
            if int(begin) <= f.at <= int(end)
            and wanted.get("template_id", f.body["template_id"]) == f.body["template_id"]
            and wanted.get("sp_status", str(f.status)) == str(f.status)
            and wanted.get("creator", f.creator) == f.creator
        ]
        return _good({"sp_no_list": numbers, "new_next_cursor": ""})

    async def _user(self, request: web.Request) -> web.Response:
        user = request.query.get("userid", "")
        if user not in self.people:
            raise WeComRefused(60111, "userid not found")
        return _good({"userid": user, "name": self.people[user]})


def _fits_line(line: JsonObject) -> bool:
    texts = objects(line.get("summary_info"))
    return bool(texts) and all(0 < len(string(t, "text")) <= MOST_LINE_CHARS for t in texts)


def _good(found: JsonObject) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", **found})
