"""Who may come in: the access token, and the browser session that was opened with it. Pure but for
the token's file.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

COOKIE = "sc_session"


def load_token(file: Path) -> str:
    """The token of the file; made there, for its owner alone to read, at the first start.

    Raises OSError with one line on how to mend it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        what = f"data folder {file.parent}: {error.strerror}; name another with --data or SC_DATA"
        raise OSError(what) from error
    with os.fdopen(handle, "w", encoding="ascii") as out:
        token = secrets.token_urlsafe(32)
        out.write(token + "\n")
    return token


@dataclass(frozen=True, slots=True)
class Access:
    """Checks tokens and sessions. A session is its end (s since the epoch), signed with the token,
    so that a new token ends all sessions.
    """

    token: str

    def knows_token(self, given: str) -> bool:
        """Whether it is the access token."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def open_session(self, until_s: int) -> str:
        """A session that lasts until then."""
        return f"{until_s}.{self._sign(until_s)}"

    def knows_session(self, given: str, now_s: float) -> bool:
        """Whether it is a session of ours that still lasts."""
        until, _, signature = given.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12):
            return False
        signed = hmac.compare_digest(signature.encode(), self._sign(int(until)).encode())
        return signed and int(until) > now_s

    def _sign(self, until_s: int) -> str:
        key = self.token.encode()
        return hmac.new(key, f"session {until_s}".encode(), hashlib.sha256).hexdigest()
