"""Electronic seals by GB/T 38540 (version 4) and GM/T 0031 (version 1): SES_Signature."""

from dataclasses import dataclass
from datetime import datetime

from recognition.seal import der
from recognition.seal.certificate import Certificate, check_signature, read_certificate
from recognition.seal.der import Malformed, Node

_FOURTH = 4
_SIGNED_PARTS = 5
"""Version, seal, time, digest, place; version 1 has certificate and algorithm behind them."""
_CERTIFICATES = 1
"""A list of the seal's certificates themselves; otherwise of their digests."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A message, who signed it, and the signature."""

    message: bytes
    certificate: Certificate
    algorithm: str
    signature: bytes

    def holds(self) -> bool:
        """Whether the signature is right; Unsupported for unknown ways."""
        own = self.certificate
        return check_signature(own.key, self.algorithm, self.message, self.signature)


@dataclass(frozen=True, slots=True)
class SealSignature:
    """What a seal put on a document says, as parsed; nothing about it is checked yet.

    `holders` are the certificates (DER) that the seal may be used with, `holder_digests` stand
    for them in some seals; `made` are the ways in which its maker may have signed it.
    """

    by_signer: Signed
    made: tuple[Signed, ...]
    holders: frozenset[bytes]
    holder_digests: frozenset[bytes]
    begins: datetime
    ends: datetime
    signed_at: datetime | None
    digest: bytes


def read_seal_signature(data: bytes) -> SealSignature:
    """Parse SES_Signature; Malformed when it is none of the two versions."""
    parts = der.read(data).as_(der.SEQUENCE).parts(2)
    signed = parts[0].as_(der.SEQUENCE)
    body = signed.parts(_SIGNED_PARTS)
    if len(parts) >= _FOURTH:
        certificate, algorithm, signature = parts[1:4]
    elif len(body) > _SIGNED_PARTS + 1:
        certificate, algorithm, signature = body[5], body[6], parts[1]
    else:
        raise Malformed("neither version")
    info, *maker = body[1].as_(der.SEQUENCE).parts(2)
    holders, digests, begins, ends = _property(info.parts(3)[2])
    return SealSignature(
        by_signer=Signed(
            signed.raw, _certificate(certificate), _algorithm(algorithm), der.bits(signature)
        ),
        made=_made(info, maker),
        holders=holders,
        holder_digests=digests,
        begins=begins,
        ends=ends,
        signed_at=_when(body[2]),
        digest=der.bits(body[3]),
    )


def _certificate(node: Node) -> Certificate:
    """Read a certificate that stands in an OCTET STRING or as itself."""
    return read_certificate(node.raw if node.tag == der.SEQUENCE else der.octets(node))


def _algorithm(node: Node) -> str:
    return der.oid(node.parts(1)[0] if node.tag == der.SEQUENCE else node)


def _made(info: Node, maker: list[Node]) -> tuple[Signed, ...]:
    """Give the maker's signature: over the seal's content alone, or in version 1 with more.

    Version 1 keeps certificate, algorithm and signature in a sequence of their own.
    """
    parts = maker if len(maker) > 1 else maker[0].as_(der.SEQUENCE).parts(3)
    if len(parts) < 3:  # noqa: PLR2004 certificate, algorithm, signature
        raise Malformed("seal")
    certificate, algorithm, signature = parts[:3]
    by = _certificate(certificate), _algorithm(algorithm), der.bits(signature)
    joined = info.raw + certificate.raw + algorithm.raw
    head = len(joined).to_bytes(4).lstrip(b"\0")
    wrapped = bytes((der.SEQUENCE, 0x80 | len(head))) + head + joined
    return Signed(info.raw, *by), Signed(wrapped, *by)


def _property(node: Node) -> tuple[frozenset[bytes], frozenset[bytes], datetime, datetime]:
    """Read the seal's holders and dates: type, name, [kind of list], list, made, begins, ends."""
    parts = node.as_(der.SEQUENCE).parts(6)
    kind = _CERTIFICATES
    if parts[2].tag == der.INTEGER:
        kind, parts = der.number(parts[2]), parts[:2] + parts[3:]
    if len(parts) < 6:  # noqa: PLR2004 see above
        raise Malformed("seal")
    if kind == _CERTIFICATES:
        holders = frozenset(der.octets(c) for c in parts[2].parts())
        return holders, frozenset(), der.time(parts[4]), der.time(parts[5])
    digests = frozenset(der.octets(d.parts(2)[1]) for d in parts[2].parts())
    return frozenset(), digests, der.time(parts[4]), der.time(parts[5])


def _when(node: Node) -> datetime | None:
    """Read the moment of signing; version 1 may have a time stamp there, or nothing."""
    if node.tag in {der.TIME, der.UTC_TIME}:
        return der.time(node)
    try:
        inner = der.bits(node)
        return der.time(der.read(inner)) if inner[:1] in {b"\x17", b"\x18"} else _plain(inner)
    except Malformed:
        return None


def _plain(inner: bytes) -> datetime:
    return der.moment(inner.decode("ascii", "replace"))
