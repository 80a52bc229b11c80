"""The installation's signature: Ed25519, its key derived from the master key. Pure.

So there is no second secret to keep, every console of an installation signs alike, and a restored
installation still does. Whoever has the master key can sign; it is guarded for worse reasons.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from schemas.sealing import Keys

PURPOSE = "case export"


class KeyFault(ValueError):
    """A text that is no public key of the kind that signs exports; one line."""


def private_key(keys: Keys) -> Ed25519PrivateKey:
    """What an installation signs with."""
    return Ed25519PrivateKey.from_private_bytes(keys.secret(PURPOSE))


def public_pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The public key as PEM (RFC 8410), as `openssl` reads it."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public(pem: bytes) -> Ed25519PublicKey:
    """A public key from its PEM. Raises KeyFault."""
    try:
        found = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyFault("is no public key in PEM") from error
    if not isinstance(found, Ed25519PublicKey):
        raise KeyFault("is a public key of another kind than Ed25519")
    return found


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 over the key's DER form, as `openssl pkey -pubin -outform DER | sha256sum` gives."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether a signature over some bytes is of this key."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
