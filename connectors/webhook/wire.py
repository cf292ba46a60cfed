"""What goes over the wire: a CloudEvents body under Standard Webhooks headers, no I/O.

Sources: Standard Webhooks 1.0.0 (headers, signed content, what an answer means), CloudEvents 1.0
JSON format (required attributes, media type). The body is both: a CloudEvents event whose
extension attribute `timestamp` is the one that Standard Webhooks wants beside `type` and `data`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import get_args

from connectors.kit.answers import object_in, read_object, text_in
from core.outside import ApprovalState, Comment, Form, Status

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
GONE, BUSY = 410, frozenset({429, 502, 503, 504})
SCHEDULE_S = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Pauses between attempts, as the specification proposes; the last attempt is after them all."""
REQUESTED, CANCELLED, TEST = "approval.requested", "approval.cancelled", "chit.test"


@dataclass(frozen=True, slots=True)
class FileData:
    """A file of what is to be decided: it lies behind the claim's page."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RequestData:
    """What is to be decided; `fields` and `details` are those that the mapping names.

    `key` names the submission; the result must bring it back as it is.
    """

    key: str
    subject: str
    initiator: str
    fields: Mapping[str, object]
    details: Mapping[str, Sequence[Mapping[str, object]]]
    files: Sequence[FileData]


@dataclass(frozen=True, slots=True)
class CancellationData:
    """What is not to be decided any more, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrialData:
    """Nothing: whoever takes the test takes events."""


OWN_DATA = {REQUESTED: RequestData, CANCELLED: CancellationData, TEST: TrialData}
"""Events that are told to one receiver only, and what goes with each."""


def message_id(key: str) -> str:
    """Name an event by its key, the same at every attempt: no full stop, no other alphabet.

    The specification joins id, time and body by full stops, and headers are ASCII.
    """
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Event:
    """One event on its way out; `data` is JSON text."""

    id: str
    type: str
    subject: str
    at: datetime
    data: str


def build_body(event: Event, source: str) -> bytes:
    """Write an event; the same event is the same bytes at every attempt."""
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": event.at.isoformat(),
        "timestamp": event.at.isoformat(),
        "datacontenttype": "application/json",
    }
    head = json.dumps(attributes, ensure_ascii=False)
    return f'{head[:-1]}, "data": {event.data}}}'.encode()


def build_headers(
    event_id: str, body: bytes, keys: Sequence[bytes], sent_at: datetime
) -> dict[str, str]:
    """Sign a body: one signature a key, so that a secret can be rotated without a gap."""
    stamp = str(int(sent_at.timestamp()))
    signed = b".".join((event_id.encode(), stamp.encode(), body))
    signatures = [base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def build_request(form: Form, key: str) -> str:
    """Write what is to be decided."""
    files = [FileData(name=f.name, sha256=f.sha256) for f in form.files]
    data = RequestData(
        key=key,
        subject=form.subject,
        initiator=form.initiator,
        fields=form.fields,
        details=form.details,
        files=files,
    )
    return _json(data)


def build_cancellation(key: str, reason: str) -> str:
    """Write that nothing is to be decided any more."""
    return _json(CancellationData(key=key, reason=reason))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, FileData | RequestData | CancellationData):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def parse_result(body: bytes) -> tuple[str, ApprovalState]:
    """Read a CloudEvent that says what was decided: our key, and the state.

    The state is `data.status`, else the last word of the type (`approval.approved`). ValueError for
    anything else, also for one that names a claim without the submission that was decided.
    """
    found = read_object(body)
    data = object_in(found, "data")
    lacking = [n for n in ("specversion", "id", "source", "type") if not text_in(found, n)]
    if lacking or text_in(found, "specversion") != "1.0":
        raise ValueError(
            "a CloudEvent 1.0 has specversion, id, source, type · 应是 CloudEvents 1.0，要有这四项"
        )
    key = text_in(data, "key") or text_in(found, "subject")
    if "/" not in key:
        raise ValueError(
            "subject or data.key is the key that was sent, as BX-20261125-0007/1#0"
            " · subject 或 data.key 应原样是收到的 key"
        )
    status = text_in(data, "status") or text_in(found, "type").rpartition(".")[2]
    if status not in get_args(Status):
        raise ValueError(
            f"data.status, or the last word of type, is one of {', '.join(get_args(Status))}"
            " · 结果应是其中之一"
        )
    said, by = text_in(data, "remark", 2000), text_in(data, "by", 60)
    words = f"{by}：{said}" if by and said else said
    comments = (Comment("", words),) if words else ()
    return key, ApprovalState(status, text_in(data, "node", 100), comments)  # type: ignore[arg-type]  # checked above
