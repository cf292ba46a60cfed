"""Keys, certificates and seals of a made-up authority, for tests of what checks them."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from recognition_builders import invoice

from recognition.limits import Package
from recognition.seal import sm2
from sandbox.invoices import build_ofd

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
TAX = "国家税务总局某市税务局"
SIGNS = "Doc_0/Signs/Sign_0"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
SM2_SM3 = "1.2.156.10197.1.501"


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    size = len(content).to_bytes(4).lstrip(b"\0")
    return bytes((tag, 0x80 | len(size))) + size + content


def seq(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytes((first * 40 + second,))
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return der(6, content)


def bits(content: bytes) -> bytes:
    return der(3, b"\0", content)


def octets(content: bytes) -> bytes:
    return der(4, content)


def utf8(text: str) -> bytes:
    return der(12, text.encode())


def ia5(text: str) -> bytes:
    return der(22, text.encode())


def moment(when: datetime) -> bytes:
    return der(24, f"{when:%Y%m%d%H%M%S}Z".encode())


def multiply(scalar: int) -> tuple[int, int]:
    """Multiply the base point the slow way, apart from the code under test."""
    found: tuple[int, int] | None = None
    power = (sm2.GX, sm2.GY)
    while scalar:
        if scalar & 1:
            found = plus(found, power)
        power = plus(power, power)
        scalar >>= 1
    assert found
    return found


def plus(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    if one is None:
        return other
    (x1, y1), (x2, y2), p = one, other, sm2.P
    if one == other:
        slope = (3 * x1 * x1 + sm2.A) * pow(2 * y1, -1, p) % p
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, p) % p
    x3 = (slope * slope - x1 - x2) % p
    return x3, (slope * (x1 - x3) - y1) % p


def sign(secret: int, message: bytes, nonce: int = 0x1F2E3D4C5B6A79880123456789ABCDEF) -> bytes:
    public = multiply(secret)
    r = (sm2.digest(public, message) + multiply(nonce)[0]) % sm2.N
    s = pow(1 + secret, -1, sm2.N) * (nonce - r * secret) % sm2.N
    return seq(integer(r), integer(s))


@dataclass(frozen=True)
class Holder:
    """Somebody with a key and a certificate."""

    name: str
    secret: int
    certificate: bytes


def name_of(text: str) -> bytes:
    return seq(der(0x31, seq(oid("2.5.4.3"), utf8(text))))


def certify(
    name: str,
    secret: int,
    issuer: Holder | None,
    *,
    begins: datetime = datetime(2025, 1, 1, tzinfo=UTC),
    ends: datetime = datetime(2035, 1, 1, tzinfo=UTC),
    authority: bool = False,
) -> Holder:
    """Issue a certificate; without an issuer it signs itself."""
    x, y = multiply(secret)
    point = b"\4" + x.to_bytes(32) + y.to_bytes(32)
    key = seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.156.10197.1.301")), bits(point))
    usage = b"\x01\x06" if authority else b"\x06\xc0"
    limits = seq(der(1, b"\xff")) if authority else seq()
    extensions = seq(
        seq(oid("2.5.29.15"), octets(der(3, usage))), seq(oid("2.5.29.19"), octets(limits))
    )
    body = seq(
        der(0xA0, integer(2)),
        integer(secret % 1_000_003),
        seq(oid(SM2_SM3)),
        name_of(issuer.name if issuer else name),
        seq(moment(begins), moment(ends)),
        name_of(name),
        key,
        der(0xA3, extensions),
    )
    signature = sign(issuer.secret if issuer else secret, body)
    return Holder(name, secret, seq(body, seq(oid(SM2_SM3)), bits(signature)))


ROOT = certify("测试根证书", 0x1111_2222_3333_4444_5555, None, authority=True)
MAKER = certify("电子印章制作系统", 0x2222_3333_4444_5555_6666, ROOT)
SIGNER = certify(TAX, 0x3333_4444_5555_6666_7777, ROOT)
FORGER = certify(TAX, 0x4444_5555_6666_7777_8888, None)


@dataclass(frozen=True)
class Stamp:
    """How to seal: by whom, when, in which version, for which holder."""

    signer: Holder = SIGNER
    maker: Holder = MAKER
    holder: Holder | None = None
    at: datetime = NOW
    version: int = 4
    place: str = SIGNS
    begins: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    ends: datetime = datetime(2035, 1, 1, tzinfo=UTC)

    def but(self, **changes: object) -> "Stamp":
        return replace(self, **changes)  # type: ignore[arg-type]


def seal_value(stamp: Stamp, signature_xml: bytes) -> bytes:
    """Make SES_Signature of version 4 (GB/T 38540) or 1 (GM/T 0031)."""
    holder = (stamp.holder or stamp.signer).certificate
    fourth = stamp.version == 4
    kind = (integer(1),) if fourth else ()
    dates = (moment(stamp.begins), moment(stamp.begins), moment(stamp.ends))
    listed = seq(integer(3), utf8(TAX), *kind, seq(octets(holder)), *dates)
    picture = seq(ia5("png"), octets(b"\x89PNG"), integer(30), integer(20))
    info = seq(
        seq(ia5("ES"), integer(stamp.version), ia5("Made")), ia5("33010600000001"), listed, picture
    )
    maker, algorithm = octets(stamp.maker.certificate), oid(SM2_SM3)
    made = bits(sign(stamp.maker.secret, info if fourth else seq(info, maker, algorithm)))
    parts = (maker, algorithm, made)
    seal = seq(info, *(parts if fourth else (seq(*parts),)))
    own = (octets(stamp.signer.certificate), algorithm)
    when = moment(stamp.at)
    signed = seq(
        integer(stamp.version),
        seal,
        when if fourth else bits(when),
        bits(sm2.sm3(signature_xml)),
        ia5(f"/{stamp.place}/Signature.xml"),
        *(() if fourth else own),
    )
    signature = bits(sign(stamp.signer.secret, signed))
    return seq(signed, *(own if fourth else ()), signature)


def signature_xml(files: Mapping[str, bytes], names: Iterable[str], place: str = SIGNS) -> bytes:
    references = "".join(
        f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>'
        f"{base64.b64encode(sm2.sm3(files[name])).decode()}</ofd:CheckValue></ofd:Reference>"
        for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo>'
        f"<ofd:SignatureMethod>{SM2_SM3}</ofd:SignatureMethod>"
        f'<ofd:References CheckMethod="1.2.156.10197.1.401">{references}</ofd:References>'
        '<ofd:StampAnnot ID="1" PageRef="1" Boundary="90 8 30 20"/></ofd:SignedInfo>'
        f"<ofd:SignedValue>/{place}/SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    ).encode()


def sealed(
    files: Mapping[str, bytes], stamp: Stamp | None = None, names: Iterable[str] | None = None
) -> dict[str, bytes]:
    """Seal files of an OFD; `names` are those that the seal covers."""
    stamp = stamp or Stamp()
    made = dict(files)
    entry = f'<ofd:Signature ID="1" BaseLoc="/{stamp.place}/Signature.xml"/>'
    lists = "Doc_0/Signs/Signatures.xml"
    old = made.get(lists, b'<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016">')
    made[lists] = old.removesuffix(b"</ofd:Signatures>") + entry.encode() + b"</ofd:Signatures>"
    if b"<ofd:Signatures>" not in made["OFD.xml"]:
        made["OFD.xml"] = made["OFD.xml"].replace(
            b"</ofd:DocRoot>", f"</ofd:DocRoot><ofd:Signatures>/{lists}</ofd:Signatures>".encode()
        )
    xml = signature_xml(made, names or [*files], stamp.place)
    made[f"{stamp.place}/Signature.xml"] = xml
    made[f"{stamp.place}/SignedValue.dat"] = seal_value(stamp, xml)
    return made


def parts_of(data: bytes) -> dict[str, bytes]:
    package = Package(data)
    return {name: package.read(name) for name in package.names()}


def plain() -> dict[str, bytes]:
    """The files of a made-up OFD without a seal."""
    return parts_of(build_ofd(invoice()))
