"""Which certificates the company trusts, and whether a signer's leads to one of them."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from recognition.seal.certificate import Certificate, Unsupported, read_certificate
from recognition.seal.der import Malformed

_MAX_CHAIN = 5
_MAX_OTHERS = 20
_MAX_BYTES = 1_000_000
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class NoAnchor(Exception):
    """A pattern that names no readable certificate; the text says which."""


@dataclass(frozen=True)
class Anchors:
    """Trusted certificates in DER, usually of the authorities; none means nothing is proven."""

    encoded: tuple[bytes, ...] = ()

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """The same, parsed; Malformed when one is no certificate."""
        return tuple(read_certificate(data) for data in self.encoded)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.encoded)

    def vouch(self, signer: Certificate, others: Sequence[Certificate], at: datetime) -> bool:
        """Whether a chain of signatures leads from the signer to an anchor.

        Every certificate of the chain must hold at the moment of signing. `others` are
        certificates that came with the file; they are only links, never trusted by themselves.
        """
        link = signer
        for _ in range(_MAX_CHAIN):
            if any(self._ends(link, anchor, at) for anchor in self.certificates):
                return True
            above = (o for o in others[:_MAX_OTHERS] if _leads(link, o, at))
            found = next(above, None)
            if found is None or found.raw == link.raw:
                return False
            link = found
        return False

    def _ends(self, link: Certificate, anchor: Certificate, at: datetime) -> bool:
        return link.raw == anchor.raw or _leads(link, anchor, at)


NONE = Anchors()
"""Nobody is trusted: seals are checked, and what is intact stays unproven."""


def _leads(link: Certificate, above: Certificate, at: datetime) -> bool:
    try:
        return above.may_certify() and above.holds_at(at) and link.signed_by(above)
    except (Malformed, Unsupported):
        return False


def load_anchors(patterns: Iterable[str]) -> Anchors:
    """Read the PEM or DER files that patterns name; NoAnchor when one names none or a bad one."""
    found: dict[bytes, None] = {}
    for pattern in patterns:
        places = _places(pattern)
        if not places:
            raise NoAnchor(f"{pattern}: no such file · 没有这个文件")
        for place in places:
            found.update(dict.fromkeys(_load(place)))
    return Anchors(tuple(found))


def _places(pattern: str) -> list[Path]:
    path = Path(pattern)
    root = Path(path.anchor) if path.is_absolute() else Path()
    parts = path.relative_to(root) if path.is_absolute() else path
    return sorted(p for p in root.glob(str(parts)) if p.is_file())


def _load(place: Path) -> list[bytes]:
    try:
        if place.stat().st_size > _MAX_BYTES:
            raise NoAnchor(f"{place}: too large · 文件过大")
        data = place.read_bytes()
        encoded = _from_pem(data.decode("ascii")) if _BEGIN.encode() in data else [data]
        for one in encoded:
            read_certificate(one)
    except (OSError, ValueError) as error:
        # Malformed is a ValueError, and so are bad Base64 and letters that are not ASCII.
        raise NoAnchor(f"{place}: not a certificate · 不是证书") from error
    return encoded


def _from_pem(text: str) -> list[bytes]:
    blocks = (_BEGIN + part.partition(_END)[0] + _END for part in text.split(_BEGIN)[1:])
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]
