"""What goes over the wire: a CloudEvents body under Standard Webhooks headers, no I/O.

Sources: Standard Webhooks 1.0.0 (headers, signed content, what an answer means), CloudEvents 1.0
JSON format (required attributes, media type). The body is both: a CloudEvents event whose
extension attribute `timestamp` is the one that Standard Webhooks wants beside `type` and `data`.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
GONE, TOO_MANY, BUSY = 410, 429, frozenset({429, 502, 503, 504})
SCHEDULE_S = (5, 300, 1800, 7200, 18000, 36000, 36000, 50400, 72000, 86400)
"""Pauses between attempts, as the specification proposes; the last attempt is after them all."""


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


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that a receiver asks to wait; dates and nonsense count as nothing."""
    given = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    return min(float(given), 86400.0) if given.isascii() and given.isdecimal() else None
