"""Takes secrets and personal data out of what the journal keeps."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

MAX_CHARS = 4000
HIDDEN = "***"
_SECRET = re.compile(
    r"(token|secret|secrit|password|passwd|pwd|\bspk\b|\bcpk\b|sign(ature)?$|appkey|app_key|"
    r"appsecurity|authorization|cookie|session|ticket|bank_?account|account_?no|card_?no|"
    r"id_?card|mobile|cellphone|phone|email|refresh|filepath)",
    re.IGNORECASE,
)
_LONG = re.compile(r"[A-Za-z0-9+/=_-]{200,}")
_PERSONAL = re.compile(
    r"(?<!\d)(\d{15,19}|1[3-9]\d{9})(?!\d)"  # accounts, identity cards, mobile numbers
    r"|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)


def is_secret(name: str) -> bool:
    """Whether a field of such a name is never kept."""
    return _SECRET.search(name) is not None


def redact_body(body: bytes, content_type: str = "") -> str:
    """Give a body as text without secrets, cut short; of binary data only its size."""
    text = body.decode("utf-8", "replace")
    if "multipart" in content_type or "\x00" in text[:1000]:
        return f"({len(body)} bytes)"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict | list):
        return _cut(json.dumps(_clean(found), ensure_ascii=False))
    if "urlencoded" in content_type:
        pairs = parse_qsl(text, keep_blank_values=True)
        return _cut("&".join(f"{k}={_field(k, v)}" for k, v in pairs))
    return _cut(_plain(text))


def redact_headers(headers: Mapping[str, str]) -> str:
    """Give headers a line each, without secrets."""
    return "\n".join(f"{k}: {HIDDEN if is_secret(k) else _plain(v)}" for k, v in headers.items())


def redact_url(path: str, query: Mapping[str, str]) -> str:
    """Give a path with its query, without secrets."""
    hidden = {k: HIDDEN if k.lower() == "key" else _field(k, v) for k, v in query.items()}
    kept = urlencode(hidden, safe="*")
    return f"{path}?{kept}" if kept else path


def _field(name: str, value: str) -> str:
    if is_secret(name):
        return HIDDEN
    try:
        inner = json.loads(value)
    except ValueError:
        return _plain(value)
    return (
        json.dumps(_clean(inner), ensure_ascii=False)
        if isinstance(inner, dict | list)
        else _plain(value)
    )


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return {k: HIDDEN if is_secret(str(k)) else _clean(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_clean(v) for v in value]
    return _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> str:
    return _PERSONAL.sub(HIDDEN, _LONG.sub(HIDDEN, text))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}… ({len(text)})"
