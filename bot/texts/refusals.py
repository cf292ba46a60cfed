"""What a refusal says to the person who was refused."""

from collections.abc import Iterator

from bot.texts import say
from bot.texts.accounting import left_text
from bot.texts.findings import finding_text
from bot.texts.template import Language
from bot.texts.waiting import waiting_rows
from core.claim import Finding
from core.company import Company
from core.errors import ChitError
from core.payment_batch import Left
from core.voucher import Waiting


def refusal_text(error: ChitError, language: Language, company: Company) -> str:
    """Write the one message for a Refused or Conflict; KeyError when its code has no text."""
    return say(error.code, language, refusal_fields(error, language, company), company)


def refusal_fields(error: ChitError, language: Language, company: Company) -> dict[str, str]:
    """Give a refusal's fields as a notice carries them: texts only, findings written as `rows`."""
    fields = {name: value for name, value in error.fields.items() if isinstance(value, str)}
    rows = [f"· {finding_text(f, language, company)}" for f in blocking(error)]
    rows += [f"· {left.payment}: {left_text(left.reason, language)}" for left in left_in(error)]
    rows += waiting_rows(list(waiting_in(error)), company, language)
    return fields | ({"rows": "\n".join(rows)} if rows else {})


def waiting_in(error: ChitError) -> Iterator[Waiting]:
    """Give the vouchers that no file took, and why."""
    waiting = error.fields.get("waiting", ())
    for one in waiting if isinstance(waiting, tuple) else ():
        if isinstance(one, Waiting):
            yield one


def left_in(error: ChitError) -> Iterator[Left]:
    """Give the payments that no file took, as `core.payment_batch` says why."""
    left = error.fields.get("left", ())
    for one in left if isinstance(left, tuple) else ():
        if isinstance(one, Left):
            yield one


def blocking(error: ChitError) -> Iterator[Finding]:
    """Give the findings of a refusal that forbid, as `core.actions.submission.submit` hands on."""
    findings = error.fields.get("findings", ())
    for finding in findings if isinstance(findings, tuple) else ():
        if isinstance(finding, Finding) and finding.severity == "block":
            yield finding
