"""Who looked at what was not understood, and who re-drove it: a chain of lines that only grows.

Each line carries the hash of the one before it and its own, so a line that is changed, taken out or
put in is found. Cutting off the end leaves a shorter chain that holds: so the last hash is printed
at each act, and whoever keeps a copy of it (`rejected ledger` prints it) can tell.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import orjson
from pydantic import ValidationError

from schemas.base import Instant, Model

BEGIN = "0" * 64
NAME = "rejected.ledger"


class LedgerFault(RuntimeError):
    """The ledger cannot be written or does not hold; one line on where."""


class Act(Model):
    """One look or one re-drive: when, by which user of this machine, what, and why."""

    at: Instant
    by: str
    act: str
    ids: tuple[str, ...]
    device: str = ""
    why: str = ""
    events: int = 0


class Line(Model):
    """An act with its place in the chain."""

    act: Act
    before: str
    hash: str


def line_after(before: str, act: Act) -> Line:
    """The line of an act behind the one whose hash is `before`. Pure."""
    told = before.encode() + act.model_dump_json().encode()
    return Line(act=act, before=before, hash=hashlib.sha256(told).hexdigest())


def check_chain(lines: Iterable[bytes]) -> list[Line]:
    """The lines of a ledger. Pure. Raises LedgerFault with the first that does not hold."""
    before, found = BEGIN, []
    for number, raw in enumerate(lines, start=1):
        try:
            line = Line.model_validate(orjson.loads(raw))
        except (orjson.JSONDecodeError, ValidationError) as error:
            raise LedgerFault(f"line {number} of the ledger cannot be read") from error
        if line != line_after(before, line.act):
            raise LedgerFault(f"line {number} of the ledger was changed, or one before it is gone")
        before = line.hash
        found.append(line)
    return found


def read_ledger(path: Path) -> list[Line]:
    """The acts so far, none where there is no file. Raises LedgerFault."""
    try:
        return check_chain(path.read_bytes().splitlines()) if path.exists() else []
    except OSError as error:
        raise LedgerFault(f"{path}: cannot be read: {error.strerror}") from error


def enter(path: Path, act: Act) -> str:
    """Write an act down, on disk when this returns; the hash of its line. Raises LedgerFault.

    A ledger that does not hold is not written on: mending it is for a person.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "rb+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = check_chain(file.read().splitlines())
            line = line_after(lines[-1].hash if lines else BEGIN, act)
            file.write(line.model_dump_json().encode() + b"\n")
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerFault(f"{path}: cannot be written: {error.strerror}") from error
    except LedgerFault as error:
        raise LedgerFault(
            f"{path}: {error}; put it aside and ask who may have done that"
        ) from error
    return line.hash
