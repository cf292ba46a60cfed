"""WeCom's address book, without I/O: what its answers mean in our words.

Source: WeCom's documents of `department/list`, `user/list` and `user/list_id`.
"""

from typing import cast

from bot.port import JsonObject
from core.errors import AuthFailed, OutsideError, Rejected, Retryable
from core.outside import OutsideDepartment, OutsidePerson

_SCOPE = 60011
_HERE = frozenset({1, 4})
"""Active, and invited but not yet active; 2 is disabled, 5 has left."""


def denied(error: Rejected) -> OutsideError:
    """Say of a refusal by scope that a person must act; any other stays what it is."""
    if error.fields.get("errcode") == _SCOPE:
        return AuthFailed("directory_denied", errcode=_SCOPE)
    return error


def read_departments(body: JsonObject) -> tuple[list[OutsideDepartment], list[str]]:
    """Give the departments that we may see, and the ids of all of them with the top's."""
    rows = [_object(row) for row in _list(body, "department")]
    top = {_number(row, "id") for row in rows if row.get("parentid") == 0}
    found = [
        OutsideDepartment(
            _number(row, "id"),
            _text(row, "name"),
            _below(str(row.get("parentid", "")), top),
            next((h for h in _texts(row, "department_leader")), ""),
        )
        for row in rows
        if _number(row, "id") not in top
    ]
    return found, [_number(row, "id") for row in rows]


def read_people(body: JsonObject, job_number: str) -> list[OutsidePerson]:
    """Read the members of a department; `job_number` is what the company calls that attribute."""
    return [_person(_object(row), job_number) for row in _list(body, "userlist")]


def _person(row: JsonObject, job_number: str) -> OutsidePerson:
    departments = [str(d) for d in _list(row, "department")]
    main = str(row.get("main_department") or next(iter(departments), "1"))
    leaders = _texts(row, "direct_leader")
    user = _text(row, "userid")
    leads = zip(departments, cast("list[object]", row.get("is_leader_in_dept") or []), strict=False)
    said = {
        "leads": ",".join(d for d, led in leads if led == 1),
        "job_number": _attribute(row, job_number),
        "mobile": _maybe(row, "mobile"),
        "email": _maybe(row, "email") or _maybe(row, "biz_mail"),
    }
    return OutsidePerson(
        id=user,
        name=_text(row, "name"),
        department="" if main == "1" else main,
        manager=next((u for u in leaders if u.lower() != user.lower()), ""),
        active=row.get("status", 1) in _HERE,
        fields=tuple((k, v) for k, v in said.items() if v),
    )


def _attribute(row: JsonObject, name: str) -> str:
    """Give a text attribute that the company has added to its members."""
    extra = row.get("extattr")
    attributes = extra.get("attrs") if isinstance(extra, dict) else None
    for attribute in attributes if isinstance(attributes, list) else []:
        if isinstance(attribute, dict) and attribute.get("name") == name:
            inner = attribute.get("text")
            return _maybe(inner, "value") if isinstance(inner, dict) else ""
    return ""


def read_ids(body: JsonObject) -> tuple[list[OutsidePerson], str]:
    """Give everybody of the company without any name, and the cursor of the next page."""
    rows = [_object(row) for row in _list(body, "dept_user")]
    found = [OutsidePerson(_text(row, "userid"), "") for row in rows]
    return found, _maybe(body, "next_cursor")


def _below(parent: str, top: set[str]) -> str:
    return "" if parent in top or parent == "0" else parent


def _object(value: object) -> JsonObject:
    if not isinstance(value, dict):
        raise _unreadable()
    return cast("JsonObject", value)


def _list(row: JsonObject, name: str) -> list[object]:
    value = row.get(name)
    if not isinstance(value, list):
        raise _unreadable()
    return value


def _texts(row: JsonObject, name: str) -> list[str]:
    value = row.get(name)
    return [v for v in value if isinstance(v, str) and v] if isinstance(value, list) else []


def _number(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if type(value) is not int:
        raise _unreadable()
    return str(value)


def _text(row: JsonObject, name: str) -> str:
    value = _maybe(row, name)
    if not value:
        raise _unreadable()
    return value


def _maybe(row: JsonObject, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def _unreadable() -> Retryable:
    """Say that an answer lacks what it must have: half a directory is worse than none."""
    return Retryable("directory_answer")
