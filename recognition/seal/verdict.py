"""What a checked seal is worth: its faults as findings, one text for OFD and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from core.invoice import ReadingFinding
from recognition.evidence import tidy
from recognition.seal.certificate import Certificate
from recognition.seal.trust import Anchors
from recognition.texts import finding

CHINA = timezone(timedelta(hours=8))
_SHOWN = 3
_MAX_NAME = 80
_AUTHORITIES = ("税务", "财政", "监制章")


@dataclass(slots=True)
class Seal:
    """One seal or signature: who, when, what it covers, and what is wrong with it."""

    signer: Certificate | None = None
    others: Sequence[Certificate] = ()
    signed_at: datetime | None = None
    covers: frozenset[str] = frozenset()
    belongings: frozenset[str] = frozenset()
    broken: list[str] = field(default_factory=list)
    bad: bool = False
    unsupported: bool = False

    @property
    def name(self) -> str:
        """The signer for people."""
        return self.signer.name if self.signer else "?"

    @property
    def official(self) -> bool:
        """Whether its name claims a tax or treasury authority; a claim, not a proof."""
        return any(word in self.name for word in _AUTHORITIES)


def doubts_of(seal: Seal, anchors: Anchors, issued: date | None) -> list[ReadingFinding]:
    """Give every doubt about one seal; without anchors there is always one."""
    found: list[ReadingFinding] = []
    if seal.broken:
        found.append(finding("seal_broken", parts=listed(seal.broken)))
    if seal.unsupported:
        return [*found, finding("seal_unverified")]
    if seal.bad or seal.signer is None:
        return [*found, finding("seal_signature_bad", signer=seal.name)]
    found += _dates(seal, seal.signer, issued)
    if not found and not anchors:
        found.append(
            finding("seal_trust_unknown", signer=seal.name, issuer=seal.signer.issuer_name)
        )
    at = seal.signed_at or seal.signer.begins
    if anchors and not anchors.vouch(seal.signer, seal.others, at):
        found.append(finding("seal_untrusted", signer=seal.name, issuer=seal.signer.issuer_name))
    return found


def _dates(seal: Seal, signer: Certificate, issued: date | None) -> list[ReadingFinding]:
    if seal.signed_at is None:
        return [finding("seal_unverified")]
    found: list[ReadingFinding] = []
    if not (signer.holds_at(seal.signed_at) and signer.may_sign()):
        begins, ends = (f"{moment:%Y-%m-%d}" for moment in (signer.begins, signer.ends))
        found.append(finding("seal_expired", signer=seal.name, begins=begins, ends=ends))
    signed = seal.signed_at.astimezone(CHINA).date()
    if issued and signed < issued - timedelta(days=1):
        found.append(finding("seal_before_issue", "date", signed=signed.isoformat()))
    return found


def listed(names: Sequence[str]) -> str:
    """Name the first few parts of a file, shortened; they are foreign text."""
    shown = "、".join((tidy(name) or "?")[:_MAX_NAME] for name in names[:_SHOWN])
    return f"{shown} … ({len(names)})" if len(names) > _SHOWN else shown
