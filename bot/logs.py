"""Logs: one JSON object a line, without secrets and without personal data."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType

import structlog

_URL_PASSWORD = re.compile(r"(\w[\w+.-]*://[^\s:/@]*):[^\s@/]+@")
_NAMED_SECRET = re.compile(
    r"(?i)\b(access_token|ticket|code|secret|client_?secret|corpsecret|appsecret|signature"
    r"|msg_signature|authorization|bearer|token|key)([\"']?\s*[=: ]\s*[\"']?)"
    r"(?:bearer\s+)?[^\s&\"',;]{6,}"
)
_LONG_DIGITS = re.compile(r"(?<!\d)\d{11,19}(?!\d)")
"""Telephone numbers, identity cards and bank accounts; claim numbers have dashes."""

Event = MutableMapping[str, object]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def redact(text: str) -> str:
    """Blank what looks like a password, a token or a long personal number."""
    text = _URL_PASSWORD.sub(r"\1:***@", text)
    text = _NAMED_SECRET.sub(r"\1\2***", text)
    return _LONG_DIGITS.sub(lambda m: f"…{m.group()[-4:]}", text)


def _redacted(_: object, __: str, event: Event) -> Event:
    return {k: redact(v) if isinstance(v, str) else v for k, v in event.items()}


def _exception(_: object, __: str, event: Event) -> Event:
    """Write an exception as its type and places: messages may carry what people sent."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else None
    if info is True or isinstance(info, tuple):
        error = sys.exc_info()[1]
    if error is None:
        return event
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in reversed(frames))
    return {**event, "error": type(error).__name__, "reason": str(error)[:300], "at": places}


def set_up_logs(*, debug: bool = False) -> None:
    """Send structlog and the libraries' loggers to stderr as redacted JSON lines."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception,
        _redacted,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else 20),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redacted,
                render,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
