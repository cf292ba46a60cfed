"""SM2 signatures with SM3 (GB/T 32918): checking only, on plain integers, nothing secret."""

from cryptography.hazmat.primitives.hashes import SM3, Hash

from recognition.seal import der

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
IDENTITY = b"1234567812345678"
"""What signers are called in the standard when nothing else was agreed (GM/T 0009)."""
_SIZE = 32
_WIDTH = 5
_BASE_WIDTH = 7

Point = tuple[int, int, int]
"""Jacobian: x = X/Z², y = Y/Z³; Z = 0 is infinity."""
INFINITY: Point = (1, 1, 0)


def sm3(*parts: bytes) -> bytes:
    """Digest bytes with SM3 (GB/T 32905): 32 bytes."""
    digest = Hash(SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def read_key(encoded: bytes) -> tuple[int, int]:
    """Read an uncompressed public key (04, x, y); Malformed unless it lies on the curve."""
    x, y = int.from_bytes(encoded[1 : 1 + _SIZE]), int.from_bytes(encoded[1 + _SIZE :])
    on_curve = (y * y - (x * x + A) * x - B) % P == 0
    if len(encoded) != 1 + 2 * _SIZE or encoded[0] != 4 or max(x, y) >= P or not on_curve:  # noqa: PLR2004
        raise der.Malformed("key")
    return x, y


def verify(key: tuple[int, int], message: bytes, signature: bytes) -> bool:
    """Check a signature (DER of r and s, or both as 64 bytes) over a message."""
    r, s = _signature(signature)
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N) or t == 0:
        return False
    point = _sum(s, t, key)
    if point[2] == 0:
        return False
    x = point[0] * pow(point[2], -2, P) % P
    return (digest(key, message) + x) % N == r


def digest(key: tuple[int, int], message: bytes) -> int:
    """Give what is signed: SM3 over the signer's identity and key, and the message."""
    known = b"".join(v.to_bytes(_SIZE) for v in (A, B, GX, GY, *key))
    identity = sm3((len(IDENTITY) * 8).to_bytes(2), IDENTITY, known)
    return int.from_bytes(sm3(identity, message))


def _signature(encoded: bytes) -> tuple[int, int]:
    if len(encoded) == 2 * _SIZE and encoded[0] != der.SEQUENCE:
        return int.from_bytes(encoded[:_SIZE]), int.from_bytes(encoded[_SIZE:])
    r, s, *_ = der.read(encoded).as_(der.SEQUENCE).parts(2)
    return der.number(r), der.number(s)


def _sum(s: int, t: int, key: tuple[int, int]) -> Point:
    """Add s·G and t·key in one run of doublings."""
    steps = _digits(s, _BASE_WIDTH), _digits(t, _WIDTH)
    odd = _BASE, _odd_multiples((*key, 1), _WIDTH)
    point = INFINITY
    for i in range(max(map(len, steps)) - 1, -1, -1):
        point = double(point)
        for digits, table in zip(steps, odd, strict=True):
            digit = digits[i] if i < len(digits) else 0
            if digit:
                x, y, z = table[abs(digit) >> 1]
                point = add(point, (x, y if digit > 0 else P - y, z))
    return point


def _digits(value: int, width: int) -> list[int]:
    """Write a number with signed odd digits, at most one of `width` not zero; lowest first."""
    found = list[int]()
    full = 1 << width
    while value:
        digit = 0
        if value & 1:
            digit = value % full
            digit -= full if digit > full >> 1 else 0
            value -= digit
        found.append(digit)
        value >>= 1
    return found


def _odd_multiples(point: Point, width: int) -> list[Point]:
    twice = double(point)
    found = [point]
    for _ in range((1 << width - 2) - 1):
        found.append(add(found[-1], twice))
    return found


def double(point: Point) -> Point:
    """Double a point; the curve's a is -3."""
    x, y, z = point
    zz = z * z % P
    yy = y * y % P
    beta = x * yy % P
    alpha = 3 * (x - zz) * (x + zz) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * yy * yy) % P, 2 * y * z % P


def add(one: Point, other: Point) -> Point:
    """Add two points."""
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    (x1, y1, z1), (x2, y2, z2) = one, other
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    if u1 == u2:
        return double(one) if s1 == s2 else INFINITY
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * z1 * z2 % P


_BASE = _odd_multiples((GX, GY, 1), _BASE_WIDTH)
