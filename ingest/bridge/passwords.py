"""The devices' passwords: hashed for HTTP digest, in one file that is read again when it changes.

A device proves itself by RFC 7616 digest, MD5 or SHA-256 (Hikvision and Dahua know MD5 only), or by
basic authentication. For all of these one hash is enough: HA1 = H(name:realm:password). The hash
lets its holder log in here, but not elsewhere, and it does not tell the password.

Where we log in at a device, its realm is not ours, so that password stands as it is. A file with
such a password is refused if others may read it.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from schemas.base import Model

REALM = "smart-community"
Algorithm = Literal["MD5", "SHA-256"]
ALGORITHMS: tuple[Algorithm, ...] = ("SHA-256", "MD5")
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
"""None that people confuse, because a person types this into a device's page."""
PASSWORD_LENGTH = 14


class DeviceLogin(Model):
    """One device's hashes; its name is the device id."""

    md5: str
    sha256: str

    def ha1(self, algorithm: Algorithm) -> str:
        """The hash for one algorithm."""
        return self.md5 if algorithm == "MD5" else self.sha256


class PasswordFile(Model):
    """The content of `devices.json`."""

    realm: str = REALM
    devices: dict[str, DeviceLogin] = Field(default_factory=dict)
    pulls: dict[str, str] = Field(default_factory=dict, repr=False)


class PasswordFileError(Exception):
    """The file cannot be used; one line on which, why, and how to mend it."""


def digest(algorithm: Algorithm, text: str) -> str:
    """H(text) in hex. MD5 is what the devices speak; it guards nothing else."""
    name = "md5" if algorithm == "MD5" else "sha256"
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def make_login(device: str, password: str, realm: str = REALM) -> DeviceLogin:
    """The hashes of a password."""
    text = f"{device}:{realm}:{password}"
    return DeviceLogin(md5=digest("MD5", text), sha256=digest("SHA-256", text))


def generate_password() -> str:
    """A password of about 78 bits that can be typed by hand."""
    return "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_LENGTH))


def read_passwords(path: Path) -> PasswordFile:
    """The file's content, empty if there is none. Raises PasswordFileError."""
    try:
        found = PasswordFile.model_validate_json(path.read_bytes())
        mode = path.stat().st_mode
    except FileNotFoundError:
        return PasswordFile()
    except (OSError, ValidationError) as error:
        what = str(error).splitlines()[0]
        raise PasswordFileError(f"{path}: {what}; restore it, or add the devices anew") from error
    if found.pulls and mode & 0o077:
        raise PasswordFileError(f"{path} holds passwords and others may read it: chmod 600 {path}")
    return found


def set_password(path: Path, device: str, password: str) -> None:
    """Add a device or change its password. Raises PasswordFileError or OSError."""
    known = read_passwords(path)
    devices = {**known.devices, device: make_login(device, password, known.realm)}
    _write(path, known.model_copy(update={"devices": devices}))


def set_pull_password(path: Path, device: str, password: str) -> None:
    """Keep the password that we log in at a device with. Raises PasswordFileError or OSError."""
    known = read_passwords(path)
    _write(path, known.model_copy(update={"pulls": {**known.pulls, device: password}}))


def _write(path: Path, content: PasswordFile) -> None:
    text = content.model_dump_json(indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


class Logins:
    """The passwords as they stand; the file is looked at before each use."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises PasswordFileError."""
        self._path = path
        self._seen = self._mark()
        self._known = read_passwords(path)

    @property
    def realm(self) -> str:
        """The realm that all hashes are made for."""
        return self._known.realm

    def of(self, device: str) -> DeviceLogin | None:
        """A device's hashes, None for one that is not known. Raises PasswordFileError."""
        mark = self._mark()
        if mark != self._seen:
            self._known, self._seen = read_passwords(self._path), mark
        return self._known.devices.get(device)

    def pull(self, device: str) -> str | None:
        """The password to log in at a device with. Raises PasswordFileError."""
        self.of(device)
        return self._known.pulls.get(device)

    def _mark(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
