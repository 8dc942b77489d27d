"""SM2 and its DER, for what `cryptography` lacks: GB/T 32918 with plain integers. Not for secrets: nothing here takes
constant time."""

import secrets

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash

# GB/T 32918.5: the recommended curve.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
DEFAULT_ID = b"1234567812345678"
ALGORITHM = bytes.fromhex("301306072A8648CE3D020106082A811CCF5501822D")


def add(p, q):
    """The sum of two points; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def double(x, y, z):
    """Twice a point in Jacobian coordinates (x / z^2, y / z^3), which need no inversion."""
    delta, gamma = z * z % P, y * y % P
    beta, alpha = x * gamma % P, 3 * (x - delta) * (x + delta) % P
    doubled = (alpha * alpha - 8 * beta) % P
    return doubled, (alpha * (4 * beta - doubled) - 8 * gamma * gamma) % P, ((y + z) ** 2 - gamma - delta) % P


def multiply(number, point):
    """From the highest bit: double, and add the point where the bit is set. Not for multiples of the curve's order."""
    total = (*point, 1)
    for bit in bin(number)[3:]:
        total = double(*total)
        if bit == "1":
            total = add_mixed(*total, *point)
    x, y, z = total
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * pow(inverse, 3, P) % P


def add_mixed(x, y, z, other_x, other_y):
    """A point in Jacobian coordinates and another, different one in plain ones."""
    square = z * z % P
    h, r = (other_x * square - x) % P, (other_y * square * z - y) % P
    h2 = h * h % P
    h3, v = h * h2 % P, x * h2 % P
    sum_x = (r * r - h3 - 2 * v) % P
    return sum_x, (r * (v - sum_x) - y * h3) % P, z * h % P


def sm3(*parts: bytes) -> bytes:
    digest = Hash(SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def octets(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def digest(public, message: bytes, identity: bytes = DEFAULT_ID) -> bytes:
    """What is signed: the hash of Z and the message (GB/T 32918.2 §5.5)."""
    length = (8 * len(identity)).to_bytes(2, "big")
    return sm3(sm3(length, identity, octets(A, B, *G, *public)), message)


def sign(private: int, signed: bytes) -> bytes:
    e, nonce = int.from_bytes(signed, "big"), secrets.randbelow(N - 1) + 1
    r = (e + multiply(nonce, G)[0]) % N
    s = pow(1 + private, -1, N) * (nonce - r * private) % N
    return encode_dss_signature(r, s)


def verify(public, signed: bytes, signature: bytes) -> bool:
    r, s = decode_dss_signature(signature)
    if not (0 < r < N and 0 < s < N and (r + s) % N):
        return False
    point = add(multiply(s, G), multiply((r + s) % N, public))
    return point is not None and (int.from_bytes(signed, "big") + point[0]) % N == r


def stream(point, length: int) -> bytes:
    """GB/T 32918.4 §5.4.3."""
    rounds = range(1, (length + 31) // 32 + 1)
    return b"".join(sm3(octets(*point), number.to_bytes(4, "big")) for number in rounds)[:length]


def mixed(plain: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(plain, mask, strict=True))


def encrypt(public, plain: bytes) -> bytes:
    """The ciphertext in DER (GB/T 35276 §7.2)."""
    nonce = secrets.randbelow(N - 1) + 1
    first, shared = multiply(nonce, G), multiply(nonce, public)
    check = sm3(octets(shared[0]), plain, octets(shared[1]))
    hidden = mixed(plain, stream(shared, len(plain)))
    return der(0x30, integer(first[0]), integer(first[1]), der(0x04, check), der(0x04, hidden))


def decrypt(private: int, sealed: bytes) -> bytes:
    (x, y, check, hidden), _ = fields(sealed)
    shared = multiply(private, (int.from_bytes(x, "big"), int.from_bytes(y, "big")))
    plain = mixed(hidden, stream(shared, len(hidden)))
    assert sm3(octets(shared[0]), plain, octets(shared[1])) == check
    return plain


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        length = bytes([size])
    else:
        width = (size.bit_length() + 7) // 8
        length = bytes([0x80 | width]) + size.to_bytes(width, "big")
    return bytes([tag]) + length + body


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def value(data: bytes):
    """The content of the first element, and what is behind it."""
    start, size = 2, data[1]
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    return data[start : start + size], data[start + size :]


def fields(data: bytes):
    """The contents of a sequence's elements, and what is behind it."""
    body, rest = value(data)
    found = []
    while body:
        content, body = value(body)
        found.append(content)
    return found, rest


def private_der(private: int) -> bytes:
    """PKCS#8 (RFC 5958) around SEC 1's form."""
    public = octets(*multiply(private, G))
    bits = der(0xA1, der(0x03, b"\x00\x04", public))
    return der(0x30, integer(0), ALGORITHM, der(0x04, der(0x30, integer(1), der(0x04, octets(private)), bits)))


def public_der(public) -> bytes:
    return der(0x30, ALGORITHM, der(0x03, b"\x00\x04", octets(*public)))


def public_of(spki: bytes):
    """The point in a SubjectPublicKeyInfo, which has to be of this curve and on it."""
    x, y = int.from_bytes(spki[-64:-32], "big"), int.from_bytes(spki[-32:], "big")
    assert spki == public_der((x, y)) and (y * y - x * x * x - A * x - B) % P == 0
    return x, y
