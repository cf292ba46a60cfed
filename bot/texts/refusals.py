"""What a refusal says to the person who was refused."""

from collections.abc import Iterator

from bot.texts import say
from bot.texts.findings import finding_text
from bot.texts.template import Language
from core.claim import Finding
from core.company import Company
from core.errors import ChitError


def refusal_text(error: ChitError, language: Language, company: Company) -> str:
    """Write the one message for a Refused or Conflict; KeyError when its code has no text."""
    return say(error.code, language, refusal_fields(error, language, company), company)


def refusal_fields(error: ChitError, language: Language, company: Company) -> dict[str, str]:
    """Give a refusal's fields as a notice carries them: texts only, findings written as `rows`."""
    fields = {name: value for name, value in error.fields.items() if isinstance(value, str)}
    rows = [f"· {finding_text(f, language, company)}" for f in blocking(error)]
    return fields | ({"rows": "\n".join(rows)} if rows else {})


def blocking(error: ChitError) -> Iterator[Finding]:
    """Give the findings of a refusal that forbid, as `core.actions.submission.submit` hands on."""
    findings = error.fields.get("findings", ())
    for finding in findings if isinstance(findings, tuple) else ():
        if isinstance(finding, Finding) and finding.severity == "block":
            yield finding
