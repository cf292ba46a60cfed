"""合思's words: documents with Money objects, flows with their logs, odd paths; no I/O.

Source: the vendor's own open-platform documentation (v2.0.0 of May 2024). Unverified: the layout of
bodies below 2xx (only their texts are published) and where the signature of 出站消息 travels.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.kit.answers import list_in, object_in, read_object, text_in
from core.outside import Attachment, Comment, Form, Json, Status

TOKEN_PATH = "/api/openapi/v1/auth/getAccessToken"  # noqa: S105 - a path
LOCATION_PATH = "/api/openapi/v2/location"
CREATE_PATH = "/api/openapi/v2.2/flow/data"
SUBMIT_PATH = "/api/openapi/v2/flow/data/submitFlow"
PLAN_PATH = "/api/openapi/v2/flow/plan/computed/${id}"
ACT_PATH = "/api/openapi/v2.1/flow/data/${id}/"
DETAIL_PATH = "/api/openapi/v1.1/flowDetails"
BY_OUTER_PATH = "/api/openapi/v1.1/flowDetails/outerCode"
STAFF_PATH = "/api/openapi/v1/staffs/getStaffIds"
UPLOAD_PATH = "/api/openapi/v2/attachment/upload"
JSON_TYPE = "application/json; charset=utf-8"
MOST_FILE_BYTES = 30 * 1024 * 1024
MOST_PEOPLE = 100
"""People that may be asked about in one call."""

FLOW = "flow"
DETAILS = "details"
STATES: Mapping[str, Status] = {
    "pending": "waiting",
    "approving": "waiting",
    "sending": "waiting",
    "receiving": "waiting",
    "paying": "approved",
    "PROCESSING": "approved",
    "paid": "approved",
    "archived": "approved",
    "rejected": "returned",
    "draft": "withdrawn",
    "nullify": "void",
}
"""Where a document is (forms-state): a rejected one lies with its submitter again."""
SETTLED = frozenset({"paid", "archived"})
ACTIONS = {
    "freeflow.submit": "提交",
    "freeflow.agree": "同意",
    "freeflow.reject": "驳回",
    "freeflow.retract": "撤回",
    "freeflow.nullify": "作废",
    "freeflow.comment": "评论",
    "freeflow.back": "回退",
    "freeflow.shiftApprove": "转交审批",
    "freeflow.addSignNode": "加签审批",
    "freeflow.pay": "支付",
}
EBOT = "ebot"
GONE = ("单据不存在", "单据已删除")
TAKEN = "已存在单据"
UNAUTHORIZED = "未授权"
_FORBIDDEN_IN_NAMES = re.compile(r'[?\\/*<>:"|]')
_ID = re.compile(r"[A-Za-z0-9_$:.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Log:
    """One line of a document's log; `by` is the id of a person there, or `ebot`."""

    action: str
    by: str
    text: str
    at_ms: int
    waits_for: tuple[str, ...] = ()
    next_node: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A document; `updated_ms` grows with everything that happens to it."""

    id: str
    code: str
    state: str
    kind: str = ""
    updated_ms: int = 0
    active: bool = True
    logs: tuple[Log, ...] = ()
    form: Mapping[str, object] = field(default_factory=dict)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Who has to act now, as the last step of the log says."""
        steps = [log for log in self.logs if log.waits_for]
        return steps[-1].waits_for if steps else ()

    @property
    def node(self) -> str:
        """The node that the document has been passed on to."""
        return next((log.next_node for log in reversed(self.logs) if log.next_node), "")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that the platform keeps; `slot` says where in the document it goes."""

    key: str
    file_id: str
    name: str
    slot: str = ""

    def json(self) -> dict[str, Json]:
        """Give it as documents name it."""
        return {"key": self.key, "fileId": self.file_id, "fileName": self.name}


def encode(body: Json) -> bytes:
    """Write JSON; amounts are text already or become it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def path_with(path: str, ref_id: str) -> str:
    """Put an id behind its `$` into a path; ValueError for what is no id."""
    if not _ID.fullmatch(ref_id):
        raise ValueError("not an id")
    return path.replace("{id}", ref_id)


def build_token(app_key: str, app_security: str) -> bytes:
    """Ask for a token; both belong into the body."""
    return encode({"appKey": app_key, "appSecurity": app_security})


def parse_token(found: Mapping[str, object]) -> tuple[str, int, str]:
    """Give the token, when it ends (ms) and the company's id; "" where there is none."""
    value = object_in(found, "value")
    token, corp = text_in(value, "accessToken", 4000), text_in(value, "corporationId")
    return token, int_in(value, "expireTime"), corp


def parse_value(found: Mapping[str, object]) -> str:
    """Give a value that is a text."""
    return text_in(found, "value", 2000)


def int_in(found: Mapping[str, object], key: str) -> int:
    """Give a whole number, 0 where there is none."""
    text = text_in(found, key)
    return int(text) if text.removeprefix("-").isdecimal() else 0


def error_text(body: bytes) -> str:
    """Give what a refusal says; the layout of its body is not published."""
    try:
        found = read_object(body)
    except ValueError:
        text = body.decode("utf-8", "replace")
        return "" if text.lstrip().startswith("<") else text.strip()[:300]
    said = [text_in(found, k, 300) for k in ("errorMessage", "message", "msg", "error")]
    named = next((text for text in said if text), "")
    return named or json.dumps(found, ensure_ascii=False)[:300]


def build_document(form: Form, key: str, specification: str, files: Sequence[Stored]) -> Json:
    """Write a new document under our key (`outerCode`); ValueError names what is missing."""
    unknown = sorted(set(form.details) - {DETAILS})
    if unknown:
        raise ValueError(f"only detail[{DETAILS}] is known, not {unknown[0]}")
    head: dict[str, Json] = {k: v for k, v in form.fields.items() if v is not None}
    head.setdefault("specificationId", specification)
    head["outerCode"] = key
    head["title"] = form.subject or head.get("title", "")
    head["submitterId"] = form.initiator or head.get("submitterId", "")
    rows = [_bare(row) for row in form.details.get(DETAILS, ())]
    _attach(head, rows, files)
    lacking = [n for n in ("title", "submitterId", "specificationId") if not head.get(n)]
    lacking += [name for row in rows for name in _lacking(row)]
    if lacking:
        raise ValueError(f"missing: {', '.join(dict.fromkeys(lacking))}")
    if rows:
        head[DETAILS] = rows
    return {"form": head}


def _bare(row: Mapping[str, Json]) -> dict[str, Json]:
    """Copy a row without what has no value, in depth."""
    return {k: _bare(v) if isinstance(v, Mapping) else v for k, v in row.items() if v is not None}


def _lacking(row: Mapping[str, Json]) -> list[str]:
    inner = row.get("feeTypeForm")
    amount = inner.get("amount") if isinstance(inner, Mapping) else None
    lacking = [f"{DETAILS}.{n}" for n in ("feeTypeId", "specificationId") if not row.get(n)]
    return lacking + ([] if isinstance(amount, Mapping) else [f"{DETAILS}.feeTypeForm.amount"])


def _attach(head: dict[str, Json], rows: list[dict[str, Json]], files: Sequence[Stored]) -> None:
    """Put files where they belong: into a field of the form, or the first row's invoices."""
    slots: dict[str, list[Json]] = {}
    for file in files:
        slots.setdefault(file.slot, []).append(file.json())
    for slot, listed in slots.items():
        if slot and slot != "invoiceForm":
            head[slot] = listed
        elif rows:
            rows[0] = _with_invoices(rows[0], listed)
        else:
            raise ValueError(f"files without a slot need a row of detail[{DETAILS}]")


def _with_invoices(row: dict[str, Json], files: list[Json]) -> dict[str, Json]:
    inner = row.get("feeTypeForm")
    form = dict(inner) if isinstance(inner, Mapping) else {}
    given = form.get("invoiceForm")
    invoices = {"type": "exist", **(given if isinstance(given, Mapping) else {})}
    return {**row, "feeTypeForm": {**form, "invoiceForm": {**invoices, "attachments": files}}}


def file_name(attachment: Attachment) -> str:
    """Give the name of a file as the platform takes it."""
    return _FORBIDDEN_IN_NAMES.sub("_", attachment.name).strip() or attachment.sha256[:12]


def parse_stored(found: Mapping[str, object], slot: str) -> Stored | None:
    """Read what an upload gave; None when the answer is another."""
    value = object_in(found, "value")
    key, file_id = text_in(value, "key", 1000), text_in(value, "fileId")
    return Stored(key, file_id, text_in(value, "fileName", 500), slot) if key and file_id else None


def parse_flow(found: Mapping[str, object]) -> Flow | None:
    """Read a document; None when there is none in the answer."""
    ref_id, state = text_in(found, "id"), text_in(found, "state")
    if not ref_id or not state:
        return None
    form = object_in(found, "form")
    return Flow(
        id=ref_id,
        code=text_in(form, "code"),
        state=state,
        kind=text_in(found, "formType"),
        updated_ms=int_in(found, "updateTime"),
        active=found.get("active") is not False,
        logs=tuple(_log(row) for row in list_in(found, "logs")),
        form=form,
    )


def parse_created(found: Mapping[str, object]) -> Flow | None:
    """Read the document in the answer of a call that changes it."""
    return parse_flow(object_in(found, "flow"))


def parse_detail(found: Mapping[str, object]) -> Flow | None:
    """Read the document in the answer of a question."""
    return parse_flow(object_in(found, "value"))


def _log(row: Mapping[str, object]) -> Log:
    more = object_in(row, "attributes")
    several = row.get("nextOperatorIds")
    ids = [i for i in several if isinstance(i, str)] if isinstance(several, list) else []
    one = text_in(row, "nextOperatorId", 200)
    return Log(
        action=text_in(row, "action", 60),
        by=text_in(row, "operatorId", 200),
        text=text_in(more, "comment", 2000),
        at_ms=int_in(row, "time"),
        waits_for=tuple(dict.fromkeys([*ids, *([one] if one else [])])),
        next_node=text_in(more, "nextName", 100),
    )


def comment_of(log: Log, names: Mapping[str, str]) -> Comment:
    """Give a line of the log in our words; who has no name is nobody."""
    return Comment(
        by=names.get(log.by, "费用标准检查" if log.by == EBOT else ""),
        text=log.text,
        verdict=ACTIONS.get(log.action, log.action),
        at=str(log.at_ms or ""),
    )


def parse_names(found: Mapping[str, object]) -> dict[str, str]:
    """Give the names of people by their ids."""
    return {text_in(row, "id", 200): text_in(row, "name", 60) for row in list_in(found, "items")}


def build_submission(found: Mapping[str, object]) -> Json:
    """Submit along the planned nodes, each with its approvers.

    ValueError names a node for which somebody has to choose one.
    """
    nodes = [_node(row) for row in list_in(object_in(found, "value"), "node")]
    if not nodes:
        raise ValueError("the plan has no nodes")
    return {"isUrgent": False, "nodes": nodes}


def _node(row: Mapping[str, object]) -> Json:
    config, kind = text_in(row, "configNodeId", 200), text_in(row, "type")
    listed = row.get("staffIds")
    staff = [i for i in listed if isinstance(i, str)] if isinstance(listed, list) else []
    if kind == EBOT or text_in(row, "skippedType") not in {"", "NO_SKIPPED"}:
        return {"configNodeId": config}
    if not staff:
        raise ValueError(f"no approver for {text_in(row, 'name', 60)}")
    if kind == "countersign":
        return {"configNodeId": config, "counterSigners": [{"signerId": i} for i in staff]}
    return {"configNodeId": config, "approverId": staff[0]}
