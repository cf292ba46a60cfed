"""DingTalk's address book, without I/O: what its answers mean in our words.

Source: DingTalk's pages of `/topapi/v2/department/…`, `/topapi/user/listid`, `/topapi/v2/user/get`.
"""

from typing import cast

from bot.channels.dingtalk.signin import errcode_of, failure_of
from bot.port import JsonObject
from core.errors import AuthFailed, Retryable
from core.outside import OutsideDepartment, OutsidePerson

ROOT = "1"
"""The top of the tree; it has no page of its own."""
_HIDDEN = 50004
_UNKNOWN = frozenset({60121, 33012})
_SCOPE, _ADDRESS = 60011, 60020


def read_result(body: JsonObject) -> object:
    """Give the result of a good answer; errors of `core.errors` for any other."""
    errcode = errcode_of(body)
    if errcode == _SCOPE:
        raise AuthFailed("directory_denied", errcode=errcode)
    if errcode == _ADDRESS:
        raise AuthFailed("directory_address", errcode=errcode)
    if errcode != 0:
        raise failure_of(errcode)
    return body.get("result")


def read_children(body: JsonObject) -> list[str]:
    """Give the ids of the departments directly below one."""
    return [_number(row, "dept_id") for row in _objects(read_result(body))]


def read_users(body: JsonObject) -> list[str]:
    """Give the user ids of a department's direct members."""
    users = _object(read_result(body)).get("userid_list")
    if not isinstance(users, list) or not all(isinstance(u, str) and u for u in users):
        raise _unreadable()
    return users


def read_department(body: JsonObject) -> OutsideDepartment:
    """Read a department; of several who lead it the first."""
    row = _object(read_result(body))
    heads = row.get("dept_manager_userid_list")
    heads = heads if isinstance(heads, list) else []
    head = next((h for h in heads if isinstance(h, str)), "")
    return OutsideDepartment(
        _number(row, "dept_id"), _text(row, "name"), below_root(_number(row, "parent_id")), head
    )


def read_person(user: str, body: JsonObject) -> OutsidePerson | None:
    """Read a member; None for one who is no member any more, no name for one we may not read."""
    errcode = errcode_of(body)
    if errcode in _UNKNOWN:
        return None
    if errcode == _HIDDEN:
        return OutsidePerson(user, "")
    row = _object(read_result(body))
    departments = row.get("dept_id_list")
    if not isinstance(departments, list):
        raise _unreadable()
    main = next((str(d) for d in departments if type(d) is int), ROOT)
    return OutsidePerson(
        id=_text(row, "userid"),
        name=_text(row, "name"),
        department=below_root(main),
        manager=_maybe(row, "manager_userid"),
        fields=tuple(_fields(row).items()),
    )


def _fields(row: JsonObject) -> dict[str, str]:
    led = row.get("leader_in_dept")
    leads = [
        str(place.get("dept_id"))
        for place in (led if isinstance(led, list) else [])
        if isinstance(place, dict) and place.get("leader") is True
    ]
    said = {name: _maybe(row, name) for name in ("job_number", "mobile", "email")}
    return {k: v for k, v in {**said, "leads": ",".join(leads)}.items() if v}


def below_root(department: str) -> str:
    """Give a department's id, "" for the top."""
    return "" if department == ROOT else department


def _object(value: object) -> JsonObject:
    if not isinstance(value, dict):
        raise _unreadable()
    return cast("JsonObject", value)


def _objects(value: object) -> list[JsonObject]:
    if not isinstance(value, list):
        raise _unreadable()
    return [_object(row) for row in value]


def _number(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if type(value) is not int:
        raise _unreadable()
    return str(value)


def _text(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _unreadable()
    return value.strip()


def _maybe(row: JsonObject, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def _unreadable() -> Retryable:
    """Say that an answer lacks what it must have: half a directory is worse than none."""
    return Retryable("directory_answer")
