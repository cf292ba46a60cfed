"""WeCom's words for approvals: bytes in, frozen dataclasses out, and back; no I/O.

Sources: reference of WeCom §1 (errcodes), §4.4 (media), §6.1 (applyevent, getapprovaldetail).
Unverified: `apv_rel` of nodes with several people, `new_duration` of a range of dates.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from connectors.kit.answers import list_in, object_in, read_object, text_in
from core.outside import Comment, Form, Json, Status

JSON_TYPE = "application/json"
APPLY_PATH = "/cgi-bin/oa/applyevent"
DETAIL_PATH = "/cgi-bin/oa/getapprovaldetail"
LIST_PATH = "/cgi-bin/oa/getapprovalinfo"
UPLOAD_PATH = "/cgi-bin/media/upload"
USER_PATH = "/cgi-bin/user/get"
MOST_FILES, MOST_FILE_BYTES, LEAST_FILE_BYTES = 6, 20 * 1024 * 1024, 6
PAGE = 100
_LINES, _LINE_CHARS = 3, 20

STALE = frozenset({"40014", "42001", "41001"})
BUSY = frozenset({"45009", "45033"})
SYSTEM_BUSY = "-1"
NOT_OURS = frozenset(
    {"40001", "40091", "40013", "48002", "301002", "40056", "60020", "301055", "301056"}
)
"""The application's secret, address or right to use approvals is not in order."""

STATUSES: Mapping[str, Status] = {
    "1": "waiting",
    "2": "approved",
    "3": "rejected",
    "4": "withdrawn",
    "6": "withdrawn",
    "7": "void",
    "10": "approved",
}
"""审批中, 已通过, 已驳回, 已撤销, 通过后撤销, 已删除, 已支付."""
PENDING, PASSED = "1", "2"

APPROVERS, COPIES, SUMMARY = "$approvers", "$notifyer", "$summary"
"""Targets of a mapping that are no controls of the template."""
_TARGET = re.compile(r"(?:(?P<control>[A-Za-z]+)(?:/(?P<kind>[a-z]+))?:)?(?P<id>[\w-]+)", re.ASCII)
_KINDS = {"Date": "day", "DateRange": "halfday", "Selector": "single"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: "0" as code when it is good."""

    code: str
    data: Mapping[str, object]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands; `waiting` are the ids of those who have to decide now."""

    status: str
    waiting: tuple[str, ...]
    said: tuple[Comment, ...]
    steps: int
    texts: Mapping[str, str]
    """What stands in its controls, by their ids: days as they are written, ranges as JSON."""
    template: str = ""
    applicant: str = ""


def parse_answer(body: bytes) -> Answer:
    """Read an answer; ValueError for what is none (a proxy's page)."""
    found = read_object(body)
    code = text_in(found, "errcode")
    if not code:
        raise ValueError("no errcode")
    text = text_in(found, "errmsg").partition(", hint:")[0]
    return Answer(code, found, text)


def build_application(form: Form, template: str, files: Mapping[str, Sequence[str]]) -> bytes:
    """Write a new application; `files` are media ids by the controls that take them.

    ValueError with words when the mapping gives what a control cannot have.
    """
    if not form.initiator:
        raise ValueError("@initiator is missing: the WeCom id of the applicant")
    nodes, copies = _ids(form.fields.get(APPROVERS)), _ids(form.fields.get(COPIES))
    document: dict[str, Json] = {
        "creator_userid": form.initiator,
        "template_id": template,
        "use_template_approver": 0 if nodes else 1,
        "apply_data": {"contents": list(_contents(form, files))},
        "summary_list": [_summary(line) for line in _lines(form)],
    }
    if nodes:
        listed: list[Json] = [_node(node) for node in nodes]
        if copies:
            listed.append({"type": 2, "userid": copies})
        document["process"] = {"node_list": listed}
    elif copies:
        document |= {"notifyer": copies, "notify_type": 2}
    return _json(document).encode()


def _node(text: str) -> Json:
    """Read a node: one person, `a&b` for all of them, `a|b` for any of them."""
    people = [p for p in re.split(r"[&|]", text) if p]
    return {"type": 1, "apv_rel": 2 if "|" in text else 1, "userid": people}


def _summary(line: str) -> Json:
    return {"summary_info": [{"text": line, "lang": "zh_CN"}]}


def _lines(form: Form) -> list[str]:
    """Give the lines that a list of applications shows: three of twenty characters."""
    given = form.fields.get(SUMMARY)
    is_list = isinstance(given, Sequence) and not isinstance(given, str)
    said = _ids(given) if is_list else _cut(_plain(given or ""))
    lines = said or _cut(form.subject) or ["报销"]
    if len(form.files) > MOST_FILES:
        lines = [*lines[: _LINES - 1], f"附件共 {len(form.files)} 份，仅附 {MOST_FILES} 份"]
    return [line[:_LINE_CHARS] for line in lines[:_LINES]]


def _cut(text: str) -> list[str]:
    return [text[n : n + _LINE_CHARS] for n in range(0, len(text), _LINE_CHARS)]


def _ids(value: Json) -> list[str]:
    """Read ids from a list, or from a text with commas."""
    if value is None or value == "":
        return []
    listed = value.split(",") if isinstance(value, str) else _list(value, "ids want a list")
    return [_plain(one).strip() for one in listed if one]


def _list(value: Json, otherwise: str) -> Sequence[Json]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(otherwise)  # noqa: TRY004 - a mapping's fault
    return value


def _contents(form: Form, files: Mapping[str, Sequence[str]]) -> Iterator[Json]:
    for name, value in form.fields.items():
        if not name.startswith("$") and value is not None:
            yield _control(name, value)
    for name, rows in form.details.items():
        _, _, control_id = _parts(name, "Table")
        listed = [{"list": [_control(n, v) for n, v in r.items() if v is not None]} for r in rows]
        yield {"control": "Table", "id": control_id, "value": {"children": listed}}
    for name, media in files.items():
        _, _, control_id = _parts(name, "File")
        value = {"files": [{"file_id": one} for one in media]}
        yield {"control": "File", "id": control_id, "value": value}


def _parts(name: str, otherwise: str = "") -> tuple[str, str, str]:
    """Read `Control/kind:id`; without a control it is what stands before the id's first `-`."""
    found = _TARGET.fullmatch(name.strip())
    if found is None:
        raise ValueError(f"{name[:60]!r} is no control: write Control:id")
    control = found["control"] or otherwise or found["id"].partition("-")[0]
    return control, found["kind"] or _KINDS.get(control, ""), found["id"]


def _control(name: str, value: Json) -> Json:
    control, kind, control_id = _parts(name)
    return {"control": control, "id": control_id, "value": _value(control, kind, value)}


def _value(control: str, kind: str, value: Json) -> Json:
    """Write a value as its control wants it."""
    if isinstance(value, Mapping):
        return value
    if control in {"Text", "Textarea"}:
        return {"text": _plain(value)}
    if control in {"Number", "Money"}:
        return {f"new_{control.lower()}": _plain(value)}
    if control == "Date":
        return {"date": {"type": kind, "s_timestamp": str(_seconds(value))}}
    if control == "DateRange":
        return {"date_range": _range(kind, value)}
    if control == "Selector":
        return {"selector": {"type": kind, "options": [{"key": key} for key in _ids(value)]}}
    if control == "Contact":
        return {"members": [{"userid": user, "name": user} for user in _ids(value)]}
    raise ValueError(f"there is no way to fill a control {control}")


def _range(kind: str, value: Json) -> Json:
    pair = _list(value, "a range of dates wants two of them")
    if len(pair) != 2:  # noqa: PLR2004
        raise ValueError("a range of dates wants two of them")
    begin, end = (_seconds(one) for one in pair)
    return {"type": kind, "new_begin": begin, "new_end": end, "new_duration": end - begin}


def _seconds(value: Json) -> int:
    """Read what `date_ms` makes."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a date wants convert: date_ms")  # noqa: TRY004 - a mapping's fault
    return value // 1000


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def build_question(number: str) -> bytes:
    """Ask about an application."""
    return _json({"sp_no": number}).encode()


def build_list(
    template: str, filters: Mapping[str, str], since_s: int, until_s: int, cursor: str
) -> bytes:
    """Ask for the applications of a template that were filed within at most 31 days."""
    wanted = {"template_id": template, **filters}
    document = {
        "starttime": str(since_s),
        "endtime": str(until_s),
        "new_cursor": cursor,
        "size": PAGE,
        "filters": [{"key": key, "value": value} for key, value in wanted.items() if value],
    }
    return _json(document).encode()


def parse_list(answer: Answer) -> tuple[tuple[str, ...], str]:
    """Give numbers of applications and the cursor of the next page."""
    found = answer.data.get("sp_no_list")
    numbers = found if isinstance(found, list) else []
    return tuple(str(n) for n in numbers), text_in(answer.data, "new_next_cursor")


def parse_application(answer: Answer, zone: tzinfo) -> Application:
    """Read an application; a state that is not known keeps its own number."""
    info = object_in(answer.data, "info")
    records = [d for r in list_in(info, "sp_record") for d in list_in(r, "details")]
    waiting = (_who(d, "approver") for d in records if text_in(d, "sp_status") == PENDING)
    verdicts = [_verdict(d, zone) for d in records if text_in(d, "sp_status") != PENDING]
    remarks = [_remark(c, zone) for c in list_in(info, "comments")]
    contents = list_in(object_in(info, "apply_data"), "contents")
    return Application(
        status=text_in(info, "sp_status"),
        waiting=tuple(w for w in waiting if w) if text_in(info, "sp_status") == PENDING else (),
        said=tuple(c for c in [*verdicts, *remarks] if c.text),
        steps=len(verdicts) + len(remarks) + (text_in(info, "sp_status") != PENDING),
        texts={text_in(c, "id"): _read(object_in(c, "value"), zone) for c in contents},
        template=text_in(info, "template_id"),
        applicant=_who(info, "applyer"),
    )


def _read(value: Mapping[str, object], zone: tzinfo) -> str:
    """Read what stands in a control of the kinds that requests are made of."""
    plain = text_in(value, "text", 2000) or text_in(value, "new_money")
    if plain:
        return plain
    day = _moment(text_in(object_in(value, "date"), "s_timestamp"), zone)
    span = object_in(value, "date_range")
    ends = [_moment(text_in(span, key), zone)[:10] for key in ("new_begin", "new_end")]
    return _json(ends) if all(ends) else day[:10]


def _verdict(detail: Mapping[str, object], zone: tzinfo) -> Comment:
    return Comment(
        _who(detail, "approver"),
        text_in(detail, "speech", 2000),
        text_in(detail, "sp_status"),
        _moment(text_in(detail, "sptime"), zone),
    )


def _remark(comment: Mapping[str, object], zone: tzinfo) -> Comment:
    at = _moment(text_in(comment, "commenttime"), zone)
    return Comment(
        _who(comment, "commentUserInfo"), text_in(comment, "commentcontent", 2000), "", at
    )


def _who(found: Mapping[str, object], key: str) -> str:
    return text_in(object_in(found, key), "userid")


def _moment(seconds: str, zone: tzinfo) -> str:
    """Write Unix seconds as a moment; what is none, or nothing, is left out."""
    if not seconds.isdecimal() or seconds == "0":
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(zone).isoformat()
