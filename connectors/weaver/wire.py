"""泛微's words: headers with RSA, forms whose values are JSON, both shapes of answers; no I/O.

Sources: reference §2 (token guide of the vendor re-published, interface list, clients seen).
Unverified, and therefore settings: the words by which logs tell a return from a withdrawal.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connectors.kit.answers import list_in, object_in, read_object, text_in
from core.outside import Attachment, Comment, Form, Json, Todo

REGIST_PATH = "/api/ec/dev/auth/regist"
TOKEN_PATH = "/api/ec/dev/auth/applytoken"  # noqa: S105 - a path
CREATE_PATH = "/api/workflow/paService/doCreateRequest"
STATUS_PATH = "/api/workflow/paService/getRequestStatus"
DETAIL_PATH = "/api/workflow/paService/getWorkflowRequest"
WITHDRAW_PATH = "/api/workflow/paService/withdrawRequest"
DELETE_PATH = "/api/workflow/paService/deleteRequest"
SSO_PATH = "/ssologin/getToken"
TODO_PATH = "/rest/ofs/ReceiveRequestInfoByJson"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"
TOKEN_LIFE_S = 1800
"""What is asked for, and what older systems give whatever was asked for."""
CREATED, APPROVING, SUBMITTING, ARCHIVED = "0", "1", "2", "3"
"""Types of nodes: 创建, 批准, 提交, 归档."""
STALE_TOKEN = ("token不存在或者超时", "登录信息超时")
WRONG_ACCOUNT = ("认证信息错误", "解密失败")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of either shape: the name of its code, its data, what it complains about."""

    code: str
    data: Mapping[str, object]
    text: str = ""

    @property
    def good(self) -> bool:
        """Whether the call was carried out."""
        return self.code == "SUCCESS"

    @property
    def stale(self) -> bool:
        """Whether the token was no longer good, so that nothing was done."""
        return any(word in self.text for word in STALE_TOKEN)


@dataclass(frozen=True, slots=True)
class Registered:
    """What `regist` has given: the secret (spelt `secrit` there) and the server's public key."""

    secret: str
    spk: str


@dataclass(frozen=True, slots=True)
class Log:
    """One line of a process's log."""

    operator: str
    operation: str
    remark: str
    node: str
    at: str

    def comment(self) -> Comment:
        """Give the line in our words."""
        return Comment(by=self.operator, text=self.remark, verdict=self.operation, at=self.at)


@dataclass(frozen=True, slots=True)
class Detail:
    """A process as `getWorkflowRequest` shows it; logs oldest first."""

    node: str
    status: str
    logs: tuple[Log, ...]
    fields: Mapping[str, str]


def encrypt(spk: str, text: str) -> str:
    """Encrypt with the server's public key (RSA, PKCS#1 v1.5), in Base64; ValueError for no key."""
    key = load_der_public_key(base64.b64decode(spk))
    if not isinstance(key, RSAPublicKey):
        raise ValueError("spk is not an RSA key")  # noqa: TRY004 - one error for a bad setting
    return base64.b64encode(key.encrypt(text.encode(), padding.PKCS1v15())).decode()


def regist_headers(app_id: str, public_key: str) -> dict[str, str]:
    """Ask to be registered."""
    return {"appid": app_id, "cpk": public_key}


def parse_registered(body: bytes) -> Registered | str:
    """Read what registration gave, or what it complains about; ValueError for what is neither."""
    found = read_object(body)
    secret, spk = text_in(found, "secrit"), text_in(found, "spk", 4000)
    if secret and spk:
        return Registered(secret, spk)
    return text_in(found, "msg") or "no secrit"


def token_headers(app_id: str, registered: Registered) -> dict[str, str]:
    """Ask for a token."""
    return {
        "appid": app_id,
        "secret": encrypt(registered.spk, registered.secret),
        "time": str(TOKEN_LIFE_S),
    }


def parse_token(body: bytes) -> tuple[str, str]:
    """Read a token, or "" and what is complained about; ValueError for what is neither."""
    found = read_object(body)
    token = text_in(found, "token", 4000)
    return (token, "") if token else ("", text_in(found, "msg") or "no token")


def call_headers(app_id: str, token: str, spk: str, user: str) -> dict[str, str]:
    """Speak as a user of the OA."""
    return {"appid": app_id, "token": token, "userid": encrypt(spk, user)}


def build_create(workflow: str, form: Form) -> bytes:
    """Write a new process: a form whose values are JSON."""
    return urlencode(
        {
            "workflowId": workflow,
            "requestName": form.subject,
            "mainData": _json(_main(form)),
            "detailData": _json([_table(name, rows) for name, rows in form.details.items()]),
            "otherParams": _json({"isnextflow": "1", "delReqFlowFaild": "1"}),
        }
    ).encode()


def _main(form: Form) -> list[Json]:
    fields: list[Json] = [_field(name, value) for name, value in form.fields.items()]
    slots: dict[str, list[Attachment]] = {}
    for file in form.files:
        slots.setdefault(file.slot, []).append(file)
    return fields + [
        {"fieldName": slot, "fieldValue": [_attached(file) for file in files]}
        for slot, files in slots.items()
    ]


def _attached(file: Attachment) -> Json:
    return {
        "filePath": "base64:" + base64.b64encode(file.data).decode(),
        "fileName": file.name,
    }


def _table(name: str, rows: Sequence[Mapping[str, Json]]) -> Json:
    return {
        "tableDBName": name,
        "workflowRequestTableRecords": [
            {
                "recordOrder": 0,
                "workflowRequestTableFields": [_field(k, v) for k, v in row.items()],
            }
            for row in rows
        ],
    }


def _field(name: str, value: Json) -> Json:
    """Write a value as the form wants it: as text, a list or an object as JSON."""
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return {"fieldName": name, "fieldValue": value}
    return {"fieldName": name, "fieldValue": _text(value)}


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def build_sign_on(app_id: str, login: str) -> bytes:
    """Ask for what lets somebody in."""
    return urlencode({"appid": app_id, "loginid": login}).encode()


def parse_sso(body: bytes) -> tuple[str, str]:
    """Read what lets somebody in: 64 hexadecimal digits, or what is complained about.

    ValueError for a page.
    """
    text = body.decode("utf-8", "replace").strip()
    if re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        return text, ""
    if not text or text.startswith("<"):
        raise ValueError("no token")
    return "", text[:200]


def build_act(request: str, remark: str = "") -> bytes:
    """Write what is to be done to a process."""
    return urlencode(
        {"requestId": request, "remark": remark} if remark else {"requestId": request}
    ).encode()


def parse_answer(body: bytes) -> Answer:
    """Read an answer of either shape: a code as text, or as an object with a name.

    ValueError for what is neither: a login page, half an answer.
    """
    found = read_object(body)
    code = text_in(found, "code") or text_in(object_in(found, "code"), "name")
    if "code" not in found and found.get("status") is not False:
        raise ValueError("no code")
    said = found.get("errMsg")
    text = text_in(found, "msg") or (_json(said) if said else "")
    if found.get("status") is False:
        code = code if code and not code.lstrip("-").isdecimal() else "REFUSED"
    return Answer(code, object_in(found, "data"), text[:500])


def parse_request_id(answer: Answer) -> str:
    """Give the id of a new process; "" when there is none that counts."""
    found = text_in(answer.data, "requestid") or text_in(answer.data, "requestId")
    return found if found.isdecimal() and int(found) > 0 else ""


def parse_status(answer: Answer) -> tuple[str, str]:
    """Give the type of the current node and the text of the status; "" for what is missing."""
    return text_in(answer.data, "currentNodeType"), text_in(answer.data, "status")


def parse_detail(answer: Answer) -> Detail:
    """Read a process with its log."""
    logs = [
        Log(
            operator=text_in(row, "operatorName", 60),
            operation=text_in(row, "operateType", 60),
            remark=_bare(text_in(row, "remark", 2000)),
            node=text_in(row, "nodeName", 100),
            at=f"{text_in(row, 'operateDate', 20)} {text_in(row, 'operateTime', 20)}".strip(),
        )
        for row in list_in(answer.data, "workflowRequestLogs")
    ]
    return Detail(
        node=text_in(answer.data, "currentNodeName", 100),
        status=text_in(answer.data, "status", 100),
        logs=tuple(sorted(logs, key=lambda log: log.at)),
        fields=_fields(answer.data),
    )


def _fields(data: Mapping[str, object]) -> dict[str, str]:
    records = list_in(object_in(data, "workflowMainTableInfo"), "requestRecords")
    rows = [f for r in records for f in list_in(r, "workflowRequestTableFields")]
    return {text_in(f, "fieldName", 100): text_in(f, "fieldValue", 2000) for f in rows}


def _bare(remark: str) -> str:
    """Take the markup out of an opinion: it is written with an editor there."""
    text, inside = [], False
    for character in remark:
        if character in "<>":
            inside = character == "<"
        elif not inside:
            text.append(character)
    return "".join(text).replace("&nbsp;", " ").strip()


def build_todo(syscode: str, todo: Todo, *, done: bool, receiver: str) -> bytes:
    """Write a to-do: `isremark` 0 while it waits, 4 when it is over."""
    at = todo.at
    moment = f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
    return _json(
        {
            "syscode": syscode,
            "flowid": todo.key,
            "requestname": todo.title,
            "workflowname": "费用报销",
            "nodename": "审批",
            "pcurl": todo.link,
            "appurl": todo.link,
            "isremark": "4" if done else "0",
            "viewtype": "0",
            "creator": todo.creator,
            "createdatetime": moment,
            "receiver": receiver,
            "receivedatetime": moment,
            "receivets": str(int(at.timestamp() * 1000)) if at else "",
        }
    ).encode()


def parse_todo(body: bytes) -> str:
    """Give "" for a to-do that was taken, else what is complained about; ValueError for garbage."""
    found = read_object(body)
    if text_in(found, "operResult") == "1":
        return ""
    return text_in(found, "message") or "refused"
