"""What the parts say, kept in `DATA/logs`, one file a part, bounded."""

import re
from pathlib import Path
from typing import IO

FILE_BYTES_MAX = 8 * 1024 * 1024
KEPT = 3
TAIL_BYTES = 16 * 1024
ERROR = re.compile(r"^[\w.]*(Error|Fault|Exception|Refused|Failed)\b")


class RotatingLog:
    """A file that begins anew at `bytes_max`; `kept` old ones stay as NAME.1 (newest) and so on."""

    def __init__(self, path: Path, bytes_max: int = FILE_BYTES_MAX, kept: int = KEPT) -> None:
        """Open for appending; the folder is made if it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._bytes_max, self._kept = path, bytes_max, kept
        self._file: IO[bytes] = path.open("ab")
        self._size = path.stat().st_size

    def write(self, chunk: bytes) -> None:
        """Append, after making room if it is due."""
        if self._size and self._size + len(chunk) > self._bytes_max:
            self._rotate()
        self._file.write(chunk)
        self._file.flush()
        self._size += len(chunk)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self._kept, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))
        self._file = self._path.open("wb")
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


def last_words(path: Path) -> str:
    """The line of a log that most likely says why its process ended; empty when there is none.

    That is the last line that begins with the name of an error, else the last line at all.
    """
    try:
        said = path.read_bytes()[-TAIL_BYTES:].decode(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    errors = [line for line in said if ERROR.match(line)]
    return (errors or said or [""])[-1].strip()
