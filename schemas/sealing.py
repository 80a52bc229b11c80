"""Keys, pseudonyms and sealed values: how people's data travels without being readable.

A pseudonym is a keyed hash: the same card or plate in one estate always gives the same text, and
without the key nobody can try all plates until one fits. A sealed value is encrypted and can be
opened again by who holds the key. All keys are derived from one master key of 32 bytes, per estate
and purpose; the master key's short id stands in every value, so that an exchange of the master key
is seen and re-keying happens as a whole or not at all.

Pure: nothing is read, and nothing is random. Nonces are a keyed hash of the value and of where it
stands (the synthetic-IV idea of RFC 5297), so sealing the same value again at the same place gives
the same bytes, and two different values never share a nonce except by a collision of 96 bits.
"""

import hmac
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.event_data import PlateRef
from schemas.plates import masked, normal_plate, skeleton

MASTER_KEY_BYTES = 32
PSEUDONYM_VERSION = "p1"
SEAL_VERSION = "v1"
_NONCE_BYTES = 12
_CITY = "\x00city"
"""No estate can be called so: an id starts with a letter or a digit."""


class SealError(ValueError):
    """A sealed value that cannot be opened, or a key that is none; one line on why."""


@dataclass(frozen=True, slots=True)
class ScopeKeys:
    """The keys of one estate, or of the city for what must match across estates.

    A hash begun with its key is kept and copied: to begin one is most of its price.
    """

    key_id: str
    _pseudonym: hmac.HMAC
    _nonce: hmac.HMAC
    _cipher: AESGCM

    def credential(self, text: str) -> str:
        """The pseudonym of a card number, or of a face or person as the device numbers them."""
        return self.pseudonym("credential", normal_credential(text))

    def person(self, text: str) -> str:
        """The pseudonym of a person's name as a device sends it."""
        return self.pseudonym("person", normal_credential(text))

    def pseudonym(self, kind: str, value: str) -> str:
        """`p1:<key id>:<16 hex digits>` for a clear value; `kind` keeps cards and plates apart."""
        digest = _hash(self._pseudonym, f"{kind}\x1f{value}".encode())
        return f"{PSEUDONYM_VERSION}:{self.key_id}:{digest[:8].hex()}"

    def fingerprint(self, text: str) -> str:
        """32 hex digits that only a holder of the key can compute."""
        return _hash(self._pseudonym, f"fingerprint\x1f{text}".encode())[:16].hex()

    def plate(self, text: str) -> PlateRef:
        """The references of a plate as somebody wrote it; see `schemas.plates`."""
        plate = normal_plate(text)
        bones = skeleton(plate)
        return PlateRef(
            ref=self.pseudonym("plate", plate),
            skeleton=self.pseudonym("skeleton", bones),
            masked=tuple(self.pseudonym("masked", form) for form in masked(bones)),
        )

    def seal(self, value: str, context: str) -> str:
        """`v1.<key id>.<nonce>.<ciphertext>`, bound to `context` (event id and field name)."""
        return self.seal_bytes(value.encode(), context)

    def seal_bytes(self, value: bytes, context: str) -> str:
        """The same for bytes."""
        where = context.encode()
        nonce = _hash(self._nonce, where + b"\x1f" + value)[:_NONCE_BYTES]
        secret = self._cipher.encrypt(nonce, value, where)
        return ".".join((SEAL_VERSION, self.key_id, _text(nonce), _text(secret)))

    def unseal(self, sealed: str, context: str) -> str:
        """The clear value. Raises SealError if the text, the key or the context is not the one."""
        return self.unseal_bytes(sealed, context).decode()

    def unseal_bytes(self, sealed: str, context: str) -> bytes:
        """The same for bytes."""
        nonce, secret = self._open_envelope(sealed)
        try:
            return self._cipher.decrypt(nonce, secret, context.encode())
        except InvalidTag as error:
            raise SealError(f"was not sealed here as {context!r}, or was changed since") from error

    def _open_envelope(self, sealed: str) -> tuple[bytes, bytes]:
        parts = sealed.split(".")
        if len(parts) != 4 or parts[0] != SEAL_VERSION:
            raise SealError(f"is no value sealed by version {SEAL_VERSION}")
        if parts[1] != self.key_id:
            raise SealError(f"was sealed with key {parts[1]!r}; the key here is {self.key_id!r}")
        try:
            nonce, secret = _bytes(parts[2]), _bytes(parts[3])
        except (Base64Error, ValueError) as error:
            raise SealError("is cut off or changed: not base64") from error
        if len(nonce) != _NONCE_BYTES:
            raise SealError(f"is cut off or changed: its nonce has not {_NONCE_BYTES} bytes")
        return nonce, secret


def _hash(begun: hmac.HMAC, value: bytes) -> bytes:
    """HMAC-SHA256 of a value, by a hash that was begun with the key."""
    copy = begun.copy()
    copy.update(value)
    return copy.digest()


class Keys:
    """All keys under one master key. Whoever holds the master key can read everything."""

    def __init__(self, master: bytes) -> None:
        """Raises SealError unless the master key has 32 bytes that are not all the same."""
        if len(master) != MASTER_KEY_BYTES or len(set(master)) == 1:
            raise SealError(f"a master key has {MASTER_KEY_BYTES} random bytes, not {len(master)}")
        self._master = master
        self.key_id = self._derive("key id", "")[:2].hex()
        self._scope = lru_cache(maxsize=4096)(self._derive_scope)

    def estate(self, estate: str) -> ScopeKeys:
        """The keys of one estate, by its id."""
        return self._scope(estate)

    @property
    def city(self) -> ScopeKeys:
        """The keys for what must match across estates (sightings of plates)."""
        return self._scope(_CITY)

    def secret(self, purpose: str) -> bytes:
        """32 bytes for a purpose beside pseudonyms and seals, always the same ones."""
        return self._derive(f"secret/{purpose}", "")

    def _derive_scope(self, scope: str) -> ScopeKeys:
        return ScopeKeys(
            self.key_id,
            hmac.new(self._derive("pseudonym", scope), digestmod="sha256"),
            hmac.new(self._derive("nonce", scope), digestmod="sha256"),
            AESGCM(self._derive("seal", scope)),
        )

    def _derive(self, purpose: str, scope: str) -> bytes:
        info = f"smart-community/1/{purpose}/{scope}".encode()
        return HKDF(SHA256(), MASTER_KEY_BYTES, salt=None, info=info).derive(self._master)


def normal_credential(text: str) -> str:
    """A card number or name in its one spelling: half width, upper case, no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def subject_context(event_id: str) -> str:
    """The context under which an event's clear subject is sealed."""
    return f"{event_id}/subject"


def person_context(event_id: str) -> str:
    """The context under which the name a device sent is sealed."""
    return f"{event_id}/person"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
