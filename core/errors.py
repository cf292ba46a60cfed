"""What can go wrong, as codes and fields; texts are made at the edge (`bot.texts`)."""


class ChitError(Exception):
    """A refusal with a stable code and the facts behind it; never a sentence for people."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.code} {self.fields}" if self.fields else self.code


class Refused(ChitError):
    """A rule says no: the person gets one clear message, nothing changes."""


class Conflict(ChitError):
    """Somebody else changed the record first; read again and decide again."""


class OutsideError(ChitError):
    """A system beyond our walls did not do what was asked."""


class AuthFailed(OutsideError):
    """Credentials or permission are wrong; repeating does not help, a person must act."""


class Rejected(OutsideError):
    """The system understood and refused; repeating the same call does not help."""


class Unfinished(Rejected):
    """What was made is there, but a later step was refused: it goes on from there."""


class Retryable(OutsideError):
    """Nothing happened there; the same call may be repeated after `retry_after_s`."""

    def __init__(self, code: str, *, retry_after_s: float | None = None, **fields: object) -> None:
        super().__init__(code, **fields)
        self.retry_after_s = retry_after_s


class Resting(OutsideError):
    """The system wants to hear nothing until it is tried out again; what waits goes on waiting.

    `news` marks the answer by which that became known.
    """

    def __init__(self, code: str, *, news: bool = False, **fields: object) -> None:
        super().__init__(code, **fields)
        self.news = news


class ResultUnknown(OutsideError):
    """The call may or may not have taken effect; only a look-up by our key can tell."""


class Untrusted(OutsideError):
    """Bytes that claim to come from a system but fail their check; one refusal, no detail."""


class Unsupported(OutsideError):
    """The system cannot do this at all."""


def named(error: ChitError) -> str:
    """Name an error with what tells it from others of its code: `not_taken:404`."""
    seen = error.fields.get("cause") or error.fields.get("status") or ""
    return f"{error.code}:{seen}" if seen else error.code
