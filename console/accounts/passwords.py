"""Passwords: hashed with argon2id, and refused where they are easily guessed."""

from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN, LENGTH_MAX = 10, 128
AT_ONCE = 2
"""Each check takes 64 MB and a tenth of a second: many at once would starve the page."""
COMMON = frozenset({
    "1234567890", "0123456789", "qwertyuiop", "password123", "1q2w3e4r5t", "administrator",
    "passwordpassword", "woaini1314", "woaini1314520", "a123456789", "123456789a", "qwer1234qwer",
    "1qaz2wsx3edc", "abc1234567", "smartcommunity", "smart-community", "changeme123", "11111111111",
})  # fmt: skip


class WeakPassword(ValueError):
    """A password that is refused; one line says why."""


def check_strength(password: str, login: str) -> None:
    """Raises WeakPassword. Length is what counts (NIST SP 800-63B, 5.1.1.2), not a mix of signs."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise WeakPassword(f"password: {LENGTH_MIN} to {LENGTH_MAX} characters; take a sentence")
    folded = password.casefold()
    if folded in COMMON or len(set(folded)) < 4 or login.casefold() in folded:
        raise WeakPassword("password: too easily guessed; take a sentence nobody else would")


class Passwords:
    """Hashes and checks. RFC 9106's second recommended setting: 64 MB, three passes, four lanes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher` other than the default is for tests, which cannot wait."""
        self._hasher = hasher or PasswordHasher()
        self._few = BoundedSemaphore(AT_ONCE)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._few:
            return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; takes as long where there is none, and tells nobody so."""
        with self._few:
            try:
                right = self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether it was hashed with weaker settings and should be hashed anew."""
        return self._hasher.check_needs_rehash(kept)
