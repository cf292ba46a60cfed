"""Baidu in the business's words: what each of its codes means for an invoice."""

from collections.abc import Mapping

from connectors.verify.answers import Answer, found_invoice
from connectors.verify.baidu.client import BASE_URL, PER_SECOND, BaiduClient
from connectors.verify.baidu.wire import FORMS, build_question
from connectors.verify.exchange import BUSY_PAUSE_S
from connectors.verify.forms import is_complete, with_types
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.ports import Clock
from core.verification import Verification, VerifyRequest

_ABOUT: Mapping[str, Verification] = {
    "0002": Verification("pending", reason="tries"),
    "0006": Verification("mismatch"),
    "0009": Verification("pending", reason="not_found"),
    "1005": Verification("mismatch", reason="format"),
    "1014": Verification("pending", reason="today"),
    "1015": Verification("unsupported", reason="too_old"),
}
"""1005 (查询发票不规范) says that the four elements break the rules of such invoices."""
_BUSY = frozenset({"error 2", "error 4", "error 18", "error 282000"})
_ACCOUNT = frozenset({"1004", "1020", "error 6", "error 14", "error 17", "error 19"})
_STALE = frozenset({"error 110", "error 111"})
_AT_THE_BUREAU = frozenset({"1006", "1021", "9999"})
"""查验异常, 网络超时, 查验失败: the bureau may have counted the question."""


class BaiduVerify:
    """`core.verification.VerifyPort` through Baidu."""

    provider = "baidu"

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
        self._client = BaiduClient(
            key=key,
            secret=secret,
            base_url=base_url or BASE_URL,
            per_second=per_second or PER_SECOND,
            clock=clock,
        )

    def supports(self, request: VerifyRequest) -> bool:
        """Whether Baidu knows such invoices and everything that it needs was read."""
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
    if not answer.code:
        found = found_invoice(answer, BaiduVerify.provider)
        if found is None:
            raise ResultUnknown("verify_mark", mark=answer.sign)
        return found
    if answer.code in _ABOUT:
        about = _ABOUT[answer.code]
        return Verification(
            about.state, facts=answer.facts, provider="baidu", reason=about.reason or answer.code
        )
    if answer.code in _BUSY:
        raise Retryable("verify_busy", retry_after_s=BUSY_PAUSE_S, answer=answer.code)
    if answer.code in _AT_THE_BUREAU:
        raise ResultUnknown("verify_failed", answer=answer.code)
    if answer.code in _ACCOUNT | _STALE:
        raise AuthFailed("verify_account", answer=answer.code)
    raise Rejected("verify_refused", answer=answer.code)
