"""The master key as the console uses it: the one of ingest, never one of its own.

With another key a card would get another pseudonym than its readings, and nothing would match. So
the key is only read here, and made by ingest at its first start.
"""

import stat
from pathlib import Path

from schemas.sealing import Keys, SealError


class NoKey(RuntimeError):
    """The master key cannot be used: one line on which file, why, and how to mend it."""


class Vault:
    """Holds the keys once they were read."""

    def __init__(self, path: Path) -> None:
        """`path` is the file of the master key; it may come later."""
        self.path = path
        self._keys: Keys | None = None

    def keys(self) -> Keys:
        """All keys. Raises NoKey."""
        if self._keys is None:
            self._keys = self._read()
        return self._keys

    def _read(self) -> Keys:
        try:
            if self.path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NoKey(f"{self.path}: others may read it; chmod 600 {self.path}")
            return Keys(self.path.read_bytes())
        except FileNotFoundError as error:
            how = "start ingest once, or name its key with --key-file or SC_KEY_FILE"
            raise NoKey(f"{self.path}: there is no master key; {how}") from error
        except OSError as error:
            raise NoKey(f"{self.path}: cannot be read: {error.strerror}") from error
        except SealError as error:
            raise NoKey(f"{self.path}: {error}; restore it from its backup") from error
