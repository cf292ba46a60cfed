"""Alibaba Cloud in the business's words: what each of its codes means for an invoice."""

from collections.abc import Mapping

from connectors.verify.aliyun.client import BASE_URL, PER_SECOND, AliyunClient
from connectors.verify.aliyun.wire import FORMS, build_question
from connectors.verify.answers import Answer, found_invoice
from connectors.verify.exchange import BUSY_PAUSE_S
from connectors.verify.forms import is_complete, with_types
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.ports import Clock
from core.verification import Verification, VerifyRequest

_ABOUT: Mapping[str, Verification] = {
    "002": Verification("pending", reason="tries"),
    "006": Verification("mismatch"),
    "009": Verification("pending", reason="not_found"),
    "1005": Verification("mismatch", reason="format"),
    "10017": Verification("unsupported", reason="too_old"),
}
_AT_THE_BUREAU = frozenset({"106"})
_ACCOUNT = frozenset({"104", "10020", "131002", "131003", "131004", "131005"})
_FORMAT = frozenset({"110", "111", "112", "113", "114", "111000", "111001"})
_KEY = ("error InvalidAccessKeyId", "error SignatureDoesNotMatch", "error Forbidden")
_BUSY = ("error Throttling", "error ServiceUnavailable", "error InternalError")


class AliyunVerify:
    """`core.verification.VerifyPort` through Alibaba Cloud."""

    provider = "aliyun"

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        clock: Clock,
        base_url: str = "",
        per_second: float | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self._forms = with_types(FORMS, types or {})
        self._client = AliyunClient(
            key=key,
            secret=secret,
            base_url=base_url or BASE_URL,
            per_second=per_second or PER_SECOND,
            clock=clock,
        )

    def supports(self, request: VerifyRequest) -> bool:
        """Whether Alibaba Cloud knows such invoices and everything that it needs was read."""
        return is_complete(self._forms, request)

    async def verify(self, request: VerifyRequest) -> Verification:
        """Ask once."""
        question = build_question(self._forms[request.form], request)
        return judge(await self._client.ask(question))

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()


def judge(answer: Answer) -> Verification:
    """Say what an answer means; the error that it stands for is raised."""
    code = answer.code
    if not code:
        found = found_invoice(answer, AliyunVerify.provider)
        if found is None:
            raise ResultUnknown("verify_mark", mark=answer.sign)
        return found
    if code in _FORMAT:
        return Verification("mismatch", provider="aliyun", reason="format")
    if code in _ABOUT:
        about = _ABOUT[code]
        return Verification(about.state, provider="aliyun", reason=about.reason or code)
    if code in _AT_THE_BUREAU or code.startswith("121"):
        raise ResultUnknown("verify_failed", answer=code)
    if code.startswith(_BUSY):
        raise Retryable("verify_busy", retry_after_s=BUSY_PAUSE_S, answer=code)
    if code in _ACCOUNT or code.startswith(_KEY):
        raise AuthFailed("verify_account", answer=code)
    raise Rejected("verify_refused", answer=code)
