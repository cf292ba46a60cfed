"""金蝶云·星空's WebAPI as bytes and frozen dataclasses; no I/O (reference §5.1).

The signatures are those of the vendor's SDK; the fields of GL_VOUCHER are seen in several public
clients. The name of its primary key and what Number holds are not confirmed by the vendor.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from connectors.kit.answers import list_in, object_in, read_object, text_in
from connectors.kit.writing import dump
from core.outside import Form, Json

JSON_TYPE = "application/json"
SERVICES = "Kingdee.BOS.WebApi.ServicesStub"
FORM = "GL_VOUCHER"
ENTRIES = "FEntity"
MARK = "CVN:"
"""Stands before our key in the first explanation of a voucher."""
FIELDS = ("FVOUCHERID", "FBillNo", "FDocumentStatus", "FEXPLANATION")
AUDITED, SUBMITTED = "C", "B"
SESSION_LOST = 1
"""MsgCode of an answer to somebody who is not logged in."""
ROWS, PAGE = 100, 2000
_MASK = b"0054f397c6234378b09ca7d3"
"""What the vendor's SDK hides the client's secret with; it is public, and protects nothing."""
_SECRET_CHARS = 32
_ERROR = b"response_error:"


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: the data centre, its user and the application."""

    acct_id: str
    user: str
    app_id: str
    app_secret: str
    lcid: int = 2052
    org_num: str = "0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to; `text` are the system's own words when it is not good."""

    good: bool
    code: int = 0
    text: str = ""
    id: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """A voucher that is there: its id, number and document status (Z, A, B, C, D)."""

    id: str
    number: str
    status: str = ""


def path_of(service: str) -> str:
    """Give the path of a service below the address of the site."""
    return f"/{SERVICES}.{service}.common.kdsvc"


def sign(account: Account, path: str, stamp: int) -> dict[str, str]:
    """Give the headers that prove who calls; `path` is the whole path of the request."""
    client, _, hidden = account.app_id.partition("_")
    signed = (
        f"POST\n{quote(path, safe='').replace('/', '%2F')}\n\n"
        f"x-api-nonce:{stamp}\nx-api-timestamp:{stamp}\n"
    )
    who = f"{account.acct_id},{account.user},{account.lcid},{account.org_num}"
    return {
        "X-Api-ClientID": client if hidden else "",
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": str(stamp),
        "x-api-nonce": str(stamp),
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": _hmac(signed, reveal(hidden)),
        "X-Kd-Appkey": account.app_id,
        "X-Kd-Appdata": base64.b64encode(who.encode()).decode(),
        "X-Kd-Signature": _hmac(account.app_id + who, account.app_secret),
    }


def reveal(hidden: str) -> str:
    """Give the client's secret behind the second half of an application id."""
    if len(hidden) != _SECRET_CHARS:
        return ""
    try:
        found = base64.b64decode(hidden, validate=True)
    except ValueError:
        return ""
    return base64.b64encode(bytes(a ^ b for a, b in zip(found, _MASK, strict=True))).decode()


def _hmac(text: str, key: str) -> str:
    digest = hmac.digest(key.encode(), text.encode(), "sha256").hex()
    return base64.b64encode(digest.encode()).decode()


def build_login(account: Account) -> bytes:
    """Ask for a session."""
    return dump(
        {
            "acctID": account.acct_id,
            "username": account.user,
            "appId": account.app_id,
            "appSecret": account.app_secret,
            "lcid": account.lcid,
        }
    )


def parse_login(body: bytes) -> tuple[bool, str]:
    """Say whether a session was given, and the system's words; ValueError for garbage."""
    found = read_object(body)
    if "LoginResultType" not in found:
        raise ValueError("no answer to a login")
    return found["LoginResultType"] == 1, text_in(found, "Message")


def build_voucher(form: Form, key: str, book: str, group: str) -> bytes:
    """Write a voucher to be saved; our key stands in the explanation of its first entry."""
    entries: list[dict[str, Json]] = [dict(row) for row in form.details.get(ENTRIES, ())]
    if entries:
        first = str(entries[0].get("FEXPLANATION") or "")
        entries[0]["FEXPLANATION"] = f"{first} {MARK}{key}".strip()
    model: dict[str, Json] = {
        "FAccountBookID": {"FNumber": book},
        "FVOUCHERGROUPID": {"FNumber": group},
        **form.fields,
        ENTRIES: entries,
    }
    return dump({"formid": FORM, "data": {"Model": model}})


def build_step(voucher: str) -> bytes:
    """Name a voucher that is to be submitted or audited."""
    return dump({"formid": FORM, "data": {"Ids": voucher}})


def build_query(key: str) -> bytes:
    """Ask for the voucher with our key, in an order that leaves out none."""
    wanted = key.replace("'", "''")
    return dump(
        {
            "data": {
                "FormId": FORM,
                "FieldKeys": ",".join(FIELDS),
                "FilterString": f"FEXPLANATION LIKE '%{MARK}{wanted}%'",
                "OrderString": f"{FIELDS[0]} ASC",
                "TopRowCount": 0,
                "StartRow": 0,
                "Limit": ROWS,
            }
        }
    )


def build_table(form: str, code: str, name: str, start: int) -> bytes:
    """Ask for a page of the codes and names of a master form, in an order that leaves out none."""
    return dump(
        {
            "data": {
                "FormId": form,
                "FieldKeys": f"{code},{name}",
                "FilterString": "",
                "OrderString": f"{code} ASC",
                "TopRowCount": 0,
                "StartRow": start,
                "Limit": PAGE,
            }
        }
    )


def parse_table(body: bytes) -> tuple[tuple[str, str], ...] | Answer:
    """Give codes and names; a refusal comes as an Answer, ValueError for what is none."""
    rows = _rows(body)
    return rows if isinstance(rows, Answer) else tuple((str(r[0]), str(r[1])) for r in rows)


def parse_answer(body: bytes) -> Answer:
    """Read the answer to an operation; ValueError for what is none (a login page)."""
    if body.lstrip().startswith(_ERROR):
        return Answer(good=False, text=_words(body))
    return _answer(read_object(body))


def _words(body: bytes) -> str:
    return body.lstrip().removeprefix(_ERROR).decode("utf-8", "replace").strip()[:300]


def _answer(found: Mapping[str, object]) -> Answer:
    result = object_in(found, "Result")
    status = object_in(result, "ResponseStatus")
    if "IsSuccess" not in status:
        raise ValueError("no answer of this system")
    if status["IsSuccess"] is True:
        entities = list_in(status, "SuccessEntitys")
        first = entities[0] if entities else {}
        return Answer(
            good=True,
            id=text_in(result, "Id") or text_in(first, "Id"),
            number=text_in(result, "Number") or text_in(first, "Number"),
        )
    said = [_said(error) for error in list_in(status, "Errors")]
    code = status.get("MsgCode")
    return Answer(
        good=False,
        code=code if isinstance(code, int) else 0,
        text="；".join(s for s in said if s)[:300] or text_in(status, "ErrorCode"),
    )


def _said(error: Mapping[str, object]) -> str:
    field, message = text_in(error, "FieldName"), text_in(error, "Message")
    return f"{field}: {message}" if field and message else message or field


def parse_rows(body: bytes, key: str) -> tuple[Booked, ...] | Answer:
    """Give the vouchers that carry our key and no longer one; a refusal comes as an Answer."""
    rows = _rows(body)
    if isinstance(rows, Answer):
        return rows
    marked = {
        str(row[0]): Booked(str(row[0]), str(row[1]), str(row[2]))
        for row in rows
        if len(row) == len(FIELDS) and f"{MARK}{key}" in str(row[3]).split()
    }
    return tuple(marked.values())


def _rows(body: bytes) -> list[list[object]] | Answer:
    """Give the rows of a query; a refusal comes as an Answer, ValueError for what is none."""
    if body.lstrip().startswith(_ERROR):
        return Answer(good=False, text=_words(body))
    try:
        found: object = json.loads(body, parse_float=Decimal)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if isinstance(found, dict):
        return _answer(found)
    if not isinstance(found, list):
        raise ValueError("no rows")  # noqa: TRY004 - one error for bytes that are no answer
    rows = [row for row in found if isinstance(row, list)]
    if rows and rows[0] and isinstance(rows[0][0], dict):
        return _answer(rows[0][0])
    return [row for row in rows if len(row) > 1]
