"""The master key on disk: made at the first start, readable by its owner alone."""

import os
import secrets
import stat
from pathlib import Path

from schemas.sealing import MASTER_KEY_BYTES, Keys, SealError


class KeyFileError(Exception):
    """The key file cannot be used: one line on which, why, and how to mend it."""


def load_keys(path: Path) -> Keys:
    """The keys of a file, made with a random key if there is none. Raises KeyFileError."""
    try:
        if not path.exists():
            _create(path)
        return Keys(_read(path))
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read or made: {error.strerror}") from error
    except SealError as error:
        raise KeyFileError(f"{path}: {error}; restore it from its backup") from error


def _read(path: Path) -> bytes:
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"{path}: others may read it; chmod 600 {path}")
    return path.read_bytes()


def _create(path: Path) -> None:
    """Write the key beside its place and link it in whole: of two starters one wins, both agree."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(MASTER_KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
