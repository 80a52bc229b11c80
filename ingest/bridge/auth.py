"""HTTP authentication of devices: basic (RFC 7617), digest (RFC 7616, and RFC 2069 for old
firmware without `qop`), and the password as a token where a device has a field for nothing else.
Pure: the instant and the secret are given.

Nonces need no memory: each holds its instant and a keyed hash of it. So that a request cannot be
sent again by who listened, the count `nc` of a nonce must rise; that is what is remembered.
"""

import binascii
import hmac
import re
from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ingest.bridge.passwords import ALGORITHMS, Algorithm, DeviceLogin, digest

NONCE_LIFE_MS = 5 * 60_000
NONCES_REMEMBERED = 10_000
_INSTANT = re.compile(r"[0-9]{1,15}")
_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")
_ORIGIN = re.compile(r"^https?://[^/]+")
"""Some devices write the whole URL where RFC 7616 has the request's target."""
_PART = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class Verdict(Enum):
    """What came of a check. STALE: the password was right, the nonce was too old."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Request:
    """What of an HTTP request is authenticated. `token` came in the URL or in a header."""

    method: str
    target: str
    authorization: str | None
    token: str | None = None


class Login(Protocol):
    """Where devices' hashes come from."""

    @property
    def realm(self) -> str:
        """The realm of all hashes."""

    def of(self, device: str) -> DeviceLogin | None:
        """A device's hashes."""


class Guard:
    """Checks requests against the devices' passwords."""

    def __init__(self, logins: Login, secret: bytes) -> None:
        """`secret` makes our nonces ours; a new one at each start only costs devices one 401."""
        self._logins = logins
        self._secret = secret
        self._counts: OrderedDict[str, int] = OrderedDict()

    def challenges(self, now: int, *, stale: bool, single: bool = False) -> list[str]:
        """The WWW-Authenticate headers, the strongest first; `single`: the one that all know."""
        tail = ', stale="true"' if stale else ""
        nonce, realm = self._nonce(now), self._logins.realm
        digests = [
            f'Digest realm="{realm}", qop="auth", nonce="{nonce}", algorithm={name}{tail}'
            for name in ALGORITHMS
        ]
        return digests[-1:] if single else [*digests, f'Basic realm="{realm}"']

    def user(self, request: Request) -> str | None:
        """The name a request gives, unproven."""
        kind, _, rest = (request.authorization or "").partition(" ")
        if kind.lower() == "basic":
            return _basic(rest)[0]
        return _parts(rest).get("username") if kind.lower() == "digest" else None

    def check(self, request: Request, device: str, now: int) -> Verdict:
        """Whether the request comes from `device`. Nothing is told about which part was wrong."""
        kind, _, rest = (request.authorization or "").partition(" ")
        login = self._logins.of(device)
        match kind.lower():
            case "":
                return self._check_token(request.token, device, login)
            case "bearer":
                return self._check_token(rest.strip(), device, login)
            case "basic":
                return self._check_basic(rest, device, login)
            case "digest":
                return self._check_digest(request, _parts(rest), (device, login), now)
            case _:
                return Verdict.WRONG

    def _check_token(self, token: str | None, device: str, login: DeviceLogin | None) -> Verdict:
        """The device's password alone; whose it is, path or serial number say."""
        if not token:
            return Verdict.MISSING
        given = digest("SHA-256", f"{device}:{self._logins.realm}:{token}")
        right = login is not None and _same(given, login.sha256)
        return Verdict.GOOD if right else Verdict.WRONG

    def _check_basic(self, rest: str, device: str, login: DeviceLogin | None) -> Verdict:
        name, password = _basic(rest)
        given = digest("SHA-256", f"{name}:{self._logins.realm}:{password}")
        right = login is not None and name == device and _same(given, login.sha256)
        return Verdict.GOOD if right else Verdict.WRONG

    def _check_digest(
        self,
        request: Request,
        parts: dict[str, str],
        device: tuple[str, DeviceLogin | None],
        now: int,
    ) -> Verdict:
        name, login = device
        algorithm = _algorithm(parts.get("algorithm", "MD5"))
        if login is None or algorithm is None or parts.get("username") != name:
            return Verdict.WRONG
        if _ORIGIN.sub("", parts.get("uri", "")) != request.target:
            return Verdict.WRONG
        expected = _response(parts, algorithm, login, request.method)
        if not _same(expected, parts.get("response", "").lower()):
            return Verdict.WRONG
        fresh = self._is_ours(parts.get("nonce", ""), now) and self._rises(name, parts)
        return Verdict.GOOD if fresh else Verdict.STALE

    def _is_ours(self, nonce: str, now: int) -> bool:
        made = nonce.partition("-")[0]
        if not _INSTANT.fullmatch(made) or not _same(nonce, self._nonce(int(made))):
            return False
        return 0 <= now - int(made) <= NONCE_LIFE_MS

    def _rises(self, device: str, parts: dict[str, str]) -> bool:
        """Whether a nonce's count is higher than before; one without a count serves once."""
        count = parts.get("nc", "1")
        if not _COUNT.fullmatch(count):
            return False
        use = f"{device}/{parts['nonce']}"
        if int(count, 16) <= self._counts.get(use, 0):
            return False
        self._counts[use] = int(count, 16)
        if len(self._counts) > NONCES_REMEMBERED:
            self._counts.popitem(last=False)
        return True

    def _nonce(self, now: int) -> str:
        return f"{now}-{hmac.digest(self._secret, str(now).encode(), 'sha256').hex()[:32]}"


def _response(parts: dict[str, str], algorithm: Algorithm, login: DeviceLogin, method: str) -> str:
    """The response a device with the right password gives (RFC 7616, section 3.4.1)."""
    ha1, nonce = login.ha1(algorithm), parts.get("nonce", "")
    ha2 = digest(algorithm, f"{method}:{parts.get('uri', '')}")
    if "qop" not in parts:
        return digest(algorithm, f"{ha1}:{nonce}:{ha2}")
    middle = f"{nonce}:{parts.get('nc', '')}:{parts.get('cnonce', '')}:{parts['qop']}"
    return digest(algorithm, f"{ha1}:{middle}:{ha2}")


def _same(one: str, other: str) -> bool:
    """Equality that takes as long for near misses as for far ones."""
    return hmac.compare_digest(one.encode(), other.encode())


def _algorithm(name: str) -> Algorithm | None:
    return next((known for known in ALGORITHMS if known == name.upper()), None)


def _parts(text: str) -> dict[str, str]:
    return {
        found[1].lower(): found[3] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
        for found in _PART.finditer(text)
    }


def _basic(text: str) -> tuple[str, str]:
    try:
        name, _, password = b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
