"""Tencent Cloud in the business's words: what each of its codes means for an invoice."""

from collections.abc import Mapping

from connectors.verify.answers import Answer, found_invoice
from connectors.verify.exchange import BUSY_PAUSE_S
from connectors.verify.forms import is_complete, with_types
from connectors.verify.tencent.client import BASE_URL, PER_SECOND, TencentClient
from connectors.verify.tencent.wire import FORMS, build_question
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.ports import Clock
from core.verification import Verification, VerifyRequest

_VALUE = "InvalidParameterValue."
_ABOUT: Mapping[str, Verification] = {
    "FailedOperation.InvoiceMismatch": Verification("mismatch"),
    "ResourceNotFound.NoInvoice": Verification("pending", reason="not_found"),
    "FailedOperation.QueryNoRecord": Verification("pending", reason="not_found"),
    "ResourceNotFound.NotSupportCurrentInvoiceQuery": Verification("pending", reason="today"),
    "FailedOperation.CountLimitError": Verification("pending", reason="tries"),
    "ResourceNotFound.NoAreaCode": Verification("unsupported", reason="area"),
    "UnsupportedOperation": Verification("unsupported"),
    f"{_VALUE}PriceOrVerificationParameterValueLimit": Verification(
        "mismatch", ("amount", "check_code"), reason="format"
    ),
    f"{_VALUE}TicketCodeParameterValueLimit": Verification("mismatch", ("code",), reason="format"),
    f"{_VALUE}TicketDateParameterValueLimit": Verification("mismatch", ("date",), reason="format"),
    f"{_VALUE}TicketSnParameterValueLimit": Verification("mismatch", ("number",), reason="format"),
}
_BUSY = ("RequestLimitExceeded", "LimitExceeded", "InternalError", "ResourceInUse")
_ACCOUNT = (
    "AuthFailure",
    "UnauthorizedOperation",
    "ResourcesSoldOut",
    "FailedOperation.ArrearsError",
    "FailedOperation.UnOpenError",
    "FailedOperation.UserQuotaError",
)
_AT_THE_BUREAU = ("FailedOperation.UnKnowError", "FailedOperation.EngineRecognizeTimeout")


class TencentVerify:
    """`core.verification.VerifyPort` through Tencent Cloud."""

    provider = "tencent"

    def __init__(
        self,
        *,
        key: str,
        secret: str,
        clock: Clock,
        base_url: str = "",
        region: str = "",
        per_second: float | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self._forms = with_types(FORMS, types or {})
        self._client = TencentClient(
            key=key,
            secret=secret,
            base_url=base_url or BASE_URL,
            region=region,
            per_second=per_second or PER_SECOND,
            clock=clock,
        )

    def supports(self, request: VerifyRequest) -> bool:
        """Whether Tencent knows such invoices and everything that it needs was read."""
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
        found = found_invoice(answer, TencentVerify.provider)
        if found is None:
            raise ResultUnknown("verify_mark", mark=answer.sign)
        return found
    about = _ABOUT.get(answer.code)
    if about is not None:
        reason = about.reason or answer.code
        return Verification(about.state, about.fields, provider="tencent", reason=reason)
    if _is(answer.code, _AT_THE_BUREAU):
        raise ResultUnknown("verify_failed", answer=answer.code)
    if _is(answer.code, _BUSY):
        raise Retryable("verify_busy", retry_after_s=BUSY_PAUSE_S, answer=answer.code)
    if _is(answer.code, _ACCOUNT):
        raise AuthFailed("verify_account", answer=answer.code)
    raise Rejected("verify_refused", answer=answer.code)


def _is(code: str, families: tuple[str, ...]) -> bool:
    """Whether a code is one of these or of their families: AuthFailure.SignatureFailure."""
    return any(code == f or code.startswith(f"{f}.") for f in families)
