"""What a refused submission leaves behind, so that 为什么 can answer from the record."""

from bot.handlers.work import Work
from core.actions.basics import audit_of
from core.change import Change
from core.claim import Claim, Finding
from core.errors import Refused
from core.last_check import with_last_check


async def keep_check(work: Work, claim: Claim, refused: Refused) -> None:
    """Keep what stood against a claim, beside the answer that says so; repeating it is harmless."""
    found = refused.fields.get("findings", ())
    findings = tuple(f for f in found if isinstance(f, Finding)) if isinstance(found, tuple) else ()
    if not findings:
        return
    codes = " ".join(dict.fromkeys(f.code for f in findings if f.severity == "block"))
    entry = audit_of(work.cause, "refused_submit", claim.number, findings=codes)
    kept = with_last_check(claim, findings)
    await work.also(Change(at=work.now, claims=(kept,), audit=(entry,)))
