"""The receipts on disk: a short file of lines, so that a killed gateway finds them again.

Written before Kafka gets a batch and after the broker got its acknowledgements; read once at the
start. It need not survive a power cut (the broker sends again, and then with a new receipt), so
nothing waits for the disk.
"""

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from ingest.gateway.receipts import Receipt, Receipts

LINES_MAX = 20_000


class JournalTaken(Exception):  # It reads as the sentence it is.
    """Another gateway of this name uses the folder; one line on how to mend it."""


class Journal:
    """Receipts that outlive the process."""

    def __init__(self, path: Path) -> None:
        """Read what the last run left. Raises JournalTaken, or OSError for a file out of reach."""
        self.receipts = Receipts()
        self._path = path
        self._lines = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _take_lock(path.with_suffix(".lock"))
        for line in path.read_bytes().splitlines() if path.exists() else ():
            self._replay(line)
        self._file = self._compact()

    def heard(self, receipts: list[Receipt]) -> None:
        """Keep receipts, before anything is made of the messages."""
        self.receipts.heard(receipts)
        self._write([_receipt_line(receipt) for receipt in receipts])

    def acknowledge(self, count: int) -> None:
        """Keep that the first `count` messages were acknowledged."""
        self.receipts.acknowledge(count)
        self._write([_acknowledged_line(count)])
        if self._lines > LINES_MAX:
            os.close(self._file)
            self._file = self._compact()

    def resumed(self, *, session_present: bool) -> None:
        """See Receipts.resumed."""
        self.receipts.resumed(session_present=session_present)
        self._write([_RESUMED if session_present else _STARTED])

    def settle(self) -> None:
        """See Receipts.settle."""
        if self.receipts.expected:
            self._write([_SETTLED])
        self.receipts.settle()

    def close(self) -> None:
        """Close the file; what is in it stays, and another gateway may have it."""
        os.close(self._file)
        os.close(self._lock)

    def _write(self, lines: list[bytes]) -> None:
        self._lines += len(lines)
        os.write(self._file, b"".join(lines))

    def _replay(self, line: bytes) -> None:
        try:
            content: dict[str, Any] = orjson.loads(line)
        except orjson.JSONDecodeError:
            return  # A line that the kill cut off; it was not acted upon.
        match content:
            case {"acknowledged": int(count)}:
                self.receipts.acknowledge(count)
            case {"resumed": bool(present)}:
                self.receipts.resumed(session_present=present)
            case {"settled": True}:
                self.receipts.settle()
            case {"d": str(digest), "p": int(packet), "t": int(at)}:
                if content.get("r"):
                    self.receipts.first(digest, packet, duplicate=False)
                self.receipts.heard([Receipt(digest, packet, at, content.get("c", {}))])

    def _compact(self) -> int:
        """Begin the file anew with what still matters, and answer its handle."""
        known = self.receipts
        lines = [_receipt_line(replace(receipt, repeat=False)) for receipt in known.acknowledged]
        lines.append(_acknowledged_line(len(lines)))
        lines.extend(_receipt_line(replace(receipt, repeat=False)) for receipt in known.expected)
        lines.append(_RESUMED)
        lines.extend(_receipt_line(replace(receipt, repeat=False)) for receipt in known.open)
        draft = self._path.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.write(handle, b"".join(lines))
        draft.replace(self._path)
        self._lines = len(lines)
        return handle


def _take_lock(path: Path) -> int:
    """Hold the folder for this process; the system lets go when it ends, however it ends."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        why = (
            f"{path}: another gateway of this name runs on this folder; stop it, or set SC_GATEWAY"
        )
        raise JournalTaken(why) from error
    return handle


_RESUMED = b'{"resumed":true}\n'
_STARTED = b'{"resumed":false}\n'
_SETTLED = b'{"settled":true}\n'


def _acknowledged_line(count: int) -> bytes:
    return b'{"acknowledged":%d}\n' % count


def _receipt_line(receipt: Receipt) -> bytes:
    content: dict[str, Any] = {"d": receipt.digest, "p": receipt.packet, "t": receipt.at}
    if receipt.corrections:
        content["c"] = receipt.corrections
    if receipt.repeat:
        content["r"] = True
    return orjson.dumps(content) + b"\n"
