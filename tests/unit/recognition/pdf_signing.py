"""Signed PDFs: a signature field with CMS by a made-up RSA or SM2 key."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from seal_builders import NOW, Holder, der, integer, octets, oid, seq, sign

from recognition.seal import sm2
from recognition.seal.certificate import read_certificate

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ROOM = 12_000
SHA1, SHA256, SM3 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "1.2.156.10197.1.401"
RSA, ECDSA_256, SM2 = "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2", "1.2.156.10197.1.501"
PSS = "1.2.840.113549.1.1.10"
DATA = "1.2.840.113549.1.7.1"


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048 + 8 * number)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def certificate(name: str, key: Key, issuer: str, issuer_key: Key, *, authority: bool) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(len(name) + 1000)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.DER)


def root() -> bytes:
    return certificate("Root", rsa_key(0), "Root", rsa_key(0), authority=True)


def digest(algorithm: str, data: bytes) -> bytes:
    if algorithm == SM3:
        return sm2.sm3(data)
    return hashlib.new({SHA1: "sha1", SHA256: "sha256"}[algorithm], data).digest()


def signed_data(
    content: bytes,
    holder: bytes,
    put: Callable[[bytes], bytes],
    *,
    algorithm: str = RSA,
    hashed: str = SHA256,
    inside: bool = False,
    bare: bool = False,
    at: datetime = NOW,
    kind: str = "1.2.840.113549.1.7.2",
) -> bytes:
    """Make ContentInfo with SignedData; `inside` carries the content, `bare` has no attributes."""
    own = read_certificate(holder)
    attributes = b"".join(
        seq(oid(name), der(0x31, value))
        for name, value in (
            ("1.2.840.113549.1.9.3", oid(DATA)),
            ("1.2.840.113549.1.9.4", octets(digest(hashed, content))),
            ("1.2.840.113549.1.9.5", der(0x17, f"{at:%y%m%d%H%M%S}Z".encode())),
        )
    )
    info = seq(
        integer(1),
        seq(own.issuer, integer(own.serial)),
        seq(oid(hashed)),
        b"" if bare else der(0xA0, attributes),
        seq(oid(algorithm)),
        octets(put(content if bare else der(0x31, attributes))),
    )
    carried = seq(oid(DATA), der(0xA0, octets(content))) if inside else seq(oid(DATA))
    whole = seq(
        integer(1), der(0x31, seq(oid(hashed))), carried, der(0xA0, holder), der(0x31, info)
    )
    return seq(oid(kind), der(0xA0, whole))


def by_rsa(content: bytes, **ways: object) -> bytes:
    """Sign as most do."""
    holder = certificate("航天信息", rsa_key(1), "Root", rsa_key(0), authority=False)
    hashed = hashes.SHA1() if ways.get("hashed") == SHA1 else hashes.SHA256()  # noqa: S303
    way: padding.AsymmetricPadding = padding.PKCS1v15()
    if ways.get("algorithm") == PSS:
        way = padding.PSS(padding.MGF1(hashed), 32)
    return signed_data(content, holder, lambda m: rsa_key(1).sign(m, way, hashed), **ways)  # type: ignore[arg-type]


def by_ec(content: bytes) -> bytes:
    holder = certificate("电子签名", ec_key(), "Root", rsa_key(0), authority=False)
    put = lambda m: ec_key().sign(m, ec.ECDSA(hashes.SHA256()))  # noqa: E731 one short way
    return signed_data(content, holder, put, algorithm=ECDSA_256)


def by_sm2(content: bytes, holder: Holder) -> bytes:
    return signed_data(
        content,
        holder.certificate,
        lambda m: sign(holder.secret, m),
        algorithm=SM2,
        hashed=SM3,
        kind="1.2.156.10197.6.1.4.2.2",
    )


def sign_pdf(
    data: bytes,
    make: Callable[[bytes], bytes],
    *,
    way: str = "adbe.pkcs7.detached",
    number: int = 900,
    earlier: tuple[int, ...] = (),
) -> bytes:
    """Append a signature as an update of the file; `make` signs the covered bytes.

    The catalog is written again with a form that has the fields of this and earlier signatures.
    """
    fields = b" ".join(b"%d 0 R" % n for n in (*earlier, number))
    head = b"/ByteRange [0 %010d %010d %010d]"
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%b] /SigFlags 3 >> >>"
    kind = b"/Type /Sig /Filter /Adobe.PPKLite /SubFilter /%b" % way.encode()
    value = b"/M (D:20261125120000+08'00') /Contents <%b>" % (b"0" * ROOM)
    objects = {
        1: catalog % fields,
        number: b"<< /FT /Sig /T (S%d) /V %d 0 R >>" % (number, number + 1),
        number + 1: b"<< %b %b %b >>" % (kind, head % (0, 0, 0), value),
    }
    return _filled(updated(data, objects), head, len(data), make)


def updated(data: bytes, objects: dict[int, bytes]) -> bytes:
    made = data if data.endswith(b"\n") else data + b"\n"
    table = b"xref\n"
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    previous = data[data.rindex(b"startxref") + 9 :].split()[0]
    end = b"trailer\n<< /Size %d /Root 1 0 R /Prev %b >>\nstartxref\n%d\n%%%%EOF\n"
    return made + table + end % (max(objects) + 1, previous, len(made))


def _filled(made: bytes, head: bytes, start: int, make: Callable[[bytes], bytes]) -> bytes:
    opens = made.index(b"/Contents <", start) + len(b"/Contents ")
    closes = opens + ROOM + 2
    span = head % (opens, closes, len(made) - closes)
    made = made[:start] + made[start:].replace(head % (0, 0, 0), span, 1)
    value = make(made[:opens] + made[closes:]).hex().encode()
    assert len(value) <= ROOM
    return made[: opens + 1] + value.ljust(ROOM, b"0") + made[closes - 1 :]
