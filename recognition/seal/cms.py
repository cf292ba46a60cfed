"""CMS SignedData (RFC 5652, and its SM2 twin of GM/T 0010) as it stands in signed PDFs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from recognition.seal import der
from recognition.seal.certificate import (
    Certificate,
    check_signature,
    digest_of,
    read_certificate,
)
from recognition.seal.der import Malformed, Node

_SIGNED_DATA = ("1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2")
_CONTENT_TYPE, _DIGEST, _TIME = (f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5))
_MAX_CERTIFICATES = 20


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature: who, over which attributes or content, and when by its own word."""

    signer: Certificate
    digest: str
    algorithm: str
    signature: bytes
    signed: bytes | None
    attributes: dict[str, Node]

    @property
    def signed_at(self) -> datetime | None:
        """The moment of signing that the signer states."""
        value = self.attributes.get(_TIME)
        return der.time(value) if value else None

    def covers(self, *content: bytes) -> bool:
        """Whether the digest that was signed is that of the content.

        Without attributes the signature is over the content itself, so `holds` alone tells.
        """
        if self.signed is None:
            return True
        value = self.attributes.get(_DIGEST)
        return value is not None and der.octets(value) == digest_of(self.digest, *content)

    def holds(self, *content: bytes) -> bool:
        """Whether the signature is right; Unsupported for unknown ways."""
        message = b"".join(content) if self.signed is None else self.signed
        return check_signature(
            self.signer.key, self.algorithm, message, self.signature, self.digest
        )


@dataclass(frozen=True, slots=True)
class SignedData:
    """The certificates that came along, the content if it came along, and the signature."""

    certificates: Sequence[Certificate]
    content: bytes | None
    info: SignerInfo


def read_signed_data(data: bytes) -> SignedData:
    """Parse ContentInfo with SignedData of one signer; Malformed for anything else."""
    kind, wrapped = der.read(data).as_(der.SEQUENCE).parts(2)[:2]
    if der.oid(kind) not in _SIGNED_DATA:
        raise Malformed("not signed data")
    parts = wrapped.parts(1)[0].as_(der.SEQUENCE).parts(4)
    carried = der.tagged(parts[3:], 0)
    certificates = [
        read_certificate(node.raw)
        for node in islice(carried.parts() if carried else (), _MAX_CERTIFICATES)
        if node.tag == der.SEQUENCE
    ]
    infos = parts[-1].as_(der.SET).parts(1)
    if len(infos) != 1:
        raise Malformed("several signers")
    return SignedData(certificates, _content(parts[2]), _info(infos[0], certificates))


def _content(node: Node) -> bytes | None:
    parts = node.as_(der.SEQUENCE).parts(1)
    return der.octets(parts[1].parts(1)[0]) if len(parts) > 1 else None


def _info(node: Node, certificates: Sequence[Certificate]) -> SignerInfo:
    _, who, digest, *rest = node.as_(der.SEQUENCE).parts(5)
    attributes = der.tagged(rest[:1], 0)
    if attributes:
        rest = rest[1:]
    if len(rest) < 2:  # noqa: PLR2004 algorithm and signature
        raise Malformed("signer")
    head = bytes((der.SET,))
    return SignerInfo(
        signer=_signer(who, certificates),
        digest=der.oid(digest.parts(1)[0]),
        algorithm=der.oid(rest[0].parts(1)[0]),
        signature=der.octets(rest[1]),
        signed=head + attributes.raw[1:] if attributes else None,
        attributes=_attributes(attributes) if attributes else {},
    )


def _attributes(node: Node) -> dict[str, Node]:
    """Give the first value of each attribute; one that stands twice makes it Malformed."""
    pairs = [a.as_(der.SEQUENCE).parts(2) for a in node.parts()]
    found = {der.oid(p[0]): p[1].as_(der.SET).parts(1)[0] for p in pairs}
    if len(found) != len(pairs) or _CONTENT_TYPE not in found:
        raise Malformed("attributes")
    return found


def _signer(who: Node, certificates: Sequence[Certificate]) -> Certificate:
    """Find the signer's certificate by issuer and serial, or by its key identifier."""
    if who.tag == der.SEQUENCE:
        issuer, serial = who.parts(2)[:2]
        key = issuer.raw, der.number(serial)
        found = [c for c in certificates if (c.issuer, c.serial) == key]
    else:
        found = [c for c in certificates if c.key_id == who.content]
    if not found:
        raise Malformed("no certificate of the signer")
    return found[0]
