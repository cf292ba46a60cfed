"""X.509 certificates of signers: names, dates, uses, and checking what their keys signed."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from recognition.evidence import tidy
from recognition.seal import der, sm2
from recognition.seal.der import Malformed, Node

SM2_SM3 = "1.2.156.10197.1.501"
_SM2_CURVE = "1.2.156.10197.1.301"
_EC_KEY = "1.2.840.10045.2.1"
_PSS = "1.2.840.113549.1.1.10"
_COMMON_NAME, _ORGANISATION = "2.5.4.3", "2.5.4.10"
_KEY_ID, _KEY_USAGE, _CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.19"
_SIGNS, _COMMITS, _SIGNS_CERTIFICATES = 0x80, 0x40, 0x04
_MAX_NAME = 60
_MAX_RSA_BITS = 8_192
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "1.3.14.3.2.26": hashes.SHA1,
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
    "1.2.156.10197.1.401": hashes.SM3,
}
_SIGNATURES: dict[str, type[hashes.HashAlgorithm]] = {
    "1.2.840.113549.1.1.5": hashes.SHA1,
    "1.2.840.113549.1.1.11": hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
    "1.2.840.10045.4.1": hashes.SHA1,
    "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
}


class Unsupported(Exception):
    """A key or algorithm that is not known here: nothing is said for or against it."""


def digest_of(algorithm: str, *parts: bytes) -> bytes:
    """Digest bytes by the object identifier of the algorithm; Unsupported for others."""
    made = _DIGESTS.get(algorithm)
    if made is None:
        raise Unsupported(algorithm)
    digest = hashes.Hash(made())
    for part in parts:
        digest.update(part)
    return digest.finalize()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as parsed; nothing about it is believed before `signed_by`.

    `name` and `issuer_name` are for people. `usage` are the bits of its key usage, None when it
    has none, which allows everything; `authority` tells whether it may issue certificates.
    """

    raw: bytes
    signed: bytes
    algorithm: str
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    name: str
    issuer_name: str
    begins: datetime
    ends: datetime
    key: Node
    usage: int | None
    authority: bool
    key_id: bytes | None

    def holds_at(self, when: datetime) -> bool:
        """Whether its dates allow a moment."""
        return self.begins <= when <= self.ends

    def may_sign(self) -> bool:
        """Whether its key may sign documents."""
        return self.usage is None or bool(self.usage & (_SIGNS | _COMMITS))

    def may_certify(self) -> bool:
        """Whether it is one of an authority."""
        return self.authority and (self.usage is None or bool(self.usage & _SIGNS_CERTIFICATES))

    def signed_by(self, other: "Certificate") -> bool:
        """Whether another certificate's key signed this one, as issuer by name."""
        return self.issuer == other.subject and check_signature(
            other.key, self.algorithm, self.signed, self.signature
        )


def read_certificate(data: bytes) -> Certificate:
    """Parse a certificate; Malformed when it is none."""
    whole = der.read(data)
    body, algorithm, signature = whole.as_(der.SEQUENCE).parts(3)[:3]
    parts = body.as_(der.SEQUENCE).parts(6)
    if parts[0].tag == 0xA0:  # noqa: PLR2004 the version has a tag of its own
        parts = parts[1:]
    if len(parts) < 6:  # noqa: PLR2004 serial, algorithm, issuer, validity, subject, key
        raise Malformed("certificate")
    serial, _, issuer, validity, subject, key = parts[:6]
    begins, ends = validity.parts(2)[:2]
    more = der.tagged(parts[6:], 3)
    extensions = _extensions(more) if more else {}
    key_id = extensions.get(_KEY_ID)
    return Certificate(
        raw=whole.raw,
        signed=body.raw,
        algorithm=der.oid(algorithm.parts(1)[0]),
        signature=der.bits(signature),
        serial=der.number(serial),
        issuer=issuer.raw,
        subject=subject.raw,
        name=_name(subject),
        issuer_name=_name(issuer),
        begins=der.time(begins),
        ends=der.time(ends),
        key=key.as_(der.SEQUENCE),
        usage=_usage(extensions.get(_KEY_USAGE)),
        authority=_authority(extensions.get(_CONSTRAINTS)),
        key_id=der.octets(der.read(key_id)) if key_id else None,
    )


def _usage(value: bytes | None) -> int | None:
    if value is None:
        return None
    content = der.read(value).as_(der.BITS).content
    return content[1] if len(content) > 1 else 0


def _authority(value: bytes | None) -> bool:
    parts = der.read(value).parts() if value else []
    return bool(parts) and parts[0].tag == der.BOOLEAN and parts[0].content != b"\0"


def _extensions(more: Node) -> dict[str, bytes]:
    each = [e.parts(2) for e in more.parts(1)[0].parts()]
    return {der.oid(parts[0]): der.octets(parts[-1]) for parts in each}


def _name(name: Node) -> str:
    """Give the last common name, else organisation, short and without control characters."""
    groups = name.as_(der.SEQUENCE).parts()
    pairs = [a.parts(2) for group in groups for a in group.parts()]
    known = {der.oid(p[0]): p[1] for p in pairs}
    found = known.get(_COMMON_NAME) or known.get(_ORGANISATION)
    return (tidy(der.text(found)) or "")[:_MAX_NAME] if found else ""


def check_signature(
    key: Node, algorithm: str, message: bytes, signature: bytes, digest: str | None = None
) -> bool:
    """Check a signature by a SubjectPublicKeyInfo; Unsupported for unknown ways.

    `digest` names the digest where the algorithm does not (plain RSA, plain ECDSA, PSS).
    """
    info, bits = key.parts(2)[:2]
    kinds = [der.oid(p) for p in info.parts(1) if p.tag == der.OID]
    if _SM2_CURVE in kinds and kinds[0] in {_EC_KEY, _SM2_CURVE}:
        return sm2.verify(sm2.read_key(der.bits(bits)), message, signature)
    made = _SIGNATURES.get(algorithm) or _DIGESTS.get(digest or "")
    if made is None or algorithm == SM2_SM3:
        raise Unsupported(algorithm)
    try:
        public = load_der_public_key(key.raw)
        if isinstance(public, rsa.RSAPublicKey) and public.key_size <= _MAX_RSA_BITS:
            scheme = padding.PSS(padding.MGF1(made()), padding.PSS.AUTO)
            plain = padding.PKCS1v15()
            public.verify(signature, message, scheme if algorithm == _PSS else plain, made())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(made()))
        else:
            raise Unsupported("key")
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unsupported(algorithm) from error
    return True
